import { Button, Checkbox } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../../contract/ipc/connection.ts'
import type { PreviewTopic, RestoreChoices, RestorePreview } from '../../../contract/ipc/restore.ts'
import { saidOf } from '../../../contract/said/said.ts'
import { bytes, count, duration } from '../../format.ts'
import { Card, Figure, Pill, Problem } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { Told } from '../../parts/told.tsx'
import { errorOf } from '../../state.ts'
import { CheckSteps } from '../connections/check-steps.tsx'
import { isProduction, type StepProps, usePreview } from './shared.ts'
import { ProductionCard } from './target-step.tsx'

interface PreviewProps extends StepProps {
  choices: RestoreChoices
  cluster: Connection
}

/** What would change on the target, asked of the target itself. Nothing has been written yet. */
export function PreviewStep({ draft, change, choices, cluster }: PreviewProps) {
  const { t } = useTranslation('restore')
  const preview = usePreview(choices, true)
  const found = preview.isFetching ? undefined : preview.data
  const blocked = found?.check.steps.some((step) => step.code === 'TARGET_NOT_EMPTY') ?? false
  return (
    <>
      {isProduction(cluster) && <ProductionCard cluster={cluster} />}
      <div role="status" className="preview-verdict">
        {preview.isFetching && <p className="mute">{t('preview.asking', { cluster: cluster.name })}</p>}
        {!preview.isFetching && preview.error !== null && (
          <Problem error={errorOf(preview.error)} title={t('preview.wouldFail')} />
        )}
        {found !== undefined && <Verdict found={found} cluster={cluster} />}
      </div>
      {found?.check.steps.some((step) => step.outcome === 'failed') && (
        <div className="card problem">
          <h2>{t('preview.inTheWay')}</h2>
          <CheckSteps
            result={{ ...found.check, steps: found.check.steps.filter((step) => step.outcome === 'failed') }}
            name={cluster.name}
          />
        </div>
      )}
      {(blocked || draft.allowNonEmpty) && (
        <Card title={t('preview.notEmptyTitle')}>
          <p>{t('preview.notEmptyText')}</p>
          <Checkbox
            label={t('preview.allow')}
            description={t('preview.allowHint')}
            checked={draft.allowNonEmpty}
            onChange={(event) => change({ allowNonEmpty: event.currentTarget.checked })}
          />
        </Card>
      )}
      {found !== undefined && <Findings found={found} all={choices.window.end === null} />}
      {!preview.isFetching && (
        <p className="actions">
          <Button variant="default" onClick={() => void preview.refetch()}>
            {t('preview.again')}
          </Button>
        </p>
      )}
    </>
  )
}

/** Every record is on the target already: from an earlier restore, or since it is where they came from. */
function isThere(found: RestorePreview): boolean {
  return found.records === 0 && found.topics.length > 0 && found.topics.every(({ action }) => action === 'resume')
}

function Verdict({ found, cluster }: { found: RestorePreview; cluster: Connection }) {
  const { t } = useTranslation('restore')
  if (found.verdict === 'FAILED') {
    return (
      <p>
        <Pill tone="bad">{t('preview.refused')}</Pill> {t('preview.refusedText')}
      </p>
    )
  }
  return (
    <p>
      <Pill tone="ok">{t('preview.possible')}</Pill>{' '}
      {t(isThere(found) ? 'preview.thereText' : 'preview.possibleText', { cluster: cluster.name })}
    </p>
  )
}

