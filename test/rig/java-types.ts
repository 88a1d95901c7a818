/** What goes into and comes out of the Java helper. */

/** Bytes as base64; those longer than `inlineLimit` as their length and hash. */
export type DumpedBytes = string | null | { length: number; sha256: string }

export interface DumpedRecord {
  topic: string
  partition: number
  offset: number
  /** Milliseconds in decimal: they may lie beyond 2^53. */
  timestamp: string
  timestampType: 'CreateTime' | 'LogAppendTime'
  key: DumpedBytes
  value: DumpedBytes
  /** In their order, repeated names included. */
  headers: [string, DumpedBytes][]
}

export interface DumpedPartition {
  topic: string
  partition: number
  beginning: number
  /** The end when the reading started; under read_committed the last stable offset. */
  end: number
  count: number
}

export interface DigestedPartition extends DumpedPartition {
  /** Over (timestamp, key, value, headers) of all records in order; the same for a faithful restore. */
  sha256: string
}

export interface ConsumeOptions {
  /** read_committed unless told. */
  isolation?: 'read_committed' | 'read_uncommitted'
  /** Longer keys, values and header values are given as length and hash; 4096 unless told. */
  inlineLimit?: number
  /** Gives up after this long without progress; 60 s unless told. */
  patienceMs?: number
  consumer?: Record<string, string>
}

export interface ProduceRecord {
  topic: string
  /** Absent: Kafka's own partitioner chooses. */
  partition?: number
  /** Milliseconds, not negative; absent: now. */
  timestamp?: number | bigint | string
  /** A string is text. */
  key?: string | Uint8Array | null
  value?: string | Uint8Array | null
  headers?: [string, string | Uint8Array | null][]
}

export interface ProduceOptions {
  transactionalId?: string
  /** What becomes of the transaction; `commit` unless told. */
  end?: 'commit' | 'abort' | 'open'
  /** Waits after each record, so that each is a batch of its own. */
  flushEach?: boolean
  /** Producer properties: `compression.type`, `batch.size`, `linger.ms`, `enable.idempotence`, `transaction.timeout.ms` … */
  producer?: Record<string, string>
}

/** First and last offset that were written to a partition. */
export interface ProducedRange {
  topic: string
  partition: number
  first: number
  last: number
}

export interface GenerateOptions {
  /** Bytes of a value, 1000 unless told. */
  size?: number
  partitions?: number
  /** `phrases` unless told; `digits` compress as well at zstd's level 1 as at 3. */
  text?: 'phrases' | 'digits'
  seed?: number
  firstTimestamp?: number
  timestampStep?: number
  producer?: Record<string, string>
}

export interface TopicSpec {
  name: string
  partitions?: number
  configs?: Record<string, string>
}

export interface OffsetRow {
  topic: string
  partition: number
  earliest: number
  /** The high watermark. */
  latest: number
  /** The last stable offset. */
  stable: number
}

export interface LeaderRow {
  topic: string
  partition: number
  /** Node id; -1 while there is none. */
  leader: number
  /** Node ids in order. */
  inSync: number[]
}

export interface GroupOffset {
  topic: string
  partition: number
  offset: number
  metadata?: string
  leaderEpoch?: number | null
}

export interface AclRow {
  /** `User:name` */
  principal: string
  resource: 'topic' | 'group' | 'cluster' | 'transactional_id'
  /** `kafka-cluster` for the cluster, `*` for all. */
  name: string
  pattern?: 'literal' | 'prefixed'
  operation:
    | 'read'
    | 'write'
    | 'create'
    | 'describe'
    | 'alter'
    | 'describe_configs'
    | 'alter_configs'
    | 'idempotent_write'
    | 'delete'
    | 'all'
  permission?: 'allow' | 'deny'
}
