import { crc32c } from '@node-rs/crc32'
import type { ReadBatch } from '../types.ts'
import { Damage } from './damage.ts'

/** Bytes before the records of a batch (kafka.apache.org/documentation, "Record Batch"). */
export const HEADER_BYTES = 61
/** Offset and length, which batches of all formats begin with. */
export const LOG_OVERHEAD = 12
export const CRC_FROM = 21

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = ReadBatch['codec']

/** The header of a record batch of format 2. One object is filled again and again. */
export interface BatchHeader {
  /** Where the batch begins in its buffer, and where it ends (exclusive). */
  start: number
  end: number
  magic: number
  baseOffset: number
  /** Inclusive. */
  lastOffset: number
  codec: Codec
  logAppendTime: boolean
  transactional: boolean
  control: boolean
  baseTimestampHi: number
  baseTimestampLo: number
  maxTimestampHi: number
  maxTimestampLo: number
  producerId: bigint
  /** -1 where the format does not say. */
  leaderEpoch: number
  recordCount: number
}

export function emptyHeader(): BatchHeader {
  return {
    start: 0,
    end: 0,
    magic: 2,
    baseOffset: 0,
    lastOffset: -1,
    codec: 'none',
    logAppendTime: false,
    transactional: false,
    control: false,
    baseTimestampHi: 0,
    baseTimestampLo: 0,
    maxTimestampHi: 0,
    maxTimestampLo: 0,
    producerId: -1n,
    leaderEpoch: -1,
    recordCount: 0,
  }
}

/**
 * Bytes that the batch at `start` takes, or 0 where not even its length is there (a batch cut at the end of an answer
 * is no error: the broker cuts where the asked bytes end).
 * @throws Damage where the length can't be true
 */
export function batchSize(buf: Buffer, start: number): number {
  if (buf.length - start < LOG_OVERHEAD) return 0
  const length = buf.readInt32BE(start + 8)
  const smallestMessage = 14
  if (length < smallestMessage) throw new Damage(`a batch length of ${length} bytes is too small`)
  return LOG_OVERHEAD + length
}

/**
 * Reads and checks the header of the whole batch at `start`. Of other formats than 2 only offset and magic are read.
 * @throws Damage where the CRC-32C or a field is wrong
 */
export function readHeader(buf: Buffer, start: number, header: BatchHeader): void {
  const end = start + batchSize(buf, start)
  header.start = start
  header.end = end
  header.baseOffset = readOffset(buf, start)
  header.magic = buf.readInt8(start + 16)
  if (header.magic !== 2) return
  if (end - start < HEADER_BYTES) throw new Damage(`a batch of ${end - start} bytes is smaller than its header`)
  const stored = buf.readUInt32BE(start + 17)
  const computed = crc32c(buf.subarray(start + CRC_FROM, end))
  if (stored !== computed) throw new Damage(`the checksum is wrong: expected ${hex(stored)}, got ${hex(computed)}`)
  const attributes = buf.readInt16BE(start + 21)
  const codec = CODECS[attributes & 7]
  if (codec === undefined) throw new Damage(`compression ${attributes & 7} is unknown`)
  header.codec = codec
  header.logAppendTime = (attributes & 0x08) !== 0
  header.transactional = (attributes & 0x10) !== 0
  header.control = (attributes & 0x20) !== 0
  const lastOffsetDelta = buf.readInt32BE(start + 23)
  if (lastOffsetDelta < 0) throw new Damage(`the last offset lies ${-lastOffsetDelta} before the first`)
  header.lastOffset = header.baseOffset + lastOffsetDelta
  header.baseTimestampHi = buf.readInt32BE(start + 27)
  header.baseTimestampLo = buf.readUInt32BE(start + 31)
  header.maxTimestampHi = buf.readInt32BE(start + 35)
  header.maxTimestampLo = buf.readUInt32BE(start + 39)
  header.producerId = buf.readBigInt64BE(start + 43)
  header.leaderEpoch = buf.readInt32BE(start + 12)
  header.recordCount = buf.readInt32BE(start + 57)
  if (header.recordCount < 0 || header.recordCount > lastOffsetDelta + 1) {
    throw new Damage(`expected 0 to ${lastOffsetDelta + 1} records, got ${header.recordCount}`)
  }
}

/** @throws Damage where it can't be an offset */
export function readOffset(buf: Buffer, at: number): number {
  const offset = buf.readInt32BE(at) * 4294967296 + buf.readUInt32BE(at + 4)
  // The last offset of the batch must be safe too.
  if (offset < 0 || offset > Number.MAX_SAFE_INTEGER - 0x80000000) throw new Damage(`offset ${offset} is impossible`)
  return offset
}

export function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
