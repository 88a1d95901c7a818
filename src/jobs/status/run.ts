import { accountOf } from '../../archive/account.ts'
import { isDead, type LeaseRecord, readLock } from '../../archive/lock.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { manifestKey } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { StatusResult } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'
import { runState } from '../list/overview.ts'
import { nextOffset, statisticsOf } from '../statistics.ts'

/**
 * Where a backup stands: how its last run ended, who ran it, who holds the lock, and how far each partition is
 * covered. Reads the archive only, so a lag behind Kafka is not known here. Writes nothing.
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, PATH_ESCAPES, STORAGE_…
 */
export async function runStatus(
  storage: Storage,
  backupId: string,
  _context: JobContext,
): Promise<JobResult<StatusResult>> {
  const { manifest } = await requireManifest(storage, backupId)
  const lock = await readLock(storage, backupId)
  const run = manifest.coffer?.run
  const result: StatusResult = {
    kind: 'status',
    backup_id: backupId,
    location: storage.location,
    state: await runState(storage, manifest, lock),
    generation: manifest.coffer?.generation ?? null,
    run_id: run?.run_id ?? null,
    operator: run === undefined ? null : `${run.operator.os_user}@${run.operator.host}`,
    started_at: run === undefined ? null : isoTime(run.started_at),
    ended_at: run === undefined || run.ended_at === null ? null : isoTime(run.ended_at),
    updated_at: await lastMoved(storage, manifest),
    lock: lockOf(lock),
    statistics: statisticsOf(manifest),
    account: accountOf(manifest),
    partitions: partitionsOf(manifest),
  }
  return { exitCode: EXIT.done, result }
}

/** The last run's end; while it has none, when its manifest was last written, by the storage's clock. */
async function lastMoved(storage: Storage, manifest: Manifest): Promise<string | null> {
  const endedAt = manifest.coffer?.run.ended_at ?? null
  if (endedAt !== null) return isoTime(endedAt)
  const key = manifestKey(manifest.backup_id)
  for await (const object of storage.list(key)) {
    if (object.key === key) return isoTime(Math.round(object.lastModified))
  }
  return null
}

function lockOf(record: Readonly<LeaseRecord> | null): StatusResult['lock'] {
  // A lease that was given back where nothing can be deleted has this time (archive/lock.ts).
  if (record === null || record.expires_at === 0) return null
  return {
    holder: `${record.os_user}@${record.host} (process ${record.pid}, run ${record.run_id})`,
    acquired_at: isoTime(record.acquired_at),
    expires_at: isoTime(record.expires_at),
    expired: isDead(record, Date.now()),
  }
}

function partitionsOf(manifest: Manifest): StatusResult['partitions'] {
  return manifest.topics.flatMap((topic) =>
    topic.partitions
      .map((partition) => ({
        topic: topic.name,
        partition: partition.partition_id,
        next_offset: nextOffset(partition),
        cut: manifest.coffer?.run.cut[`${topic.name}/${partition.partition_id}`]?.to ?? null,
      }))
      .sort((a, b) => a.partition - b.partition),
  )
}
