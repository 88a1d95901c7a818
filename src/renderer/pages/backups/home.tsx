import { Button } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Plan } from '../../../contract/ipc/plan.ts'
import type { ScheduleStatus } from '../../../contract/schedule.ts'
import { bytes, count, fromNow, moment } from '../../format.ts'
import { host } from '../../host.ts'
import { Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'
import { useRefreshAfterJobs } from './refresh.ts'
import {
  lastGoodAt,
  PROTECTION_TONE,
  type Protection,
  protectionOf,
  type Standing,
  scheduleOf,
  useSchedules,
} from './standing.ts'
import { cronInWords } from './wizard/rhythm.ts'

interface Row {
  plan: Plan
  schedule: ScheduleStatus | null
  standing: Standing | undefined
  error: Error | null
  protection: Protection
}

/** What is protected: each plan with its last good backup and its age against the target. */
export function HomePage() {
  const { t } = useTranslation('backups')
  const listed = useCall('plans.list', null)
  const schedules = useSchedules()
  useRefreshAfterJobs()
  const plans = listed.data ?? []
  const asked = useQueries({
    queries: plans.map(({ id }) => ({
      queryKey: ['plans.standing', { id }],
      queryFn: () => host.call('plans.standing', { id }),
      staleTime: 60_000,
    })),
  })
  const now = Date.now()
  const rows = plans.map((plan, at): Row => {
    const schedule = scheduleOf(schedules.data, plan.id)
    const standing = asked[at]?.data
    const error = asked[at]?.error ?? null
    return { plan, schedule, standing, error, protection: protectionOf(plan, standing, schedule, now) }
  })
  return (
    <>
      <Headline sub={<Sub rows={rows} />}>
        {listed.data === undefined ? t('loading', { ns: 'app' }) : headline(t, rows)}
      </Headline>
      {listed.error !== null && <Problem error={errorOf(listed.error)} />}
      {listed.data?.length === 0 && (
        <Empty
          title={t('home.emptyTitle')}
          action={
            <>
              <Button component={Link} to="/backups/new">
                {t('home.protect')}
              </Button>
              <Button component={Link} to="/backups/archives" variant="default">
                {t('home.look')}
              </Button>
            </>
          }
        >
          {t('home.empty')}
        </Empty>
      )}
      {rows.map((row) => (
        <PlanCard key={row.plan.id} row={row} />
      ))}
      {rows.length > 0 && (
        <Button component={Link} to="/backups/new">
          {t('home.another')}
        </Button>
      )}
    </>
  )
}

function headline(t: ReturnType<typeof useTranslation<'backups'>>['t'], rows: Row[]): string {
  if (rows.length === 0) return t('home.nothing')
  const bad = rows.filter(({ protection }) => protection === 'late' || protection === 'failing')
  const [first] = bad
  if (first !== undefined && bad.length === 1) return t('home.oneNeeds', { name: first.plan.name })
  if (bad.length > 1) return t('home.manyNeed', { count: bad.length })
  const never = rows.filter(({ protection }) => protection === 'never')
  if (never.length > 0) return t('home.notYet', { count: never.length })
  if (rows.some(({ protection }) => protection === 'unknown')) return t('home.asking')
  return t('home.allGood', { count: rows.length })
}

function Sub({ rows }: { rows: Row[] }) {
  const { t } = useTranslation('backups')
  if (rows.length === 0) return t('home.sub')
  const good = rows.filter(({ protection }) => protection === 'good' || protection === 'running').length
  return t('home.subCount', { good, count: rows.length })
}

function PlanCard({ row }: { row: Row }) {
  const { t } = useTranslation('backups')
  const { plan, schedule, standing, protection } = row
  const good = lastGoodAt(standing, schedule)
  const running = useAllJobs().some((job) => job.outcome === null && job.kind === 'backup' && job.subject === plan.name)
  const next = schedule?.next_runs[0]
  return (
    <article
      className={protection === 'late' || protection === 'failing' ? 'card problem' : 'card'}
      aria-label={plan.name}
    >
      <div className="between">
        <h3>
          <Link to={`/backups/plans/${encodeURIComponent(plan.id)}`}>{plan.name}</Link>
        </h3>
        <Pill tone={PROTECTION_TONE[running ? 'running' : protection]}>
          {t(`home.protection.${running ? 'running' : protection}`)}
        </Pill>
      </div>
      <p className="mute">
        {plan.sourceName ?? t('home.gone')} → {plan.storageName ?? t('home.gone')}
        {' · '}
        {plan.include.length === 0 ? t('home.allStreams') : plan.include.slice(0, 4).join(', ')}
        {plan.include.length > 4 && ` +${count(plan.include.length - 4)}`}
      </p>
      <dl className="facts">
        <div>
          <dt>{t('home.lastGood')}</dt>
          <dd>
            {good === null ? t('home.never') : fromNow(good)}
            {good !== null && <span className="mute small"> {moment(good)}</span>}
          </dd>
        </div>
        <div>
          <dt>{t('home.targetTitle')}</dt>
          <dd>
            {plan.targetHours === null ? t('home.targetNone') : t('home.targetHours', { count: plan.targetHours })}
          </dd>
        </div>
        <div>
          <dt>{t('home.next')}</dt>
          <dd>
            {schedule === null
              ? t('home.byHand')
              : schedule.paused
                ? t('home.paused')
                : next === undefined
                  ? '–'
                  : fromNow(Date.parse(next))}
            {schedule !== null && <span className="mute small"> {cronInWords(schedule.cron)}</span>}
          </dd>
        </div>
        <div>
          <dt>{t('home.holds')}</dt>
          <dd>
            {standing == null ? '–' : t('records', { ns: 'app', count: standing.records })}
            {standing != null && <span className="mute small"> {bytes(standing.storedBytes)}</span>}
          </dd>
        </div>
      </dl>
      {row.error !== null && <Problem error={errorOf(row.error)} title={t('home.archiveUnread')} inside />}
      {plan.missing.length > 0 && (
        <p className="bad-text small">{t('home.missing', { names: plan.missing.join(', ') })}</p>
      )}
    </article>
  )
}
