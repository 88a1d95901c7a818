import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import type { JobDetail } from '../../../contract/ipc/history.ts'
import { duration, moment, timeOfDay } from '../../format.ts'
import { useJobName } from '../../job-words.ts'
import { Back } from '../../parts/back.tsx'
import { Card, Headline, Problem } from '../../parts/basics.tsx'
import { JobControls, ProgressView } from '../../parts/progress.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useJob } from '../../state.ts'
import { detailsOf } from './details-text.ts'
import { Outcome } from './outcome.tsx'
import { ResumeButton } from './resume.tsx'

const FOLLOW_MS = 2_000

/** One job: how far it is or what came of it, why it failed and what to try, and what it said. */
export function JobDetailPage() {
  const { t } = useTranslation('jobs')
  const { jobId = '' } = useParams()
  const live = useJob(jobId)
  const isLive = live !== null && live.outcome === null
  const asked = useCall(
    'jobs.get',
    { jobId },
    // one of this session tells by its events, one of another process by being asked again
    { refetchInterval: (query) => (query.state.data?.state === 'running' && !isLive ? FOLLOW_MS : false) },
  )
  const hasEnded = live !== null && live.outcome !== null
  const { refetch } = asked
  useEffect(() => {
    if (hasEnded) void refetch()
  }, [hasEnded, refetch])
  const back = <Back to="/jobs">{t('back')}</Back>
  if (asked.error !== null) {
    return (
      <>
        {back}
        <Headline sub={t('detail.missingSub')}>{t('detail.missing')}</Headline>
        <Problem error={errorOf(asked.error)} />
      </>
    )
  }
  if (asked.data === undefined) return back
  const known = asked.data
  // What was told since it was asked for.
  const job: JobDetail =
    isLive && known.state === 'running'
      ? { ...known, progress: live.progress ?? known.progress, log: live.log.length > 0 ? live.log : known.log }
      : known
  return (
    <>
      {back}
      <Shown job={job} stopping={live?.stopping ?? false} />
    </>
  )
}

function Shown({ job, stopping }: { job: JobDetail; stopping: boolean }) {
  const { t } = useTranslation('jobs')
  const name = useJobName()(job)
  const by = job.schedule === null ? t('byWindow') : t('bySchedule', { name: job.schedule })
  const started = moment(job.startedAt)
  const times =
    job.endedAt === null
      ? t('detail.timesRunning', { started, by })
      : t('detail.times', { started, by, took: duration((job.endedAt - job.startedAt) / 1000) })
  const { outcome } = job
  const isStopped = job.state === 'paused' || job.state === 'cancelled'
  return (
    <>
      <Headline sub={times}>{t(`detail.${job.state}`, { name })}</Headline>
      <Chain job={job} />
      {job.state === 'running' && (
        <Card>
          <ProgressView progress={job.progress} name={name} log={job.log} />
          <JobControls job={{ ...job, stopping }} name={name} here={job.here} />
        </Card>
      )}
      {outcome?.state === 'failed' && !isStopped && <Problem error={outcome.error} />}
      {job.state !== 'running' && (
        <>
          <ResumeButton row={job} name={name} />
          {job.whyNoResume !== null && job.resume === 'no' && (
            <p className="mute small">{t('noResume', { why: job.whyNoResume })}</p>
          )}
        </>
      )}
      {outcome?.state === 'done' && (
        <Card title={t('detail.outcome')}>
          <Outcome facts={outcome.result} />
        </Card>
      )}
      {job.state !== 'running' && job.state !== 'done' && job.progress !== null && (
        <Card title={t('detail.before')}>
          <p>{t('progress.done', { done: job.progress.recordsDone })}</p>
        </Card>
      )}
      <Log job={job} />
      {job.state !== 'running' && <CopyDetails job={job} name={name} />}
    </>
  )
}

/** The jobs that this one goes on with, and that goes on with it. */
function Chain({ job }: { job: JobDetail }) {
  const { t } = useTranslation('jobs')
  if (job.continues === null && job.continuedBy === null) return null
  return (
    <p className="actions">
      {job.continues !== null && <Link to={`/jobs/${job.continues}`}>{t('detail.continuesUnknown')}</Link>}
      {job.continuedBy !== null && <Link to={`/jobs/${job.continuedBy}`}>{t('detail.continuedBy')}</Link>}
    </p>
  )
}

function Log({ job }: { job: JobDetail }) {
  const { t } = useTranslation('jobs')
  return (
    <Card title={t('detail.log')}>
      {job.log.length === 0 ? (
        <p className="mute">{t('detail.logNone')}</p>
      ) : (
        <>
          {job.logDropped > 0 && <p className="mute small">{t('detail.logDropped', { count: job.logDropped })}</p>}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <ol className="log" tabIndex={0} aria-label={t('detail.log')}>
            {job.log.map((line, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
              <li key={at} data-level={line.level}>
                <time className="mute" dateTime={new Date(line.at).toISOString()}>
                  {timeOfDay(line.at)}
                </time>{' '}
                {t(`level.${line.level}`)}{' '}
                <span lang="en" data-words="none">
                  {line.message}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Card>
  )
}

/** Everything that helps somebody else to help, for a ticket: never a secret, since the host kept none. */
function CopyDetails({ job, name }: { job: JobDetail; name: string }) {
  const { t } = useTranslation()
  const version = useCall('app.info', null).data?.version ?? ''
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void navigator.clipboard.writeText(detailsOf(job, name, version)).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  return (
    <p className="actions">
      <Button variant="default" onClick={copy}>
        {t('copyDetails')}
      </Button>
      <span role="status">{copied ? t('copied') : ''}</span>
    </p>
  )
}
