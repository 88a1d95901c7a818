import {
  deleteOffsetSnapshot,
  type OffsetSnapshot,
  offsetSnapshotIds,
  positionsOf,
  readOffsetSnapshot,
} from '../../archive/offset-snapshots.ts'
import { isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { OffsetRollbackResult, OffsetSnapshotFacts } from '../../contract/results.ts'
import { plural } from '../../contract/words.ts'
import type { Storage } from '../../storage/storage.ts'
import { applyChanges, planChanges } from './apply.ts'
import { refuseOtherCluster, withCluster } from './cluster.ts'
import { takeSnapshot } from './snapshot.ts'

type Request = Extract<JobRequest, { kind: 'offset-rollback' }>
type Result = JobResult<OffsetRollbackResult>

/** Of more snapshots the newest are listed, and a warning says so. */
const MOST_LISTED = 1000

/**
 * Notes where consumer groups stand, and puts them back there.
 * @returns exit code done; of `verify` checkFailed where a group stands elsewhere
 * @throws OBJECT_MISSING, MANIFEST_DAMAGED, CONFIG_…, GROUP_ACTIVE, NOTHING_MATCHED, TARGET_DIFFERS, KAFKA_…, STORAGE_…
 */
export async function runOffsetRollback(storage: Storage, request: Request, context: JobContext): Promise<Result> {
  switch (request.action) {
    case 'list':
      return listSnapshots(storage)
    case 'show': {
      const snapshot = await readOffsetSnapshot(storage, request.snapshotId)
      return done(storage, { action: 'show', snapshots: [factsOf(snapshot)], ...shown(snapshot) })
    }
    case 'delete': {
      const snapshot = await readOffsetSnapshot(storage, request.snapshotId)
      await deleteOffsetSnapshot(storage, request.snapshotId)
      return done(storage, { action: 'delete', snapshots: [factsOf(snapshot)], snapshot_id: snapshot.snapshot_id })
    }
    case 'snapshot':
      return withCluster(request.cluster, request.environment, context, async (cluster, bootstrap) => {
        const { groups, description } = request
        const snapshot = await takeSnapshot(cluster, storage, { groups, bootstrap, description, restoreId: null })
        return done(storage, { action: 'snapshot', snapshots: [factsOf(snapshot)], ...shown(snapshot) })
      })
    default:
      return withSnapshot(storage, request, context)
  }
}

async function listSnapshots(storage: Storage): Promise<Result> {
  const ids = await offsetSnapshotIds(storage)
  const snapshots: OffsetSnapshotFacts[] = []
  const warnings: string[] = []
  for (const id of ids.slice(0, MOST_LISTED)) {
    try {
      snapshots.push(factsOf(await readOffsetSnapshot(storage, id)))
    } catch (error) {
      // one that somebody deletes right now, or has damaged, must not hide the others
      if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED')) throw error
      warnings.push(error.message)
    }
  }
  if (ids.length > MOST_LISTED) warnings.push(`only the newest ${MOST_LISTED} of ${ids.length} snapshots are shown`)
  return done(storage, { action: 'list', snapshots, warnings })
}

/** Compares the groups with the snapshot, and puts them back where that is asked for. */
async function withSnapshot(
  storage: Storage,
  request: Extract<Request, { action: 'rollback' | 'verify' }>,
  context: JobContext,
): Promise<Result> {
  const snapshot = await readOffsetSnapshot(storage, request.snapshotId)
  return withCluster(request.cluster, request.environment, context, async (cluster, bootstrap) => {
    await refuseOtherCluster(cluster, snapshot.cluster_id, `the snapshot "${snapshot.snapshot_id}"`)
    const wanted = positionsOf(snapshot)
    const changes = await planChanges(cluster, wanted)
    const facts = { snapshots: [factsOf(snapshot)], snapshot_id: snapshot.snapshot_id, changes }
    if (request.action === 'verify') {
      const same = changes.every(({ state }) => state === 'same')
      const result = done(storage, { action: 'verify', ...facts, verdict: same ? 'PASSED' : 'FAILED' })
      return same ? result : { ...result, exitCode: EXIT.checkFailed }
    }
    const warnings = await notInSnapshot(cluster, snapshot)
    const left = changes.filter(({ state }) => state === 'left').length
    if (left > 0) warnings.push(`${plural(left, 'position')} can't be put back`)
    const { dryRun } = request
    const needed = changes.some(({ state }) => state === 'changed')
    const undo =
      dryRun || !needed
        ? null
        : await applyChanges(cluster, storage, changes, wanted, {
            bootstrap,
            description: `before the rollback to ${snapshot.snapshot_id}`,
            restoreId: snapshot.restore_id,
          })
    const result = done(storage, { action: 'rollback', ...facts, dry_run: dryRun, undo_snapshot_id: undo, warnings })
    return left > 0 ? { ...result, exitCode: EXIT.indeterminate } : result
  })
}

/** Kafka keeps a position until its group or topic goes: those that came after the snapshot stay. */
async function notInSnapshot(cluster: Parameters<typeof planChanges>[0], snapshot: OffsetSnapshot): Promise<string[]> {
  const warnings: string[] = []
  for (const { group_id, offsets } of Object.values(snapshot.group_offsets)) {
    const more = (await cluster.committedOffsets(group_id)).filter(
      ({ topic, partition }) => offsets[topic]?.[String(partition)] === undefined,
    )
    if (more.length === 0) continue
    const places = more.slice(0, 5).map(({ topic, partition }) => `${topic}/${partition}`)
    warnings.push(
      `group "${group_id}" has ${plural(more.length, 'position')} that the snapshot has not, and keeps ${more.length === 1 ? 'it' : 'them'}: ${places.join(', ')}${more.length > 5 ? ' …' : ''}`,
    )
  }
  return warnings
}

function factsOf(snapshot: OffsetSnapshot): OffsetSnapshotFacts {
  const { snapshot_id, created_at, description, cluster_id } = snapshot
  const groups = Object.keys(snapshot.group_offsets).length
  return { snapshot_id, created_at, description, cluster_id, groups, offsets: positionsOf(snapshot).length }
}

function shown(snapshot: OffsetSnapshot) {
  const positions = positionsOf(snapshot).map(({ metadata: _, ...position }) => position)
  return { snapshot_id: snapshot.snapshot_id, positions }
}

function done(
  storage: Storage,
  facts: Partial<OffsetRollbackResult> & Pick<OffsetRollbackResult, 'action' | 'snapshots'>,
): Result {
  const result: OffsetRollbackResult = {
    kind: 'offset-rollback',
    location: storage.location,
    snapshot_id: null,
    positions: [],
    dry_run: false,
    changes: [],
    verdict: null,
    undo_snapshot_id: null,
    warnings: [],
    ...facts,
  }
  return { exitCode: EXIT.done, result }
}
