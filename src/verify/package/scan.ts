import { Refusal } from './refusal.ts'

/** Reading canonical JSON byte by byte: what is not exactly what the format asks for has no meaning and is refused. */

export const QUOTE = 0x22
export const COMMA = 0x2c
const BACKSLASH = 0x5c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

export function encode(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @returns null where it is no UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** A place in a line, from left to right. Every method throws a Refusal FORMAT_FAILURE where something else stands there. */
export class Scan {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  at = 0
  end = 0

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.at = start
    this.end = end
  }

  /**
   * What was passed since `start`, as memory of its own: a Buffer's `slice` would show what comes to lie there later, and a
   * line that lies there would be compared with itself.
   */
  copyFrom(start: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(start, this.at))
  }

  sees(byte: number): boolean {
    return this.at < this.end && this.bytes[this.at] === byte
  }

  /** Whether `text` stands here; nothing is moved. */
  seesText(text: Uint8Array): boolean {
    const { bytes, at } = this
    if (at + text.length > this.end) return false
    for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false
    return true
  }

  /** Moves past `text` if it stands here. */
  takes(text: Uint8Array): boolean {
    if (!this.seesText(text)) return false
    this.at += text.length
    return true
  }

  expect(text: Uint8Array): void {
    if (!this.takes(text)) throw notCanonical(this)
  }

  expectByte(byte: number): void {
    if (!this.sees(byte)) throw notCanonical(this)
    this.at++
  }

  expectEnd(): void {
    if (this.at !== this.end) throw notCanonical(this)
  }

  /** A whole number from 0 to 2^53-1. */
  count(): number {
    const { bytes, end } = this
    const start = this.at
    let at = start
    let value = 0
    while (at < end) {
      const byte = bytes[at] as number
      if (byte < ZERO || byte > NINE) break
      value = value * 10 + byte - ZERO
      at++
    }
    const digits = at - start
    if (digits === 0 || digits > 16 || (digits > 1 && bytes[start] === ZERO) || value > Number.MAX_SAFE_INTEGER) {
      throw notCanonical(this)
    }
    this.at = at
    return value
  }

  /** Any signed 64-bit integer, as its halves: `hi` signed, `lo` unsigned. */
  int64(into: { hi: number; lo: number }): void {
    const start = this.at
    const negative = this.sees(MINUS)
    if (negative) this.at++
    const from = this.at
    let to = from
    while (to < this.end && (this.bytes[to] as number) >= ZERO && (this.bytes[to] as number) <= NINE) to++
    if (to - from <= 15) {
      const value = this.count()
      if (negative && value === 0) throw notCanonical(this)
      const signed = negative ? -value : value
      into.hi = Math.floor(signed / 4294967296)
      into.lo = signed - into.hi * 4294967296
      return
    }
    let digits = ''
    for (let i = start; i < to; i++) digits += String.fromCharCode(this.bytes[i] as number)
    const value = to - from > 19 || this.bytes[from] === ZERO ? null : BigInt(digits)
    if (value === null || BigInt.asIntN(64, value) !== value) throw notCanonical(this)
    into.hi = Number(BigInt.asIntN(32, value >> 32n))
    into.lo = Number(BigInt.asUintN(32, value))
    this.at = to
  }

  /** Moves past a JSON string as JSON.stringify writes it. @returns its UTF-8 bytes: where they lie, or a copy */
  string(): Uint8Array {
    this.expectByte(QUOTE)
    const { bytes, end } = this
    const start = this.at
    let plain = true
    let ascii = true
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        plain = false
        at++
      } else if (byte < 0x20) throw notCanonical(this)
      else if (byte >= 0x80) ascii = false
    }
    if (at >= end) throw notCanonical(this)
    this.at = at + 1
    if (plain && ascii) return bytes.subarray(start, at)
    const written = decodeUtf8(bytes.subarray(start - 1, at + 1))
    if (written === null) throw notCanonical(this)
    if (plain) return bytes.subarray(start, at)
    const text = parsed(written)
    if (typeof text !== 'string' || !text.isWellFormed() || JSON.stringify(text) !== written) throw notCanonical(this)
    return encode(text)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Bytes of a line are counted from 1. */
export function notCanonical(scan: Scan): Refusal {
  return new Refusal('FORMAT_FAILURE', `is not canonical at its byte ${scan.at - scan.start + 1}`)
}
