import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'
import type { JobFacts, JobSummary } from '../../../../contract/ipc/job.ts'
import { bytes, count, duration } from '../../../format.ts'
import { Card, Pill, Problem } from '../../../parts/basics.tsx'
import { JobProgress } from '../../../parts/progress.tsx'
import { Told } from '../../../parts/told.tsx'
import { useAct } from '../../../query.ts'
import { errorOf } from '../../../state.ts'

interface CheckCardProps {
  location: ArchiveLocationInput
  backupId: string
  job: JobSummary | null
  onStarted(jobId: string): void
}

/** Whether it is whole and unchanged, by reading all of it. */
export function CheckCard({ location, backupId, job, onStarted }: CheckCardProps) {
  const { t } = useTranslation('backups')
  const start = useAct('archives.validate')
  const check = (deep: boolean) =>
    start.mutate({ location, backupId, deep }, { onSuccess: ({ jobId }) => onStarted(jobId) })
  const running = job !== null && job.outcome === null
  return (
    <Card title={t('archives.check.title')}>
      {job === null && <p className="mute">{t('archives.check.text')}</p>}
      {running && <JobProgress job={job} />}
      {job?.outcome?.state === 'failed' && <Problem error={job.outcome.error} inside />}
      {job?.outcome?.state === 'done' && job.outcome.result.kind === 'validate' && (
        <Verdict facts={job.outcome.result} />
      )}
      {!running && (
        <p className="actions after-choice">
          <Button loading={start.isPending} onClick={() => check(true)}>
            {t('archives.check.deep')}
          </Button>
          <Button variant="default" disabled={start.isPending} onClick={() => check(false)}>
            {t('archives.check.quick')}
          </Button>
          <Link to="/restore">{t('archives.check.restore')}</Link>
        </p>
      )}
      {start.error !== null && <Problem error={errorOf(start.error)} inside />}
    </Card>
  )
}

const VERDICT_TONE = { PASSED: 'ok', FAILED: 'bad', INDETERMINATE: 'warn' } as const
const SEVERITY_TONE = { error: 'bad', warning: 'warn', note: 'plain' } as const

function Verdict({ facts }: { facts: Extract<JobFacts, { kind: 'validate' }> }) {
  const { t } = useTranslation('backups')
  const figures = { segments: count(facts.segments), time: duration(facts.seconds) }
  return (
    <div role="status">
      <p>
        <Pill tone={VERDICT_TONE[facts.verdict]}>{t(`archives.check.verdict.${facts.verdict}`)}</Pill>{' '}
        <Told text={facts.reason} said={facts.said} />
      </p>
      <p className="mute">
        {facts.deep
          ? t('archives.check.read', { ...figures, records: count(facts.records), size: bytes(facts.bytes) })
          : t('archives.check.looked', figures)}
      </p>
      {facts.findingsTotal > 0 && (
        <>
          <h3>{t('archives.check.findings', { count: facts.findingsTotal })}</h3>
          {facts.findings.length < facts.findingsTotal && (
            <p className="mute small">
              {t('ofRows', { ns: 'app', shown: facts.findings.length, total: facts.findingsTotal })}
            </p>
          )}
          <ul className="findings">
            {facts.findings.map((finding) => (
              <li key={JSON.stringify(finding)}>
                <Pill tone={SEVERITY_TONE[finding.severity]}>{t(`archives.check.severity.${finding.severity}`)}</Pill>{' '}
                <Told text={finding.reason} said={finding.said} />
                <div className="mute small">
                  <code>{finding.code}</code> {finding.segment}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
