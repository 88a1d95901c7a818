import type { RecordView } from '../contract/record.ts'

/** The wire's public types. Nothing here, nor in any exported signature of kafka/, mentions kafkajs. */

export interface BrokerAddress {
  id: number
  host: string
  port: number
  rack: string | null
}

export interface ClusterIdentity {
  clusterId: string | null
  controllerId: number | null
  brokers: BrokerAddress[]
  /** `4.1` and the like, read off the finalized `metadata.version` feature; null where the brokers don't tell. */
  kafkaVersion: string | null
}

export interface TopicMetadata {
  name: string
  /** Kafka's topic id (a UUID in Kafka's base64 spelling); null where the brokers are too old to have one. */
  topicId: string | null
  internal: boolean
  partitions: PartitionMetadata[]
}

export interface PartitionMetadata {
  partition: number
  leader: number
  leaderEpoch: number
  replicas: number[]
  isr: number[]
}

export interface ConfigEntry {
  name: string
  value: string | null
  /** Kafka's ConfigSource: 1 dynamic topic, 4 static broker, 5 default … */
  source: number
  isDefault: boolean
  sensitive: boolean
  readOnly: boolean
}

export interface TopicPartition {
  topic: string
  partition: number
}

export type IsolationLevel = 'read_committed' | 'read_uncommitted'

/** One batch, as the reader passes it on. `records` is positioned before its first record and only walks this batch. */
export interface ReadBatch {
  kind: 'data' | 'aborted' | 'control'
  baseOffset: number
  /** Inclusive. */
  lastOffset: number
  records: RecordCursor
  /** As on the log. */
  sizeInBytes: number
  codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  timestampType: 'CreateTime' | 'LogAppendTime'
  producerId: bigint
  /** The term of the leader that appended it; -1 in the formats that do not say. */
  leaderEpoch: number
  /** On LogAppendTime the broker's own clock; used to tell the clocks apart. */
  maxTimestampHi: number
  maxTimestampLo: number
}

/** Walks the records of a batch. `view` is one object, moved by each `next()`. */
export interface RecordCursor {
  readonly view: RecordView
  /** @returns false after the last record. @throws BATCH_DAMAGED */
  next(): boolean
}

/** What a partition reader meets, in offset order. */
export type ReadStep =
  | { type: 'batch'; batch: ReadBatch }
  /** The log now starts later: [from, to) was deleted (retention or DeleteRecords) before it could be read. */
  | { type: 'deleted'; from: number; to: number }
  /** Nothing between [from, to): the reader's position has passed these offsets and the log holds no batch for them. */
  | { type: 'passed'; from: number; to: number }
