import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import type { Plan } from '../../../contract/ipc/plan.ts'
import type { ScheduleStatus } from '../../../contract/schedule.ts'
import { bytes, count, fromNow, moment } from '../../format.ts'
import { Back } from '../../parts/back.tsx'
import { Card, Figure, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'
import { addressOf } from './archives/place.ts'
import { clockFrom } from './clock.ts'
import { FilesPanel } from './files-panel.tsx'
import { useRefreshAfterJobs } from './refresh.ts'
import { ScheduleActions, ScheduleHistory } from './schedule-parts.tsx'
import { lastGoodAt, PROTECTION_TONE, protectionOf, scheduleOf, useSchedules, useStanding } from './standing.ts'
import { yearsOf } from './wizard/retention.ts'
import { NextRuns } from './wizard/when-step.tsx'

/** One plan: how it stands, when it runs, how its runs ended, and the same job as files. */
export function PlanPage() {
  const { t } = useTranslation('backups')
  const { id = '' } = useParams()
  const plan = useCall('plans.get', { id })
  const schedules = useSchedules()
  useRefreshAfterJobs()
  if (plan.error !== null) {
    return (
      <>
        <Back to="/backups">{t('tabs.plans')}</Back>
        <Headline sub={t('plan.goneSub')}>{t('plan.gone')}</Headline>
        <Problem error={errorOf(plan.error)} />
      </>
    )
  }
  if (plan.data === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  return <PlanView plan={plan.data} schedule={scheduleOf(schedules.data, id)} />
}

function PlanView({ plan, schedule }: { plan: Plan; schedule: ScheduleStatus | null }) {
  const { t } = useTranslation('backups')
  const asked = useStanding(plan.id)
  const run = useAct('plans.run', ['schedules.list', 'schedules.history'])
  const standing = asked.data
  const jobs = useAllJobs()
  const job = jobs.find((one) => one.kind === 'backup' && one.subject === plan.name)
  const running = job !== undefined && job.outcome === null
  const protection = running ? 'running' : protectionOf(plan, standing, schedule, Date.now())
  const good = lastGoodAt(standing, schedule)
  return (
    <>
      <Back to="/backups">{t('tabs.plans')}</Back>
      <Headline
        sub={t('plan.sub', {
          source: plan.sourceName ?? t('home.gone'),
          storage: plan.storageName ?? t('home.gone'),
          id: plan.id,
        })}
      >
        {t(`plan.headline.${protection}`, { name: plan.name, age: good === null ? '' : fromNow(good) })}
      </Headline>
      {asked.error !== null && <Problem error={errorOf(asked.error)} title={t('home.archiveUnread')} />}
      {run.error !== null && <Problem error={errorOf(run.error)} title={t('plan.notStarted')} />}
      {job?.outcome?.state === 'failed' && <Problem error={job.outcome.error} title={t('plan.lastFailed')} />}
      {plan.missing.length > 0 && <p className="bad-text">{t('home.missing', { names: plan.missing.join(', ') })}</p>}
      <p className="actions plan-actions">
        <Button loading={run.isPending} disabled={running} onClick={() => run.mutate({ id: plan.id })}>
          {t('plan.runNow')}
        </Button>
        <Button component={Link} to={`/backups/plans/${encodeURIComponent(plan.id)}/edit`} variant="default">
          {t('plan.change')}
        </Button>
        {standing != null && (
          <Button
            component={Link}
            variant="default"
            to={addressOf({ connectionId: plan.storageId }, standing.backupId)}
          >
            {t('plan.archive')}
          </Button>
        )}
        <RemovePlan plan={plan} />
        {running && <Link to="/jobs">{t('plan.watch')}</Link>}
      </p>
      <div className="row">
        <Figure title={t('home.lastGood')} value={good === null ? t('home.never') : fromNow(good)}>
          {good !== null && moment(good)}{' '}
          <Pill tone={PROTECTION_TONE[protection]}>{t(`home.protection.${protection}`)}</Pill>
        </Figure>
        <Figure title={t('home.holds')} value={standing == null ? '–' : count(standing.records)}>
          {standing == null
            ? t('plan.noArchive')
            : `${t('streams', { ns: 'app', count: standing.topics })} · ${bytes(standing.storedBytes)}`}
        </Figure>
        <ToKeep retention={plan.retention} />
      </div>
      <Card title={t('plan.when')}>
        {schedule === null ? (
          <p className="mute">{t('plan.noSchedule')}</p>
        ) : (
          <>
            {schedule.paused ? (
              <Pill tone="warn">{t('schedules.paused')}</Pill>
            ) : (
              <NextRuns clock={clockFrom(schedule)} />
            )}
            <ScheduleActions schedule={schedule} planId={plan.id} withRun={false} />
            <h3 className="after-choice">{t('schedules.history')}</h3>
            <ScheduleHistory name={schedule.name} limit={20} />
          </>
        )}
      </Card>
      <FilesPanel plan={plan} clock={schedule === null ? null : clockFrom(schedule)} />
    </>
  )
}

/** In years where it was set in years, as the rules have it. */
function ToKeep({ retention: { days, preset } }: { retention: Plan['retention'] }) {
  const { t } = useTranslation('backups')
  const years = yearsOf(days)
  const inDays = t('plan.days', { count: days })
  const rule = t(`keep.presets.${preset}.name`)
  return (
    <Figure title={t('plan.toKeep')} value={years === null ? inDays : t('plan.years', { count: years })}>
      {years === null ? rule : `${inDays} · ${rule}`}
    </Figure>
  )
}

function RemovePlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation('backups')
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useAct('plans.remove', ['plans.list', 'schedules.list'])
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('plan.remove')}
      </Button>
      <Confirm
        opened={asking}
        title={t('plan.removeTitle', { name: plan.name })}
        action={t('plan.remove')}
        danger
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate({ id: plan.id }, { onSuccess: () => void navigate('/backups') })}
      >
        <p>{t('plan.removeText')}</p>
        {remove.error !== null && <Problem error={errorOf(remove.error)} inside />}
      </Confirm>
    </>
  )
}
