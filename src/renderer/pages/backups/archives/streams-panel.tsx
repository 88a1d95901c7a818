import { TextInput } from '@mantine/core'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArchiveDescription } from '../../../../contract/ipc/archive.ts'
import type { DescribedPartition } from '../../../../contract/results.ts'
import { bytes, count, utc } from '../../../format.ts'
import { Card } from '../../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../../parts/data-table.tsx'

type Row = DescribedPartition & { topic: string }

/** Every partition of every stream. */
export function StreamsPanel({ description }: { description: ArchiveDescription }) {
  const { t } = useTranslation('backups')
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const rows = useMemo(
    (): Row[] =>
      description.topics
        .filter(({ topic }) => topic.includes(wanted))
        .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ ...partition, topic }))),
    [description, wanted],
  )
  const columns = useMemo(
    (): TableColumn<Row>[] => [
      { id: 'topic', title: t('archives.table.stream'), grow: 3, cell: (row) => row.topic, sort: (row) => row.topic },
      { id: 'partition', title: t('archives.table.partition'), right: true, cell: (row) => row.partition },
      {
        id: 'offsets',
        title: t('archives.table.offsets'),
        right: true,
        grow: 2,
        cell: (row) =>
          row.start_offset === null
            ? t('none', { ns: 'app' })
            : `${count(row.start_offset)} – ${count(row.end_offset ?? 0)}`,
      },
      {
        id: 'records',
        title: t('archives.table.records'),
        right: true,
        cell: (row) => count(row.records),
        sort: (row) => row.records,
      },
      {
        id: 'size',
        title: t('archives.table.size'),
        right: true,
        cell: (row) => bytes(row.stored_bytes),
        sort: (row) => row.stored_bytes,
      },
      {
        id: 'first',
        title: t('archives.table.first'),
        grow: 2,
        cell: (row) => utc(row.first_timestamp) ?? '–',
        sort: (row) => row.first_timestamp ?? '',
      },
      {
        id: 'last',
        title: t('archives.table.last'),
        grow: 2,
        cell: (row) => utc(row.last_timestamp) ?? '–',
        sort: (row) => row.last_timestamp ?? '',
      },
    ],
    [t],
  )
  return (
    <Card title={t('archives.table.title')}>
      <TextInput
        mb="sm"
        maw="24rem"
        label={t('archives.table.filter')}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <DataTable
        caption={t('archives.table.title')}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.topic}/${row.partition}`}
      />
    </Card>
  )
}
