import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import type { BackupOverview, ListResult } from '../../../../contract/results.ts'
import { bytes, count, moment } from '../../../format.ts'
import { Back } from '../../../parts/back.tsx'
import { Card, Empty, Headline, Pill, Problem, type Tone } from '../../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../../parts/data-table.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { addressOf, locationOf } from './place.ts'

export const STATE_TONE: Record<BackupOverview['state'], Tone> = {
  complete: 'ok',
  running: 'plain',
  interrupted: 'warn',
  failed: 'bad',
  unknown: 'plain',
}

/** What a place holds. A backup whose manifest can't be read is named, never left out. */
export function ListingPage() {
  const { t } = useTranslation('backups')
  const location = locationOf(useParams())
  const asked = useCall('archives.list', { location })
  return (
    <>
      <Back to="/backups/archives">{t('archives.otherPlace')}</Back>
      <Headline sub={asked.data === undefined ? t('archives.sub') : <code>{asked.data.location}</code>}>
        {headline(t, asked.data, asked.error !== null)}
      </Headline>
      {asked.error !== null && (
        <>
          <Problem error={errorOf(asked.error)} />
          <Button variant="default" loading={asked.isFetching} onClick={() => void asked.refetch()}>
            {t('retry', { ns: 'app' })}
          </Button>
        </>
      )}
      {asked.data !== undefined && <Listing result={asked.data} />}
    </>
  )
}

function headline(
  t: ReturnType<typeof useTranslation<'backups'>>['t'],
  result: ListResult | undefined,
  failed: boolean,
): string {
  if (failed) return t('archives.unreadPlace')
  if (result === undefined) return t('archives.reading')
  if (result.unreadable.length > 0) return t('archives.unreadable', { count: result.unreadable.length })
  return result.backups.length === 0 ? t('archives.none') : t('archives.some', { count: result.backups.length })
}

function Listing({ result }: { result: ListResult }) {
  const { t } = useTranslation('backups')
  const location = locationOf(useParams())
  const columns = useMemo(
    (): TableColumn<BackupOverview>[] => [
      {
        id: 'backup',
        title: t('archives.columns.backup'),
        grow: 2.4,
        sort: (one) => one.backup_id,
        cell: (one) => <Link to={addressOf(location, one.backup_id)}>{one.backup_id}</Link>,
      },
      {
        id: 'last',
        title: t('archives.columns.lastRun'),
        grow: 1.6,
        sort: (one) => one.updated_at ?? one.created_at,
        cell: (one) => moment(Date.parse(one.updated_at ?? one.created_at)),
      },
      {
        id: 'state',
        title: t('archives.columns.state'),
        grow: 1.4,
        sort: (one) => one.state,
        cell: (one) => <Pill tone={STATE_TONE[one.state]}>{t(`archives.states.${one.state}`)}</Pill>,
      },
      {
        id: 'streams',
        title: t('archives.columns.streams'),
        right: true,
        sort: (one) => one.statistics.topics,
        cell: (one) => count(one.statistics.topics),
      },
      {
        id: 'records',
        title: t('archives.columns.records'),
        right: true,
        sort: (one) => one.statistics.records,
        cell: (one) => count(one.statistics.records),
      },
      {
        id: 'size',
        title: t('archives.columns.size'),
        right: true,
        sort: (one) => one.statistics.stored_bytes,
        cell: (one) => bytes(one.statistics.stored_bytes),
      },
    ],
    [t, location],
  )
  const newest = useMemo(() => [...result.backups].reverse(), [result])
  return (
    <>
      {result.unreadable.map((one) => (
        <Problem key={one.backup_id} title={t('archives.cantRead', { id: one.backup_id })} error={one} />
      ))}
      {result.backups.length === 0 ? (
        <Empty title={t('archives.none')}>{t('archives.noneText', { location: result.location })}</Empty>
      ) : (
        <Card title={t('archives.list')}>
          <DataTable
            caption={t('archives.listOf', { location: result.location })}
            columns={columns}
            rows={newest}
            rowKey={(one) => one.backup_id}
          />
        </Card>
      )}
    </>
  )
}
