import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobFacts } from '../../../contract/ipc/facts.ts'
import { type Said, saidOf } from '../../../contract/said/said.ts'
import { bytes, count, duration } from '../../format.ts'
import { Pill, type Tone } from '../../parts/basics.tsx'
import { Told } from '../../parts/told.tsx'

type FactName = keyof typeof import('../../locales/en/jobs.json')['fact']
type Line = [FactName, ReactNode]

const VERDICT_TONE: Record<string, Tone> = {
  PASSED: 'ok',
  passed: 'ok',
  WARNING: 'warn',
  INDETERMINATE: 'warn',
  indeterminate: 'warn',
  SKIPPED: 'plain',
  FAILED: 'bad',
  failed: 'bad',
}
const SEVERITY_TONE = { error: 'bad', warning: 'warn', note: 'plain' } as const

/** The figures of a job's result, and what it found; each kind has its page for more. */
export function Outcome({ facts }: { facts: JobFacts }) {
  const { t } = useTranslation('jobs')
  const lines = useLines(facts).filter(([, value]) => value !== null && value !== '')
  return (
    <>
      <dl className="facts">
        {lines.map(([name, value]) => (
          <div key={name} className={name === 'reason' ? 'wide' : undefined}>
            <dt>{t(`fact.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Findings facts={facts} />
      {'warnings' in facts && facts.warnings.length > 0 && (
        <details>
          <summary>{t('warnings', { count: facts.warnings.length })}</summary>
          <ul>
            {facts.warnings.map((warning) => (
              <li key={warning}>
                <Told text={warning} said={saidOf(warning, 'sayings' in facts ? facts.sayings : undefined)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function useLines(facts: JobFacts): Line[] {
  const { t } = useTranslation('jobs')
  const verdict = (value: keyof typeof VERDICT_WORDS): Line => [
    'verdict',
    <Pill key="verdict" tone={VERDICT_TONE[value] ?? 'plain'}>
      {t(`verdict.${value}`)}
    </Pill>,
  ]
  const where = (one: { backupId: string; location: string }): Line[] => [
    ['backupId', one.backupId],
    ['location', one.location],
  ]
  const took = (seconds: number | null): Line => ['seconds', seconds === null ? null : duration(seconds)]
  const size = (value: number | null): Line => ['bytes', value === null ? null : bytes(value)]
  switch (facts.kind) {
    case 'backup':
      return [
        ...where(facts),
        [facts.dryRun ? 'recordsAtMost' : 'records', count(facts.records)],
        size(facts.bytes),
        ['stored', facts.storedBytes === null ? null : bytes(facts.storedBytes)],
        ['topics', count(facts.topics)],
        ['gaps', facts.dryRun ? null : count(facts.gaps)],
        took(facts.seconds),
      ]
    case 'restore':
      return [
        ...where(facts),
        ['records', count(facts.records)],
        size(facts.bytes),
        ['topics', count(facts.topics)],
        took(facts.seconds),
      ]
    case 'validate':
      return [
        verdict(facts.verdict),
        ['reason', <Told key="reason" text={facts.reason} said={facts.said} />],
        ...where(facts),
        ['segments', count(facts.segments)],
        ['records', facts.deep ? count(facts.records) : null],
        took(facts.seconds),
      ]
    case 'validation':
      return [
        verdict(facts.overall),
        ...where(facts),
        ['checks', t('fact.checksOf', { passed: facts.counts.passed, total: facts.counts.total })],
        ['report', facts.reportId],
        ['signedBy', facts.evidence.signedBy],
        took(facts.seconds),
      ]
    case 'extract':
      return [
        ...where(facts),
        [facts.dryRun ? 'recordsAtMost' : 'records', count(facts.records)],
        size(facts.package === null ? facts.bytes : facts.package.bytes),
        ['output', facts.output],
        ['sha256', facts.package === null ? null : <code key="sha256">{facts.package.sha256}</code>],
        ['signedBy', facts.package?.signedBy ?? null],
        took(facts.package?.seconds ?? null),
      ]
    case 'verify':
      return [verdict(facts.verified.verdict), ['file', facts.verified.files.map((one) => one.file).join(', ')]]
    case 'monthly-report':
      return [
        ...where(facts),
        ['month', facts.month],
        ['runs', t('fact.runsOf', { complete: facts.runsComplete, total: facts.runs })],
        ['findings', count(facts.openFindingsTotal)],
        ['report', facts.reportId],
        ['signedBy', facts.evidence.signedBy],
      ]
    case 'keys':
      return [['key', facts.keys.map((one) => one.name).join(', ')]]
    case 'custody':
      return [...where(facts), ['lines', count(facts.lines)], ['signedBy', facts.signedBy]]
    case 'evidence-get':
    case 'evidence-timestamp':
      return [['report', facts.reportId]]
    case 'snapshot-groups':
      return [...where(facts), ['groups', count(facts.groups)]]
    case 'check':
      return [verdict(facts.check.verdict)]
    case 'update':
      return [
        ['version', facts.version],
        ['output', facts.output],
        size(facts.size),
        ['sha256', facts.sha256 === null ? null : <code key="sha256">{facts.sha256}</code>],
      ]
    default:
      return []
  }
}

const VERDICT_WORDS = {
  PASSED: '',
  FAILED: '',
  INDETERMINATE: '',
  WARNING: '',
  SKIPPED: '',
  passed: '',
  failed: '',
  indeterminate: '',
} as const

/** What is not well, one sentence each. */
function Findings({ facts }: { facts: JobFacts }) {
  const { t } = useTranslation('jobs')
  const found = findingsOf(facts, t)
  if (found.length === 0) return null
  const total = facts.kind === 'validate' ? facts.findingsTotal : found.length
  return (
    <>
      <h3 className="after-choice">{t('findings', { count: total })}</h3>
      {found.length < total && <p className="mute small">{t('findingsShown', { shown: found.length, total })}</p>}
      <ul className="findings">
        {found.map(({ tone, text, said, more }) => (
          <li key={text + more}>
            <Pill tone={tone}>
              <Told text={text} said={said} />
            </Pill>
            {more !== '' && <div className="mute small">{more}</div>}
          </li>
        ))}
      </ul>
    </>
  )
}

interface Found {
  tone: Tone
  text: string
  said: Said | undefined
  more: string
}

function findingsOf(facts: JobFacts, t: ReturnType<typeof useTranslation<'jobs'>>['t']): Found[] {
  switch (facts.kind) {
    case 'validate':
      return facts.findings.map((one) => ({
        tone: SEVERITY_TONE[one.severity],
        text: one.reason,
        said: one.said,
        more: [one.code, one.segment ?? '', one.offset === undefined ? '' : t('offset', { offset: one.offset })]
          .join(' ')
          .trim(),
      }))
    case 'validation':
      return facts.checks
        .filter((one) => one.outcome !== 'PASSED')
        .map((one) => ({
          tone: VERDICT_TONE[one.outcome] ?? 'plain',
          text: one.detail,
          said: one.said,
          more: t(`support.${one.name}`, { ns: 'reports', defaultValue: one.name }),
        }))
    case 'restore':
      return facts.failures.map((text) => ({ tone: 'bad' as const, text, said: saidOf(text, facts.sayings), more: '' }))
    case 'verify':
      return facts.verified.files
        .filter((one) => one.verdict !== 'passed')
        .map((one) => ({
          tone: VERDICT_TONE[one.verdict] ?? 'plain',
          text: one.reason,
          said: undefined,
          more: one.file,
        }))
    case 'extract':
      return (facts.package?.failures ?? []).map((one) => ({
        tone: 'bad' as const,
        text: one.reason,
        said: one.said,
        more: one.segment,
      }))
    case 'check':
      return facts.check.steps
        .filter((one) => one.outcome === 'failed')
        .map((one) => ({ tone: 'bad' as const, text: one.message, said: one.said, more: one.subject }))
    default:
      return []
  }
}
