import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import type { BackupStanding } from '../../../contract/results.ts'
import { count, day, fromNow, moment, rounded, sentence } from '../../format.ts'
import { Card, Empty, Figure, Headline, Pill } from '../../parts/basics.tsx'
import { DayBars } from '../../parts/day-bars.tsx'
import { AttentionCard, attentionWords, headlineOf } from './attention.tsx'
import { StreamTable } from './streams.tsx'

type Overview = CallOutput<'overview.get'>

/** How everything stands: the answer, the one red place, the figures, coverage, what comes next. */
export function Standing({ data }: { data: Overview }) {
  const { t } = useTranslation('overview')
  const backups = data.overview.places.flatMap((place) => place.backups)
  const [first, ...others] = data.attention.filter((one) => one.severity === 'bad')
  const notes = [...others, ...data.attention.filter((one) => one.severity === 'warn')]
  return (
    <>
      <Headline sub={subline(data, backups, t)}>{headlineOf(data, t)}</Headline>
      {first !== undefined && <AttentionCard one={first} />}
      {backups.length === 0 ? (
        <Empty title={t('nothing.title')} action={<Link to="/backups/new">{t('nothing.action')}</Link>}>
          {t('nothing.text')}
        </Empty>
      ) : (
        <>
          <Figures backups={backups} targets={data.targets} />
          <div className="overview-row">
            <Coverage backups={backups} />
            <Next data={data} />
          </div>
          {notes.length > 0 && (
            <Card title={t('notes')}>
              <ul className="plain-list">
                {notes.map((one) => {
                  const { text, to } = attentionWords(one, t)
                  return (
                    <li key={JSON.stringify(one)}>
                      <Pill tone={one.severity}>{t(`severity.${one.severity}`)}</Pill> {sentence(text)}{' '}
                      <Link to={to}>{t(`a.${one.kind}.action`)}</Link>
                    </li>
                  )
                })}
              </ul>
            </Card>
          )}
          <StreamTable places={data.overview.places} />
        </>
      )}
    </>
  )
}

function subline(
  data: Overview,
  backups: readonly BackupStanding[],
  t: ReturnType<typeof useTranslation<'overview'>>['t'],
) {
  const streams = backups.reduce((sum, one) => sum + one.streams_total, 0)
  return t('sub', {
    streams: t('streams', { ns: 'app', count: streams }),
    checked: fromNow(Date.parse(data.overview.checked_at)),
  })
}

const newest = <T,>(all: readonly T[], at: (one: T) => string | null): T | undefined =>
  all.filter((one) => at(one) !== null).sort((a, b) => ((at(a) ?? '') < (at(b) ?? '') ? 1 : -1))[0]

const isWithin = (at: string | null | undefined, hours: number): boolean =>
  at != null && Date.now() - Date.parse(at) <= hours * 3_600_000

function Figures({ backups, targets }: { backups: readonly BackupStanding[]; targets: Overview['targets'] }) {
  const { t } = useTranslation('overview')
  const good = newest(backups, (one) => one.last_good_at)
  const proved = newest(
    backups.filter((one) => one.last_proof?.overall_result === 'PASSED'),
    (one) => one.last_proof?.at ?? null,
  )
  const locked = backups.filter(({ lock }) => lock.mode === 'COMPLIANCE' || lock.mode === 'GOVERNANCE')
  const weakest = [...locked].sort((a, b) => ((a.lock.retain_until ?? '') < (b.lock.retain_until ?? '') ? -1 : 1))[0]
  const until = locked.length === backups.length ? (weakest?.lock.retain_until ?? null) : null
  const holds = backups.filter((one) => one.lock.legal_hold === true).length
  const onTime = isWithin(good?.last_good_at, targets.backupHours)
  const tested = isWithin(proved?.last_proof?.at, targets.restoreDays * 24)
  return (
    <div className="row">
      <Figure
        title={t('figures.good')}
        value={good?.last_good_at == null ? t('none', { ns: 'app' }) : fromNow(Date.parse(good.last_good_at))}
      >
        {good?.last_good_at == null ? (
          t('figures.goodNone')
        ) : (
          <>
            {t('figures.goodText', {
              backup: good.backup_id,
              records: rounded(good.records),
              signed: t(`figures.${good.signature ?? 'unsigned'}`),
            })}{' '}
            <Pill tone={onTime ? 'ok' : 'warn'}>
              {t(onTime ? 'figures.onTime' : 'figures.late', { hours: targets.backupHours })}
            </Pill>
          </>
        )}
      </Figure>
      <Figure
        title={t('figures.proved')}
        value={proved?.last_proof == null ? t('figures.never') : fromNow(Date.parse(proved.last_proof.at))}
      >
        {proved?.last_proof == null ? (
          t('figures.provedNone')
        ) : (
          <>
            {t('figures.provedText', { backup: proved.backup_id, by: proved.last_proof.by })}{' '}
            <Pill tone={tested ? 'ok' : 'warn'}>
              {t(tested ? 'figures.tested' : 'figures.untested', { count: targets.restoreDays })}
            </Pill>
          </>
        )}
      </Figure>
      <Figure
        title={t(until === null ? 'figures.lockedSome' : 'figures.locked')}
        value={
          until !== null
            ? day(Date.parse(until))
            : t('figures.lockedOf', { locked: locked.length, all: backups.length })
        }
      >
        {locked.length === 0
          ? t('figures.lockedNone')
          : t('figures.lockedText', { mode: weakest?.lock.mode ?? '', holds: t('figures.holds', { count: holds }) })}
      </Figure>
    </div>
  )
}

