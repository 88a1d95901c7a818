import { latin1 } from '../bytes.ts'
import { Finding } from '../finding.ts'
import { type PdfDict, PdfName, type PdfObject, PdfRef, PdfString, pdfBroken } from './objects.ts'

/** Reading objects (ISO 32000-1 section 7.2 and 7.3). All input is attacker-controlled. */

const MAX_DEPTH = 100
const MAX_TOKEN = 255
/** Of all revisions that are looked at; a large report has some hundred thousand in each. */
export const MAX_VALUES = 5_000_000
/** Of a string, in bytes: the longest that is needed is a signature's value. */
const MAX_STRING = 16 * 1024 * 1024

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c || byte === 0x00
}

function isDelimiter(byte: number): boolean {
  // ( ) < > [ ] { } / %
  return (
    byte === 0x28 ||
    byte === 0x29 ||
    byte === 0x3c ||
    byte === 0x3e ||
    byte === 0x5b ||
    byte === 0x5d ||
    byte === 0x7b ||
    byte === 0x7d ||
    byte === 0x2f ||
    byte === 0x25
  )
}

export class Lexer {
  readonly bytes: Uint8Array
  at: number
  /** Refuses comments and white space other than space, LF and CR: for what stands after a signature. */
  readonly strict: boolean
  /** How many objects of all kinds may still be read: each takes far more memory than its bytes. */
  left = MAX_VALUES

  constructor(bytes: Uint8Array, at = 0, strict = false) {
    this.bytes = bytes
    this.at = at
    this.strict = strict
  }

  /** White space and comments. */
  skip(): void {
    for (;;) {
      const byte = this.bytes[this.at]
      if (byte === undefined) return
      if (isSpace(byte)) {
        if (this.strict && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d) throw this.broken('odd white space')
        this.at++
      } else if (byte === 0x25) {
        if (this.strict) throw this.broken('a comment after the signature')
        while (this.at < this.bytes.length && this.bytes[this.at] !== 0x0a && this.bytes[this.at] !== 0x0d) this.at++
      } else return
    }
  }

  broken(why: string) {
    return pdfBroken(`${why} at byte ${this.at}`)
  }

