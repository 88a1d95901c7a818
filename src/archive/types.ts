import type { Int64 } from '../contract/record.ts'

/** The manifest as it stands in the archive: OSO's fields under OSO's names, ours beside them (docs/archive-format.md). */
export interface Manifest {
  backup_id: string
  /** First run, milliseconds since the epoch. */
  created_at: number
  source_cluster_id: string | null
  source_brokers: string[]
  compression: Compression | ''
  topics: TopicEntry[]
  /** Absent in archives of other programs. */
  coffer?: CofferSection
}

export type Compression = 'zstd' | 'lz4' | 'none'

export interface TopicEntry {
  name: string
  original_partition_count: number | null
  partitions: PartitionEntry[]
  /** Ours: Kafka's id of the topic, to notice that it was deleted and made again. */
  topic_id?: string | null
  internal?: boolean
  /** Ours: the topic's configuration when last backed up; sensitive values are never kept. */
  configuration?: TopicConfigEntry[]
}

export interface TopicConfigEntry {
  name: string
  value: string | null
  /** Set on the topic itself, rather than inherited from the broker or Kafka's defaults. */
  overridden: boolean
}

export interface PartitionEntry {
  partition_id: number
  segments: SegmentEntry[]
  gaps?: GapEntry[]
  /** Ours: the account of every offset, contiguous and in order: each entry's `to` is the next one's `from`. */
  account?: AccountEntry[]
}

export interface SegmentEntry {
  key: string
  start_offset: number
  /** Inclusive. */
  end_offset: number
  /** Of the first and the last record, as OSO has it; not the range. */
  start_timestamp: Int64
  end_timestamp: Int64
  record_count: number
  uncompressed_size: number
  /** The whole object, framing included. */
  compressed_size: number
  /** Ours, lowercase hex: of the whole object. */
  sha256?: string
  /** Ours, lowercase hex: RFC 6962 tree head over the segment's record bytes in order. */
  merkle_root?: string
  min_timestamp?: Int64
  max_timestamp?: Int64
  /** Ours: the generation (run) that wrote it. */
  generation?: number
}

/** OSO's note of offsets that were gone when it wanted them. */
export interface GapEntry {
  start_offset: number
  /** Exclusive. */
  end_offset: number
  reason: string
  detected_at: number
}

/** Why an offset is not in the archive. */
export type AbsentKind =
  /** written by a transaction that was aborted: no committed consumer ever sees it */
  | 'aborted'
  /** a transaction's commit or abort marker: no user data */
  | 'control'
  /** no longer on the log, on a topic whose cleanup.policy compacts */
  | 'compacted'
  /** deleted by retention or DeleteRecords before the first run */
  | 'deleted_before'
  /** deleted by retention or DeleteRecords after the first run began and before it could be read: a loss */
  | 'deleted_during'
  /** not on the log, and nothing on the topic explains why */
  | 'unexplained'

/** [kind, from, to): a range of offsets with one reason. */
export type AccountRange = [kind: AbsentKind, from: number, to: number]

/** What became of each offset in [from, to): archived + the absent counts = to - from. */
export interface AccountEntry {
  from: number
  /** Exclusive. */
  to: number
  generation: number
  archived: number
  /** Only kinds that occur. */
  absent: Partial<Record<AbsentKind, number>>
  /** The segment that holds the archived ones; absent where archived is 0. */
  segment?: string
  /** Each absent range in order, unless `ranges_object` holds them. */
  ranges?: AccountRange[]
  /** Where there are too many for the manifest: an object with the same list as JSON, zstd-compressed. */
  ranges_object?: { key: string; sha256: string; size: number; count: number }
}

export interface CofferSection {
  /** Of this section. */
  format: 1
  /** 1 for the first run, and one more for each. */
  generation: number
  /** Where the generation before is kept, and the SHA-256 of its exact bytes: a hash chain over the runs. */
  previous: { key: string; sha256: string; generation: number } | null
  run: RunEntry
  /** Objects that an interrupted run left behind: never part of the backup, kept because nothing is deleted. */
  abandoned: { key: string; size: number; found_in_generation: number }[]
}

export interface RunEntry {
  run_id: string
  state: 'running' | 'complete' | 'interrupted' | 'failed'
  mode: 'snapshot' | 'continuous'
  isolation_level: 'read_committed' | 'read_uncommitted'
  include_offset_headers: boolean
  /** Milliseconds since the epoch, by the host's clock. */
  started_at: number
  ended_at: number | null
  tool: { name: string; version: string }
  operator: { os_user: string; host: string }
  source: { cluster_id: string | null; brokers: string[]; kafka_version: string | null }
  /** Host minus broker, in milliseconds, and how it was seen; null where it could not be. */
  clock: { offset_ms: number | null; method: string }
  /** By `topic/partition`: the cut of this run. */
  cut: Record<string, RunCut>
  records: number
  bytes: number
}

export interface RunCut {
  /** First offset this run was to read. */
  from: number
  /** Exclusive: the last stable offset (or, with read_uncommitted, the high watermark) at the cut. */
  to: number
  high_watermark: number
  log_start: number
  /** The leader's term of the last batch on the books, and the offset behind that batch: by them a log that was cut back shows. */
  leader_epoch?: number
  epoch_end?: number
}

/** A segment ready to be stored. */
export interface SealedSegment {
  /** The object's bytes in order. */
  parts: Buffer[]
  /** All but `key` and `generation`. */
  entry: Omit<SegmentEntry, 'key' | 'generation'>
}
