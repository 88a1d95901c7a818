import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlaceOverview, StreamStanding } from '../../../contract/results.ts'
import { count, fromNow } from '../../format.ts'
import { Card, Pill } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'

type Row = StreamStanding & { backup: string; place: string }

/** Coverage by record stream: when each was last backed up, and what is missing. */
export function StreamTable({ places }: { places: readonly PlaceOverview[] }) {
  const { t } = useTranslation('overview')
  const rows = useMemo(
    () =>
      places.flatMap((place) =>
        place.backups.flatMap((one) =>
          one.streams.map((stream): Row => ({ ...stream, backup: one.backup_id, place: place.name })),
        ),
      ),
    [places],
  )
  const columns = useMemo<TableColumn<Row>[]>(
    () => [
      { id: 'topic', title: t('streams.topic'), grow: 3, cell: (row) => row.topic, sort: (row) => row.topic },
      { id: 'backup', title: t('streams.backup'), grow: 2, cell: (row) => row.backup, sort: (row) => row.backup },
      {
        id: 'records',
        title: t('streams.records'),
        right: true,
        cell: (row) => count(row.records),
        sort: (row) => row.records,
      },
      {
        id: 'last',
        title: t('streams.last'),
        grow: 2,
        cell: (row) => {
          if (row.last_backup_at !== null) return fromNow(Date.parse(row.last_backup_at))
          // no run has a position to account for in a stream that was empty each time
          return row.records === 0 ? t('streams.empty') : t('unknown', { ns: 'app' })
        },
        sort: (row) => row.last_backup_at ?? '',
      },
      {
        id: 'lost',
        title: t('streams.missing'),
        grow: 2,
        cell: (row) =>
          row.lost_offsets === 0 ? (
            <span className="mute">{t('none', { ns: 'app' })}</span>
          ) : (
            <Pill tone="warn">{t('streams.lost', { count: row.lost_offsets })}</Pill>
          ),
        sort: (row) => row.lost_offsets,
      },
    ],
    [t],
  )
  return (
    <Card title={t('streams.title')}>
      <DataTable
        caption={t('streams.title')}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.place}/${row.backup}/${row.topic}`}
      />
    </Card>
  )
}
