import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import type { RequestDetail } from '../../../../contract/ipc/calls/requests.ts'
import { type CaseData, type ExtractionSpec, emptySpec } from '../../../../contract/requests/spec.ts'
import { useDraft } from '../../../draft.ts'
import { host } from '../../../host.ts'
import { NewestLast } from '../../../newest-last.ts'
import { Headline, Problem } from '../../../parts/basics.tsx'
import { Wizard, type WizardStep } from '../../../parts/wizard.tsx'
import { useAct, useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { localZone } from '../../../typed-time.ts'
import { CaseForm, isCase } from '../case-form.tsx'
import { calendarDay } from '../times.ts'
import { filterProblem, maskProblem } from './checks.ts'
import { useMaskKey } from './mask-key.ts'
import { titleOf } from './new.tsx'
import { StepArchive } from './step-archive.tsx'
import { StepFilter } from './step-filter.tsx'
import { StepMask } from './step-mask.tsx'
import { StepSign } from './step-sign.tsx'
import { StepWindow } from './step-window.tsx'
import { STEPS, type StepId } from './steps.ts'

const KEEP_AFTER_MS = 500

/** What every step is given: the choices so far, and how to change them. */
export interface StepProps {
  id: string
  data: CaseData
  spec: ExtractionSpec
  change(part: Partial<ExtractionSpec>): void
}

/** The wizard that leads from a request to a signed package. What is chosen is kept in the case's folder. */
export function EditRequest() {
  const { t } = useTranslation('requests')
  const { id = '' } = useParams()
  const { data, error } = useCall('requests.get', { id }, { staleTime: Number.POSITIVE_INFINITY })
  if (error !== null) return <Problem error={errorOf(error)} />
  if (data === undefined) return <Headline sub="">{t('loading', { ns: 'app' })}</Headline>
  return <Editor key={id} detail={data} />
}

function Editor({ detail }: { detail: RequestDetail }) {
  const { t } = useTranslation('requests')
  const go = useNavigate()
  const { id } = detail.summary
  const [draft, change] = useDraft<{ step: StepId; data: CaseData; spec: ExtractionSpec }>(`request-${id}`, {
    step: 'archive',
    data: detail.summary.data,
    spec: detail.spec ?? emptySpec(localZone()),
  })
  const [wrongTime, setWrongTime] = useState(false)
  useKept(id, draft.spec)
  const update = useAct('requests.update', ['requests.get', 'requests.list'])
  const extract = useAct('requests.extract', ['requests.get', 'requests.list'])
  const { spec, data } = draft
  const props: StepProps = {
    id,
    data,
    spec,
    change: (part) => change((old) => ({ ...old, spec: { ...old.spec, ...part } })),
  }
  const maskKey = useMaskKey(spec)
  const hasArchive =
    spec.location !== null && spec.backupId !== null && (spec.topics === null || spec.topics.length > 0)
  const windowHolds = spec.start === null || spec.end === null || spec.start <= spec.end
  const ready: Record<StepId, boolean> = {
    case: isCase(data),
    archive: hasArchive,
    window: windowHolds && !wrongTime,
    filter: filterProblem(spec.filter) === null,
    mask: maskKey !== 'missing' && spec.mask.every((rule) => maskProblem(rule) === null),
    sign: true,
  }
  const open = Math.max(0, STEPS.indexOf(draft.step))
  const content = (step: StepId) => {
    // a step further on would ask for what is not chosen yet
    if (step !== draft.step) return null
    switch (step) {
      case 'case':
        return (
          <div className="card">
            <CaseForm data={data} onChange={(part) => change((old) => ({ ...old, data: { ...old.data, ...part } }))} />
          </div>
        )
      case 'archive':
        return <StepArchive {...props} />
      case 'window':
        return <StepWindow {...props} onWrongTime={setWrongTime} />
      case 'filter':
        return <StepFilter {...props} />
      case 'mask':
        return <StepMask {...props} />
      case 'sign':
        return <StepSign {...props} />
    }
  }
  const steps: WizardStep[] = STEPS.map((step) => ({
    id: step,
    title: t(`steps.${step}`),
    content: content(step),
    ready: ready[step],
  }))
  const move = (to: string) => {
    if (draft.step === 'case') update.mutate({ id, data, state: null })
    change({ step: to as StepId })
  }
  const run = () => extract.mutate({ id, spec }, { onSuccess: () => void go(`/requests/${id}`) })
  return (
    <>
      <Headline sub={subOf(data, t)}>{titleOf(data)}</Headline>
      <Wizard
        steps={steps}
        at={STEPS[open] ?? 'archive'}
        onGo={move}
        finish={
          <Button onClick={run} loading={extract.isPending} disabled={STEPS.some((step) => !ready[step])}>
            {spec.key === null ? t('sign.makeUnsigned') : t('sign.make')}
          </Button>
        }
      />
      {extract.error !== null && <Problem error={errorOf(extract.error)} />}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'requests'>>['t']

/** `Asked by the supervisor on 3 Nov 2026. Custodian: Records.` */
export function subOf({ requestedBy, askedOn, custodian, due }: CaseData, t: T): string {
  const parts: string[] = []
  if (requestedBy !== '' && askedOn !== null) {
    parts.push(t('case.askedByOn', { by: requestedBy, on: calendarDay(askedOn) }))
  } else if (requestedBy !== '') parts.push(t('case.askedBy', { by: requestedBy }))
  if (custodian !== '') parts.push(t('case.kept', { custodian }))
  if (due !== null) parts.push(t('case.due', { due: calendarDay(due) }))
  return parts.length === 0 ? t('case.noWords') : parts.join(' ')
}

/** Kept in the case's folder a moment after the last change, and when the wizard is left. What failed is tried again. */
function useKept(id: string, spec: ExtractionSpec): void {
  const latest = useRef(spec)
  const sent = useRef<ExtractionSpec | null>(spec)
  latest.current = spec
  useEffect(() => {
    const writes = new NewestLast<ExtractionSpec>((one) =>
      host.call('requests.keep', { id, spec: one }).catch(() => {
        if (sent.current === one) sent.current = null
      }),
    )
    const keep = () => {
      if (sent.current === latest.current) return
      sent.current = latest.current
      writes.put(latest.current)
    }
    const timer = setInterval(keep, KEEP_AFTER_MS)
    return () => {
      clearInterval(timer)
      keep()
    }
  }, [id])
}
