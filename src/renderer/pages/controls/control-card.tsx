import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ControlEvidence, ControlStanding } from '../../../contract/results.ts'
import { day, sentence } from '../../format.ts'
import { Pill, type Tone } from '../../parts/basics.tsx'
import type { ControlWords } from './control-words.ts'
import { ageDays, type Controls, FRESH_DAYS } from './rows.ts'

const TONE: Record<ControlStanding['state'], Tone> = { supported: 'ok', 'not supported': 'bad', 'not covered': 'plain' }
const SIGNATURE_TONE: Record<ControlEvidence['signature'], Tone> = { valid: 'ok', untrusted: 'warn', unsigned: 'warn' }

interface CardProps {
  /** Its id. */
  framework: string
  control: ControlStanding
  words: ControlWords
  connections: Controls['connections']
  now: number
}

export function ControlCard({ framework, control, words, connections, now }: CardProps) {
  const { t } = useTranslation('controls')
  const id = useId()
  const age = ageDays(control, now)
  const own = words.control(framework, control)
  const { name, title, asks, beyond, cited } = { name: control.control, cited: undefined, ...(own ?? control) }
  const reason = words.reason(framework, control, control)
  return (
    <article className="card control" aria-labelledby={id}>
      <div className="between">
        <div>
          <h2 id={id}>
            <span className="control-name">{name}</span> <span className="control-title">{title}</span>
          </h2>
          <p className="mute small">
            {cited !== undefined && cited !== control.citation && `${cited} · `}
            <cite lang="en">{control.citation}</cite>
          </p>
        </div>
        <p className="actions">
          <Pill tone={TONE[control.state]}>{t(`states.${control.state}`)}</Pill>
          {control.state === 'supported' && age !== null && age >= FRESH_DAYS && (
            <Pill tone="warn">{t('old', { days: FRESH_DAYS })}</Pill>
          )}
        </p>
      </div>
      <p>
        <span className="mute">{t('asks')}</span> {sentence(asks)}
      </p>
      {reason === null ? <p lang="en">{control.reason}</p> : <p>{reason}</p>}
      {control.evidence !== null && (
        <Evidence evidence={control.evidence} connections={connections} age={age} label={t('evidence')} />
      )}
      <details>
        <summary>{t('details', { ns: 'app' })}</summary>
        <p>
          <span className="mute">{t('restsOn')}</span>{' '}
          {control.rests_on.length === 0
            ? t('restsOnNothing')
            : control.rests_on
                .map((one) => t(`support.${one.replace('fact:', '')}`, { ns: 'reports', defaultValue: one }))
                .join('; ')}
        </p>
        {control.state !== 'supported' && control.reason !== control.beyond && (
          <p>
            <span className="mute">{t('beyond')}</span> {beyond}
          </p>
        )}
        {control.backups_total > 1 && (
          <>
            <p className="mute">{t('byBackup', { count: control.backups_total })}</p>
            <ul className="plain-list">
              {control.backups.map((one) => (
                <li key={`${one.place} ${one.backup_id}`}>
                  <Pill tone={TONE[one.state]}>{t(`states.${one.state}`)}</Pill>{' '}
                  <Evidence evidence={one} connections={connections} age={daysOf(one, now)} label={one.backup_id} />
                </li>
              ))}
            </ul>
          </>
        )}
      </details>
    </article>
  )
}

const daysOf = (evidence: ControlEvidence, now: number): number =>
  Math.max(0, Math.floor((now - Date.parse(evidence.at)) / 86_400_000))

interface EvidenceProps {
  evidence: ControlEvidence
  connections: Controls['connections']
  age: number | null
  label: string
}

/** Which report it is, how old it is, and who vouches for it. */
function Evidence({ evidence, connections, age, label }: EvidenceProps) {
  const { t } = useTranslation('controls')
  const connection = connections.find((one) => one.place === evidence.place)
  const name = t('reportOf', {
    kind: t(`kinds.${evidence.report_id.split('-')[0]}`, { defaultValue: evidence.report_id }),
    day: day(Date.parse(evidence.at)),
  })
  return (
    <p className="evidence">
      <span className="mute">{label}:</span>{' '}
      {connection === undefined ? (
        name
      ) : (
        <Link to={`/reports/${connection.connectionId}/${evidence.report_id}`}>{name}</Link>
      )}
      {age !== null && ` · ${age === 0 ? t('today') : t('age', { count: age })}`} · {evidence.backup_id} ·{' '}
      {evidence.place}{' '}
      <Pill tone={SIGNATURE_TONE[evidence.signature]}>
        {t(`signature.${evidence.signature}`, { name: evidence.signed_by ?? t('unknown', { ns: 'app' }) })}
      </Pill>
    </p>
  )
}