  /** A run of regular characters: a number or a keyword; empty where there is none. */
  word(): string {
    this.skip()
    const start = this.at
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] as number
      if (isSpace(byte) || isDelimiter(byte)) break
      if (++this.at - start > MAX_TOKEN) throw this.broken('a word that is too long')
    }
    return latin1(this.bytes.subarray(start, this.at))
  }

  /** The next word must be this one. */
  keyword(expected: string): void {
    const got = this.word()
    if (got !== expected) throw this.broken(`expected "${expected}"`)
  }

  /** A whole number that isn't negative. */
  integer(): number {
    const text = this.word()
    if (!/^\d{1,15}$/.test(text)) throw this.broken('expected a whole number')
    return Number(text)
  }

  object(depth = 0): PdfObject {
    if (--this.left < 0) throw new Finding('LIMIT_REACHED', 'The PDF holds more objects than this verifier reads.')
    if (depth > MAX_DEPTH) throw this.broken('objects nested too deeply')
    this.skip()
    switch (this.bytes[this.at]) {
      case 0x2f:
        return this.#name()
      case 0x28:
        return this.#literal()
      case 0x5b:
        return this.#array(depth)
      case 0x3c:
        return this.bytes[this.at + 1] === 0x3c ? this.dict(depth) : this.#hex()
      default:
        return this.#simple()
    }
  }

  #simple(): PdfObject {
    const start = this.at
    const text = this.word()
    if (text === 'true') return true
    if (text === 'false') return false
    if (text === 'null') return null
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) {
      this.at = start
      throw this.broken('expected an object')
    }
    if (/^\d{1,10}$/.test(text)) {
      const ref = this.#reference(Number(text))
      if (ref !== null) return ref
    }
    return Number(text)
  }

  /** `12 0 R`, of which the first number was read. */
  #reference(number: number): PdfRef | null {
    const back = this.at
    if (isSpace(this.bytes[this.at])) {
      this.skip()
      const generation = this.#digits()
      if (generation !== null && isSpace(this.bytes[this.at])) {
        this.skip()
        const next = this.bytes[this.at + 1]
        if (this.bytes[this.at] === 0x52 && (next === undefined || isSpace(next) || isDelimiter(next))) {
          this.at++
          return new PdfRef(number, generation)
        }
      }
    }
    this.at = back
    return null
  }

  #digits(): number | null {
    const start = this.at
    while (this.at - start < 6 && isDigit(this.bytes[this.at])) this.at++
    return this.at === start ? null : Number(latin1(this.bytes.subarray(start, this.at)))
  }

  #name(): PdfName {
    let text = ''
    this.at++
    for (let byte = this.bytes[this.at]; byte !== undefined && !isSpace(byte) && !isDelimiter(byte); ) {
      if (byte === 0x23) {
        const high = hexDigit(this.bytes[this.at + 1])
        const low = hexDigit(this.bytes[this.at + 2])
        if (high < 0 || low < 0) throw this.broken('a name with a broken escape')
        text += String.fromCharCode(high * 16 + low)
        this.at += 3
      } else {
        text += String.fromCharCode(byte)
        this.at++
      }
      if (text.length > MAX_TOKEN) throw this.broken('a name that is too long')
      byte = this.bytes[this.at]
    }
    return new PdfName(text)
  }

  #hex(): PdfString {
    const start = this.at++
    const digits: number[] = []
    for (;;) {
      const byte = this.bytes[this.at++]
      if (byte === 0x3e) break
      if (byte === undefined) throw this.broken('a string without its end')
      if (isSpace(byte)) continue
      const digit = hexDigit(byte)
      if (digit < 0) throw this.broken('a hex string with something else in it')
      digits.push(digit)
      if (digits.length > 2 * MAX_STRING) throw this.broken('a string that is too long')
    }
    if (digits.length % 2 === 1) digits.push(0)
    const bytes = new Uint8Array(digits.length / 2)
    for (let index = 0; index < bytes.length; index++) {
      bytes[index] = (digits[index * 2] as number) * 16 + (digits[index * 2 + 1] as number)
    }
    return new PdfString(bytes, start, this.at)
  }

  /** Section 7.3.4.2. */
  #literal(): PdfString {
    const start = this.at++
    const out: number[] = []
    for (let open = 1; ; ) {
      let byte = this.bytes[this.at++]
      if (byte === undefined) throw this.broken('a string without its end')
      if (byte === 0x28) open++
      if (byte === 0x29 && --open === 0) break
      if (byte === 0x0d) {
        if (this.bytes[this.at] === 0x0a) this.at++
        byte = 0x0a
      } else if (byte === 0x5c) {
        const escaped = this.#escape()
        if (escaped !== null) out.push(escaped)
        continue
      }
      out.push(byte)
      if (out.length > MAX_STRING) throw this.broken('a string that is too long')
    }
    return new PdfString(Uint8Array.from(out), start, this.at)
  }

  #escape(): number | null {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw this.broken('a string without its end')
    const simple = ESCAPES.get(byte)
    if (simple !== undefined) return simple
    if (byte === 0x0a) return null
    if (byte === 0x0d) {
      if (this.bytes[this.at] === 0x0a) this.at++
      return null
    }
    if (byte < 0x30 || byte > 0x37) return byte
    let value = byte - 0x30
    for (let count = 1; count < 3; count++) {
      const next = this.bytes[this.at]
      if (next === undefined || next < 0x30 || next > 0x37) break
      value = value * 8 + next - 0x30
      this.at++
    }
    return value & 0xff
  }

  #array(depth: number): PdfObject[] {
    this.at++
    const items: PdfObject[] = []
    for (;;) {
      this.skip()
      if (this.bytes[this.at] === 0x5d) break
      items.push(this.object(depth + 1))
    }
    this.at++
    return items
  }

  /** A name given twice is refused: readers differ in which of the two they take. */
  dict(depth = 0): PdfDict {
    this.at += 2
    const dict = new Map<string, PdfObject>()
    for (;;) {
      this.skip()
      if (this.bytes[this.at] === 0x3e) break
      if (this.bytes[this.at] !== 0x2f) throw this.broken('expected a name')
      const { name } = this.#name()
      if (dict.has(name)) throw this.broken(`the entry "${name.slice(0, 40)}" is there twice`)
      dict.set(name, this.object(depth + 1))
    }
    if (this.bytes[this.at + 1] !== 0x3e) throw this.broken('expected ">>"')
    this.at += 2
    return dict
  }
}

const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x66, 0x0c],
])

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
