import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { saidOf } from '../../../contract/said/said.ts'
import { count, duration } from '../../format.ts'
import { needsApproval } from '../../parts/ask-approval.tsx'
import { Card, ErrorLine, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { JobProgress } from '../../parts/progress.tsx'
import { Told } from '../../parts/told.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { AskForRestore } from './approval.tsx'
import type { Run } from './draft.ts'
import { ProofCard, verdictOf } from './proof.tsx'
import { Files, windowWords } from './start-step.tsx'
import { type FollowedJob, isRestored, useFollowed } from './use-run.ts'

interface RunProps {
  run: Run
  signWith: string | null
  onSignWith(key: string | null): void
  onJobs(jobs: Partial<Pick<Run, 'restoreJob' | 'proofJob'>>): void
  /** Back to the preview, to change something: only where nothing was written. */
  onBack(): void
  onAnother(): void
}

/** A restore that was started: how it goes, the comparison with the archive, and the report. */
export function RunView({ run, signWith, onSignWith, onJobs, onBack, onAnother }: RunProps) {
  const { t } = useTranslation('restore')
  const restore = useFollowed(run.restoreJob)
  const proof = useFollowed(run.proofJob)
  const nextRestore = restore.kept?.continuedBy ?? null
  const nextProof = proof.kept?.continuedBy ?? null
  // it was resumed under Jobs
  useEffect(() => {
    if (nextRestore !== null) onJobs({ restoreJob: nextRestore })
    if (nextProof !== null) onJobs({ proofJob: nextProof })
  })
  const done = isRestored(restore)
  const names = { backup: run.choices.backupId, cluster: run.clusterName }
  return (
    <>
      <Headline sub={`${windowWords(run.choices, t)} ${t('run.sub', names)}`}>
        {t(`run.headline.${headlineOf(restore, proof)}`, names)}
      </Headline>
      <Card title={t('run.restore')}>
        <RestoreState restore={restore} run={run} onJobs={onJobs} onBack={onBack} />
      </Card>
      {done && (
        <ProofCard
          choices={run.choices}
          proof={proof}
          signWith={signWith}
          onSignWith={onSignWith}
          onStarted={(proofJob) => onJobs({ proofJob })}
        />
      )}
      <Files choices={run.choices} signWith={signWith} />
      {!restore.running && !proof.running && (
        <p className="actions restore-again">
          <Button variant="default" onClick={onAnother}>
            {t('run.another')}
          </Button>
        </p>
      )}
    </>
  )
}

type Headlines =
  | 'running'
  | 'stopped'
  | 'paused'
  | 'failed'
  | 'approval'
  | 'unproved'
  | 'proving'
  | 'proved'
  | 'different'
  | 'warned'
  | 'open'

const OF_VERDICT = {
  PASSED: 'proved',
  FAILED: 'different',
  WARNING: 'warned',
  INDETERMINATE: 'open',
  SKIPPED: 'open',
} as const

function headlineOf(restore: FollowedJob, proof: FollowedJob): Headlines {
  if (restore.running) return 'running'
  if (!isRestored(restore)) {
    if (restore.kept?.state === 'paused') return 'paused'
    if (restore.outcome?.state !== 'failed') return 'stopped'
    const { error } = restore.outcome
    const { code } = error
    if (code === 'INTERRUPTED' || code === 'WORKER_DIED') return 'stopped'
    return needsApproval(error) ? 'approval' : 'failed'
  }
  if (proof.running) return 'proving'
  const verdict = verdictOf(proof)
  return verdict === null ? 'unproved' : OF_VERDICT[verdict]
}

interface StateProps extends Pick<RunProps, 'run' | 'onJobs' | 'onBack'> {
  restore: FollowedJob
}

function RestoreState({ restore, run, onJobs, onBack }: StateProps) {
  const { t } = useTranslation('restore')
  const toJobs = (
    <p className="small">
      <Link to={`/jobs/${run.restoreJob}`}>{t('run.toJobs')}</Link>
    </p>
  )
  const { outcome, live, kept } = restore
  if (restore.running) {
    return (
      <>
        {live === null ? <p className="mute">{t('run.elsewhere')}</p> : <JobProgress job={live} />}
        <p className="mute small">{t('run.leave')}</p>
        {toJobs}
      </>
    )
  }
  if (isRestored(restore) && outcome?.state === 'done' && outcome.result.kind === 'restore') {
    const { records, topics, seconds, warnings, sayings } = outcome.result
    return (
      <>
        <p role="status">
          <Pill tone="ok">{t('run.complete')}</Pill>{' '}
          {t('run.written', { count: records, topics: t('streams', { ns: 'app', count: topics }) })}{' '}
          {seconds !== null && <span className="mute">{t('run.took', { time: duration(seconds) })}</span>}
        </p>
        {warnings.map((warning) => (
          <p key={warning}>
            <Pill tone="warn">{t('preview.warning')}</Pill> <Told text={warning} said={saidOf(warning, sayings)} />
          </p>
        ))}
        {toJobs}
      </>
    )
  }
  const error = outcome?.state === 'failed' ? outcome.error : null
  const stopped = error === null || error.code === 'INTERRUPTED' || error.code === 'WORKER_DIED'
  const records = outcome?.state === 'done' && outcome.result.kind === 'restore' ? outcome.result.records : null
  return (
    <>
      {error !== null && !stopped && <Problem error={error} inside />}
      {error !== null && stopped && (
        <p>
          <ErrorLine error={error} />
        </p>
      )}
      {stopped && (
        <p role="status">
          <Pill tone="warn">{t(kept?.state === 'paused' ? 'run.paused' : 'run.stopped')}</Pill>{' '}
          {records === null || records === 0
            ? t('run.stoppedText')
            : t('run.stoppedAfter', { records: count(records) })}
        </p>
      )}
      {error !== null && needsApproval(error) && <AskForRestore choices={run.choices} />}
      <GoOn jobId={run.restoreJob} able={kept === null || kept.resume !== 'no'} stopped={stopped} onJobs={onJobs}>
        {!stopped && (
          <Button variant="default" onClick={onBack}>
            {t('run.back')}
          </Button>
        )}
      </GoOn>
      {kept?.whyNoResume != null && (
        <p className="mute small">
          <Told text={kept.whyNoResume} said={kept.said} />
        </p>
      )}
      {toJobs}
    </>
  )
}

interface GoOnProps {
  jobId: string
  able: boolean
  stopped: boolean
  onJobs: RunProps['onJobs']
  children: React.ReactNode
}

/** The same restore again: it finds what it has written and goes on behind it. */
function GoOn({ jobId, able, stopped, onJobs, children }: GoOnProps) {
  const { t } = useTranslation('restore')
  const resume = useAct('jobs.resume', ['jobs.page', 'jobs.get'])
  return (
    <>
      <p className="actions">
        <Button
          disabled={!able}
          loading={resume.isPending}
          onClick={() => resume.mutate({ jobId }, { onSuccess: (next) => onJobs({ restoreJob: next.jobId }) })}
        >
          {t(stopped ? 'run.goOn' : 'run.tryAgain')}
        </Button>
        {children}
      </p>
      {resume.error !== null && <Problem error={errorOf(resume.error)} inside />}
    </>
  )
}
