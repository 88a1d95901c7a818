import type { Manifest, PartitionEntry } from '../../archive/types.ts'
import type { ReportAccount } from '../../contract/evidence/report.ts'
import type { Int64 } from '../../contract/record.ts'
import type { ReportInput } from './input.ts'
import { topicsInScope } from './scope.ts'

/**
 * The account of offsets (docs/archive-format.md, section 5) of each partition in scope, summed up. An archive of another
 * program has none: there, what its segments leave between them counts as `unaccounted`.
 */
export function accountOf(manifest: Manifest, topics: ReportInput['topics']): ReportAccount[] {
  return topicsInScope(manifest, topics).flatMap(({ entry }) =>
    entry.partitions
      .toSorted((a, b) => a.partition_id - b.partition_id)
      .map((partition) => accountOfPartition(entry.name, partition)),
  )
}

function accountOfPartition(topic: string, partition: PartitionEntry): ReportAccount {
  const offsets = partition.account?.length ? fromAccount(partition.account) : fromSegments(partition)
  let min: Int64 | null = null
  let max: Int64 | null = null
  for (const segment of partition.segments) {
    // Foreign archives state the first and the last record's only.
    for (const time of [
      segment.min_timestamp ?? segment.start_timestamp,
      segment.max_timestamp ?? segment.end_timestamp,
    ]) {
      if (min === null || time < min) min = time
      if (max === null || time > max) max = time
    }
  }
  return {
    topic,
    partition: partition.partition_id,
    ...offsets,
    min_timestamp: min,
    max_timestamp: max,
    segments: partition.segments.length,
  }
}

type Offsets = Pick<ReportAccount, 'from' | 'to' | 'archived' | 'absent'>

function fromAccount(entries: NonNullable<PartitionEntry['account']>): Offsets {
  const absent: Record<string, number> = {}
  let archived = 0
  for (const entry of entries) {
    archived += entry.archived
    for (const [kind, count] of Object.entries(entry.absent)) absent[kind] = (absent[kind] ?? 0) + (count ?? 0)
  }
  return { from: entries[0]?.from ?? 0, to: entries.at(-1)?.to ?? 0, archived, absent }
}

function fromSegments({ segments }: PartitionEntry): Offsets {
  if (segments.length === 0) return { from: 0, to: 0, archived: 0, absent: {} }
  const from = segments.reduce((least, segment) => Math.min(least, segment.start_offset), Number.MAX_SAFE_INTEGER)
  const to = segments.reduce((most, segment) => Math.max(most, segment.end_offset + 1), 0)
  const archived = segments.reduce((sum, segment) => sum + segment.record_count, 0)
  const missing = to - from - archived
  return { from, to, archived, absent: missing > 0 ? { unaccounted: missing } : {} }
}
