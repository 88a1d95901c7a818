import { stringifyJson } from '../../archive/manifest/json.ts'
import { type MapEntry, mappedOffsets } from '../offsets/map.ts'

/**
 * The local file that `offset_report` asks for, in OSO's shape: a line for each target partition, by its topic and
 * number, and runs instead of a line for each record.
 */
export function offsetReport(facts: {
  sourceClusterId: string | null
  targetClusterId: string | null
  createdAt: number
  entries: readonly MapEntry[]
}): string {
  const several = new Set<string>()
  const seen = new Set<string>()
  for (const entry of facts.entries) {
    const key = targetOf(entry)
    if (seen.has(key)) several.add(key)
    seen.add(key)
  }
  const entries: Record<string, unknown> = {}
  for (const entry of facts.entries) {
    const target = targetOf(entry)
    // A partition that several were put into has a line for each of them.
    const key = several.has(target) ? `${entry.sourcePartition}->${target}` : target
    const { span } = entry
    const { topic, partition, target_topic, target_partition, ...offsets } = mappedOffsets(entry)
    entries[key] = {
      topic: target_topic,
      partition: target_partition,
      source_topic: topic,
      source_partition: partition,
      ...offsets,
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

function targetOf({ targetTopic, targetPartition }: MapEntry): string {
  return `${targetTopic}/${targetPartition}`
}