/** @param all no time window leaves anything out */
function Findings({ found, all }: { found: RestorePreview; all: boolean }) {
  const { t } = useTranslation('restore')
  const passed = found.check.steps.filter((step) => step.outcome !== 'failed')
  return (
    <>
      <div className="row">
        <Figure title={t('preview.records')} value={count(found.records)}>
          {t(isThere(found) ? 'preview.recordsThere' : all ? 'preview.recordsAll' : 'preview.recordsNote')}
        </Figure>
        <Figure title={t('preview.size')} value={bytes(found.bytes)}>
          {t('preview.segments', { count: found.segmentsToRead })}
          {found.segmentsSkipped > 0 && ` ${t('preview.skipped', { count: found.segmentsSkipped })}`}
        </Figure>
        <Figure title={t('preview.time')} value={found.seconds === null ? '–' : duration(found.seconds)}>
          {t('preview.timeNote')}
        </Figure>
      </div>
      {found.warnings.map((warning) => (
        <p key={warning}>
          <Pill tone="warn">{t('preview.warning')}</Pill> <Told text={warning} said={saidOf(warning, found.sayings)} />
        </p>
      ))}
      <Card title={t('preview.topicsTitle')}>
        <PreviewTable found={found} />
      </Card>
      {found.differencesTotal > 0 && (
        <Card title={t('preview.differencesTitle')}>
          <p>{t('preview.differencesText')}</p>
          <DataTable
            caption={t('preview.differencesTitle')}
            columns={differenceColumns(t)}
            rows={found.differences}
            rowKey={(one) => `${one.topic}/${one.name}`}
            total={found.differencesTotal}
          />
        </Card>
      )}
      {passed.length > 0 && (
        <details className="card">
          <summary>{t('preview.checks', { count: passed.length })}</summary>
          <CheckSteps result={{ ...found.check, steps: passed }} name={found.check.config} />
        </details>
      )}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'restore'>>['t']

const ACTION_TONE = {
  create: 'plain',
  write_to_empty: 'plain',
  resume: 'plain',
  write_to_non_empty: 'warn',
  refused: 'bad',
} as const

function PreviewTable({ found }: { found: RestorePreview }) {
  const { t } = useTranslation('restore')
  const columns: TableColumn<PreviewTopic>[] = [
    {
      id: 'target',
      title: t('preview.topic'),
      grow: 3,
      sort: (row) => row.target,
      cell: (row) => (
        <>
          {row.target}
          {row.source !== row.target && (
            <>
              <br />
              <span className="mute small">{t('preview.from', { stream: row.source })}</span>
            </>
          )}
        </>
      ),
    },
    {
      id: 'action',
      title: t('preview.action'),
      grow: 3,
      sort: (row) => row.action,
      cell: (row) => (
        <>
          <Pill tone={ACTION_TONE[row.action]}>{t(`preview.actions.${isThere(found) ? 'there' : row.action}`)}</Pill>
          {row.reason !== null && (
            <div className="mute small">
              <Told text={row.reason} said={row.said} code={row.code} />
            </div>
          )}
        </>
      ),
    },
    {
      id: 'partitions',
      title: t('names.partitions'),
      right: true,
      sort: (row) => row.targetPartitions,
      cell: (row) =>
        row.sourcePartitions === row.targetPartitions
          ? count(row.targetPartitions)
          : `${count(row.sourcePartitions)} → ${count(row.targetPartitions)}`,
    },
    {
      id: 'records',
      title: t('preview.records'),
      right: true,
      sort: (row) => row.records,
      cell: (row) => count(row.records),
    },
    { id: 'size', title: t('preview.size'), right: true, sort: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
  ]
  return (
    <DataTable
      caption={t('preview.topicsTitle')}
      columns={columns}
      rows={found.topics}
      rowKey={(row) => row.target}
      {...(found.topicsTotal > found.topics.length ? { total: found.topicsTotal } : {})}
    />
  )
}

/** Kafka's largest number, by which it says that a setting has no limit. */
const NO_LIMIT = '9223372036854775807'
const limit = (value: string | null, t: T) => (value === NO_LIMIT ? t('preview.noLimit') : (value ?? '–'))

function differenceColumns(t: T): TableColumn<RestorePreview['differences'][number]>[] {
  return [
    { id: 'topic', title: t('preview.topic'), grow: 2, sort: (one) => one.topic, cell: (one) => one.topic },
    { id: 'name', title: t('preview.setting'), grow: 2, cell: (one) => <code>{one.name}</code> },
    { id: 'archived', title: t('preview.archived'), grow: 1.5, cell: (one) => limit(one.archived, t) },
    { id: 'applied', title: t('preview.applied'), grow: 1.5, cell: (one) => limit(one.applied, t) },
    { id: 'reason', title: t('preview.why'), grow: 3, cell: (one) => <Told text={one.reason} said={one.said} /> },
  ]
}
