import type { Said } from '../said/said.ts'

/** What a cluster has to be backed up, as it is now. */
export interface TopicsResult {
  kind: 'topics'
  cluster_id: string | null
  /** False: the brokers tell this user no sizes, and every `stored_bytes` is null. */
  sizes_told: boolean
  /** By name. */
  topics: TopicOverview[]
}

export interface TopicOverview {
  topic: string
  partitions: number
  /** Kafka's own: left out of a backup unless it is asked for. */
  internal: boolean
  /** On the brokers' disks, as the records were sent. */
  stored_bytes: number | null
  /** Only of those that were asked for by name, or where there are few. */
  details: TopicDetails | null
}

export interface TopicDetails {
  /** Offsets between the log's start and end: an upper bound of the records. */
  offsets: number
  /** `retention.ms`; null: kept without limit of time. */
  retention_ms: number | null
  /** `retention.bytes` of a partition; null: without limit. */
  retention_bytes: number | null
  /** `cleanup.policy`: `delete`, `compact` or both. Null where this user may not read the configuration. */
  cleanup_policy: string | null
}

/** What a storage says of itself: whether it keeps what is written from now on from being deleted. */
export interface StorageLockResult {
  kind: 'storage-lock'
  location: string
  /** Of new objects, by the bucket's default. `none`: nothing holds them; `unknown`: the storage did not tell. */
  mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none' | 'unknown'
  /** Of the default; years as days, leap days counted. */
  days: number | null
  /** `in-bucket`: S3; `in-folder`: a folder has no such lock. */
  place: 'in-bucket' | 'in-folder'
  /** One sentence: how this is known. */
  reason: string
  said?: Said
}
