import { type RecordView, recordTimestamp, splitInt64 } from '../contract/record.ts'
import type { Manifest, PartitionEntry, SegmentEntry } from './types.ts'

/**
 * What archives of other programs hold that is not what it seems: control markers and tracking headers among the
 * users' data, segments that overlap, timestamps of the first and last record where a range is meant. Nothing here
 * applies to archives of ours.
 */

/** Whether another program made this archive. */
export function isForeign(manifest: Manifest): boolean {
  return manifest.coffer === undefined
}

/** Key of a control record: version and type as two 16-bit integers (Kafka's ControlRecordType). */
const CONTROL_KEY_BYTES = 4
/** Value of an end-of-transaction marker: version, and the coordinator's epoch (EndTransactionMarker). */
const MARKER_VALUE_BYTES = 6

/**
 * Whether a record of a foreign archive looks like a transaction's commit or abort marker: a four-byte key of version
 * 0 and type 0 or 1, a six-byte value of version 0, and no header but the tool's own.
 */
export function looksLikeControlMarker(view: RecordView): boolean {
  if (view.keyLen !== CONTROL_KEY_BYTES || view.valLen !== MARKER_VALUE_BYTES) return false
  const { buf, keyStart, valStart } = view
  if (buf.readUInt16BE(keyStart) !== 0 || buf.readUInt16BE(keyStart + 2) > 1) return false
  // the coordinator's epoch is never negative
  if (buf.readUInt16BE(valStart) !== 0 || buf.readInt32BE(valStart + 2) < 0) return false
  return view.headerCount === injectedHeaders(view)
}

const OFFSET_NAME = 'x-original-offset'
const TIMESTAMP_NAME = 'x-original-timestamp'
const CLUSTER_NAME = 'x-source-cluster'

/**
 * How many headers at a record's end OSO has put there: `x-original-offset` and `x-original-timestamp`, both 8 bytes
 * little-endian and equal to this record's own, then maybe `x-source-cluster`. Headers of those names with anything
 * else in them are the user's (Spring writes them on dead-letter topics) and are never counted.
 */
export function injectedHeaders(view: RecordView): number {
  const n = view.headerCount
  if (n >= 2 && isInjectedPair(view, n - 2)) return 2
  if (n >= 3 && hasName(view, n - 1, CLUSTER_NAME) && isInjectedPair(view, n - 3)) return 3
  return 0
}

/** Takes OSO's headers off the view: a change of one number, no byte is touched. @returns how many there were */
export function dropInjectedHeaders(view: RecordView): number {
  const injected = injectedHeaders(view)
  view.headerCount -= injected
  return injected
}

function isInjectedPair(view: RecordView, index: number): boolean {
  return (
    hasName(view, index, OFFSET_NAME) &&
    hasName(view, index + 1, TIMESTAMP_NAME) &&
    holds(view, index, splitInt64(view.offset)) &&
    holds(view, index + 1, { hi: view.tsHi, lo: view.tsLo })
  )
}

function hasName(view: RecordView, index: number, name: string): boolean {
  const start = view.headers[index * 4] as number
  const length = view.headers[index * 4 + 1] as number
  return length === name.length && view.buf.toString('latin1', start, start + length) === name
}

function holds(view: RecordView, index: number, value: { hi: number; lo: number }): boolean {
  const start = view.headers[index * 4 + 2] as number
  if (view.headers[index * 4 + 3] !== 8) return false
  return view.buf.readUInt32LE(start) === value.lo && view.buf.readInt32LE(start + 4) === value.hi
}

export interface Overlap {
  first: SegmentEntry
  second: SegmentEntry
  /** Offsets that both claim: [from, to). */
  from: number
  to: number
}

/** Segments of a partition in the order of their offsets. */
export function inOrder(partition: PartitionEntry): SegmentEntry[] {
  return [...partition.segments].sort((a, b) => a.start_offset - b.start_offset || a.end_offset - b.end_offset)
}

/**
 * Segments that claim the same offsets: whoever reads them one after the other gets records twice.
 * Each segment is compared with the one before it that reaches furthest.
 */
export function overlaps(partition: PartitionEntry): Overlap[] {
  const found: Overlap[] = []
  let furthest: SegmentEntry | null = null
  for (const segment of inOrder(partition)) {
    if (furthest !== null && segment.start_offset <= furthest.end_offset) {
      const to = Math.min(segment.end_offset, furthest.end_offset) + 1
      found.push({ first: furthest, second: segment, from: segment.start_offset, to })
    }
    if (furthest === null || segment.end_offset > furthest.end_offset) furthest = segment
  }
  return found
}

/** A timestamp range that grows with each record: foreign manifests have only the first and the last record's. */
export class TimestampRange {
  #minHi = 0
  #minLo = 0
  #maxHi = 0
  #maxLo = 0
  #any = false

  add(view: Pick<RecordView, 'tsHi' | 'tsLo'>): void {
    const { tsHi, tsLo } = view
    if (!this.#any) {
      this.#any = true
      this.#minHi = this.#maxHi = tsHi
      this.#minLo = this.#maxLo = tsLo
    } else if (tsHi < this.#minHi || (tsHi === this.#minHi && tsLo < this.#minLo)) {
      this.#minHi = tsHi
      this.#minLo = tsLo
    } else if (tsHi > this.#maxHi || (tsHi === this.#maxHi && tsLo > this.#maxLo)) {
      this.#maxHi = tsHi
      this.#maxLo = tsLo
    }
  }

  /** null before the first record. */
  get min(): number | bigint | null {
    return this.#any ? recordTimestamp({ tsHi: this.#minHi, tsLo: this.#minLo }) : null
  }

  get max(): number | bigint | null {
    return this.#any ? recordTimestamp({ tsHi: this.#maxHi, tsLo: this.#maxLo }) : null
  }
}
