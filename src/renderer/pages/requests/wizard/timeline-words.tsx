import { useTranslation } from 'react-i18next'
import type { Timeline } from '../../../../contract/ipc/calls/requests.ts'
import { count } from '../../../format.ts'
import { zoneDay, zoneTime } from '../times.ts'

const SHOWN = 3
const DAY_MS = 86_400_000

interface QuietProps {
  data: Timeline
  zone: string
  window: { start: number | null; end: number | null }
}

/** The longest stretches without records, in words, and what the account of offsets says of them. */
export function QuietWords({ data, zone, window }: QuietProps) {
  const { t } = useTranslation('requests')
  const inside = data.quiet.filter(
    ({ from, to }) => to > (window.start ?? -Infinity) && from <= (window.end ?? Infinity),
  )
  if (inside.length === 0) return null
  return (
    <>
      {inside.slice(0, SHOWN).map(({ from, to, lost }) => (
        <span key={from} className="warn-text">
          {t(`window.quiet.${lost}`, { span: spanWords(from, to, zone) })}{' '}
        </span>
      ))}
      {inside.length > SHOWN && t('window.quiet.more', { count: inside.length - SHOWN })}
    </>
  )
}

/** `26 Aug 2026 – 28 Aug 2026`, or with the time of day where it is less than days. @param to exclusive */
export function spanWords(from: number, to: number, zone: string): string {
  const words = to - from >= DAY_MS ? zoneDay : zoneTime
  const [a, b] = [words(from, zone), words(to - 1, zone)]
  return a === b ? a : `${a} – ${b}`
}

/** Offsets that should be there and are not. */
export function LossWords({ data, zone }: { data: Timeline; zone: string }) {
  const { t } = useTranslation('requests')
  const losses = data.losses.filter(({ kind }) => kind !== 'deleted_before')
  const before = data.losses.filter(({ kind }) => kind === 'deleted_before')
  if (data.losses_total === 0) return null
  return (
    <>
      {losses.slice(0, SHOWN).map((loss) => (
        <p key={`${loss.topic}/${loss.partition}/${loss.from}`} className="bad-text">
          {t('window.loss', {
            count: loss.to - loss.from,
            topic: loss.topic,
            partition: loss.partition,
            after: loss.after === null ? '…' : zoneTime(loss.after, zone),
            before: loss.before === null ? '…' : zoneTime(loss.before, zone),
          })}
        </p>
      ))}
      {losses.length > SHOWN && <p className="bad-text">{t('window.moreLosses', { count: losses.length - SHOWN })}</p>}
      {before.length > 0 && (
        <p className="mute">
          {t('window.deletedBefore', { count: before.reduce((sum, { from, to }) => sum + to - from, 0) })}
        </p>
      )}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'requests'>>['t']

/** How many records a step has, or about how many. */
export function stepWords({ records, exact }: Timeline, step: number, t: T): string {
  const n = records[step] ?? 0
  if (exact[step]) return count(n)
  return t('window.about', { n: count(n > 0 ? Math.max(1, Math.round(n)) : 0) })
}

/** The picture as a table, for those who don't see it. */
export function TimelineTable({ data, zone }: { data: Timeline; zone: string }) {
  const { t } = useTranslation('requests')
  return (
    <details className="small">
      <summary>{t('window.asTable')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scroll tall" tabIndex={0} aria-label={t('window.asTable')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('window.from')}</th>
              <th scope="col" className="r">
                {t('archive.records')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.records.map((_, at) => (
              <tr key={data.edges[at]}>
                <td>{zoneTime(data.edges[at] ?? 0, zone)}</td>
                <td className="r">{stepWords(data, at, t)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
