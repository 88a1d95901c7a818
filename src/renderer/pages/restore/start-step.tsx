import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../../contract/ipc/connection.ts'
import type { RestoreChoices, RestorePreview } from '../../../contract/ipc/restore.ts'
import { bytes, count, duration } from '../../format.ts'
import { Card, Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import type { Draft } from './draft.ts'
import { isProduction } from './shared.ts'
import { ProductionCard } from './target-step.tsx'

interface StartProps {
  draft: Draft
  choices: RestoreChoices
  cluster: Connection
  preview: RestorePreview | undefined
}

/** In words: what will happen, how long it takes, and what it can't undo. */
export function StartStep({ draft, choices, cluster, preview }: StartProps) {
  const { t } = useTranslation('restore')
  const policy = useCall('approvals.list', null)
  const fourEyes = policy.data?.required.includes('restore') ?? false
  return (
    <>
      {isProduction(cluster) && <ProductionCard cluster={cluster} />}
      <Card title={t('start.title')}>
        <ul className="sentences">
          {preview !== undefined && (
            <li>
              {t(choices.window.end === null ? 'start.writesAll' : 'start.writes', {
                records: count(preview.records),
                size: bytes(preview.bytes),
                backup: choices.backupId,
                cluster: cluster.name,
              })}
            </li>
          )}
          <li>{windowWords(choices, t)}</li>
          {preview !== undefined && <li>{topicWords(preview, t)}</li>}
          <li>{t(`start.groups.${draft.groups}`, { groups: draft.groupNames.join(', ') })}</li>
          {preview?.seconds != null && <li>{t('start.takes', { time: duration(preview.seconds) })}</li>}
          <li>{t('start.resumes')}</li>
          {fourEyes && <li>{t('start.fourEyes')}</li>}
          <li>{t('start.proof')}</li>
        </ul>
      </Card>
      <Card title={t('start.undoTitle')}>
        <ul className="sentences">
          <li>{t('start.undo')}</li>
          <li>{t('start.archiveStays')}</li>
        </ul>
      </Card>
      <Files choices={choices} signWith={draft.signWith} />
    </>
  )
}

type T = ReturnType<typeof useTranslation<'restore'>>['t']

/** What of the backup is restored: its times, and its streams where some were left out. */
export function windowWords({ window: { start, end }, streams }: RestoreChoices, t: T): string {
  const some = streams === null ? '' : ` ${t('start.streams', { count: streams.length })}`
  if (start !== null && end !== null) return t('start.between', { start: exact(start), end: exact(end) }) + some
  if (end !== null) return t('start.until', { end: exact(end) }) + some
  return streams === null ? t('start.all') : t('start.allOf', { count: streams.length })
}

const exact = (iso: string): string => iso.replace('T', ' ').replace(/Z$/, ' UTC')

function topicWords(preview: RestorePreview, t: T): string {
  const created = preview.topics.filter((one) => one.action === 'create').length
  const parts = [
    created > 0 ? t('start.creates', { count: created }) : null,
    preview.notEmpty > 0 ? t('start.notEmpty', { count: preview.notEmpty }) : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? t('start.existing', { count: preview.topicsTotal }) : parts.join(' ')
}

/** The restore and its validation as the files that the command line takes. */
export function Files({ choices, signWith }: { choices: RestoreChoices; signWith: string | null }) {
  const { t } = useTranslation('restore')
  const files = useCall('restore.files', { choices, signWith })
  return (
    <details className="card">
      <summary>{t('files.title')}</summary>
      {files.error !== null && <Problem error={errorOf(files.error)} inside />}
      {files.data !== undefined && (
        <>
          <p>{t('files.text')}</p>
          {files.data.variables.length > 0 && (
            <p className="mute">{t('files.variables', { names: files.data.variables.join(', ') })}</p>
          )}
          <h3>{t('files.restore')}</h3>
          <p className="mute small">
            <code>coffer restore --config restore.yaml</code>
          </p>
          <CopyText text={files.data.restore} label={t('files.restore')} />
          <h3>{t('files.validation')}</h3>
          <p className="mute small">
            <code>coffer validation run --config validation.yaml</code>
          </p>
          <CopyText text={files.data.validation} label={t('files.validation')} />
        </>
      )}
    </details>
  )
}

interface StartRestoreProps {
  choices: RestoreChoices
  cluster: Connection
  preview: RestorePreview
  onStarted(jobId: string): void
}

/** The button that starts it; into production or behind other records it asks for the cluster's name first. */
export function StartRestore({ choices, cluster, preview, onStarted }: StartRestoreProps) {
  const { t } = useTranslation('restore')
  const [asking, setAsking] = useState(false)
  const start = useAct('restore.start', ['jobs.page', 'overview.get'])
  const production = isProduction(cluster)
  const needsName = production || choices.allowNonEmpty
  const run = (confirmed: string | null) =>
    // also where the page was left meanwhile: a restore that nobody remembers would be started twice
    void start.mutateAsync({ choices, confirmed }).then(
      ({ jobId }) => onStarted(jobId),
      () => setAsking(false),
    )
  return (
    <span className="start-restore">
      <Button
        loading={start.isPending}
        {...(needsName ? { color: 'red' } : {})}
        onClick={() => (needsName ? setAsking(true) : run(null))}
      >
        {t(production ? 'start.actionProduction' : 'start.action')}
      </Button>
      <Confirm
        opened={asking}
        title={t('confirm.title', { cluster: cluster.name })}
        word={cluster.name}
        action={t('start.action')}
        danger
        busy={start.isPending}
        onConfirm={() => run(cluster.name)}
        onClose={() => setAsking(false)}
      >
        {production && <p>{t('confirm.production', { cluster: cluster.name })}</p>}
        {preview.notEmpty > 0 && <p>{t('confirm.notEmpty', { count: preview.notEmpty })}</p>}
        <p>{t('confirm.undo', { records: count(preview.records) })}</p>
      </Confirm>
      {start.error !== null && <Problem error={errorOf(start.error)} />}
    </span>
  )
}
