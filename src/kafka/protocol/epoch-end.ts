import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** Asks where a term of a partition's leader ended. */
export interface EpochQuery {
  topic: string
  partition: number
  /** Of who leads now, so that somebody who no longer does refuses to answer. */
  currentEpoch: number
  epoch: number
}

/** OffsetForLeaderEpoch (KIP-320), version 3, as a consumer. */
export function encodeEpochEnd(queries: readonly EpochQuery[]): Buffer {
  const byTopic = Map.groupBy(queries, (query) => query.topic)
  const consumer = -1
  return new ByteWriter()
    .int32(consumer)
    .array([...byTopic], ([topic, partitions], w) => {
      w.string(topic).array(partitions, ({ partition, currentEpoch, epoch }, p) => {
        p.int32(partition).int32(currentEpoch).int32(epoch)
      })
    })
    .bytes()
}

/** `end` is -1 where the broker does not know. */
export function decodeEpochEnd(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const ends = reader.array((r) => {
    const topic = r.string()
    return r.array((p) => {
      const errorCode = p.int16()
      const partition = p.int32()
      p.int32()
      return { topic, partition, errorCode, end: p.safeInt64() }
    })
  })
  return { throttleMs, ends: ends.flat() }
}
