import { Finding } from '../finding.ts'

/**
 * DER (ITU-T X.690 section 10 and 11), read strictly: definite lengths in their shortest form, tags below 31. What is
 * only BER is refused, since two readers may see two things in it. All input is attacker-controlled.
 */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** `[n]`: context tag, constructed or not. */
export function context(number: number, constructed = true): number {
  return 0x80 | (constructed ? 0x20 : 0) | number
}

const MAX_DEPTH = 48

/** One element. `what` names it in messages. */
export class Der {
  readonly tag: number
  /** With tag and length. */
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  readonly what: string

  private constructor(tag: number, bytes: Uint8Array, content: Uint8Array, what: string) {
    this.tag = tag
    this.bytes = bytes
    this.content = content
    this.what = what
  }

  /**
   * Reads one element that fills `bytes` to the end, and walks all of it once: what is nested is strict too.
   * @throws Finding FORMAT_FAILURE
   */
  static parse(bytes: Uint8Array, what: string): Der {
    const der = Der.prefix(bytes, what)
    if (der.bytes.length !== bytes.length) {
      throw malformed(what, `${bytes.length - der.bytes.length} bytes follow its end`)
    }
    return der
  }

  /** The same for an element at the beginning of `bytes`. */
  static prefix(bytes: Uint8Array, what: string): Der {
    const der = Der.#read(bytes, 0, what)
    walk(der, 0)
    return der
  }

  static #read(bytes: Uint8Array, at: number, what: string): Der {
    const tag = bytes[at]
    const first = bytes[at + 1]
    if (tag === undefined || first === undefined) throw malformed(what, 'it ends in the middle of an element')
    if ((tag & 0x1f) === 0x1f) throw malformed(what, 'it has a tag above 30')
    let length = first
    let start = at + 2
    if (first === 0x80) throw malformed(what, 'it has an indefinite length, which is BER and not DER')
    if (first > 0x80) {
      const count = first & 0x7f
      if (count > 4) throw malformed(what, `it has a length of ${count} bytes`)
      length = 0
      for (let index = 0; index < count; index++) {
        const byte = bytes[start + index]
        if (byte === undefined) throw malformed(what, 'it ends in the middle of a length')
        length = length * 256 + byte
      }
      if (length < 0x80 || length < 256 ** (count - 1)) throw malformed(what, 'a length is not in its shortest form')
      start += count
    }
    const end = start + length
    if (end > bytes.length) throw malformed(what, `an element of ${length} bytes has only ${bytes.length - start}`)
    return new Der(tag, bytes.subarray(at, end), bytes.subarray(start, end), what)
  }

  get constructed(): boolean {
    return (this.tag & 0x20) !== 0
  }

  children(what = this.what): Der[] {
    if (!this.constructed) throw malformed(what, 'an element that should hold others holds none')
    const children: Der[] = []
    let at = 0
    while (at < this.content.length) {
      const child = Der.#read(this.content, at, what)
      children.push(child)
      at += child.bytes.length
    }
    return children
  }

  expect(tag: number, what = this.what): Der {
    if (this.tag !== tag) throw malformed(what, `expected tag ${hex(tag)}, got ${hex(this.tag)}`)
    return this
  }

  /** Its parts, one after the other. */
  fields(tag: number = TAG.sequence, what = this.what): Fields {
    return new Fields(this.expect(tag, what).children(what), what)
  }

  /** What an EXPLICIT tag wraps. */
  inner(what = this.what): Der {
    const children = this.children(what)
    const [only] = children
    if (only === undefined || children.length !== 1) throw malformed(what, 'an explicit tag must hold one element')
    return only
  }

  /** The element with another tag, for IMPLICIT ones. */
  retagged(tag: number): Der {
    // a copy: slice() of a Buffer is none
    const bytes = new Uint8Array(this.bytes)
    bytes[0] = tag
    return new Der(tag, bytes, bytes.subarray(bytes.length - this.content.length), this.what)
  }
}

/** The parts of a SEQUENCE in their order. */
export class Fields {
  readonly #parts: readonly Der[]
  readonly #what: string
  #at = 0

  constructor(parts: readonly Der[], what: string) {
    this.#parts = parts
    this.#what = what
  }

  next(tag: number | null, what: string): Der {
    const part = this.#parts[this.#at]
    if (part === undefined) throw malformed(this.#what, `its ${what} is missing`)
    if (tag !== null) part.expect(tag, `${this.#what}, ${what}`)
    this.#at++
    return part
  }

  optional(tag: number): Der | null {
    const part = this.#parts[this.#at]
    if (part?.tag !== tag) return null
    this.#at++
    return part
  }

  get rest(): readonly Der[] {
    return this.#parts.slice(this.#at)
  }

  /** @throws Finding where something is left over */
  end(): void {
    if (this.#at < this.#parts.length) throw malformed(this.#what, 'it holds more than it should')
  }
}

function walk(der: Der, depth: number): void {
  if (!der.constructed) return
  if (depth > MAX_DEPTH) throw malformed(der.what, `it is nested more than ${MAX_DEPTH} levels deep`)
  for (const child of der.children()) walk(child, depth + 1)
}

export function malformed(what: string, why: string): Finding {
  return new Finding('FORMAT_FAILURE', `The ${what} is malformed: ${why}.`)
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
