import { randomUUID } from 'node:crypto'
import { writeGroupSnapshot } from '../../archive/groups.ts'
import { acquireLock, type Lease } from '../../archive/lock.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { groupsKey } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { CofferError, ERROR_EXIT } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { GroupSnapshotResult } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import { type Cluster, JOB_PATIENCE_MS, openCluster } from '../../kafka/cluster.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { captureGroups, countOffsets } from '../groups/capture.ts'

/**
 * Takes a new snapshot of the committed offsets of consumer groups into an archive that stands; the one before is kept.
 * Under the backup's lock, since a running backup takes snapshots too.
 * @returns the exit code of the first group that could not be read, where there is one: the snapshot then names it
 * @throws ARCHIVE_MISSING, LOCKED, CONFIG_CONFLICT (another cluster), KAFKA_…, STORAGE_…, MANIFEST_DAMAGED, INTERRUPTED
 */
export async function runSnapshotGroups(
  config: BackupConfig,
  context: JobContext,
): Promise<JobResult<GroupSnapshotResult>> {
  const storage = await openStorage(config.storage)
  try {
    // Asked before Kafka is: nobody should wait for a cluster to hear that the backup id is misspelt.
    await requireManifest(storage, config.backup_id)
    const cluster = await openCluster(config.source, {
      log: (level, message) => context.log(level, message),
      patienceMs: JOB_PATIENCE_MS,
      signal: context.signal,
    })
    try {
      const lease = await acquireLock(storage, config.backup_id, { runId: randomUUID() })
      try {
        return await snapshot(config.backup_id, storage, cluster, lease, context)
      } finally {
        await lease.release()
      }
    } finally {
      await cluster.close()
    }
  } finally {
    await storage.close()
  }
}

async function snapshot(
  backupId: string,
  storage: Storage,
  cluster: Cluster,
  lease: Lease,
  context: JobContext,
): Promise<JobResult<GroupSnapshotResult>> {
  const { manifest } = await requireManifest(storage, backupId)
  await refuseOtherCluster(cluster, manifest)
  const topics = manifest.topics.map((topic) => topic.name)
  const { snapshot, capture } = await captureGroups(cluster, topics, context)
  lease.check()
  await writeGroupSnapshot(storage, backupId, snapshot, manifest.coffer?.generation ?? 0)
  const result: GroupSnapshotResult = {
    kind: 'snapshot-groups',
    backup_id: backupId,
    location: storage.location,
    taken_at: isoTime(snapshot.snapshot_time),
    key: groupsKey(backupId),
    ...capture,
    captured: snapshot.groups.map((group) => ({
      group_id: group.group_id,
      topics: Object.keys(group.offsets).length,
      offsets: countOffsets(group),
    })),
  }
  const [failed] = capture.failed
  return { exitCode: failed === undefined ? EXIT.done : ERROR_EXIT[failed.code], result }
}

/** Positions in another cluster's log say nothing about this archive. */
async function refuseOtherCluster(cluster: Cluster, manifest: Manifest): Promise<void> {
  const before = manifest.coffer?.run.source.cluster_id ?? null
  const { clusterId } = await cluster.identity()
  if (before === null || clusterId === null || before === clusterId) return
  throw new CofferError(
    'CONFIG_CONFLICT',
    `the archive "${manifest.backup_id}" was made from cluster "${before}", but the source is cluster "${clusterId}"`,
    { hint: 'Give each cluster a backup_id of its own.', details: { expected: before, got: clusterId } },
  )
}
