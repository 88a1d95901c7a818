import { crc32c } from '@node-rs/crc32'
import type { RecordView } from '../../contract/record.ts'
import { CODECS, type Codec, CRC_FROM, HEADER_BYTES, LOG_OVERHEAD } from './header.ts'

/** Room for the numbers of a record besides its bytes: length, attributes, timestamp, offset, key and value length, header count. */
export const RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5
const HEADER_OVERHEAD = 10

/** Who writes a batch, for the broker's check against duplicates and gaps (KIP-98). */
export interface Identity {
  producerId: bigint
  producerEpoch: number
  baseSequence: number
}

/** Puts records into a batch of format 2, exactly as their views say: timestamps, nulls, headers in their order. */
export class BatchBuilder {
  #buf: Buffer
  #at = HEADER_BYTES
  count = 0
  /** Offsets of the views that came first and last. */
  firstSourceOffset = 0
  lastSourceOffset = 0
  #baseHi = 0
  #baseLo = 0
  #maxHi = 0
  #maxLo = 0

  /** @param buf grows when it is too small */
  constructor(buf: Buffer) {
    this.#buf = buf
  }

  /** Bytes of the batch so far, uncompressed. */
  get size(): number {
    return this.#at
  }

  append(view: RecordView): void {
    this.#room(recordBound(view))
    if (this.count === 0) {
      this.firstSourceOffset = view.offset
      this.#baseHi = this.#maxHi = view.tsHi
      this.#baseLo = this.#maxLo = view.tsLo
    } else if (view.tsHi > this.#maxHi || (view.tsHi === this.#maxHi && view.tsLo > this.#maxLo)) {
      this.#maxHi = view.tsHi
      this.#maxLo = view.tsLo
    }
    this.lastSourceOffset = view.offset
    const buf = this.#buf
    const start = this.#at
    // The body is written behind room for the longest length, then its true length is put before it.
    const body = start + 5
    let at = body
    buf[at++] = 0
    const lo = view.tsLo - this.#baseLo
    at = writeVarlong(buf, at, (view.tsHi - this.#baseHi - (lo < 0 ? 1 : 0)) | 0, lo >>> 0)
    at = writeVarint(buf, at, this.count)
    at = writeBytes(buf, at, view.buf, view.keyStart, view.keyLen)
    at = writeBytes(buf, at, view.buf, view.valStart, view.valLen)
    at = writeVarint(buf, at, view.headerCount)
    const headers = view.headers
    for (let slot = 0, end = view.headerCount * 4; slot < end; slot += 4) {
      at = writeBytes(buf, at, view.buf, headers[slot] as number, headers[slot + 1] as number)
      at = writeBytes(buf, at, view.buf, headers[slot + 2] as number, headers[slot + 3] as number)
    }
    const lengthEnd = writeVarint(buf, start, at - body)
    if (lengthEnd !== body) buf.copyWithin(lengthEnd, body, at)
    this.#at = lengthEnd + (at - body)
    this.count++
  }

  /** The records alone, to compress. */
  records(): Buffer {
    return this.#buf.subarray(HEADER_BYTES, this.#at)
  }

  /** The buffer that the batch was built in, once nobody needs the batch any more. */
  buffer(): Buffer {
    return this.#buf
  }

  /**
   * The finished batch, in parts that are not copied together.
   * @param packed the records as compressed by `codec`; null for `none`
   */
  finish(codec: Codec, packed: Buffer | null, identity: Identity): Buffer[] {
    const header = this.#buf
    const body = packed ?? this.records()
    header.writeBigInt64BE(0n, 0)
    header.writeInt32BE(HEADER_BYTES - LOG_OVERHEAD + body.length, 8)
    const noLeaderEpoch = -1
    header.writeInt32BE(noLeaderEpoch, 12)
    header.writeInt8(2, 16)
    header.writeInt16BE(CODECS.indexOf(codec), CRC_FROM)
    header.writeInt32BE(this.count - 1, 23)
    header.writeInt32BE(this.#baseHi, 27)
    header.writeUInt32BE(this.#baseLo, 31)
    header.writeInt32BE(this.#maxHi, 35)
    header.writeUInt32BE(this.#maxLo, 39)
    header.writeBigInt64BE(identity.producerId, 43)
    header.writeInt16BE(identity.producerEpoch, 51)
    header.writeInt32BE(identity.baseSequence, 53)
    header.writeInt32BE(this.count, 57)
    const crc = crc32c(body, crc32c(header.subarray(CRC_FROM, HEADER_BYTES)))
    header.writeUInt32BE(crc, 17)
    return packed === null ? [header.subarray(0, this.#at)] : [header.subarray(0, HEADER_BYTES), packed]
  }

  #room(size: number): void {
    const needed = this.#at + size
    if (needed <= this.#buf.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buf.length * 2))
    this.#buf.copy(larger, 0, 0, this.#at)
    this.#buf = larger
  }
}

/** At most how many bytes a record takes in a batch, before compression. */
export function recordBound(view: RecordView): number {
  let size = RECORD_OVERHEAD + Math.max(0, view.keyLen) + Math.max(0, view.valLen)
  for (let slot = 0, end = view.headerCount * 4; slot < end; slot += 4) {
    size += HEADER_OVERHEAD + (view.headers[slot + 1] as number) + Math.max(0, view.headers[slot + 3] as number)
  }
  return size
}

export function writeBytes(buf: Buffer, to: number, from: Buffer, start: number, length: number): number {
  const at = writeVarint(buf, to, length)
  if (length <= 0) return at
  from.copy(buf, at, start, start + length)
  return at + length
}

/** Zigzag, as the protocol's VARINT. */
export function writeVarint(buf: Buffer, to: number, value: number): number {
  let at = to
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 0x7f) {
    buf[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buf[at++] = rest
  return at
}

/** Zigzag, as the protocol's VARLONG. @param hi signed 32 bits, @param lo unsigned 32 bits */
export function writeVarlong(buf: Buffer, to: number, hi: number, lo: number): number {
  const sign = hi >> 31
  let restHi = ((hi << 1) | (lo >>> 31)) ^ sign
  let restLo = ((lo << 1) ^ sign) >>> 0
  restHi >>>= 0
  let at = to
  while (restHi !== 0 || restLo > 0x7f) {
    buf[at++] = (restLo & 0x7f) | 0x80
    restLo = ((restLo >>> 7) | (restHi << 25)) >>> 0
    restHi >>>= 7
  }
  buf[at++] = restLo
  return at
}
