import type { IsolationLevel } from '../types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** Of an answer: a first batch comes whole, however few bytes are asked for, and may be as large as a topic allows. */
export const MAX_FETCH_BYTES = 1024 * 1024 * 1024

export interface FetchQuery {
  topic: string
  /** From version 13 on it stands in place of the name. */
  topicId?: string | null
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

/**
 * Fetch, versions 11 to 13, for one partition and without a fetch session. Version 13 asks by the topic's id: of a topic that
 * was made again under the same name no record can come.
 */
export function encodeFetch(query: FetchQuery, version: number): Buffer {
  const consumer = -1
  const writer = new ByteWriter(160).int32(consumer).int32(query.maxWaitMs)
  const minBytes = 1
  writer.int32(minBytes).int32(query.maxBytes)
  writer.int8(query.isolation === 'read_committed' ? 1 : 0)
  const noSession = 0
  const finalEpoch = -1
  writer.int32(noSession).int32(finalEpoch)
  const unknownLogStart = -1
  const { topic, topicId = null, partition, leaderEpoch, offset, maxBytes } = query
  if (version < 12) {
    writer.int32(1).string(topic).int32(1)
    writer.int32(partition).int32(leaderEpoch).int64(offset).int64(unknownLogStart).int32(maxBytes)
    const forgotten = 0
    return writer.int32(forgotten).string('').bytes()
  }
  const unknownLastEpoch = -1
  writer.compactArray([query], () => {
    if (version < 13 || topicId === null) writer.compactString(topic)
    else writer.uuid(topicId)
    writer.compactArray([query], () => {
      writer.int32(partition).int32(leaderEpoch).int64(offset).int32(unknownLastEpoch)
      writer.int64(unknownLogStart).int32(maxBytes).noTags()
    })
    writer.noTags()
  })
  return writer
    .compactArray([], () => {})
    .compactString('')
    .noTags()
    .bytes()
}

export function decodeFetch(answer: Buffer, version: number): FetchAnswer {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const errorCode = reader.int16()
  reader.int32()
  const parts = version < 12 ? reader.array(decodeNamed) : reader.compactArray((r) => decodeFlexible(r, version))
  const part = parts.flat()[0]
  if (part !== undefined) return { throttleMs, ...part, errorCode: errorCode || part.errorCode, present: true }
  const nothing = { highWatermark: -1, lastStableOffset: -1, logStart: -1, aborted: [], records: Buffer.alloc(0) }
  return { throttleMs, errorCode, ...nothing, present: false }
}

type PartitionAnswer = Omit<FetchAnswer, 'throttleMs' | 'present'>

function decodeNamed(reader: ByteReader): PartitionAnswer[] {
  reader.string()
  return reader.array((r) => {
    const marks = decodeMarks(r)
    const aborted = r.array((one) => ({ producerId: one.int64(), firstOffset: one.safeInt64() }))
    r.int32()
    return { ...marks, aborted: inOrder(aborted), records: r.nullableBytes() ?? Buffer.alloc(0) }
  })
}

function decodeFlexible(reader: ByteReader, version: number): PartitionAnswer[] {
  if (version < 13) reader.compactString()
  else reader.uuid()
  const parts = reader.compactArray((r) => {
    const marks = decodeMarks(r)
    const aborted = r.compactArray((one) => {
      const transaction = { producerId: one.int64(), firstOffset: one.safeInt64() }
      one.taggedFields()
      return transaction
    })
    r.int32()
    const records = r.compactBytes()
    r.taggedFields()
    return { ...marks, aborted: inOrder(aborted), records }
  })
  reader.taggedFields()
  return parts
}

function decodeMarks(reader: ByteReader) {
  reader.int32()
  return {
    errorCode: reader.int16(),
    highWatermark: reader.safeInt64(),
    lastStableOffset: reader.safeInt64(),
    logStart: reader.safeInt64(),
  }
}

function inOrder(aborted: AbortedTransaction[]): AbortedTransaction[] {
  return aborted.sort((a, b) => a.firstOffset - b.firstOffset)
}
