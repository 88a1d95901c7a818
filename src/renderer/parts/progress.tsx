import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobSummary } from '../../contract/ipc/job.ts'
import type { JobKind, PartitionProgress, Progress } from '../../contract/jobs.ts'
import { bytes, duration, sentence } from '../format.ts'
import { i18n } from '../i18n.ts'
import { useJobName } from '../job-words.ts'
import { useAct } from '../query.ts'
import { spoken } from '../said-words.ts'
import { errorOf } from '../state.ts'
import { Problem } from './basics.tsx'
import { type Moved, movedTo, STANDS_SECONDS } from './still.ts'

const SPEAK_EVERY_MS = 10_000

/** How far a job of this session is, and the buttons that pause and cancel it. */
export function JobProgress({ job }: { job: JobSummary }) {
  const name = useJobName()(job)
  return (
    <>
      <ProgressView progress={job.progress} name={name} log={job.log} />
      <JobControls job={job} name={name} />
    </>
  )
}

interface ProgressProps {
  progress: Progress | null
  name: string
  /** What the job said last may be why it stands. */
  log?: JobSummary['log']
}

/** For how many seconds a job with an end in sight has done nothing new. */
function useStill(progress: Progress | null): number {
  const moved = useRef<Moved>({ mark: '', at: 0 })
  if (progress === null) return 0
  moved.current = movedTo(moved.current, progress)
  return progress.elapsedSeconds - moved.current.at
}

/** Bar, counts, rate, time left, and what is left by stream and partition. */
export function ProgressView({ progress, name, log = [] }: ProgressProps) {
  const { t } = useTranslation('jobs')
  const still = useStill(progress)
  if (progress === null) {
    return (
      <>
        <progress max={100} aria-label={name} />
        <p>{t('starting')}</p>
      </>
    )
  }
  const { recordsDone, recordsTotal, bytesDone, bytesTotal } = progress
  const percent = percentOf(progress)
  const words = spoken(progress.phase, progress.said)
  const stands = still >= STANDS_SECONDS
  const timeLeft = stands ? t('progress.stands', { time: duration(still) }) : left(progress)
  const why = stands ? log.at(-1) : undefined
  return (
    <>
      <Bar percent={percent} left={timeLeft} label={name} />
      <p className="between">
        <span {...(words === null ? { lang: 'en' } : {})}>{sentence(words ?? progress.phase).replace(/\.$/, '')}</span>
        <span className="mute">{t('progress.elapsed', { time: duration(progress.elapsedSeconds) })}</span>
      </p>
      <p className="between mute">
        <span>
          {recordsTotal === null
            ? t('progress.done', { done: recordsDone })
            : t('progress.of', { done: recordsDone, total: recordsTotal })}
          {bytesDone > 0 && ' · '}
          {bytesDone > 0 &&
            (bytesTotal === null
              ? bytes(bytesDone)
              : t('progress.bytesOf', { done: bytes(bytesDone), total: bytes(bytesTotal) }))}
          {' · '}
          {t('progress.rate', {
            records: Math.round(progress.recordsPerSecond),
            bytes: bytes(Math.round(progress.bytesPerSecond)),
          })}
        </span>
        <span>{timeLeft}</span>
      </p>
      {why !== undefined && (
        <p className="warn-text small" lang="en" data-words="none">
          {sentence(why.message)}
        </p>
      )}
      {progress.partitions.length > 0 && <Streams partitions={progress.partitions} />}
    </>
  )
}

function Bar({ percent, left: time, label }: { percent: number | null; left: string; label: string }) {
  const { t } = useTranslation('jobs')
  const spoken = useSpoken(percent === null ? '' : t('progress.percent', { percent, left: time }))
  return (
    <>
      <div className="jobs-bar">
        <progress max={100} value={percent ?? undefined} aria-label={label} />
        {percent !== null && (
          <span className="mute small" aria-hidden="true">
            {t('progress.percentShown', { percent })}
          </span>
        )}
      </div>
      <span className="unseen" role="status">
        {spoken}
      </span>
    </>
  )
}

