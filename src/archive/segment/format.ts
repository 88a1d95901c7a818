import { type Said, say } from '../../contract/said/said.ts'
import type { Compression } from '../types.ts'

/** KBAK segments, version 1: numbers and names (docs/archive-format.md). All integers are little-endian. */

export const HEADER_BYTES = 32
export const FOOTER_BYTES = 8
export const SEGMENT_VERSION = 1
/** `KBAK` at the start, `BKAE` at the end. */
export const MAGIC = 0x4b41424b
export const MAGIC_END = 0x45414b42

/** A record with a null key, a null value and no headers, its length prefix included. */
export const SMALLEST_RECORD = 4 + 8 + 8 + 4 + 4 + 2

const COMPRESSION_BYTE: Readonly<Record<Compression, number>> = { none: 0, zstd: 1, lz4: 2 }

export interface SegmentHeader {
  compression: Compression
  recordCount: number
  startOffset: number
  /** Inclusive. */
  endOffset: number
}

export function compressionOf(byte: number): Compression | null {
  return byte === 0 ? 'none' : byte === 1 ? 'zstd' : byte === 2 ? 'lz4' : null
}

export function encodeHeader(header: SegmentHeader): Buffer {
  const out = Buffer.alloc(HEADER_BYTES)
  out.writeUInt32LE(MAGIC, 0)
  out[4] = SEGMENT_VERSION
  out[5] = COMPRESSION_BYTE[header.compression]
  out.writeBigUInt64LE(BigInt(header.recordCount), 8)
  out.writeBigInt64LE(BigInt(header.startOffset), 16)
  out.writeBigInt64LE(BigInt(header.endOffset), 24)
  return out
}

/** @param crc CRC-32 (IEEE) over header and compressed body */
export function encodeFooter(crc: number): Buffer {
  const out = Buffer.alloc(FOOTER_BYTES)
  out.writeUInt32LE(crc >>> 0, 0)
  out.writeUInt32LE(MAGIC_END, 4)
  return out
}

/**
 * The largest record that is written or read. Kafka's own limits end far below (a request is 100 MiB unless a broker
 * is told otherwise); a reader has to hold a record whole, so a hostile length must have an end.
 */
export const MAX_RECORD_BYTES = 512 * 1024 * 1024

/** A header, its fields plain numbers; `problem` says why it is none. */
export function decodeHeader(object: Buffer): { header: SegmentHeader } | { problem: Said } {
  if (object.length < HEADER_BYTES + FOOTER_BYTES) return { problem: say('segment.tooShort', { got: object.length }) }
  if (object.readUInt32LE(0) !== MAGIC) return { problem: say('segment.noStart') }
  if (object[4] !== SEGMENT_VERSION) return { problem: say('segment.version', { got: object[4] ?? '' }) }
  const compression = compressionOf(object[5] as number)
  if (compression === null) return { problem: say('segment.compression', { got: object[5] ?? '' }) }
  const recordCount = Number(object.readBigUInt64LE(8))
  const startOffset = Number(object.readBigInt64LE(16))
  const endOffset = Number(object.readBigInt64LE(24))
  // without a record OSO leaves both offsets at -1
  const sane = recordCount === 0 || (startOffset >= 0 && endOffset >= startOffset)
  if (![recordCount, startOffset, endOffset].every(Number.isSafeInteger) || !sane) {
    return { problem: say('segment.header', { records: recordCount, from: startOffset, to: endOffset }) }
  }
  return { header: { compression, recordCount, startOffset, endOffset } }
}
