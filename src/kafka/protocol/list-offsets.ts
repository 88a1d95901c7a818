import type { IsolationLevel } from '../types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** Special timestamps of ListOffsets. */
export const LATEST = -1
export const EARLIEST = -2

export interface OffsetQuery {
  topic: string
  partition: number
  leaderEpoch: number
}

export interface OffsetAnswer {
  topic: string
  partition: number
  errorCode: number
  offset: number
}

/** Who asks, as `replica_id`: brokers tell a consumer no more than all replicas have, and the debugging one all of it. */
export const CONSUMER = -1
export const DEBUGGING = -2

/** ListOffsets, versions 4 and 5. With read_committed, LATEST is the last stable offset. */
export function encodeListOffsets(
  queries: readonly OffsetQuery[],
  timestamp: number,
  isolation: IsolationLevel,
  replicaId: typeof CONSUMER | typeof DEBUGGING,
): Buffer {
  const byTopic = Map.groupBy(queries, (query) => query.topic)
  return new ByteWriter()
    .int32(replicaId)
    .int8(isolation === 'read_committed' ? 1 : 0)
    .array([...byTopic], ([topic, partitions], w) => {
      w.string(topic).array(partitions, ({ partition, leaderEpoch }, p) => {
        p.int32(partition).int32(leaderEpoch).int64(timestamp)
      })
    })
    .bytes()
}

export function decodeListOffsets(answer: Buffer): { throttleMs: number; offsets: OffsetAnswer[] } {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const offsets = reader.array((r) => {
    const topic = r.string()
    return r.array((p) => {
      const partition = p.int32()
      const errorCode = p.int16()
      p.int64()
      const offset = p.safeInt64()
      p.int32()
      return { topic, partition, errorCode, offset }
    })
  })
  return { throttleMs, offsets: offsets.flat() }
}
