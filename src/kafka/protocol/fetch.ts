import type { IsolationLevel } from '../types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** Of an answer: a first batch comes whole, however few bytes are asked for, and may be as large as a topic allows. */
export const MAX_FETCH_BYTES = 1024 * 1024 * 1024

export interface FetchQuery {
  topic: string
  partition: number
  leaderEpoch: number
  offset: number
  isolation: IsolationLevel
  maxBytes: number
  /** How long the broker may wait for a first byte. */
  maxWaitMs: number
}

export interface FetchAnswer {
  throttleMs: number
  errorCode: number
  highWatermark: number
  lastStableOffset: number
  logStart: number
  /** Sorted by first offset. Empty unless read_committed. */
  aborted: AbortedTransaction[]
  /** Record batches, the last of which may be cut. A view of the answer. */
  records: Buffer
  /** False where the broker left the partition out of its answer, as it does when it throttles. */
  present: boolean
}

export interface AbortedTransaction {
  producerId: bigint
  firstOffset: number
}

/** Fetch, version 11, for one partition and without a fetch session. */
export function encodeFetch(query: FetchQuery): Buffer {
  const consumer = -1
  const writer = new ByteWriter(160).int32(consumer).int32(query.maxWaitMs)
  const minBytes = 1
  writer.int32(minBytes).int32(query.maxBytes)
  writer.int8(query.isolation === 'read_committed' ? 1 : 0)
  const noSession = 0
  const finalEpoch = -1
  writer.int32(noSession).int32(finalEpoch)
  writer.int32(1).string(query.topic).int32(1)
  const unknownLogStart = -1
  writer
    .int32(query.partition)
    .int32(query.leaderEpoch)
    .int64(query.offset)
    .int64(unknownLogStart)
    .int32(query.maxBytes)
  const forgotten = 0
  return writer.int32(forgotten).string('').bytes()
}

export function decodeFetch(answer: Buffer): FetchAnswer {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const errorCode = reader.int16()
  reader.int32()
  const parts = reader.array((r) => {
    r.string()
    return r.array(decodePartition)
  })
  const part = parts.flat()[0]
  if (part !== undefined) return { throttleMs, ...part, errorCode: errorCode || part.errorCode, present: true }
  const nothing = { highWatermark: -1, lastStableOffset: -1, logStart: -1, aborted: [], records: Buffer.alloc(0) }
  return { throttleMs, errorCode, ...nothing, present: false }
}

function decodePartition(reader: ByteReader): Omit<FetchAnswer, 'throttleMs' | 'present'> {
  reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.safeInt64()
  const lastStableOffset = reader.safeInt64()
  const logStart = reader.safeInt64()
  const aborted = reader.array((r) => ({ producerId: r.int64(), firstOffset: r.safeInt64() }))
  reader.int32()
  const records = reader.nullableBytes() ?? Buffer.alloc(0)
  aborted.sort((a, b) => a.firstOffset - b.firstOffset)
  return { errorCode, highWatermark, lastStableOffset, logStart, aborted, records }
}
