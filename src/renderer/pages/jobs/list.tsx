import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { JobRow } from '../../../contract/ipc/history.ts'
import { known } from '../../error-words.ts'
import { count, duration, fromNow, moment } from '../../format.ts'
import { STATE_TONE, useJobName } from '../../job-words.ts'
import { Card, Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { JobControls, JobProgress, ProgressView, percentOf } from '../../parts/progress.tsx'
import { Told } from '../../parts/told.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'
import { FILTERS_OFF, isFiltered, queryOf } from './filter-values.ts'
import { Filters } from './filters.tsx'
import { ResumeButton } from './resume.tsx'
import { StartJob } from './start-job.tsx'
import { unresolved } from './unresolved.ts'
import { type HistoryQuery, useHistory } from './use-history.ts'

/** What runs, what needs somebody, and everything that ever ran. */
export function JobListPage() {
  const { t } = useTranslation('jobs')
  const directory = useCall('app.info', null).data?.directory ?? ''
  const [filters, setFilters] = useState(FILTERS_OFF)
  const [order, setOrder] = useState<Pick<HistoryQuery, 'sort' | 'descending'>>({ sort: 'started', descending: true })
  const query = useMemo(() => ({ ...queryOf(filters), ...order }), [filters, order])
  const history = useHistory(query)
  const { page, rows } = history
  const nothing = page !== null && page.total === 0 && !isFiltered(filters)
  /** Whether the form is open at first: decided once, so that it neither opens nor closes under one's hand. */
  const [open, setOpen] = useState<boolean | null>(null)
  if (open === null && (page !== null || history.error !== null)) setOpen(nothing)

  return (
    <>
      <Answer />
      <Running />
      <section aria-labelledby="history">
        <h2 id="history">{t('history')}</h2>
        {history.error !== null && <Problem error={errorOf(history.error)} />}
        {nothing && <Empty title={t('empty')}>{t('emptyHint')}</Empty>}
        {page !== null && !nothing && (
          <>
            <Filters filters={filters} onChange={setFilters} />
            <p className="mute small" role="status">
              {t('found', { count: page.total })}
            </p>
            {history.isOld && (
              <p>
                <Button variant="default" onClick={history.refresh}>
                  {t('newer')}
                </Button>
              </p>
            )}
            {page.total === 0 ? (
              <Empty title={t('none')}>{t('noneHint')}</Empty>
            ) : (
              <Card>
                <Table rows={rows} total={page.total} order={order} onOrder={setOrder} onEnd={history.more} />
              </Card>
            )}
          </>
        )}
      </section>
      {open !== null && (
        <details className="card after-table" open={open}>
          <summary>{t('start.title')}</summary>
          <StartJob directory={directory} />
        </details>
      )}
    </>
  )
}

/** The newest that somebody must look at, unless all is well. One at a time. */
function Answer() {
  const { t } = useTranslation('jobs')
  const nameOf = useJobName()
  const running = useAllJobs().filter((job) => job.outcome === null).length
  const latest = useHistory(LATEST)
  const last = unresolved(latest.rows, Date.now())
  const elsewhere = latest.rows.filter((row) => row.state === 'running' && !row.here).length
  const all = running + elsewhere
  const headline =
    all > 0
      ? t('headline.running', { count: all })
      : last !== undefined
        ? t(`headline.${last.state as 'crashed' | 'paused' | 'failed'}`, { name: nameOf(last) })
        : latest.page?.total === 0
          ? t('headline.idle')
          : t('headline.done')
  const isEmpty = latest.page?.total === 0
  return (
    <>
      <Headline sub={isEmpty ? t('subNone') : t('sub')}>{headline}</Headline>
      {last !== undefined && <Needed row={last} />}
    </>
  )
}

const LATEST: HistoryQuery = {
  kinds: [],
  states: [],
  text: '',
  from: null,
  to: null,
  sort: 'started',
  descending: true,
}

function Needed({ row }: { row: JobRow }) {
  const { t } = useTranslation('jobs')
  const { t: app } = useTranslation()
  const name = useJobName()(row)
  return (
    <div className={row.state === 'paused' ? 'card' : 'card problem'}>
      <p className="between">
        <Link to={`/jobs/${row.jobId}`}>
          <strong>{name}</strong>
        </Link>
        <span>
          <span className="mute small">{fromNow(row.endedAt ?? row.startedAt)}</span>{' '}
          <Pill tone={STATE_TONE[row.state]}>{t(`state.${row.state}`)}</Pill>
        </span>
      </p>
      {row.message !== null && row.state !== 'paused' && (
        <p>
          <Told text={row.message} said={undefined} code={known(row.code)} />{' '}
          <span className="mute small">
            {app('code')} <code>{row.code}</code>
          </span>
        </p>
      )}
      <ResumeButton row={row} name={name} />
    </div>
  )
}

function Running() {
  const { t } = useTranslation('jobs')
  const nameOf = useJobName()
  const here = useAllJobs().filter((job) => job.outcome === null)
  const known = new Set(here.map((job) => job.jobId))
  const elsewhere = useHistory(LATEST).rows.filter(
    (row) => row.state === 'running' && !row.here && !known.has(row.jobId),
  )
  if (here.length + elsewhere.length === 0) return null
  return (
    <section aria-labelledby="running">
      <h2 id="running">{t('now')}</h2>
      {here.map((job) => (
        <article key={job.jobId} className="card" aria-label={nameOf(job)}>
          <h3>
            <Link to={`/jobs/${job.jobId}`}>{nameOf(job)}</Link>
          </h3>
          <JobProgress job={job} />
        </article>
      ))}
      {elsewhere.map((row) => (
        <article key={row.jobId} className="card" aria-label={nameOf(row)}>
          <h3>
            <Link to={`/jobs/${row.jobId}`}>{nameOf(row)}</Link>
          </h3>
          <p className="mute small">
            {t('elsewhere')} {row.schedule !== null && t('bySchedule', { name: row.schedule })}
          </p>
          <ProgressView progress={row.progress} name={nameOf(row)} />
          <JobControls job={row} name={nameOf(row)} here={false} />
        </article>
      ))}
    </section>
  )
}

interface TableProps {
  rows: readonly JobRow[]
  total: number
  order: Pick<HistoryQuery, 'sort' | 'descending'>
  onOrder(order: Pick<HistoryQuery, 'sort' | 'descending'>): void
  onEnd(): void
}

const SORTS = { job: 'subject', state: 'state', started: 'started', took: 'duration', records: 'records' } as const

function Table({ rows, total, order, onOrder, onEnd }: TableProps) {
  const { t } = useTranslation('jobs')
  const nameOf = useJobName()
  const columns = useMemo(
    (): TableColumn<JobRow>[] => [
      {
        id: 'job',
        title: t('column.job'),
        sortable: true,
        grow: 3,
        cell: (row) => <Link to={`/jobs/${row.jobId}`}>{nameOf(row)}</Link>,
      },
      { id: 'state', title: t('column.state'), sortable: true, grow: 1.75, cell: (row) => <State row={row} /> },
      {
        id: 'started',
        title: t('column.started'),
        sortable: true,
        grow: 1.75,
        cell: (row) => <time dateTime={new Date(row.startedAt).toISOString()}>{moment(row.startedAt)}</time>,
      },
      {
        id: 'took',
        title: t('column.took'),
        sortable: true,
        right: true,
        cell: (row) => (row.endedAt === null ? '' : duration((row.endedAt - row.startedAt) / 1000)),
      },
      {
        id: 'records',
        title: t('column.records'),
        sortable: true,
        right: true,
        cell: (row) => (row.records === null ? '' : count(row.records)),
      },
      {
        id: 'by',
        title: t('column.by'),
        grow: 1.5,
        cell: (row) => (row.schedule === null ? t('byWindow') : t('bySchedule', { name: row.schedule })),
      },
    ],
    [t, nameOf],
  )
  const shown = (Object.keys(SORTS) as (keyof typeof SORTS)[]).find((id) => SORTS[id] === order.sort) ?? 'started'
  return (
    <DataTable
      caption={t('history')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.jobId}
      total={total}
      onEnd={onEnd}
      order={{ id: shown, descending: order.descending }}
      onOrder={(id) => {
        const sort = SORTS[id as keyof typeof SORTS]
        // a new column begins with what is largest or newest, words with A
        onOrder({ sort, descending: sort === order.sort ? !order.descending : sort !== 'subject' && sort !== 'state' })
      }}
    />
  )
}

function State({ row }: { row: JobRow }) {
  const { t } = useTranslation('jobs')
  const live = useAllJobs().find((job) => job.jobId === row.jobId && job.outcome === null)
  const progress = live?.progress ?? row.progress
  const percent = row.state === 'running' && progress !== null ? percentOf(progress) : null
  return (
    <>
      <Pill tone={STATE_TONE[row.state]}>{t(`state.${row.state}`)}</Pill>
      {percent !== null && <span className="mute small"> {t('progress.percentShown', { percent })}</span>}
    </>
  )
}
