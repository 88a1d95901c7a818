import type { Manifest } from '../../archive/types.ts'
import type { BackupOverview, RunState } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import { statisticsOf } from '../statistics.ts'

/** One backup as the catalogue shows it, from its manifest alone. */
export function overviewOf(manifest: Manifest): BackupOverview {
  const section = manifest.coffer
  const run = section?.run
  return {
    backup_id: manifest.backup_id,
    created_at: isoTime(manifest.created_at),
    updated_at: run === undefined || run.ended_at === null ? null : isoTime(run.ended_at),
    state: runState(manifest),
    generation: section?.generation ?? null,
    compression: manifest.compression,
    source_cluster_id: run?.source.cluster_id ?? manifest.source_cluster_id,
    tool: run === undefined ? null : `${run.tool.name} ${run.tool.version}`,
    statistics: statisticsOf(manifest),
  }
}

/** How the last run ended. OSO's manifests do not tell. */
export function runState(manifest: Manifest): RunState {
  return manifest.coffer?.run.state ?? 'unknown'
}
