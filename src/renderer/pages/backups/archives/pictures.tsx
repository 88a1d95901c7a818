import { useTranslation } from 'react-i18next'
import type { ArchiveDescription } from '../../../../contract/ipc/archive.ts'
import { bytes, count, day } from '../../../format.ts'
import { Card } from '../../../parts/basics.tsx'
import { DayBars } from '../../../parts/day-bars.tsx'

const LARGEST = 12

/** How many records have which time. */
export function CoverageCard({ spans }: { spans: ArchiveDescription['coverage'] }) {
  const { t } = useTranslation('backups')
  const [first] = spans
  const last = spans.at(-1)
  if (first === undefined || last === undefined) return null
  const empty = spans.filter(({ records }) => records === 0).length
  const name = (from: string) => day(Date.parse(from), 'UTC')
  const most = spans.reduce((best, one) => (one.records > best.records ? one : best), first)
  const text =
    spans.length === 1
      ? t('archives.coverage.oneDay', { from: name(first.from) })
      : t('archives.coverage.text', {
          from: name(first.from),
          to: name(last.from),
          most: count(most.records),
          when: name(most.from),
        })
  return (
    <Card title={t('archives.coverage.title', { count: first.days })}>
      {spans.length > 1 && (
        <DayBars
          title={text}
          from={name(first.from)}
          to={name(last.from)}
          days={spans.map(({ from, records }) => ({
            day: from,
            value: records,
            mark: null,
            label: t('archives.coverage.bar', { day: name(from), records: count(records) }),
          }))}
        />
      )}
      <p className="small">{text}</p>
      {empty > 0 && <p className="small">{t('archives.coverage.empty', { count: empty })}</p>}
      <p className="mute small">{t('archives.coverage.note')}</p>
    </Card>
  )
}

/** The largest streams, as bars that are also a list of figures. */
export function SizesCard({ topics }: { topics: ArchiveDescription['topics'] }) {
  const { t } = useTranslation('backups')
  const sizes = topics
    .map(({ topic, partitions }) => ({ topic, size: partitions.reduce((sum, one) => sum + one.stored_bytes, 0) }))
    .sort((a, b) => b.size - a.size)
  const shown = sizes.slice(0, LARGEST)
  const rest = sizes.slice(LARGEST)
  const most = Math.max(1, shown[0]?.size ?? 1)
  if (shown.length === 0) return null
  return (
    <Card title={t('archives.sizes.title')}>
      <ul className="size-bars">
        {shown.map(({ topic, size }) => (
          <li key={topic}>
            <span>{topic}</span>
            <span className="size-bar" aria-hidden="true">
              <span style={{ width: `${(100 * size) / most}%` }} />
            </span>
            <span className="r">{bytes(size)}</span>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <p className="mute small">
          {t('archives.sizes.rest', {
            count: rest.length,
            size: bytes(rest.reduce((sum, { size }) => sum + size, 0)),
          })}
        </p>
      )}
    </Card>
  )
}
