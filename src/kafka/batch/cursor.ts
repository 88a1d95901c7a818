import { emptyView, type RecordView } from '../../contract/record.ts'
import type { RecordCursor } from '../types.ts'
import { Damage } from './damage.ts'
import type { Decompressor } from './decompress.ts'
import { type BatchHeader, type Codec, HEADER_BYTES } from './header.ts'

const UNOPENED = -1

/**
 * Walks the records of a batch of format 2 (kafka.apache.org/documentation, "Record"). Nothing is allocated for a
 * record: `view` is moved. Every length is checked against the record it is in, every record against its batch.
 */
export class BatchCursor implements RecordCursor {
  readonly view: RecordView = emptyView(Buffer.alloc(0))
  readonly #decompressor: Decompressor
  #packed: Buffer = this.view.buf
  #codec: Codec = 'none'
  #count = 0
  #buf: Buffer = this.view.buf
  #at = 0
  #end = 0
  #left = 0
  #baseOffset = 0
  #lastDelta = -1
  #maxDelta = -1
  #baseHi = 0
  #baseLo = 0
  #fixedTime = false
  #fail: (damage: Damage) => Error = (damage) => damage

  constructor(decompressor: Decompressor) {
    this.#decompressor = decompressor
  }

  /**
   * Places the cursor before the first record. The records are unpacked when the first one is asked for.
   * @param header of a batch in `buf`; not kept
   * @param fail makes the error to throw of what is wrong
   */
  begin(header: BatchHeader, buf: Buffer, fail: (damage: Damage) => Error): void {
    this.#packed = buf
    this.#codec = header.codec
    this.#at = header.start + HEADER_BYTES
    this.#end = header.end
    this.#count = header.recordCount
    this.#left = UNOPENED
    this.#baseOffset = header.baseOffset
    this.#lastDelta = -1
    this.#maxDelta = header.lastOffset - header.baseOffset
    // With LogAppendTime all records carry the time of the append, which is the batch's largest.
    this.#fixedTime = header.logAppendTime
    this.#baseHi = header.logAppendTime ? header.maxTimestampHi : header.baseTimestampHi
    this.#baseLo = header.logAppendTime ? header.maxTimestampLo : header.baseTimestampLo
    this.#fail = fail
  }

  next(): boolean {
    const end = this.#end
    if (this.#left <= 0) {
      if (this.#left === UNOPENED) {
        this.#open()
        return this.next()
      }
      if (this.#at !== end) throw this.#damage(`${end - this.#at} bytes follow the last record`)
      return false
    }
    this.#left--
    const buf = this.#buf
    const view = this.view
    const length = this.#varint()
    const recordEnd = this.#at + length
    if (length < 6 || recordEnd > end) throw this.#damage(`a record of ${length} bytes does not fit its batch`)
    // One byte of attributes, unused so far.
    this.#at++
    this.#timestamp()
    const delta = this.#varint()
    if (delta <= this.#lastDelta || delta > this.#maxDelta) {
      throw this.#damage(`offset delta ${delta} is not between ${this.#lastDelta + 1} and ${this.#maxDelta}`)
    }
    this.#lastDelta = delta
    view.offset = this.#baseOffset + delta

    const keyLen = this.#varint()
    view.keyStart = this.#at
    view.keyLen = keyLen < 0 ? -1 : keyLen
    if (keyLen > 0) this.#at += keyLen
    const valLen = this.#at < recordEnd ? this.#varint() : this.#overrun()
    view.valStart = this.#at
    view.valLen = valLen < 0 ? -1 : valLen
    if (valLen > 0) this.#at += valLen
    if (this.#at >= recordEnd) this.#overrun()

    // The usual record has no headers.
    if (this.#at === recordEnd - 1 && buf[this.#at] === 0) {
      view.headerCount = 0
      this.#at = recordEnd
      return true
    }
    this.#headers(recordEnd)
    if (this.#at !== recordEnd) throw this.#damage(`a record's parts do not add up to its length`)
    return true
  }

  #open(): void {
    this.#left = this.#count
    if (this.#count === 0 && this.#at === this.#end) return
    try {
      const { buf, start, end } = this.#decompressor.unpack(this.#codec, this.#packed, this.#at, this.#end)
      this.view.buf = buf
      this.#buf = buf
      this.#at = start
      this.#end = end
    } catch (error) {
      throw error instanceof Damage ? this.#fail(error) : error
    }
  }

  #headers(recordEnd: number): void {
    const count = this.#varint()
    // Each header has at least two bytes.
    if (count < 0 || count > (recordEnd - this.#at) / 2) throw this.#damage(`a header count of ${count} is impossible`)
    const headers = this.view.headers
    this.view.headerCount = count
    for (let i = 0, slot = 0; i < count; i++, slot += 4) {
      const nameLen = this.#varint()
      if (nameLen < 0 || this.#at + nameLen >= recordEnd) this.#overrun()
      headers[slot] = this.#at
      headers[slot + 1] = nameLen
      this.#at += nameLen
      const valueLen = this.#varint()
      headers[slot + 2] = this.#at
      headers[slot + 3] = valueLen < 0 ? -1 : valueLen
      if (valueLen > 0) this.#at += valueLen
      if (this.#at > recordEnd) this.#overrun()
    }
  }

  /** A zigzag varint of at most 5 bytes. Reads past the end give zeros, which the caller's checks then refuse. */
  #varint(): number {
    const buf = this.#buf
    let byte = buf[this.#at++] as number
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let value = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      byte = buf[this.#at++] as number
      value |= (byte & 0x7f) << shift
      if (!(byte >= 0x80)) return (value >>> 1) ^ -(value & 1)
    }
    throw this.#damage('a variable-length number is longer than 5 bytes')
  }

  /** A zigzag varlong, added to the base timestamp with 64-bit wrap-around, as Java does. */
  #timestamp(): void {
    const buf = this.#buf
    const start = this.#at
    let at = start
    let lo = 0
    let byte = 0x80
    for (let shift = 0; shift < 28 && byte >= 0x80; shift += 7) {
      byte = buf[at++] as number
      lo |= (byte & 0x7f) << shift
    }
    let deltaHi: number
    let deltaLo: number
    if (!(byte >= 0x80)) {
      const delta = (lo >>> 1) ^ -(lo & 1)
      deltaHi = delta < 0 ? -1 : 0
      deltaLo = delta >>> 0
    } else {
      let hi = 0
      for (let shift = 28; ; shift += 7) {
        if (shift > 63) throw this.#damage('a variable-length number is longer than 10 bytes')
        byte = buf[at++] as number
        const bits = byte & 0x7f
        if (shift === 28) {
          lo |= bits << 28
          hi |= bits >>> 4
        } else hi |= bits << (shift - 32)
        if (!(byte >= 0x80)) break
      }
      const sign = -(lo & 1)
      deltaLo = (((lo >>> 1) | (hi << 31)) ^ sign) >>> 0
      deltaHi = (hi >>> 1) ^ sign
    }
    this.#at = at
    const view = this.view
    if (this.#fixedTime) {
      view.tsHi = this.#baseHi
      view.tsLo = this.#baseLo
      return
    }
    const sum = this.#baseLo + deltaLo
    view.tsLo = sum >>> 0
    view.tsHi = (this.#baseHi + deltaHi + (sum > 0xffffffff ? 1 : 0)) | 0
  }

  #overrun(): never {
    throw this.#damage('a key, value or header reaches beyond its record')
  }

  #damage(what: string): Error {
    return this.#fail(new Damage(what))
  }
}