/** A text that changes often, at a pace that a screen reader can follow. */
function useSpoken(text: string): string {
  const [spoken, setSpoken] = useState('')
  const last = useRef(0)
  useEffect(() => {
    const due = Math.max(0, last.current + SPEAK_EVERY_MS - Date.now())
    const timer = setTimeout(() => {
      last.current = Date.now()
      setSpoken(text)
    }, due)
    return () => clearTimeout(timer)
  }, [text])
  return spoken
}

/** The partitions that lag, under their streams. */
function Streams({ partitions }: { partitions: readonly PartitionProgress[] }) {
  const { t } = useTranslation('jobs')
  const topics = new Map<string, PartitionProgress[]>()
  for (const one of partitions) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one])
  return (
    <details>
      <summary>{t('progress.streams')}</summary>
      <p className="mute small">{t('progress.streamsHint')}</p>
      <ul className="lag">
        {[...topics].map(([topic, ones]) => (
          <li key={topic}>
            <strong>{topic}</strong>
            <ul>
              {ones.map(({ partition, done, total }) => (
                <li key={partition}>
                  <span>{t('progress.partition', { partition })}</span>
                  <progress
                    max={Math.max(1, total)}
                    value={done}
                    aria-label={t('progress.partitionOf', { topic, partition })}
                  />
                  <span className="mute small">{t('progress.ofOffsets', { done, total })}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What can go on from a durable point, and so can be paused. */
export function canPause(kind: JobKind, dryRun: boolean): boolean {
  return !dryRun && (kind === 'backup' || kind === 'restore' || kind === 'extract' || kind === 'validation')
}

interface ControlsProps {
  job: { jobId: string; kind: JobKind; dryRun: boolean; stopping?: boolean }
  name: string
  /** Runs in this host, where it can be paused; elsewhere it can only be asked to stop. */
  here?: boolean
}

/** Pause and cancel; once asked, what is waited for, and a way to wait no longer. */
export function JobControls({ job, name, here = true }: ControlsProps) {
  const { t } = useTranslation('jobs')
  const pause = useAct('jobs.pause')
  const cancel = useAct('jobs.cancel')
  const { jobId } = job
  const error = pause.error ?? cancel.error
  const asked = job.stopping === true || pause.isSuccess || cancel.isSuccess
  if (error === null && asked) {
    return (
      <p className="actions">
        <span role="status">{t('stopping')}</span>
        {here && (
          <Button variant="default" onClick={() => cancel.mutate({ jobId, atOnce: true })}>
            {t('stopNow')}
          </Button>
        )}
      </p>
    )
  }
  return (
    <>
      {error !== null && <Problem error={errorOf(error)} inside />}
      <p className="actions">
        {here && canPause(job.kind, job.dryRun) && (
          <Button variant="default" aria-label={t('pauseOf', { name })} onClick={() => pause.mutate({ jobId })}>
            {t('pause')}
          </Button>
        )}
        <Button
          variant="default"
          aria-label={t('cancelOf', { name })}
          onClick={() => cancel.mutate({ jobId, atOnce: false })}
        >
          {t('cancel')}
        </Button>
      </p>
    </>
  )
}

function left(progress: Progress): string {
  if (progress.secondsLeft === null) return i18n.t('jobs:progress.leftUnknown')
  if (progress.secondsLeft < 1) return i18n.t('jobs:progress.leftLittle')
  return i18n.t('jobs:progress.left', { time: duration(progress.secondsLeft) })
}

/** By records, or by bytes where those are what is known; null where neither is. Never 100 before the end. */
export function percentOf(progress: Progress): number | null {
  const { recordsDone, recordsTotal, bytesDone, bytesTotal } = progress
  const part = recordsTotal ? recordsDone / recordsTotal : bytesTotal ? bytesDone / bytesTotal : null
  return part === null ? null : Math.min(99, Math.floor(part * 100))
}
