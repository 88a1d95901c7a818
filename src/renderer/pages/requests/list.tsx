import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { RequestSummary } from '../../../contract/ipc/calls/requests.ts'
import { Card, Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { StatePill } from './state-pill.tsx'
import { calendarDay } from './times.ts'

const DAY_MS = 86_400_000

/** Days until a date, by this machine's calendar; negative where it has passed. */
export function daysUntil(due: string, now = new Date()): number {
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())
  return Math.round((Date.parse(`${due}T00:00:00Z`) - today) / DAY_MS)
}

export function RequestList() {
  const { t } = useTranslation('requests')
  const go = useNavigate()
  const { data, error, isPending } = useCall('requests.list', null)
  const start = <Button onClick={() => go('/requests/new')}>{t('list.new')}</Button>
  if (error !== null) {
    return (
      <>
        <Headline sub={t('list.sub')}>{t('list.failed')}</Headline>
        <Problem error={errorOf(error)} />
      </>
    )
  }
  if (isPending) return <Headline sub={t('list.sub')}>{t('loading', { ns: 'app' })}</Headline>
  const { requests, unreadable } = data
  return (
    <>
      <div className="head-with-action">
        <div>
          <Headline sub={t('list.sub')}>{headline(requests, t)}</Headline>
        </div>
        {requests.length > 0 && start}
      </div>
      {unreadable.map((one) => (
        <Problem
          key={one.folder}
          title={t('list.unreadable')}
          error={{ code: 'CONFIG_UNREADABLE', message: one.message, details: { folder: one.folder } }}
        />
      ))}
      {requests.length === 0 ? (
        <Empty title={t('list.emptyTitle')} action={start}>
          {t('list.empty')}
        </Empty>
      ) : (
        <Card>
          <DataTable caption={t('list.caption')} rows={requests} rowKey={({ id }) => id} columns={columns(t)} />
        </Card>
      )}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'requests'>>['t']

function headline(requests: readonly RequestSummary[], t: T): string {
  const open = requests.filter(({ state }) => state === 'open')
  if (requests.length === 0) return t('list.headline.none')
  const late = open.filter(({ data }) => data.due !== null && daysUntil(data.due) < 0).length
  if (late > 0) return t('list.headline.late', { count: late })
  if (open.length === 0) return t('list.headline.answered')
  const soonest = Math.min(...open.flatMap(({ data }) => (data.due === null ? [] : [daysUntil(data.due)])))
  if (Number.isFinite(soonest))
    return `${t('list.headline.open', { count: open.length })} ${soonest === 0 ? t('list.headline.today') : t('list.headline.due', { count: soonest })}`
  return t('list.headline.open', { count: open.length })
}

const columns = (t: T): TableColumn<RequestSummary>[] => [
  {
    id: 'matter',
    title: t('fields.matter'),
    grow: 2.4,
    sort: ({ data }) => data.matter,
    cell: ({ id, data }) => (
      <>
        <Link className="link" to={`/requests/${id}`}>
          {data.matter}
        </Link>
        <div className="mute small">{data.title}</div>
      </>
    ),
  },
  {
    id: 'by',
    title: t('fields.requestedBy'),
    grow: 1.6,
    sort: ({ data }) => data.requestedBy,
    cell: ({ data }) => data.requestedBy,
  },
  {
    id: 'state',
    title: t('fields.state'),
    sort: ({ state }) => state,
    cell: ({ state }) => <StatePill state={state} />,
  },
  {
    id: 'due',
    title: t('fields.due'),
    sort: ({ data }) => data.due ?? '9999',
    cell: ({ data, state }) => {
      if (data.due === null) return ''
      const late = state === 'open' && daysUntil(data.due) < 0
      return late ? <Pill tone="bad">{calendarDay(data.due)}</Pill> : calendarDay(data.due)
    },
  },
  {
    id: 'packages',
    title: t('fields.packages'),
    right: true,
    grow: 0.7,
    sort: ({ packages }) => packages,
    cell: ({ packages }) => packages,
  },
]
