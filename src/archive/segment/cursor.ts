import { CofferError, isCofferError } from '../../contract/errors.ts'
import { emptyView, type RecordView } from '../../contract/record.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { english, type Said, type SaidValues, say } from '../../contract/said/said.ts'
import { MAX_RECORD_BYTES, SMALLEST_RECORD } from './format.ts'

/** @param position in the uncompressed body */
export function damagedBody(why: Said, details: Record<string, unknown> = {}): CofferError {
  return new CofferError('SEGMENT_DAMAGED', why, { details: { reason: english(why), ...details } })
}

/** The same error, with the segment's name in its message and details. Errors of other kinds are left alone. */
export function withSegmentKey(error: unknown, key: string | undefined): unknown {
  if (!isCofferError(error, 'SEGMENT_DAMAGED') || error.details?.segment !== undefined) return error
  const why = error.said ?? error.message
  const message =
    key === undefined ? say('segment.unnamedDamaged', { why }) : say('segment.damaged', { segment: key, why })
  return new CofferError('SEGMENT_DAMAGED', message, {
    hint: 'The archive is not as it was written. Look for another copy of it.',
    details: { ...error.details, segment: key ?? null },
    cause: error,
  })
}

/** Walks whole KBAK records in a buffer. `view` is one object, moved by each `next()`. */
export class KbakCursor {
  readonly view: RecordView
  /** The present record's bytes, length prefix included: what its leaf hash is made over. */
  recordStart: number
  /** Exclusive. */
  recordEnd: number
  readonly #data: DataView
  readonly #end: number
  readonly #key: string | undefined

  /**
   * @param key of the segment, for messages
   * @param buf whole records from `start` to `end`, as `RecordScan` found them
   */
  constructor(buf: Buffer, start: number, end: number, key?: string) {
    this.view = emptyView(buf)
    this.#data = new DataView(buf.buffer, buf.byteOffset, buf.length)
    this.recordStart = start
    this.recordEnd = start
    this.#end = end
    this.#key = key
  }

  /** Another cursor that begins where this one stands. */
  copy(): KbakCursor {
    return new KbakCursor(this.view.buf, this.recordEnd, this.#end, this.#key)
  }

  /** @returns false after the last record. @throws SEGMENT_DAMAGED with the offset where a record's inside is broken */
  next(): boolean {
    const start = this.recordEnd
    if (start >= this.#end) return false
    const data = this.#data
    const view = this.view
    const end = start + 4 + data.getUint32(start, true)
    view.tsLo = data.getUint32(start + 4, true)
    view.tsHi = data.getInt32(start + 8, true)
    view.offset = data.getInt32(start + 16, true) * 4294967296 + data.getUint32(start + 12, true)
    const keyLen = data.getInt32(start + 20, true)
    let at = start + 24
    view.keyStart = at
    view.keyLen = keyLen
    at += Math.max(keyLen, 0)
    if (keyLen < -1 || at + 6 > end) throw this.#broken('segment.keyTooLong')
    const valLen = data.getInt32(at, true)
    at += 4
    view.valStart = at
    view.valLen = valLen
    at += Math.max(valLen, 0)
    if (valLen < -1 || at + 2 > end) throw this.#broken('segment.valueTooLong')
    const headerCount = data.getUint16(at, true)
    view.headerCount = headerCount
    at += 2
    if (headerCount > 0) at = this.#headers(headerCount, at, end)
    if (at !== end) throw this.#broken('segment.recordTooLong', { bytes: end - at })
    this.recordStart = start
    this.recordEnd = end
    return true
  }

  #headers(count: number, from: number, end: number): number {
    const data = this.#data
    const headers = this.view.headers
    let at = from
    // each takes 6 bytes at least: checked before the list grows
    if (at + count * 6 > end) throw this.#broken('segment.headersTooLong')
    for (let i = 0, h = 0; i < count; i++, h += 4) {
      if (at + 6 > end) throw this.#broken('segment.headersTooLong')
      const nameLen = data.getUint16(at, true)
      headers[h] = at + 2
      headers[h + 1] = nameLen
      at += 2 + nameLen
      if (at + 4 > end) throw this.#broken('segment.headersTooLong')
      const valueLen = data.getInt32(at, true)
      at += 4
      headers[h + 2] = at
      headers[h + 3] = valueLen
      at += Math.max(valueLen, 0)
      if (valueLen < -1 || at > end) throw this.#broken('segment.headersTooLong')
    }
    return at
  }

  #broken(id: SaidId, values?: SaidValues): unknown {
    const { offset } = this.view
    const why = say(id, values)
    return withSegmentKey(damagedBody(say('segment.record', { offset, why }), { offset }), this.#key)
  }
}

/** Finds the whole records at the start of a buffer, and holds what must be true from one buffer to the next. */
export class RecordScan {
  records = 0
  firstOffset = -1
  lastOffset = -1
  /** Bytes that the record after the last whole one needs; 4 where not even its length is there. */
  needed = 4

  /**
   * @param left uncompressed bytes that may still come after `buf`: a record can't be longer
   * @returns the end of the last whole record
   * @throws SEGMENT_DAMAGED for a length out of bounds or an offset that is not above the one before
   */
  wholeRecords(buf: Buffer, left: number): number {
    const data = new DataView(buf.buffer, buf.byteOffset, buf.length)
    let at = 0
    let last = this.lastOffset
    for (;;) {
      if (at + 4 > buf.length) {
        this.needed = 4
        break
      }
      const size = 4 + data.getUint32(at, true)
      if (size < SMALLEST_RECORD || size > MAX_RECORD_BYTES || size > buf.length - at + left) {
        throw damagedBody(say('segment.length', { offset: last, size }), { offset: last + 1 })
      }
      if (at + size > buf.length) {
        this.needed = size
        break
      }
      const offset = data.getInt32(at + 16, true) * 4294967296 + data.getUint32(at + 12, true)
      if (offset <= last || offset > Number.MAX_SAFE_INTEGER) {
        throw damagedBody(say('segment.order', { last, got: offset }), { offset })
      }
      if (this.records++ === 0) this.firstOffset = offset
      last = offset
      at += size
    }
    this.lastOffset = last
    return at
  }
}
