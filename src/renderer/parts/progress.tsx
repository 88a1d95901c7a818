import { useEffect, useRef, useState } from 'react'
import type { JobSummary } from '../../contract/ipc/job.ts'
import type { Progress } from '../../contract/jobs.ts'
import { duration, sentence } from '../format.ts'
import { host } from '../host.ts'
import { t } from '../strings.ts'
import { jobTitle } from '../words.ts'

const SPEAK_EVERY_MS = 10_000

/** How far a running job is: bar, counts, rate, time left, the partitions that lag, and the button that stops it. */
export function JobProgress({ job }: { job: JobSummary }) {
  const { progress } = job
  return (
    <>
      <Bar progress={progress} label={jobTitle(job)} />
      <p className="between">
        <span>{progress === null ? t.jobs.starting : sentence(progress.phase).replace(/\.$/, '')}</span>
        <span className="mute">{progress === null ? '' : t.jobs.elapsed(duration(progress.elapsedSeconds))}</span>
      </p>
      {progress !== null && (
        <p className="between mute">
          <span>
            {t.jobs.ofTotal(progress.recordsDone, progress.recordsTotal)} ·{' '}
            {t.jobs.rate(progress.recordsPerSecond, progress.bytesPerSecond)}
          </span>
          <span>{left(progress)}</span>
        </p>
      )}
      {progress !== null && progress.partitions.length > 1 && <Lagging progress={progress} />}
      <Stop job={job} />
    </>
  )
}

function Bar({ progress, label }: { progress: Progress | null; label: string }) {
  const percent = progress === null ? null : percentOf(progress)
  const spoken = useSpoken(progress === null || percent === null ? '' : t.jobs.percent(percent, left(progress)))
  return (
    <>
      <progress max={100} value={percent ?? undefined} aria-label={label} />
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

function Lagging({ progress }: { progress: Progress }) {
  return (
    <details>
      <summary>
        {t.jobs.lagging} ({progress.partitions.length})
      </summary>
      <ul className="lag">
        {progress.partitions.map(({ topic, partition, done, total }) => (
          <li key={`${topic}/${partition}`}>
            <span>{t.jobs.lag(topic, partition)}</span>
            <progress max={Math.max(1, total)} value={done} aria-label={t.jobs.lag(topic, partition)} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function Stop({ job }: { job: JobSummary }) {
  const [asked, setAsked] = useState(job.stopping)
  const cancel = (atOnce: boolean) => {
    setAsked(true)
    void host.call('jobs.cancel', { jobId: job.jobId, atOnce }).catch(() => setAsked(false))
  }
  if (!asked) {
    return (
      <p>
        <button type="button" className="btn q" aria-label={t.jobs.stopOf(jobTitle(job))} onClick={() => cancel(false)}>
          {t.jobs.stop}
        </button>
      </p>
    )
  }
  return (
    <p className="actions">
      <span role="status">{t.jobs.stopping}</span>
      <button type="button" className="btn q" onClick={() => cancel(true)}>
        {t.jobs.stopNow}
      </button>
    </p>
  )
}

function left(progress: Progress): string {
  return progress.secondsLeft === null ? t.jobs.leftUnknown : t.jobs.left(duration(progress.secondsLeft))
}

/** By records, or by bytes where those are what is known; null where neither is. Never 100 before the end. */
function percentOf(progress: Progress): number | null {
  const { recordsDone, recordsTotal, bytesDone, bytesTotal } = progress
  const part = recordsTotal ? recordsDone / recordsTotal : bytesTotal ? bytesDone / bytesTotal : null
  return part === null ? null : Math.min(99, Math.floor(part * 100))
}
