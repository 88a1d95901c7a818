/**
 * One record as it lies in the buffer it was decoded from. Cursors hand out the same object again and again and only
 * move its numbers: copy what you want to keep. This shape is what the wire (kafka/) and the archive (archive/) share,
 * so that a record is decoded once and copied once on its way, without an object for each.
 */
export interface RecordView {
  /** The bytes that all positions below point into. */
  buf: Buffer
  /** Absolute offset in its partition. A safe integer, never negative. */
  offset: number
  /** Timestamp, milliseconds since the epoch, as the two halves of a signed 64-bit integer: exact for any value. */
  tsHi: number
  tsLo: number
  keyStart: number
  /** -1 for a null key, 0 for an empty one. */
  keyLen: number
  valStart: number
  /** -1 for a null value (tombstone). */
  valLen: number
  headerCount: number
  /** Four numbers for each header, in the record's order: key start, key length, value start, value length (-1 null). */
  headers: number[]
}

/** A view over `buf` that stands at no record yet. All views have one shape, which keeps the code that reads them fast. */
export function emptyView(buf: Buffer): RecordView {
  return {
    buf,
    offset: -1,
    tsHi: 0,
    tsLo: 0,
    keyStart: 0,
    keyLen: -1,
    valStart: 0,
    valLen: -1,
    headerCount: 0,
    headers: [],
  }
}

/** A signed 64-bit integer that JSON carries exactly: a number while it is safe, a bigint beyond. `<` and `>` mix well. */
export type Int64 = number | bigint

/** The timestamp of a record as one exact value. */
export function recordTimestamp(view: Pick<RecordView, 'tsHi' | 'tsLo'>): Int64 {
  return joinInt64(view.tsHi, view.tsLo)
}

/** hi: signed 32 bits; lo: unsigned 32 bits. */
export function joinInt64(hi: number, lo: number): Int64 {
  const value = hi * 4294967296 + lo
  return Number.isSafeInteger(value) ? value : (BigInt(hi) << 32n) | BigInt(lo)
}

/** The two halves of a signed 64-bit integer: hi signed, lo unsigned. */
export function splitInt64(value: Int64): { hi: number; lo: number } {
  if (typeof value === 'number') {
    const hi = Math.floor(value / 4294967296)
    return { hi, lo: value - hi * 4294967296 }
  }
  return { hi: Number(BigInt.asIntN(32, value >> 32n)), lo: Number(BigInt.asUintN(32, value)) }
}
