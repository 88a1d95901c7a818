import { isDead, type LeaseRecord, readLock } from '../../archive/lock.ts'
import { loadManifest } from '../../archive/manifest/store.ts'
import type { Manifest } from '../../archive/types.ts'
import type { BackupOverview, RunState } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'
import { statisticsOf } from '../statistics.ts'

/** One backup as the catalogue shows it, from its manifest; where that says that it runs, also from its lock. */
export async function overviewOf(storage: Storage, manifest: Manifest): Promise<BackupOverview> {
  const section = manifest.coffer
  const run = section?.run
  return {
    backup_id: manifest.backup_id,
    created_at: isoTime(manifest.created_at),
    updated_at: run === undefined || run.ended_at === null ? null : isoTime(run.ended_at),
    state: await runState(storage, manifest),
    generation: section?.generation ?? null,
    compression: manifest.compression,
    source_cluster_id: run?.source.cluster_id ?? manifest.source_cluster_id,
    tool: run === undefined ? null : `${run.tool.name} ${run.tool.version}`,
    statistics: statisticsOf(manifest),
  }
}

/**
 * How the last run ended; OSO's manifests do not tell. A run holds the lock until its manifest says how it ended: one that
 * has not said so and holds none was killed, or its machine stopped, and was interrupted.
 * @param lock as it was read by who tells of it too; else it is read where it matters
 * @throws STORAGE_…
 */
export async function runState(
  storage: Storage,
  manifest: Manifest,
  lock?: Readonly<LeaseRecord> | null,
): Promise<RunState> {
  const state = manifest.coffer?.run.state ?? 'unknown'
  if (state !== 'running') return state
  const held = lock === undefined ? await readLock(storage, manifest.backup_id) : lock
  if (held !== null && !isDead(held, Date.now())) return state
  // it may have ended between the two looks
  const again = (await loadManifest(storage, manifest.backup_id))?.manifest.coffer?.run.state ?? 'interrupted'
  return again === 'running' ? 'interrupted' : again
}
