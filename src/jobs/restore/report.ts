import { stringifyJson } from '../../archive/manifest/json.ts'
import { type MapEntry, mappedOffsets } from '../offsets/map.ts'

/**
 * The local file that `offset_report` asks for, in OSO's shape: a line for each partition, runs instead of a line for
 * each record.
 */
export function offsetReport(facts: {
  sourceClusterId: string | null
  targetClusterId: string | null
  createdAt: number
  entries: readonly MapEntry[]
}): string {
  const several = new Set<string>()
  const seen = new Set<string>()
  for (const { sourceTopic, sourcePartition } of facts.entries) {
    const key = `${sourceTopic}/${sourcePartition}`
    if (seen.has(key)) several.add(key)
    seen.add(key)
  }
  const entries: Record<string, unknown> = {}
  for (const entry of facts.entries) {
    const source = `${entry.sourceTopic}/${entry.sourcePartition}`
    // A partition that was spread over several has a line for each of them.
    const key = several.has(source) ? `${source}->${entry.targetPartition}` : source
    const { span } = entry
    entries[key] = {
      ...mappedOffsets(entry),
      first_timestamp: span?.min ?? null,
      last_timestamp: span?.max ?? null,
    }
  }
  return stringifyJson({
    entries,
    detailed_mappings: {},
    consumer_groups: {},
    source_cluster_id: facts.sourceClusterId,
    target_cluster_id: facts.targetClusterId,
    created_at: facts.createdAt,
  })
}