function Coverage({ backups }: { backups: readonly BackupStanding[] }) {
  const { t } = useTranslation('overview')
  const days = (backups[0]?.coverage ?? []).map(({ day: name }, at) => {
    const all = backups.map((one) => one.coverage[at]).filter((one) => one !== undefined)
    const sum = (what: (one: BackupStanding['coverage'][number]) => number) =>
      all.reduce((total, one) => total + what(one), 0)
    const lost = sum((one) => one.lost_offsets)
    const failed = sum((one) => one.failed_runs)
    const records = sum((one) => one.records)
    return {
      day: name,
      value: records,
      lost,
      failed,
      mark: failed > 0 ? ('bad' as const) : lost > 0 ? ('warn' as const) : null,
    }
  })
  const wordsOf = (one: (typeof days)[number]) =>
    [
      one.value === 0
        ? t('coverage.dayNone', { day: day(Date.parse(one.day), 'UTC') })
        : t('coverage.day', { day: day(Date.parse(one.day), 'UTC'), records: count(one.value) }),
      ...(one.lost > 0 ? [t('coverage.lost', { count: one.lost })] : []),
      ...(one.failed > 0 ? [t('coverage.failed', { count: one.failed })] : []),
    ].join('; ')
  const marked = days.filter((one) => one.mark !== null)
  const [first, last] = [days[0], days.at(-1)]
  return (
    <Card title={t('coverage.title', { count: days.length })}>
      {first !== undefined && last !== undefined && (
        <DayBars
          days={days.map((one) => ({ ...one, label: wordsOf(one) }))}
          title={marked.length === 0 ? t('coverage.complete') : marked.map(wordsOf).join('. ')}
          from={day(Date.parse(first.day), 'UTC')}
          to={t('coverage.today')}
        />
      )}
      {marked.length === 0 ? (
        <p className="mute">{t('coverage.complete')}</p>
      ) : (
        <ul className="plain-list">
          {marked.map((one) => (
            <li key={one.day}>{wordsOf(one)}.</li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function Next({ data }: { data: Overview }) {
  const { t } = useTranslation('overview')
  const coming = data.schedules
    .filter((one) => one.nextAt !== null && !one.paused)
    .sort((a, b) => ((a.nextAt ?? '') < (b.nextAt ?? '') ? -1 : 1))
    .slice(0, 5)
  return (
    <Card title={t('next.title')}>
      {coming.length === 0 ? (
        <>
          <p className="mute">{t('next.none')}</p>
          <p>
            <Link to="/backups">{t('next.action')}</Link>
          </p>
        </>
      ) : (
        <ul className="plain-list">
          {coming.map((one) => (
            <li key={one.name} className="between">
              <span>{one.name}</span>
              <span className="right">
                {moment(Date.parse(one.nextAt ?? ''))}
                <br />
                <span className="mute">{fromNow(Date.parse(one.nextAt ?? ''))}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
