import { CofferError } from '../../contract/errors.ts'

/**
 * Reads the primitive types of the Kafka protocol (kafka.apache.org/protocol, "Protocol Primitive Types") off one
 * answer. Everything in it comes from outside: each read is checked against what is left, each count against what
 * could still fit, before anything is allocated.
 */
export class ByteReader {
  readonly buf: Buffer
  #at: number

  constructor(buf: Buffer, at = 0) {
    this.buf = buf
    this.#at = at
  }

  get position(): number {
    return this.#at
  }

  get left(): number {
    return this.buf.length - this.#at
  }

  int8(): number {
    return this.buf.readInt8(this.#take(1))
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int16(): number {
    return this.buf.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.buf.readInt32BE(this.#take(4))
  }

  int64(): bigint {
    return this.buf.readBigInt64BE(this.#take(8))
  }

  /** An int64 that is an offset, a duration or the like: never beyond 2^53. @throws KAFKA_PROTOCOL */
  safeInt64(): number {
    const value = this.int64()
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw malformed(`an offset of ${value} is beyond what can be counted`)
    return number
  }

  /** UNSIGNED_VARINT of at most 5 bytes. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buf[this.#take(1)] as number
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw malformed('a variable-length number is longer than 5 bytes')
  }

  /** UUID in Kafka's spelling (base64url without padding); null for the zero UUID. */
  uuid(): string | null {
    const bytes = this.buf.subarray(this.#take(16), this.#at)
    return bytes.every((byte) => byte === 0) ? null : bytes.toString('base64url')
  }

  string(): string {
    const value = this.nullableString()
    if (value === null) throw malformed('a string is null where it can not be')
    return value
  }

  nullableString(): string | null {
    return this.#text(this.int16())
  }

  compactString(): string {
    const value = this.compactNullableString()
    if (value === null) throw malformed('a string is null where it can not be')
    return value
  }

  compactNullableString(): string | null {
    return this.#text(this.uvarint() - 1)
  }

  /** BYTES or RECORDS with an int32 length, as a view of the answer; null where the length is -1. */
  nullableBytes(): Buffer | null {
    const length = this.int32()
    if (length < 0) return null
    const start = this.#take(length)
    return this.buf.subarray(start, start + length)
  }

  /** A null reads as no bytes. */
  compactBytes(): Buffer {
    const length = this.uvarint() - 1
    if (length < 0) return Buffer.alloc(0)
    const start = this.#take(length)
    return this.buf.subarray(start, start + length)
  }

  /** ARRAY with an int32 count; a null array reads as an empty one. */
  array<T>(element: (reader: this) => T): T[] {
    return this.#elements(this.int32(), element)
  }

  /** COMPACT_ARRAY; a null array reads as an empty one. */
  compactArray<T>(element: (reader: this) => T): T[] {
    return this.#elements(this.uvarint() - 1, element)
  }

  /** Tagged fields (KIP-482): `known` reads those it wants, the rest is skipped. */
  taggedFields(known?: (tag: number, field: ByteReader) => void): void {
    const count = this.uvarint()
    for (let i = 0; i < count; i++) {
      const tag = this.uvarint()
      const size = this.uvarint()
      const start = this.#take(size)
      known?.(tag, new ByteReader(this.buf.subarray(start, start + size)))
    }
  }

  #elements<T>(count: number, element: (reader: this) => T): T[] {
    if (count < 0) return []
    // Each element has at least one byte, so a larger count can't be true.
    if (count > this.left) throw malformed(`expected at most ${this.left} array elements, got ${count}`)
    const elements: T[] = []
    for (let i = 0; i < count; i++) elements.push(element(this))
    return elements
  }

  #text(length: number): string | null {
    if (length < 0) return null
    const start = this.#take(length)
    return this.buf.toString('utf8', start, start + length)
  }

  #take(size: number): number {
    const start = this.#at
    if (start + size > this.buf.length) {
      throw malformed(`the answer ends early: expected ${size} more bytes, got ${this.buf.length - start}`)
    }
    this.#at = start + size
    return start
  }
}

function malformed(what: string): CofferError {
  return new CofferError('KAFKA_PROTOCOL', `the broker's answer is malformed: ${what}`)
}
