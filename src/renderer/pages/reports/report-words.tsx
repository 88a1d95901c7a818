import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ReportFacts } from '../../../contract/ipc/calls/reports.ts'
import { type Said, saidOf } from '../../../contract/said/said.ts'
import { count, moment, monthName, utc } from '../../format.ts'
import { Pill } from '../../parts/basics.tsx'
import { Told } from '../../parts/told.tsx'
import { isOutcome, outcomeTone } from './words.ts'

/** What the report's data says, in words: for screen readers, and for whoever has no PDF. */
export function ReportWords({ facts }: { facts: ReportFacts }) {
  const { t } = useTranslation('reports')
  const none = <span className="mute">{t('none', { ns: 'app' })}</span>
  const at = Date.parse(facts.generatedAt)
  const { operator, totals, lock, monthly } = facts
  return (
    <>
      <p className="mute small">{t('words.note')}</p>
      <dl className="facts">
        <dt>{t('words.result')}</dt>
        <dd>
          {isOutcome(facts.overall) ? (
            <Pill tone={outcomeTone(facts.overall)}>{t(`outcome.${facts.overall}`)}</Pill>
          ) : (
            none
          )}
        </dd>
        <dt>{t('words.id')}</dt>
        <dd>
          <code>{facts.reportId}</code>
        </dd>
        <dt>{t('words.made')}</dt>
        <dd>
          {Number.isNaN(at) ? none : `${moment(at)} (${utc(facts.generatedAt)})`} · {facts.tool}
        </dd>
        <dt>{t('words.backup')}</dt>
        <dd>{facts.backupId}</dd>
        <dt>{t('words.holds')}</dt>
        <dd>
          {t('streams', { ns: 'app', count: totals.topics })} ·{' '}
          {t('partitions', { ns: 'app', count: totals.partitions })} ·{' '}
          {t('records', { ns: 'app', count: totals.records })}
        </dd>
        {facts.matter !== null && (
          <>
            <dt>{t('words.matter')}</dt>
            <dd>{facts.matter}</dd>
          </>
        )}
        <dt>{t('words.signer')}</dt>
        <dd>{facts.algorithm === null ? t('unsigned') : (operator.name ?? facts.signedBy ?? none)}</dd>
        <dt>{t('words.role')}</dt>
        <dd>{operator.role ?? none}</dd>
        <dt>{t('words.meaning')}</dt>
        <dd>{operator.meaning ?? none}</dd>
        <dt>{t('words.by')}</dt>
        <dd>{operator.osUser}</dd>
        <dt>{t('words.lock')}</dt>
        <dd>{lock === null ? none : <LockWords lock={lock} />}</dd>
        <dt>{t('words.controls')}</dt>
        <dd>
          {t('words.controlCounts', {
            supported: count(facts.controls.supported),
            against: count(facts.controls.notSupported),
            open: count(facts.controls.notCovered),
          })}{' '}
          <Link to="/controls">{t('toControls')}</Link>
        </dd>
      </dl>
      {monthly !== null && (
        <>
          <h3>{t('words.month', { month: monthName(monthly.month) })}</h3>
          <p>
            {t('words.monthRuns', { runs: count(monthly.runs), complete: count(monthly.runsComplete) })}{' '}
            {t('words.monthTests', { restores: count(monthly.restores), validations: count(monthly.validations) })}
          </p>
          {monthly.deepChecks !== null && (
            <p>
              {monthly.deepChecks.length === 0
                ? t('words.noDeepChecks')
                : t('words.deepChecks', { count: monthly.deepChecks.length })}
            </p>
          )}
          {monthly.findings.length > 0 && (
            <Lines
              title={t('words.findings')}
              lines={monthly.findings.map((one) => one.text)}
              sayings={facts.sayings}
            />
          )}
        </>
      )}
      <h3>{t('words.checks')}</h3>
      <ul className="plain-list">
        {facts.checks.map((check) => (
          <li key={check.name}>
            {isOutcome(check.outcome) && <Pill tone={outcomeTone(check.outcome)}>{t(`outcome.${check.outcome}`)}</Pill>}{' '}
            <strong>{t(`support.${check.name}`, { defaultValue: check.name })}</strong>
            <div>
              <Told text={check.detail} said={check.said} />
            </div>
          </li>
        ))}
      </ul>
      {facts.notCovered.length > 0 && (
        <Lines title={t('words.notCovered')} lines={facts.notCovered} sayings={facts.sayings} />
      )}
      {facts.streams.length > 0 && (
        <details>
          <summary>{t('words.streams', { count: facts.streamsTotal })}</summary>
          <ul className="plain-list">
            {facts.streams.map((one) => (
              <li key={one.topic}>
                {one.topic} · {t('partitions', { ns: 'app', count: one.partitions })} ·{' '}
                {t('records', { ns: 'app', count: one.records })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function LockWords({ lock }: { lock: NonNullable<ReportFacts['lock']> }) {
  const { t } = useTranslation('reports')
  return (
    <>
      {lock.until === null
        ? t(`words.locks.${lock.mode}`, { defaultValue: lock.mode })
        : t('words.lockedUntil', { mode: lock.mode, until: utc(lock.until) })}{' '}
      <span className="mute small">
        <Told text={lock.reason} said={lock.said} />
      </span>
    </>
  )
}

function Lines({ title, lines, sayings }: { title: string; lines: readonly string[]; sayings: readonly Said[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>
            <Told text={line} said={saidOf(line, sayings)} />
          </li>
        ))}
      </ul>
    </>
  )
}
