import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { NamedResult } from './configs.ts'

export interface NewTopic {
  name: string
  partitions: number
  /** -1: the broker's default. */
  replicationFactor: number
  configs: Readonly<Record<string, string>>
}

/** CreateTopics, version 4. */
export function encodeCreateTopics(topics: readonly NewTopic[], timeoutMs: number, validateOnly: boolean): Buffer {
  return new ByteWriter()
    .array(topics, ({ name, partitions, replicationFactor, configs }, w) => {
      w.string(name).int32(partitions).int16(replicationFactor)
      const assignments = 0
      w.int32(assignments)
      w.array(Object.entries(configs), ([key, value], c) => c.string(key).nullableString(value))
    })
    .int32(timeoutMs)
    .bool(validateOnly)
    .bytes()
}

export function decodeCreateTopics(answer: Buffer): { throttleMs: number; results: NamedResult[] } {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const results = reader.array((r) => ({ name: r.string(), errorCode: r.int16(), said: r.nullableString() }))
  return { throttleMs, results }
}

export interface RecordsBefore {
  topic: string
  partition: number
  /** Records before it are deleted. */
  offset: number
}

/** DeleteRecords (KIP-107), version 1. */
export function encodeDeleteRecords(partitions: readonly RecordsBefore[], timeoutMs: number): Buffer {
  const byTopic = Map.groupBy(partitions, (p) => p.topic)
  return new ByteWriter()
    .array([...byTopic], ([topic, list], w) => {
      w.string(topic).array(list, ({ partition, offset }, p) => p.int32(partition).int64(offset))
    })
    .int32(timeoutMs)
    .bytes()
}

export function decodeDeleteRecords(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const results = reader.array((r) => {
    const topic = r.string()
    return r.array((p) => ({ topic, partition: p.int32(), lowWatermark: p.int64(), errorCode: p.int16() }))
  })
  return { throttleMs, results: results.flat() }
}
