import { Button, Checkbox, Radio, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'
import { bytes, count, rounded, utc } from '../../../format.ts'
import { Card, Problem } from '../../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../../parts/data-table.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import type { StepProps } from './edit.tsx'

/** Where the records are, which backup, and which record streams. */
export function StepArchive({ spec, change }: StepProps) {
  return (
    <>
      <Where
        location={spec.location}
        onOpen={(location) => change({ location, backupId: null, topics: null, start: null, end: null })}
      />
      {spec.location !== null && (
        <Backups
          location={spec.location}
          chosen={spec.backupId}
          onChoose={(backupId) => change({ backupId, topics: null })}
        />
      )}
      {spec.location !== null && spec.backupId !== null && (
        <Streams
          location={spec.location}
          backupId={spec.backupId}
          topics={spec.topics}
          onChange={(topics) => change({ topics })}
        />
      )}
    </>
  )
}

interface WhereProps {
  location: ArchiveLocationInput | null
  onOpen(location: ArchiveLocationInput): void
}

function Where({ location, onOpen }: WhereProps) {
  const { t } = useTranslation('requests')
  const { data: all = [] } = useCall('connections.list', null)
  const storages = all.filter(({ kind }) => kind === 'storage')
  const [path, setPath] = useState(location !== null && 'path' in location ? location.path : '')
  const connected = location !== null && 'connectionId' in location ? location.connectionId : null
  const only = storages.length === 1 ? storages[0]?.id : undefined
  useEffect(() => {
    if (location === null && only !== undefined) onOpen({ connectionId: only })
  }, [location, only, onOpen])
  return (
    <Card title={t('archive.where')}>
      {storages.length > 0 && (
        <Select
          label={t('archive.connection')}
          placeholder={t('archive.choose')}
          data={storages.map(({ id, name }) => ({ value: id, label: name }))}
          value={connected}
          onChange={(id) => id !== null && onOpen({ connectionId: id })}
          className="narrow"
        />
      )}
      <form
        className="with-button spaced"
        onSubmit={(event) => {
          event.preventDefault()
          if (path.trim() !== '') onOpen({ path: path.trim() })
        }}
      >
        <TextInput
          className="grow"
          label={storages.length > 0 ? t('archive.orPath') : t('archive.path')}
          description={t('archive.pathHint')}
          value={path}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" className="at-end" disabled={path.trim() === ''}>
          {t('archive.open')}
        </Button>
      </form>
    </Card>
  )
}

interface BackupsProps {
  location: ArchiveLocationInput
  chosen: string | null
  onChoose(backupId: string): void
}

function Backups({ location, chosen, onChoose }: BackupsProps) {
  const { t } = useTranslation('requests')
  const { data, error, isPending } = useCall('archives.list', { location })
  if (isPending) return <p role="status">{t('loading', { ns: 'app' })}</p>
  if (error !== null) return <Problem error={errorOf(error)} />
  const newest = [...data.backups].reverse()
  return (
    <Card title={t('archive.backups')}>
      {data.unreadable.map((one) => (
        <Problem key={one.backup_id} title={one.backup_id} error={one} />
      ))}
      {newest.length === 0 && <p>{t('archive.noBackups', { location: data.location })}</p>}
      <Radio.Group aria-label={t('archive.backups')} value={chosen} onChange={onChoose}>
        <ul className="choices-list">
          {newest.map((one) => (
            <li key={one.backup_id}>
              <Radio
                value={one.backup_id}
                label={one.backup_id}
                description={t('archive.backupWords', {
                  records: t('records', { ns: 'app', count: one.statistics.records }),
                  streams: t('streams', { ns: 'app', count: one.statistics.topics }),
                  from: utc(one.statistics.first_timestamp) ?? '–',
                  to: utc(one.statistics.last_timestamp) ?? '–',
                })}
              />
            </li>
          ))}
        </ul>
      </Radio.Group>
    </Card>
  )
}

interface StreamsProps {
  location: ArchiveLocationInput
  backupId: string
  topics: string[] | null
  onChange(topics: string[] | null): void
}

interface Stream {
  topic: string
  records: number
  bytes: number
  first: string | null
  last: string | null
}

function Streams({ location, backupId, topics, onChange }: StreamsProps) {
  const { t } = useTranslation('requests')
  const [search, setSearch] = useState('')
  const { data, error, isPending } = useCall('archives.describe', { location, backupId }, { staleTime: 60_000 })
  if (isPending) return <p role="status">{t('loading', { ns: 'app' })}</p>
  if (error !== null) return <Problem error={errorOf(error)} />
  const streams: Stream[] = data.topics.map(({ topic, partitions }) => {
    const firsts = partitions.flatMap(({ first_timestamp }) => (first_timestamp === null ? [] : [first_timestamp]))
    const lasts = partitions.flatMap(({ last_timestamp }) => (last_timestamp === null ? [] : [last_timestamp]))
    return {
      topic,
      records: partitions.reduce((sum, one) => sum + one.records, 0),
      bytes: partitions.reduce((sum, one) => sum + one.bytes, 0),
      first: firsts.sort()[0] ?? null,
      last: lasts.sort().at(-1) ?? null,
    }
  })
  const chosen = new Set(topics ?? streams.map(({ topic }) => topic))
  const toggle = (topic: string) => {
    const next = new Set(chosen)
    if (!next.delete(topic)) next.add(topic)
    onChange(next.size === streams.length ? null : [...next].sort())
  }
  const shown = streams.filter(({ topic }) => topic.toLowerCase().includes(search.trim().toLowerCase()))
  const total = streams.filter(({ topic }) => chosen.has(topic)).reduce((sum, { records }) => sum + records, 0)
  const columns: TableColumn<Stream>[] = [
    {
      id: 'topic',
      title: t('archive.stream'),
      grow: 2.5,
      sort: ({ topic }) => topic,
      cell: ({ topic }) => <Checkbox label={topic} checked={chosen.has(topic)} onChange={() => toggle(topic)} />,
    },
    {
      id: 'records',
      title: t('archive.records'),
      right: true,
      sort: ({ records }) => records,
      cell: ({ records }) => count(records),
    },
    { id: 'size', title: t('archive.size'), right: true, sort: (one) => one.bytes, cell: (one) => bytes(one.bytes) },
    {
      id: 'span',
      title: t('archive.span'),
      grow: 2,
      sort: ({ first }) => first ?? '',
      cell: ({ first, last }) => (first === null ? '–' : `${first.slice(0, 10)} … ${(last ?? '').slice(0, 10)}`),
    },
  ]
  return (
    <Card title={t('archive.streams')}>
      <div className="between">
        <p role="status">{t('archive.chosen', { count: chosen.size, of: streams.length, records: rounded(total) })}</p>
        <p className="actions">
          <Button variant="default" size="xs" onClick={() => onChange(null)} disabled={topics === null}>
            {t('archive.allStreams')}
          </Button>
          <Button variant="default" size="xs" onClick={() => onChange([])} disabled={chosen.size === 0}>
            {t('archive.noStreams')}
          </Button>
        </p>
      </div>
      {streams.length > 10 && (
        <TextInput
          className="narrow"
          label={t('search', { ns: 'app' })}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <DataTable caption={t('archive.streams')} columns={columns} rows={shown} rowKey={({ topic }) => topic} />
    </Card>
  )
}
