import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Headline } from '../../parts/basics.tsx'
import { Wizard, type WizardStep } from '../../parts/wizard.tsx'
import { useCall } from '../../query.ts'
import { BackupStep } from './backup-step.tsx'
import { choicesOf, type Draft, namesProblem, spanOf, windowProblem } from './draft.ts'
import { NamesStep } from './names-step.tsx'
import { PreviewStep } from './preview-step.tsx'
import { type StepProps, usePreview } from './shared.ts'
import { StartRestore, StartStep } from './start-step.tsx'
import { TargetStep } from './target-step.tsx'

interface WizardProps extends StepProps {
  discard(): void
}

export function RestoreWizard({ draft, change, discard }: WizardProps) {
  const { t } = useTranslation('restore')
  const connections = useCall('connections.list', null)
  const described = useCall(
    'archives.describe',
    { location: draft.place ?? { path: '.' }, backupId: draft.backupId ?? '.' },
    { enabled: draft.place !== null && draft.backupId !== null, staleTime: 60_000 },
  )
  const topics = described.data?.topics ?? null
  const cluster = connections.data?.find((one) => one.id === draft.targetId && one.kind === 'target')
  const choices = topics === null || cluster === undefined ? null : choicesOf(draft, topics)
  const looksAhead = draft.at === 'preview' || draft.at === 'start'
  const preview = usePreview(choices, looksAhead)
  const previewed = preview.data?.verdict === 'PASSED' && !preview.isFetching && preview.error === null
  const span = topics === null ? null : spanOf(topics, draft.streams)

  const steps: WizardStep[] = [
    {
      id: 'backup',
      title: t('steps.backup'),
      content: <BackupStep draft={draft} change={change} described={described} />,
      ready: topics !== null && topics.length > 0 && windowProblem(draft, span) === null,
    },
    {
      id: 'target',
      title: t('steps.target'),
      content: <TargetStep draft={draft} change={change} />,
      ready: cluster !== undefined,
    },
    {
      id: 'names',
      title: t('steps.names'),
      content: topics === null ? null : <NamesStep draft={draft} change={change} topics={topics} />,
      ready: topics !== null && namesProblem(draft, topics) === null && windowProblem(draft, span) === null,
    },
    {
      id: 'preview',
      title: t('steps.preview'),
      content:
        choices === null || cluster === undefined ? null : (
          <PreviewStep draft={draft} change={change} choices={choices} cluster={cluster} />
        ),
      // the last step itself keeps looking: what was seen before may have changed
      ready: previewed,
    },
    {
      id: 'start',
      title: t('steps.start'),
      content:
        choices === null || cluster === undefined ? null : (
          <StartStep draft={draft} choices={choices} cluster={cluster} preview={preview.data} />
        ),
      ready: true,
    },
  ]
  const at = draft.at === 'start' && !previewed && !preview.isFetching ? 'preview' : draft.at
  return (
    <>
      <Headline sub={t('wizard.remembered', { ns: 'app' })}>
        {t(`headlines.${at}`, { cluster: cluster?.name ?? '', backup: draft.backupId ?? '' })}
      </Headline>
      <Wizard
        steps={steps}
        at={at}
        onGo={(id) => change({ at: id as Draft['at'] })}
        finish={
          choices === null || cluster === undefined || preview.data === undefined || !previewed ? (
            <Button disabled>{t('start.action')}</Button>
          ) : (
            <StartRestore
              choices={choices}
              cluster={cluster}
              preview={preview.data}
              onStarted={(restoreJob) =>
                change({ run: { choices, clusterName: cluster.name, restoreJob, proofJob: null } })
              }
            />
          )
        }
      />
      <p className="small restore-over">
        <button type="button" className="link" onClick={discard}>
          {t('startOver')}
        </button>
      </p>
    </>
  )
}
