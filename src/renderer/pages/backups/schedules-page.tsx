import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { fromNow, moment, utc } from '../../format.ts'
import { Empty, ErrorLine, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { errorOf } from '../../state.ts'
import { useRefreshAfterJobs } from './refresh.ts'
import { RunPill, ScheduleActions, ScheduleHistory } from './schedule-parts.tsx'
import { useSchedules } from './standing.ts'
import { cronInWords } from './wizard/rhythm.ts'

type Listed = CallOutput<'schedules.list'>[number]

/** Everything that runs by the clock: what comes next, what is overdue, how the last run ended. */
export function SchedulesPage() {
  const { t } = useTranslation('backups')
  const asked = useSchedules()
  useRefreshAfterJobs()
  const all = asked.data ?? []
  return (
    <>
      <Headline sub={t('schedules.sub')}>
        {asked.data === undefined ? t('loading', { ns: 'app' }) : headline(t, all)}
      </Headline>
      {asked.error !== null && <Problem error={errorOf(asked.error)} />}
      {asked.data?.length === 0 && (
        <Empty
          title={t('schedules.emptyTitle')}
          action={
            <Button component={Link} to="/backups/new">
              {t('home.protect')}
            </Button>
          }
        >
          {t('schedules.empty')}
        </Empty>
      )}
      {all.map((one) => (
        <ScheduleCard key={one.status.id} one={one} />
      ))}
    </>
  )
}

function headline(t: ReturnType<typeof useTranslation<'backups'>>['t'], all: Listed[]): string {
  if (all.length === 0) return t('schedules.none')
  const overdue = all.filter(({ status }) => status.overdue)
  if (overdue.length > 0) return t('schedules.overdueCount', { count: overdue.length })
  const failed = all.filter(({ status }) => status.last_run?.state === 'failed')
  if (failed.length > 0) return t('schedules.failedCount', { count: failed.length })
  const next = all
    .flatMap(({ status }) => status.next_runs.slice(0, 1))
    .map((at) => Date.parse(at))
    .sort((a, b) => a - b)[0]
  return next === undefined ? t('schedules.allPaused') : t('schedules.nextIn', { time: fromNow(next) })
}

function ScheduleCard({ one: { status, planId } }: { one: Listed }) {
  const { t } = useTranslation('backups')
  const [open, setOpen] = useState(false)
  const [next] = status.next_runs
  const last = status.last_run
  return (
    <article className={status.overdue ? 'card problem' : 'card'} aria-label={status.name}>
      <div className="between">
        <h3>
          {planId === null ? (
            status.name
          ) : (
            <Link to={`/backups/plans/${encodeURIComponent(planId)}`}>{status.name}</Link>
          )}
        </h3>
        <span>
          {status.overdue && <Pill tone="bad">{t('schedules.overdue')}</Pill>}{' '}
          {status.paused && <Pill tone="warn">{t('schedules.paused')}</Pill>}
        </span>
      </div>
      <p>
        {cronInWords(status.cron)} <span className="mute">({status.timezone})</span>
        {status.quiet_hours !== null && (
          <span className="mute">
            {' '}
            · {t('schedules.quiet', { from: status.quiet_hours.from, to: status.quiet_hours.to })}
          </span>
        )}
      </p>
      {status.overdue && (
        <p className="bad-text">
          {t('schedules.overdueText', { count: status.alert_after_hours ?? 0 })}{' '}
          {status.last_good_at === null
            ? t('schedules.neverGood')
            : t('schedules.lastGood', { time: moment(Date.parse(status.last_good_at)) })}
        </p>
      )}
      <dl className="facts">
        <div>
          <dt>{t('schedules.next')}</dt>
          <dd>
            {next === undefined ? '–' : fromNow(Date.parse(next))}
            {next !== undefined && (
              <span className="mute small">
                {' '}
                {moment(Date.parse(next), status.timezone)} · {utc(next)}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('schedules.last')}</dt>
          <dd>
            {last === null ? t('schedules.noRuns') : <RunPill run={last} />}
            {last !== null && (
              <span className="mute small"> {moment(Date.parse(last.ended_at ?? last.started_at))}</span>
            )}
          </dd>
        </div>
      </dl>
      {last?.error != null && (
        <p className="small">
          <ErrorLine error={last.error} />
        </p>
      )}
      {planId === null && (
        <p className="mute small">
          {t('schedules.otherFile')} <code>{status.config}</code>
        </p>
      )}
      <ScheduleActions schedule={status} planId={planId} withRun />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('schedules.history')}</summary>
        {open && <ScheduleHistory name={status.name} limit={100} />}
      </details>
    </article>
  )
}
