import type { KafkaEndpoint, StorageConfig } from './endpoint.ts'
import type { EvidenceConfig } from './evidence.ts'

/**
 * A configuration file as the jobs get it: every variable expanded, every default filled in, every value checked.
 * Keys are spelled as in YAML. Maps keyed by topic are `Map`s, since `__proto__` is a legal topic name.
 * docs/configuration.md lists every key; test/config/documentation.test.ts compares it with the schema.
 */
export interface BackupConfig {
  mode: 'backup'
  backup_id: string
  source: KafkaEndpoint & { topics: TopicSelection }
  storage: StorageConfig
  backup: BackupOptions
  /** For signed manifests; null where the file has no such section. */
  evidence: EvidenceConfig | null
  /** What was accepted but means nothing here, or something else than in OSO Kafka Backup: a sentence each. */
  notes: string[]
}

export interface RestoreConfig {
  mode: 'restore'
  backup_id: string
  /** `topics` selects by the archived name, before `topic_mapping`. */
  target: KafkaEndpoint & { topics: TopicSelection }
  storage: StorageConfig
  restore: RestoreOptions
  notes: string[]
}

/** Globs (`*`, `?`) or `~regular expressions`; no `include` means all. Applied by `selectTopics`. */
export interface TopicSelection {
  include: string[]
  exclude: string[]
}

export interface BackupOptions {
  /** Uncompressed bytes. */
  segment_max_bytes: number
  segment_max_interval_ms: number
  segment_max_records: number | null
  compression: 'zstd' | 'lz4' | 'none'
  /** `adaptive`: as fast as makes the archive no larger than level 3 would. Only zstd has levels. */
  compression_level: number | 'adaptive'
  start_offset: StartOffset
  /** Runs until stopped. Otherwise a run is an exact cut, whether `stop_at_current_offsets` asks for it or not. */
  continuous: boolean
  stop_at_current_offsets: boolean
  include_internal_topics: boolean
  /** Internal topics wanted by name, even without `include_internal_topics`. */
  internal_topics: string[]
  /** How often a running backup writes its manifest. */
  sync_interval_secs: number
  /** OSO's tracking headers in every record; off, since records stay as they are. */
  include_offset_headers: boolean
  /** A name for the source, in words; the cluster's own id is kept beside it. */
  source_cluster_id: string | null
  max_concurrent_partitions: number
  poll_interval_ms: number
  consumer_group_snapshot: boolean
  fetch_max_bytes: number
  isolation_level: 'read_committed' | 'read_uncommitted'
}

export type StartOffset =
  | { at: 'earliest' }
  | { at: 'latest' }
  /** topic → partition → first offset; partitions that aren't named start at the earliest. */
  | { at: 'specific'; offsets: ReadonlyMap<string, ReadonlyMap<number, number>> }

export interface RestoreOptions {
  /** Milliseconds since the epoch, inclusive; null is open. */
  time_window_start: number | null
  time_window_end: number | null
  /** null: all. */
  source_partitions: number[] | null
  partition_mapping: ReadonlyMap<number, number>
  topic_mapping: ReadonlyMap<string, string>
  consumer_group_strategy: 'skip' | 'header-based' | 'timestamp-based' | 'cluster-scan' | 'manual'
  /** By the file; the command line's `--dry-run` asks for the same. */
  dry_run: boolean
  include_original_offset_header: boolean
  /** Over the whole restore; null is unlimited. */
  rate_limit_records_per_sec: number | null
  rate_limit_bytes_per_sec: number | null
  max_concurrent_partitions: number
  /** Records for each batch, at most; bytes bound it too. */
  produce_batch_size: number
  /** How long a broker may take to acknowledge a batch before it is sent again. */
  produce_timeout_ms: number
  produce_compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Local file that keeps what a restore has done; null: the archive's own folder for restores. */
  checkpoint_state: string | null
  consumer_groups: string[]
  reset_consumer_offsets: boolean
  auto_consumer_groups: boolean
  /** Local file for the map of offsets, besides the one kept with the archive. */
  offset_report: string | null
  create_topics: boolean
  /** -1: the broker's default. */
  default_replication_factor: number
  /** By target topic. */
  repartitioning: ReadonlyMap<string, Repartitioning>
  /** Deletes what the target topics hold, once every segment has been verified. */
  purge_topics: boolean
  allow_non_empty_target: boolean
  /** Records of a foreign archive that look like transaction markers. */
  suspect_records: 'skip' | 'restore'
  /** Takes off the tracking headers that the backup has added to each record; false leaves records as archived. */
  strip_offset_headers: boolean
}

export interface Repartitioning {
  strategy: 'murmur2' | 'automatic'
  target_partitions: number
}
