import { Button, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { JobFacts } from '../../../contract/ipc/job.ts'
import type { RestoreChoices } from '../../../contract/ipc/restore.ts'
import { saidOf } from '../../../contract/said/said.ts'
import { duration } from '../../format.ts'
import { Card, Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { JobProgress } from '../../parts/progress.tsx'
import { Told } from '../../parts/told.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { reportAddress } from '../reports/place.ts'
import type { FollowedJob } from './use-run.ts'

type ValidationFacts = JobFacts & { kind: 'validation' }
type Overall = ValidationFacts['overall']

const TONE: Record<Overall, Tone> = {
  PASSED: 'ok',
  FAILED: 'bad',
  WARNING: 'warn',
  SKIPPED: 'plain',
  INDETERMINATE: 'warn',
}

/** Of the comparison; null where none has run to its end. */
export function verdictOf(proof: FollowedJob): Overall | null {
  return factsOf(proof)?.overall ?? null
}

function factsOf({ outcome }: FollowedJob): ValidationFacts | null {
  return outcome?.state === 'done' && outcome.result.kind === 'validation' ? outcome.result : null
}

interface ProofProps {
  choices: RestoreChoices
  proof: FollowedJob
  signWith: string | null
  onSignWith(key: string | null): void
  onStarted(jobId: string): void
}

/** The comparison that makes a restore a proved one: offered, under way, or its verdict with the report. */
export function ProofCard({ choices, proof, signWith, onSignWith, onStarted }: ProofProps) {
  const { t } = useTranslation('restore')
  const prove = useAct('restore.prove', ['jobs.page', 'overview.get'])
  const start = (again: boolean) => (
    <>
      <SignWith value={signWith} onChange={onSignWith} />
      <p className="actions">
        <Button
          variant={again ? 'default' : 'filled'}
          loading={prove.isPending}
          onClick={() =>
            void prove.mutateAsync({ choices, signWith }).then(
              ({ jobId }) => onStarted(jobId),
              () => {},
            )
          }
        >
          {t(again ? 'proof.again' : 'proof.start')}
        </Button>
      </p>
      {prove.error !== null && <Problem error={errorOf(prove.error)} inside />}
    </>
  )
  const facts = factsOf(proof)
  const { outcome } = proof
  if (proof.running) {
    return (
      <Card title={t('proof.title')}>
        {proof.live === null ? <p className="mute">{t('run.elsewhere')}</p> : <JobProgress job={proof.live} />}
      </Card>
    )
  }
  if (facts !== null) {
    return (
      <>
        <Verdict facts={facts} location={choices.location} />
        <details className="card">
          <summary>{t('proof.once')}</summary>
          {start(true)}
        </details>
      </>
    )
  }
  return (
    <Card title={t('proof.title')}>
      {outcome?.state === 'failed' && <Problem error={outcome.error} inside />}
      {outcome === null && proof.kept !== null && <p>{t('proof.stopped')}</p>}
      <p>{t('proof.text')}</p>
      {start(outcome !== null)}
    </Card>
  )
}

/** Which key signs the report; nothing where there is none that can. */
function SignWith({ value, onChange }: { value: string | null; onChange(key: string | null): void }) {
  const { t } = useTranslation('restore')
  const listed = useCall('keys.list', null)
  const usable = (listed.data?.keys ?? []).filter((key) => key.status === 'usable')
  if (usable.length === 0) return null
  return (
    <Select
      className="narrow"
      label={t('proof.sign')}
      placeholder={t('proof.unsigned')}
      clearable
      clearButtonProps={{ 'aria-label': t('proof.unsigned') }}
      data={usable.map((key) => ({ value: key.name, label: key.name }))}
      value={usable.some((key) => key.name === value) ? value : null}
      onChange={onChange}
    />
  )
}

function Verdict({ facts, location }: { facts: ValidationFacts; location: RestoreChoices['location'] }) {
  const { t } = useTranslation('restore')
  const { evidence } = facts
  return (
    <>
      <Card title={t('proof.title')} tone={TONE[facts.overall]}>
        <p role="status">
          <Pill tone={TONE[facts.overall]}>{t(`proof.outcome.${facts.overall}`)}</Pill>{' '}
          {t(`proof.sentence.${facts.overall}`)}{' '}
          <span className="mute">{t('run.took', { time: duration(facts.seconds) })}</span>
        </p>
        <ul className="steps" aria-label={t('proof.checks')}>
          {facts.checks.map((check) => (
            <li key={check.name}>
              <div>
                <strong>{checkName(check.name, t)}</strong>
                <div className="mute">
                  <Told text={check.detail} said={check.said} />
                </div>
              </div>
              <Pill tone={TONE[check.outcome]}>{t(`proof.outcome.${check.outcome}`)}</Pill>
            </li>
          ))}
        </ul>
        {facts.notCovered.length > 0 && (
          <details>
            <summary>{t('proof.notCovered', { count: facts.notCovered.length })}</summary>
            <ul>
              {facts.notCovered.map((one) => (
                <li key={one}>
                  <Told text={one} said={saidOf(one, facts.sayings)} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </Card>
      <Card title={t('report.title')}>
        <p>
          {t('report.kept', { id: facts.reportId })}{' '}
          {evidence.signedBy !== null ? t('report.signed', { name: evidence.signedBy }) : t('report.unsigned')}
        </p>
        <p className="mute small">
          {facts.location} · <code>{evidence.folder}</code>
          <br />
          {t('report.digest')} <code className="digest">{evidence.reportSha256}</code>
        </p>
        <p className="actions">
          <Button component={Link} to={reportAddress(location, facts.reportId)}>
            {t('report.open')}
          </Button>
        </p>
        {'path' in location && (
          <p className="mute small">
            {t('report.unconnected')} <Link to="/connections">{t('report.connect')}</Link>
          </p>
        )}
      </Card>
    </>
  )
}

type T = ReturnType<typeof useTranslation<'restore'>>['t']
const NAMED = [
  'ContentCheck',
  'MessageCountCheck',
  'OffsetRangeCheck',
  'ConsumerGroupOffsetCheck',
  'IntegrityCheck',
  'TopicConfigurationCheck',
] as const

/** A check of the engine in words; one of the user's own by the name it was given. */
function checkName(name: string, t: T): string {
  const known = NAMED.find((one) => one === name)
  return known === undefined ? name : t(`proof.check.${known}`)
}
