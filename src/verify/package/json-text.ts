import { LongStrings, NOT_ASCII } from './long-strings.ts'
import { encode } from './scan.ts'
import type { PackageTools } from './tools.ts'

/** JSON texts inside a record's `decoded`: checked where they lie, without making objects of them. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Where the JSON text (RFC 8259, without white space outside strings) that begins at `at` ends; -1 where there is none.
 * Nothing is recursive: any depth is read in a stack of one byte a level.
 */
export class JsonText {
  #stack = new Uint8Array(256)
  readonly #long = new LongStrings()
  readonly #tools: Pick<PackageTools, 'isUtf8'>

  constructor(tools: Pick<PackageTools, 'isUtf8'>) {
    this.#tools = tools
  }

  end(bytes: Uint8Array, from: number, limit: number): number {
    let depth = 0
    let at = from
    let ascii = true
    for (;;) {
      // a value begins here
      const byte = at < limit ? (bytes[at] as number) : 0
      if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        const close = byte + 2
        if (bytes[at + 1] === close && at + 1 < limit) at += 2
        else {
          if (depth === this.#stack.length) this.#grow()
          this.#stack[depth++] = close
          at++
          if (close === CLOSE_OBJECT) {
            at = this.#memberName(bytes, at, limit)
            if (at < 0) return -1
            if (at > NOT_ASCII) [at, ascii] = [at - NOT_ASCII, false]
          }
          continue
        }
      } else if (byte === QUOTE) {
        at = this.#stringEnd(bytes, at, limit)
        if (at < 0) return -1
        if (at > NOT_ASCII) [at, ascii] = [at - NOT_ASCII, false]
      } else {
        at = byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? numberEnd(bytes, at, limit) : wordEnd(bytes, at, limit)
        if (at < 0) return -1
      }
      // a value has ended
      for (;;) {
        if (depth === 0) return ascii || this.#tools.isUtf8(bytes.subarray(from, at)) ? at : -1
        const next = at < limit ? (bytes[at] as number) : 0
        const close = this.#stack[depth - 1] as number
        if (next === close) {
          depth--
          at++
          continue
        }
        if (next !== COMMA) return -1
        at++
        if (close === CLOSE_OBJECT) {
          at = this.#memberName(bytes, at, limit)
          if (at < 0) return -1
          if (at > NOT_ASCII) [at, ascii] = [at - NOT_ASCII, false]
        }
        break
      }
    }
  }

  #memberName(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit || bytes[at] !== QUOTE) return -1
    const end = this.#stringEnd(bytes, at, limit)
    if (end < 0) return -1
    const place = end > NOT_ASCII ? end - NOT_ASCII : end
    return place < limit && bytes[place] === COLON ? end + 1 : -1
  }

  /** @returns the position after its closing quote, plus NOT_ASCII where that holds; -1 where it is none */
  #stringEnd(bytes: Uint8Array, from: number, limit: number): number {
    let other = 0
    let long = from + SHORT
    for (let at = from + 1; at < limit; at++) {
      if (at >= long) {
        const plain = this.#long.plainEnd(bytes, at, limit)
        if (plain < 0) return -1
        if (plain >= NOT_ASCII) other = NOT_ASCII
        at = plain % NOT_ASCII
        long = at + SHORT
      }
      const kind = IN_STRING[bytes[at] as number]
      if (kind === PLAIN) continue
      if (kind === OTHER) other = NOT_ASCII
      else if (kind === CLOSES) return at + 1 + other
      else if (kind === CONTROL) return -1
      else {
        at++
        const escaped = bytes[at] as number
        if (escaped === 0x75) {
          for (let i = 1; i <= 4; i++) if (at + i >= limit || !isHex(bytes[at + i] as number)) return -1
          at += 4
        } else if (!ESCAPES.has(escaped)) return -1
      }
    }
    return -1
  }

  #grow(): void {
    const old = this.#stack
    this.#stack = new Uint8Array(old.length * 2)
    this.#stack.set(old)
  }
}

/** So much of a string is read byte by byte; what is left of a longer one is searched. */
const SHORT = 32

/** What a byte is within a string. */
const PLAIN = 0
const OTHER = 1
const CLOSES = 2
const CONTROL = 3
const ESCAPE = 4
const IN_STRING = new Uint8Array(256).fill(OTHER, 0x80).fill(CONTROL, 0, 0x20)
IN_STRING[QUOTE] = CLOSES
IN_STRING[BACKSLASH] = ESCAPE

const ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)))

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

function numberEnd(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  if (bytes[at] === 0x2d) at++
  if (at < limit && bytes[at] === 0x30) at++
  else {
    const digits = digitsEnd(bytes, at, limit)
    if (digits === at) return -1
    at = digits
  }
  if (at < limit && bytes[at] === 0x2e) {
    const digits = digitsEnd(bytes, at + 1, limit)
    if (digits === at + 1) return -1
    at = digits
  }
  if (at < limit && ((bytes[at] as number) | 0x20) === 0x65) {
    at++
    if (at < limit && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++
    const digits = digitsEnd(bytes, at, limit)
    if (digits === at) return -1
    at = digits
  }
  return at
}

function digitsEnd(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  while (at < limit && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++
  return at
}

const WORDS = ['true', 'false', 'null'].map(encode)

function wordEnd(bytes: Uint8Array, from: number, limit: number): number {
  for (const word of WORDS) {
    if (from + word.length <= limit && word.every((byte, i) => bytes[from + i] === byte)) return from + word.length
  }
  return -1
}

/**
 * Whether a JSON text without white space, `text[start, end)`, is what `raw[from, to)` is once the white space outside its
 * strings is left out. The text is known to be JSON, so that then the raw bytes are JSON as well.
 */
export function isCompactOf(
  text: Uint8Array,
  start: number,
  end: number,
  raw: Uint8Array,
  from: number,
  to: number,
  tools: Pick<PackageTools, 'same'>,
): boolean {
  let at = start
  let i = from
  // how much white space there is still to leave out
  let spaces = to - from - (end - start)
  if (spaces < 0) return false
  while (i < to) {
    if (spaces === 0) return tools.same(text, at, raw, i, to - i)
    const byte = raw[i] as number
    if (byte === QUOTE) {
      const length = sameString(text, at, raw, i, to)
      if (length === 0) return false
      i += length
      at += length
    } else if (isSpace(byte)) {
      const next = raw[i + 1] as number
      // white space within a number or a word would make two of it
      if (at > start && i + 1 < to && isToken(text[at - 1] as number) && !isSpace(next) && isToken(next)) return false
      i++
      spaces--
    } else {
      if (at >= end || text[at] !== byte) return false
      i++
      at++
    }
  }
  return at === end
}

/**
 * Nothing is left out inside a string: it is the same up to its closing quote, which then closes the text's own as well.
 * @returns its length with both quotes, 0 where it is another
 */
function sameString(text: Uint8Array, at: number, raw: Uint8Array, from: number, to: number): number {
  if (text[at] !== QUOTE) return 0
  for (let i = 1; from + i < to; i++) {
    const byte = raw[from + i]
    if (text[at + i] !== byte) return 0
    if (byte === QUOTE) return i + 1
    if (byte === BACKSLASH && text[at + ++i] !== raw[from + i]) return 0
  }
  return 0
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isToken(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

/**
 * Where the JSON string that begins at `start` ends, if it is the one that JSON.stringify writes of `raw[from, to)`; -1
 * where it is not. Bytes beyond ASCII are taken as they are: where there are any, NOT_ASCII is added to the position, and
 * that they are UTF-8 is the caller's to check.
 */
export function stringOfEnd(
  text: Uint8Array,
  start: number,
  limit: number,
  raw: Uint8Array,
  from: number,
  to: number,
): number {
  let at = start
  let high = 0
  if (at >= limit || text[at++] !== QUOTE) return -1
  for (let i = from; i < to; i++) {
    const byte = raw[i] as number
    const kind = IN_STRING[byte] as number
    high |= byte
    if (kind <= OTHER) {
      if (text[at++] !== byte) return -1
    } else {
      for (const written of WRITTEN[byte] as Uint8Array) if (text[at++] !== written) return -1
    }
  }
  if (at >= limit || text[at] !== QUOTE) return -1
  return high < 0x80 ? at + 1 : at + 1 + NOT_ASCII
}

/** How JSON.stringify writes what can't stand for itself in a string. */
const WRITTEN = Array.from(IN_STRING, (kind, byte) =>
  kind <= OTHER ? null : encode(JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
)
