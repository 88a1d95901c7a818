import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { CofferError } from '../../../../contract/errors.ts'
import { useDraft } from '../../../draft.ts'
import { host } from '../../../host.ts'
import { Headline, Problem } from '../../../parts/basics.tsx'
import { Wizard, type WizardStep } from '../../../parts/wizard.tsx'
import { queries, useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import '../backups.css'
import { ClusterStep, firstLook } from './cluster-step.tsx'
import { clockOf, type Draft, emptyDraft, hasTimes, isId, isName, isTimestampUrl, planOf } from './draft.ts'
import { KeepStep } from './keep-step.tsx'
import { SignStep } from './sign-step.tsx'
import { StreamsStep } from './streams-step.tsx'
import { SummaryStep } from './summary-step.tsx'
import { WhenStep } from './when-step.tsx'

/** A new plan. What is entered is remembered when one leaves. */
export function NewPlan() {
  const [empty] = useState(emptyDraft)
  return <PlanWizard draftName="backups/new" initial={empty} editing={false} />
}

interface PlanWizardProps {
  draftName: string
  initial: Draft
  editing: boolean
}

export function PlanWizard({ draftName, initial, editing }: PlanWizardProps) {
  const { t } = useTranslation('backups')
  const [draft, change, discard] = useDraft<Draft>(draftName, initial)
  const steps = useSteps(draft, change, editing)
  const finish = useFinish(draft, editing, discard)
  const plan = planOf(draft)
  return (
    <>
      <Headline sub={t('wizard.remembered', { ns: 'app' })}>{headline(t, draft, editing)}</Headline>
      <Wizard
        steps={steps}
        at={draft.at}
        onGo={(at) => change({ at: at as Draft['at'] })}
        finish={
          <span className="actions">
            <Button
              variant="default"
              disabled={plan === null || finish.busy === 'run'}
              loading={finish.busy === 'save'}
              onClick={() => void finish.run('save')}
            >
              {draft.scheduled ? t('wizard.saveSchedule') : t('wizard.save')}
            </Button>
            <Button
              disabled={plan === null || finish.busy === 'save'}
              loading={finish.busy === 'run'}
              onClick={() => void finish.run('run')}
            >
              {draft.scheduled ? t('wizard.saveScheduleRun') : t('wizard.saveRun')}
            </Button>
          </span>
        }
      />
      {finish.error !== null && <Problem error={errorOf(finish.error)} title={t('wizard.notSaved')} />}
      <p className="small after-choice">
        <button type="button" className="link" onClick={discard}>
          {t(editing ? 'wizard.undo' : 'wizard.startOver')}
        </button>
      </p>
    </>
  )
}

function headline(t: ReturnType<typeof useTranslation<'backups'>>['t'], draft: Draft, editing: boolean): string {
  if (editing) return t('wizard.headlineEdit', { name: draft.name })
  return t(`wizard.headlines.${draft.at}`)
}

function useSteps(draft: Draft, change: (change: Partial<Draft>) => void, editing: boolean): WizardStep[] {
  const { t } = useTranslation('backups')
  const reached = useCall('clusters.topics', firstLook(draft.sourceId ?? ''), {
    enabled: draft.sourceId !== null,
    staleTime: 30_000,
  })
  const clock = clockOf(draft)
  const preview = useCall(
    'schedules.preview',
    { clock: clock ?? NO_CLOCK },
    {
      enabled: clock !== null && hasTimes(draft),
    },
  )
  const plan = planOf(draft)
  const clockGood = clock === null || (hasTimes(draft) && preview.data !== undefined && preview.data.problem === null)
  return [
    {
      id: 'cluster',
      title: t('steps.cluster'),
      content: <ClusterStep draft={draft} change={change} editing={editing} />,
      ready: draft.sourceId !== null && isName(draft.name) && isId(draft.id) && (editing || reached.data !== undefined),
    },
    {
      id: 'streams',
      title: t('steps.streams'),
      content: <StreamsStep draft={draft} change={change} />,
      ready: draft.choice === 'all' || draft.include.length > 0,
    },
    {
      id: 'keep',
      title: t('steps.keep'),
      content: <KeepStep draft={draft} change={change} />,
      ready: draft.storageId !== null && draft.preset !== null && draft.days !== null,
    },
    {
      id: 'when',
      title: t('steps.when'),
      content: <WhenStep draft={draft} change={change} />,
      ready: clockGood,
    },
    {
      id: 'sign',
      title: t('steps.sign'),
      content: <SignStep draft={draft} change={change} />,
      ready: draft.signChosen && (draft.timestampUrl.trim() === '' || isTimestampUrl(draft.timestampUrl)),
    },
    {
      id: 'summary',
      title: t('steps.summary'),
      content: plan === null ? null : <SummaryStep plan={plan} clock={clock} />,
      ready: plan !== null,
    },
  ]
}

const NO_CLOCK = {
  cron: '0 0 * * *',
  timezone: 'UTC',
  jitterSeconds: 0,
  retries: 0,
  retryDelaySeconds: 1,
  quietHours: null,
  alertAfterHours: null,
}

type How = 'save' | 'run'

/** Saves the plan, sets its schedule, starts it where asked, and goes to its page. What failed can be tried again. */
function useFinish(draft: Draft, editing: boolean, discard: () => void) {
  const navigate = useNavigate()
  const [busy, setBusy] = useState<How | null>(null)
  const [error, setError] = useState<CofferError | null>(null)
  /** Saved by an attempt whose later steps failed. */
  const saved = useRef(editing)
  const there = useRef(true)
  useEffect(() => {
    there.current = true
    return () => {
      there.current = false
    }
  }, [])
  const run = async (how: How) => {
    const plan = planOf(draft)
    if (plan === null) return
    const clock = clockOf(draft)
    setBusy(how)
    setError(null)
    try {
      const isNew = !saved.current
      await host.call('plans.save', { plan, isNew })
      saved.current = true
      if (clock !== null) await host.call('schedules.set', { planId: plan.id, clock })
      else if (editing) await removeSchedule(plan.id)
      if (how === 'run') await host.call('plans.run', { id: plan.id })
      await queries.invalidateQueries()
      discard()
      if (there.current) void navigate(`/backups/plans/${encodeURIComponent(plan.id)}`)
    } catch (failure) {
      if (there.current) setError(failure as CofferError)
    } finally {
      if (there.current) setBusy(null)
    }
  }
  return { busy, error, run }
}

async function removeSchedule(planId: string): Promise<void> {
  for (const one of await host.call('schedules.list', null)) {
    if (one.planId === planId) await host.call('schedules.remove', { name: one.status.name })
  }
}
