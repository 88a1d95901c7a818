import { Button } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ReportRow } from '../../../contract/ipc/calls/reports.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { count, day, moment } from '../../format.ts'
import { Card, Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'
import { isOutcome, outcomeTone, reportName, shortId } from './words.ts'

type T = TFunction<'reports'>
type Listed = CallOutput<'reports.list'>

/** Every report in the connected storages, the newest first. */
export function ReportList() {
  const { t } = useTranslation('reports')
  const { data, error, refetch } = useCall('reports.list', null)
  // A finished job may have made one.
  const ended = useAllJobs().filter((job) => job.outcome !== null).length
  const seen = useRef(ended)
  useEffect(() => {
    if (ended !== seen.current) void refetch()
    seen.current = ended
  }, [ended, refetch])
  const columns = useMemo(() => columnsOf(t), [t])

  if (data === undefined) {
    if (error === null) return <Headline sub={t('sub')}>{t('reading')}</Headline>
    return (
      <>
        <Headline sub={t('sub')}>{t('failed')}</Headline>
        <Problem error={errorOf(error)} />
        <Button onClick={() => void refetch()}>{t('retry', { ns: 'app' })}</Button>
      </>
    )
  }
  const { places, reports } = data
  return (
    <>
      <Headline sub={t('sub')}>{headlineOf(data, t)}</Headline>
      {places
        .filter((place) => place.error !== null)
        .map((place) => (
          <Problem
            key={place.connectionId}
            title={t('outOfReach', { place: place.name })}
            error={place.error ?? { code: 'UNEXPECTED', message: '' }}
          />
        ))}
      {places.length === 0 ? (
        <Empty
          title={t('none.storageTitle')}
          action={
            <Button component={Link} to="/connections">
              {t('none.storageAction')}
            </Button>
          }
        >
          {t('none.storage')}
        </Empty>
      ) : reports.length === 0 ? (
        <Empty
          title={t('none.title')}
          action={
            <>
              <Button component={Link} to="/reports/new">
                {t('new.action')}
              </Button>
              <Button component={Link} to="/restore" variant="default">
                {t('none.restore')}
              </Button>
            </>
          }
        >
          {t('none.text')}
        </Empty>
      ) : (
        <>
          <p className="actions page-actions">
            <Button component={Link} to="/reports/new">
              {t('new.action')}
            </Button>
            <Button component={Link} to="/controls" variant="default">
              {t('toControls')}
            </Button>
          </p>
          <Card>
            <DataTable
              caption={t('caption')}
              columns={columns}
              rows={reports}
              rowKey={(row) => `${row.connectionId} ${row.reportId}`}
              total={places.reduce((sum, place) => sum + place.total, 0)}
            />
          </Card>
          <p className="mute small">{t('listNote')}</p>
        </>
      )}
    </>
  )
}

function headlineOf({ places, reports }: Listed, t: T): string {
  const [newest] = reports
  if (newest === undefined) return t('headline.none')
  const broken = reports.filter((one) => !one.complete).length
  if (broken > 0 && reports.length === 1) return t('headline.brokenOnly')
  if (broken > 0) return t('headline.broken', { count: broken, all: count(reports.length) })
  const total = places.reduce((sum, place) => sum + place.total, 0)
  return t('headline.all', { count: total, day: day(Date.parse(newest.generatedAt ?? newest.storedAt)) })
}

function columnsOf(t: T): TableColumn<ReportRow>[] {
  return [
    {
      id: 'report',
      title: t('columns.report'),
      grow: 2,
      sort: (row) => `${row.kind} ${row.month ?? row.generatedAt ?? row.storedAt}`,
      cell: (row) => (
        <>
          <Link to={`/reports/${row.connectionId}/${row.reportId}`}>{reportName(row.reportId, row.month, t)}</Link>{' '}
          <span className="mute small mono">{shortId(row.reportId)}</span>
        </>
      ),
    },
    {
      id: 'result',
      title: t('columns.result'),
      grow: 1.3,
      sort: (row) => row.overall ?? '',
      cell: (row) =>
        isOutcome(row.overall) ? (
          <Pill tone={outcomeTone(row.overall)}>{t(`outcome.${row.overall}`)}</Pill>
        ) : (
          <span className="mute">{t('unknown', { ns: 'app' })}</span>
        ),
    },
    {
      id: 'backup',
      title: t('columns.backup'),
      grow: 1.6,
      sort: (row) => row.backupId ?? '',
      cell: (row) => row.backupId ?? <span className="mute">{t('unknown', { ns: 'app' })}</span>,
    },
    { id: 'place', title: t('columns.place'), grow: 1.4, sort: (row) => row.place, cell: (row) => row.place },
    {
      id: 'when',
      title: t('columns.when'),
      grow: 1.6,
      sort: (row) => Date.parse(row.generatedAt ?? row.storedAt),
      cell: (row) => moment(Date.parse(row.generatedAt ?? row.storedAt)),
    },
    {
      id: 'signed',
      title: t('columns.signed'),
      grow: 1.5,
      sort: (row) => `${row.signed} ${row.complete}`,
      cell: (row) =>
        !row.complete ? (
          <Pill tone="bad">{t('incomplete')}</Pill>
        ) : row.signed ? (
          <Pill tone="plain">{t('signed')}</Pill>
        ) : (
          <Pill tone="warn">{t('unsigned')}</Pill>
        ),
    },
  ]
}
