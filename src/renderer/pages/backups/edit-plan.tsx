import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { clockFrom } from './clock.ts'
import { scheduleOf, useSchedules } from './standing.ts'
import { draftOf } from './wizard/draft.ts'
import { PlanWizard } from './wizard/wizard-page.tsx'

/** The wizard over a plan that is saved already. */
export function EditPlan() {
  const { t } = useTranslation('backups')
  const { id = '' } = useParams()
  const plan = useCall('plans.get', { id })
  const schedules = useSchedules()
  if (plan.error !== null) return <Problem error={errorOf(plan.error)} />
  if (schedules.error !== null) return <Problem error={errorOf(schedules.error)} />
  if (plan.data === undefined || schedules.data === undefined)
    return <p className="mute">{t('loading', { ns: 'app' })}</p>
  const schedule = scheduleOf(schedules.data, id)
  const initial = draftOf(plan.data, schedule === null ? null : clockFrom(schedule))
  // A plan saved anew is another draft.
  return (
    <PlanWizard
      key={plan.data.changedAt}
      draftName={`backups/${id}/${plan.data.changedAt}`}
      initial={initial}
      editing
    />
  )
}
