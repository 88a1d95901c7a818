import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { RecordView } from '../../contract/record.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { SegmentEntry } from '../types.ts'
import { damagedBody, KbakCursor, RecordScan, withSegmentKey } from './cursor.ts'
import { decompressBody, isWhole, wholeFrame } from './decompress.ts'
import { decodeHeader, FOOTER_BYTES, HEADER_BYTES, MAGIC_END, type SegmentHeader } from './format.ts'
import { type IndexedFrame, readIndex, type SegmentIndex } from './frame-index.ts'
import { legacyCompression, legacyRecords } from './legacy.ts'

export interface SegmentLimits {
  /** The most bytes that a body may have, whatever the manifest says. */
  maxUncompressedBytes?: number
}

/** Bodies are read piece by piece: this bounds time, not memory. */
const MAX_UNCOMPRESSED = 4 * 1024 * 1024 * 1024

/**
 * Checks a segment's framing before anything in it is believed: size, SHA-256 and counts where the manifest's entry
 * has them; magic numbers, version, compression and CRC-32 in any case. Legacy JSON segments have no framing.
 * @param object the whole object; its bytes belong to the segment from here on and may be written to for a moment
 * @param expected the manifest's entry, as far as it is known
 * @throws SEGMENT_DAMAGED with `details.reason`
 */
export function openSegment(object: Buffer, expected: Partial<SegmentEntry> = {}, limits: SegmentLimits = {}): Segment {
  return named(expected.key, () => {
    const size = expected.compressed_size
    if (size !== undefined && size > 0 && size !== object.length) {
      throw damagedBody(say('segment.size', { expected: size, got: object.length }))
    }
    if (expected.sha256 !== undefined) {
      const sha256 = hash('sha256', object)
      if (sha256 !== expected.sha256)
        throw damagedBody(say('segment.sha256', { expected: expected.sha256, got: sha256 }))
    }
    const decoded = decodeHeader(object)
    if ('problem' in decoded) {
      const legacy = legacyCompression(object, expected.key)
      if (legacy === null) throw damagedBody(decoded.problem)
      return new Segment(
        object,
        { compression: legacy, recordCount: -1, startOffset: -1, endOffset: -1 },
        expected,
        limits,
      )
    }
    const footer = object.length - FOOTER_BYTES
    if (object.readUInt32LE(footer + 4) !== MAGIC_END) throw damagedBody(say('segment.noEnd'))
    const stated = object.readUInt32LE(footer)
    const crc = crc32(object.subarray(0, footer))
    if (stated !== crc) throw damagedBody(say('segment.crc', { expected: hex(stated), got: hex(crc) }))
    const { header } = decoded
    compare('segment.records', expected.record_count, header.recordCount)
    compare('segment.firstOffset', expected.start_offset, header.startOffset)
    compare('segment.lastOffset', expected.end_offset, header.endOffset)
    return new Segment(object, header, expected, limits)
  })
}

/** A segment whose framing is right. Its records are checked while they are read. */
export class Segment {
  readonly header: SegmentHeader
  /** OSO's first format, without framing: only the manifest's entry says what should be in it. */
  readonly legacy: boolean
  readonly #object: Buffer
  readonly #expected: Partial<SegmentEntry>
  readonly #limit: number

  constructor(object: Buffer, header: SegmentHeader, expected: Partial<SegmentEntry>, limits: SegmentLimits) {
    this.#object = object
    this.header = header
    this.legacy = header.recordCount < 0
    this.#expected = expected
    const stated = this.legacy ? 0 : (expected.uncompressed_size ?? 0)
    const most = limits.maxUncompressedBytes ?? MAX_UNCOMPRESSED
    this.#limit = stated > 0 ? Math.min(stated, most) : most
  }

