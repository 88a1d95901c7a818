import { CofferError } from '../../../contract/errors.ts'
import { MAX_FINDINGS, MAX_WARNINGS } from '../../../contract/ipc/limits.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import {
  MAX_PREVIEW_ROWS,
  type PreviewTopic,
  type RestoreChoices,
  type RestorePreview,
} from '../../../contract/ipc/restore.ts'
import type { ConfigSource } from '../../../contract/jobs.ts'
import type { RestorePlanResult } from '../../../contract/results.ts'
import { beside } from '../../../contract/said/said.ts'
import { restoreFile, type StorageText, validationFile } from '../../restore/restore-file.ts'
import type { StoredConnection } from '../connection-store.ts'
import { variablesIn } from '../connection-text.ts'
import type { ServiceCore } from '../core.ts'

export const restoreHandlers = (core: ServiceCore): AreaHandlers<'restore'> => ({
  'restore.files': async ({ choices, signWith }) => {
    const { target, storage } = await placesOf(core, choices)
    const restore = restoreFile(choices, target.yaml, storage)
    const validation = validationFile(choices, target.yaml, storage, signWith)
    return { restore, validation, variables: variablesIn(restore) }
  },
  'restore.preview': async ({ choices }) => {
    const { target, storage } = await placesOf(core, choices)
    const config = fileOf(core, restoreFile(choices, target.yaml, storage))
    const result = await core.ask({ kind: 'restore', config, dryRun: true })
    if (!result.dry_run) throw new TypeError('expected the result of a dry run')
    return previewOf(result, target.name)
  },
  'restore.start': async ({ choices, confirmed }) => {
    const { target, storage } = await placesOf(core, choices)
    refuseUnconfirmed(choices, target, confirmed)
    const config = fileOf(core, restoreFile(choices, target.yaml, storage))
    return core.start({ kind: 'restore', config, dryRun: false }, choices.backupId)
  },
  'restore.prove': async ({ choices, signWith }) => {
    const { target, storage } = await placesOf(core, choices)
    const config = fileOf(core, validationFile(choices, target.yaml, storage, signWith))
    return core.start({ kind: 'validation', config, triggeredBy: null, pitr: null }, choices.backupId)
  },
})

/** As every file that comes from the window is called: an approval is asked for under the same name. */
const fileOf = (core: ServiceCore, text: string): ConfigSource => ({
  text,
  name: 'configuration',
  directory: core.options.directory,
})

async function placesOf(
  core: ServiceCore,
  { targetId, location }: RestoreChoices,
): Promise<{ target: StoredConnection; storage: StorageText }> {
  const target = await core.connections.get(targetId)
  if (target.kind !== 'target') {
    throw new CofferError(
      'USAGE',
      `expected a connection to a cluster to restore to, got "${target.name}", which is a ${target.kind}`,
    )
  }
  const archive = await core.archive(location)
  return { target, storage: 'path' in archive ? archive : { yaml: archive.config.text } }
}

/** A cluster that nobody called a validation cluster counts as production. @throws USAGE */
function refuseUnconfirmed(choices: RestoreChoices, target: StoredConnection, confirmed: string | null): void {
  const isProduction = target.purpose !== 'validation'
  if (!isProduction && !choices.allowNonEmpty) return
  if (confirmed?.trim() === target.name) return
  const why = isProduction ? `"${target.name}" is a production cluster` : 'topics that are not empty may be written to'
  throw new CofferError('USAGE', `expected the target's name as confirmation: ${why}`, {
    hint: `Type "${target.name}" where the restore asks for it.`,
  })
}

const ORDER: readonly PreviewTopic['action'][] = ['refused', 'write_to_non_empty', 'resume', 'create', 'write_to_empty']
const OUTCOMES = ['failed', 'skipped', 'passed'] as const

function previewOf(result: RestorePlanResult, name: string): RestorePreview {
  const topics = [...result.topics].sort((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action))
  const steps = [...result.checks].sort((a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome))
  return {
    verdict: result.verdict,
    location: result.location,
    target: {
      clusterId: result.target.cluster_id,
      kafkaVersion: result.target.kafka_version,
      brokers: result.target.brokers.slice(0, MAX_FINDINGS),
    },
    topics: topics.slice(0, MAX_PREVIEW_ROWS).map((one) => ({
      source: one.source,
      target: one.target,
      action: one.action,
      sourcePartitions: one.source_partitions,
      targetPartitions: one.target_partitions,
      records: one.records_estimate,
      bytes: one.bytes_estimate,
      reason: one.reason ?? null,
      ...beside(one.said),
      ...(one.code === undefined ? {} : { code: one.code }),
    })),
    topicsTotal: topics.length,
    notEmpty: topics.filter((one) => one.action === 'write_to_non_empty').length,
    records: result.records_estimate,
    bytes: result.bytes_estimate,
    seconds: result.seconds_estimate,
    segmentsToRead: result.segments_to_read,
    segmentsSkipped: result.segments_skipped,
    differences: result.configuration_differences.slice(0, MAX_PREVIEW_ROWS),
    differencesTotal: result.configuration_differences.length,
    check: { kind: 'check', config: name, verdict: result.verdict, steps: steps.slice(0, MAX_PREVIEW_ROWS) },
    stepsTotal: steps.length,
    warnings: result.warnings.slice(0, MAX_WARNINGS),
    ...(result.sayings === undefined ? {} : { sayings: result.sayings.slice(0, MAX_WARNINGS) }),
  }
}
