/** Writes the primitive types of the Kafka protocol (kafka.apache.org/protocol, "Protocol Primitive Types"). */
export class ByteWriter {
  #buf: Buffer
  #at = 0

  constructor(size = 256) {
    this.#buf = Buffer.allocUnsafe(size)
  }

  /** What has been written, as a view. */
  bytes(): Buffer {
    return this.#buf.subarray(0, this.#at)
  }

  int8(value: number): this {
    this.#room(1)
    this.#at = this.#buf.writeInt8(value, this.#at)
    return this
  }

  bool(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  int16(value: number): this {
    this.#room(2)
    this.#at = this.#buf.writeInt16BE(value, this.#at)
    return this
  }

  int32(value: number): this {
    this.#room(4)
    this.#at = this.#buf.writeInt32BE(value, this.#at)
    return this
  }

  int64(value: number | bigint): this {
    this.#room(8)
    this.#at = this.#buf.writeBigInt64BE(BigInt(value), this.#at)
    return this
  }

  uvarint(value: number): this {
    this.#room(5)
    let rest = value
    while (rest > 0x7f) {
      this.#buf[this.#at++] = (rest & 0x7f) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#buf[this.#at++] = rest
    return this
  }

  string(value: string): this {
    const length = Buffer.byteLength(value)
    this.int16(length)
    return this.#text(value, length)
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value)
  }

  compactString(value: string): this {
    const length = Buffer.byteLength(value)
    this.uvarint(length + 1)
    return this.#text(value, length)
  }

  array<T>(elements: readonly T[], element: (value: T, writer: this) => void): this {
    this.int32(elements.length)
    for (const value of elements) element(value, this)
    return this
  }

  compactArray<T>(elements: readonly T[], element: (value: T, writer: this) => void): this {
    this.uvarint(elements.length + 1)
    for (const value of elements) element(value, this)
    return this
  }

  /** An empty set of tagged fields (KIP-482), which ends each structure of a flexible request. */
  noTags(): this {
    return this.uvarint(0)
  }

  /** As `ByteReader.uuid` reads it. */
  uuid(value: string): this {
    return this.raw(Buffer.from(value, 'base64url'))
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#buf.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }

  #text(value: string, length: number): this {
    this.#room(length)
    this.#at += this.#buf.write(value, this.#at, 'utf8')
    return this
  }

  #room(size: number): void {
    if (this.#at + size <= this.#buf.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buf.length * 2, this.#at + size))
    this.#buf.copy(larger, 0, 0, this.#at)
    this.#buf = larger
  }
}
