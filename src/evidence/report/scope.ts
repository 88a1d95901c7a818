import type { Manifest, TopicEntry } from '../../archive/types.ts'
import type { ReportBackup, ReportScope } from '../../contract/evidence/report.ts'
import { withoutUrlSecrets } from '../../contract/secret.ts'
import { isoTime } from '../../contract/time.ts'
import type { ReportInput } from './input.ts'

/** More are counted and not listed. */
export const MAX_SCOPE_TOPICS = 1000

/** The whole backup, whatever part of it was looked at. */
export function backupOf({ manifest, storageBackend, pitrTimestamp }: ReportInput): ReportBackup {
  const sums = manifest.topics.map(sumTopic)
  return {
    id: manifest.backup_id,
    source_cluster_id: manifest.source_cluster_id,
    source_brokers: manifest.source_brokers,
    storage_backend: withoutUrlSecrets(storageBackend),
    pitr_timestamp: pitrTimestamp,
    created_at: manifest.created_at,
    total_topics: manifest.topics.length,
    total_partitions: sums.reduce((total, topic) => total + topic.partitions, 0),
    total_segments: sums.reduce((total, topic) => total + topic.segments, 0),
    total_records: sums.reduce((total, topic) => total + topic.records, 0),
  }
}

/** What was looked at: topics, window, filters. */
export function scopeOf({ manifest, topics, window, filters }: ReportInput): ReportScope {
  const selected = topicsInScope(manifest, topics)
  return {
    topics: selected
      .slice(0, MAX_SCOPE_TOPICS)
      .map(({ entry, target }) => ({ source: entry.name, target, ...sumTopic(entry) })),
    topics_total: selected.length,
    window: window && {
      start: window.start === null ? null : isoTime(window.start),
      end: window.end === null ? null : isoTime(window.end),
      time: window.time,
    },
    filters: filters === null ? null : withoutUrlSecrets(filters),
  }
}

/** A topic that was asked for and that the manifest does not have counts as one without partitions. */
export function topicsInScope(
  manifest: Manifest,
  topics: ReportInput['topics'],
): { entry: TopicEntry; target: string | null }[] {
  if (topics === null) return manifest.topics.map((entry) => ({ entry, target: null }))
  const byName = new Map(manifest.topics.map((entry) => [entry.name, entry]))
  return topics.map(({ source, target }) => ({
    entry: byName.get(source) ?? { name: source, original_partition_count: null, partitions: [] },
    target,
  }))
}

function sumTopic(topic: TopicEntry): { partitions: number; records: number; segments: number } {
  let records = 0
  let segments = 0
  for (const partition of topic.partitions) {
    segments += partition.segments.length
    for (const segment of partition.segments) records += segment.record_count
  }
  return { partitions: topic.partitions.length, records, segments }
}
