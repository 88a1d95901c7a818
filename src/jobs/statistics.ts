import type { Manifest, PartitionEntry, SegmentEntry } from '../archive/types.ts'
import type { Int64 } from '../contract/record.ts'
import type { ArchiveStatistics, DescribedPartition } from '../contract/results.ts'
import { isoTime } from '../contract/time.ts'

/** What a manifest says about its archive, added up. Nothing is read but the manifest. */
export function statisticsOf(manifest: Manifest): ArchiveStatistics {
  const partitions = manifest.topics.flatMap((topic) => topic.partitions)
  const segments = partitions.flatMap((partition) => partition.segments)
  const span = timestampSpan(segments)
  return {
    topics: manifest.topics.length,
    partitions: partitions.length,
    segments: segments.length,
    records: sum(segments, (segment) => segment.record_count),
    bytes: sum(segments, (segment) => segment.uncompressed_size),
    stored_bytes: sum(segments, (segment) => segment.compressed_size),
    first_timestamp: span === null ? null : isoTime(span.min),
    last_timestamp: span === null ? null : isoTime(span.max),
  }
}

/** One partition's line of a description. */
export function describePartition(partition: PartitionEntry): DescribedPartition {
  const { segments } = partition
  const span = timestampSpan(segments)
  return {
    partition: partition.partition_id,
    segments: segments.length,
    records: sum(segments, (segment) => segment.record_count),
    bytes: sum(segments, (segment) => segment.uncompressed_size),
    stored_bytes: sum(segments, (segment) => segment.compressed_size),
    start_offset: segments.length === 0 ? null : least(segments.map((segment) => segment.start_offset)),
    end_offset: segments.length === 0 ? null : greatest(segments.map((segment) => segment.end_offset)),
    first_timestamp: span === null ? null : isoTime(span.min),
    last_timestamp: span === null ? null : isoTime(span.max),
  }
}

/** The first offset that the next run would read: after the account, or (foreign archives) after the last segment. */
export function nextOffset(partition: PartitionEntry): number {
  const accounted = partition.account?.at(-1)
  if (accounted !== undefined) return accounted.to
  return partition.segments.length === 0 ? 0 : greatest(partition.segments.map((segment) => segment.end_offset)) + 1
}

/**
 * Earliest and latest record timestamp. Archives of other programs only tell the first and the last record's, in
 * which order so ever; these are then the best there is without opening the segments.
 */
function timestampSpan(segments: readonly SegmentEntry[]): { min: Int64; max: Int64 } | null {
  let span: { min: Int64; max: Int64 } | null = null
  for (const segment of segments) {
    if (segment.record_count === 0) continue
    const { start_timestamp: first, end_timestamp: last } = segment
    const min = segment.min_timestamp ?? earlier(first, last)
    const max = segment.max_timestamp ?? later(first, last)
    if (span === null) span = { min, max }
    else span = { min: earlier(min, span.min), max: later(max, span.max) }
  }
  return span
}

/** Math.min takes no bigint. */
function earlier(a: Int64, b: Int64): Int64 {
  if (a < b) return a
  return b
}

function later(a: Int64, b: Int64): Int64 {
  if (a > b) return a
  return b
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0)
}

/** Not `Math.min(...)`: an archive may have more segments than a call takes arguments. */
function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b))
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b))
}
