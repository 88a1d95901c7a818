import { writeFile } from 'node:fs/promises'
import { readGroupSnapshot } from '../../archive/groups.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { OffsetResetResult } from '../../contract/results.ts'
import { plural } from '../../contract/words.ts'
import type { Storage } from '../../storage/storage.ts'
import { latestOffsetMap } from '../offsets/run.ts'
import { applyChanges, planChanges } from './apply.ts'
import { refuseOtherCluster, withCluster } from './cluster.ts'
import { resetScript } from './script.ts'
import { translatedPositions } from './translate.ts'

type Request = Extract<JobRequest, { kind: 'offset-reset' }>

/**
 * Puts consumer groups to where their archived positions went in a restore, by the map of offsets that it left. What a
 * restore does by itself with `consumer_groups`, at any later time and again.
 * @returns exit code done; indeterminate where a position could not be translated, or not committed
 * @throws ARCHIVE_MISSING, OBJECT_MISSING (no restore), GROUP_SNAPSHOT_MISSING, CONFIG_…, GROUP_ACTIVE, TARGET_DIFFERS,
 *   KAFKA_…, STORAGE_…
 */
export async function runOffsetReset(
  storage: Storage,
  request: Request,
  context: JobContext,
): Promise<JobResult<OffsetResetResult>> {
  const { backupId, groups, action } = request
  const { manifest } = await requireManifest(storage, backupId)
  const map = await latestOffsetMap(storage, backupId, request.restoreId)
  const snapshot = await readGroupSnapshot(storage, backupId)
  const known = snapshot.groups.slice(0, 5).map(({ group_id }) => `"${group_id}"`)
  const archived = groups.map((id) => {
    const found = snapshot.groups.find(({ group_id }) => group_id === id)
    if (found !== undefined) return found
    throw new CofferError('GROUP_SNAPSHOT_MISSING', `the snapshot of consumer groups does not hold "${id}"`, {
      hint: known.length === 0 ? 'It holds no group at all.' : `It holds ${known.join(', ')}.`,
    })
  })
  return withCluster(request.cluster, request.environment, context, async (cluster, bootstrap) => {
    await refuseOtherCluster(cluster, map.targetClusterId, `the restore "${map.restoreId}"`)
    const wanted = archived.flatMap((group) => translatedPositions(group, map, manifest))
    const changes = await planChanges(cluster, wanted)
    const left = changes.filter(({ state }) => state === 'left').length
    const undo =
      action === 'execute' && changes.some(({ state }) => state === 'changed')
        ? await applyChanges(cluster, storage, changes, wanted, {
            bootstrap,
            description: `before the offset reset after restore ${map.restoreId} of ${backupId}`,
            restoreId: map.restoreId,
          })
        : null
    const script = action === 'script' ? resetScript(changes, bootstrap, { backupId, restoreId: map.restoreId }) : null
    if (script !== null && request.output !== null) await writeScript(request.output, script)
    const result: OffsetResetResult = {
      kind: 'offset-reset',
      action,
      backup_id: backupId,
      location: storage.location,
      restore_id: map.restoreId,
      dry_run: action !== 'execute',
      changes,
      undo_snapshot_id: undo,
      script: request.output === null ? script : null,
      output: script === null ? null : request.output,
      warnings: left === 0 ? [] : [`${plural(left, 'position')} can't be translated or committed`],
    }
    return { exitCode: left > 0 ? EXIT.indeterminate : EXIT.done, result }
  })
}

async function writeScript(path: string, script: string): Promise<void> {
  try {
    await writeFile(path, script, { mode: 0o755, flag: 'wx' })
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new CofferError(
      exists ? 'OBJECT_EXISTS' : 'STORAGE_FAILED',
      exists ? `"${path}" is there already` : `the script "${path}" can't be written`,
      { cause, ...(exists ? { hint: 'Give another name; nothing is overwritten.' } : {}) },
    )
  }
}