  /**
   * All records, a decompressed piece at a time. Each cursor is valid until the next one is asked for.
   * @throws SEGMENT_DAMAGED where the body can't be decompressed, a record is broken, offsets don't rise, or the
   *   counts are not as stated
   */
  async *chunks(): AsyncGenerator<KbakCursor> {
    try {
      yield* this.#chunks()
    } catch (error) {
      throw withSegmentKey(error, this.#expected.key)
    }
  }

  /** The same, record by record: convenient, and slow. `view` is one object that moves. */
  async *records(): AsyncGenerator<RecordView> {
    for await (const cursor of this.chunks()) while (cursor.next()) yield cursor.view
  }

  /**
   * What the segment's index says of its frames; null where it has none, or frames too large to be unpacked on their own.
   * @throws SEGMENT_DAMAGED where the body is not whole frames
   */
  index(): SegmentIndex | { broken: Said } | null {
    if (this.legacy || this.header.compression !== 'zstd') return null
    try {
      const index = readIndex(this.#body(), this.header.recordCount)
      return index === null || 'broken' in index || index.frames.every(({ frame }) => isWhole(frame)) ? index : null
    } catch (error) {
      throw withSegmentKey(error, this.#expected.key)
    }
  }

  /**
   * The records of one frame alone.
   * @throws SEGMENT_DAMAGED where it can't be unpacked, or does not hold the records that the index says
   */
  async frame(one: IndexedFrame): Promise<KbakCursor> {
    try {
      const piece = await wholeFrame(this.#body(), one.frame)
      const scan = new RecordScan()
      const end = scan.wholeRecords(piece, 0)
      if (end !== piece.length || scan.records !== one.records || (end > 0 && scan.firstOffset !== one.firstOffset)) {
        throw damagedBody(
          say('segment.frame', {
            expected: one.records,
            expectedFrom: one.firstOffset,
            got: scan.records,
            gotFrom: scan.firstOffset,
          }),
        )
      }
      return new KbakCursor(piece, 0, end, this.#expected.key)
    } catch (error) {
      throw withSegmentKey(error, this.#expected.key)
    }
  }

  #body(): Buffer {
    return this.#object.subarray(HEADER_BYTES, this.#object.length - FOOTER_BYTES)
  }

  async *#chunks(): AsyncGenerator<KbakCursor> {
    const scan = new RecordScan()
    let pending: Buffer[] = []
    let pendingBytes = 0
    let left = this.#limit
    let total = 0
    for await (const piece of this.#pieces()) {
      left = Math.max(0, left - piece.length)
      total += piece.length
      pending.push(piece)
      pendingBytes += piece.length
      // a record over several pieces is put together once, when all of it is there
      if (pendingBytes < scan.needed) continue
      const whole = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, pendingBytes)
      const end = scan.wholeRecords(whole, left)
      if (end > 0) yield new KbakCursor(whole, 0, end, this.#expected.key)
      pending = end < whole.length ? [whole.subarray(end)] : []
      pendingBytes = whole.length - end
    }
    if (pendingBytes > 0) throw damagedBody(say('segment.cutOff', { offset: scan.lastOffset }))
    this.#compareCounts(scan, total)
  }

  #pieces(): AsyncGenerator<Buffer> {
    if (this.legacy) return legacyRecords(this.#object, this.header.compression)
    return decompressBody(this.#body(), this.header.compression, this.#limit)
  }

  #compareCounts(scan: RecordScan, total: number): void {
    const { header } = this
    const expected = this.#expected
    compare('segment.records', this.legacy ? expected.record_count : header.recordCount, scan.records)
    if (scan.records > 0) {
      compare('segment.firstOffset', this.legacy ? expected.start_offset : header.startOffset, scan.firstOffset)
      compare('segment.lastOffset', this.legacy ? expected.end_offset : header.endOffset, scan.lastOffset)
    }
    const stated = expected.uncompressed_size ?? 0
    if (!this.legacy && stated > 0) compare('segment.bytes', stated, total)
  }
}

function compare(id: SaidId, expected: number | undefined, got: number): void {
  if (expected === undefined || expected === got) return
  throw damagedBody(say(id, { expected, got }))
}

function named<T>(key: string | undefined, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw withSegmentKey(error, key)
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
