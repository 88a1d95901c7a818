import { CofferError } from '../contract/errors.ts'
import { utf8 } from './bytes.ts'

export interface JsonLimits {
  /** Levels of lists and objects (default 64). */
  depth?: number
  /** Values of all kinds, since a byte or two of text takes a hundred of memory (default 5,000,000). */
  values?: number
}

const NUMBER = /^-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
/** Digits of the longest number that has a meaning here; more is a way to keep BigInt busy. */
const MAX_DIGITS = 40

/** There is more in it than is read: that says nothing against it. */
export class TooMuchJson extends CofferError {
  constructor(values: number) {
    super('CHECK_FAILED', `expected JSON with at most ${values} values`)
  }
}

/**
 * JSON (RFC 8259) for evidence: duplicate member names, a byte-order mark, invalid UTF-8 and lone surrogates are refused,
 * since two programs would read two things in them; integers that a double can't hold come out as bigint. Objects have
 * no prototype.
 * @throws CofferError CHECK_FAILED saying what is wrong and at which character, TooMuchJson
 */
export function parseStrictJson(source: string | Uint8Array, limits: JsonLimits = {}): unknown {
  const text = typeof source === 'string' ? source : utf8(source)
  if (text === null) throw wrong('it is no UTF-8', 0)
  const reader = new JsonReader(text, limits.depth ?? 64, limits.values ?? 5_000_000)
  return reader.document()
}

class JsonReader {
  readonly #text: string
  readonly #depth: number
  readonly #values: number
  #seen = 0
  #at = 0

  constructor(text: string, depth: number, values: number) {
    this.#text = text
    this.#depth = depth
    this.#values = values
  }

  document(): unknown {
    const value = this.#value(0)
    this.#skip()
    if (this.#at < this.#text.length) throw wrong('something follows its end', this.#at)
    return value
  }

  #value(level: number): unknown {
    if (level > this.#depth) throw wrong(`it is nested more than ${this.#depth} levels deep`, this.#at)
    if (++this.#seen > this.#values) throw new TooMuchJson(this.#values)
    this.#skip()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(level)
      case '[':
        return this.#list(level)
      case '"':
        return this.#string()
    }
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    return this.#number()
  }

  #object(level: number): unknown {
    const object: Record<string, unknown> = Object.create(null)
    this.#at++
    if (this.#take('}')) return object
    do {
      this.#skip()
      const at = this.#at
      const name = this.#string()
      if (Object.hasOwn(object, name)) throw wrong(`the member ${JSON.stringify(name.slice(0, 80))} is there twice`, at)
      if (!this.#take(':')) throw wrong('expected ":"', this.#at)
      object[name] = this.#value(level + 1)
    } while (this.#take(','))
    if (!this.#take('}')) throw wrong('expected "," or "}"', this.#at)
    return object
  }

  #list(level: number): unknown[] {
    const list: unknown[] = []
    this.#at++
    if (this.#take(']')) return list
    do list.push(this.#value(level + 1))
    while (this.#take(','))
    if (!this.#take(']')) throw wrong('expected "," or "]"', this.#at)
    return list
  }

  /** Character by character: a pattern keeps a place for each, and there may be more than it has room for. */
  #string(): string {
    const text = this.#text
    const start = this.#at
    if (text[start] !== '"') throw wrong('expected a string', start)
    let at = start + 1
    let plain = true
    for (; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) break
      // NaN behind the end
      if (!(code >= 0x20)) throw wrong('expected a string', start)
      if (code !== 0x5c) continue
      plain = false
      at++
    }
    this.#at = at + 1
    const value = plain ? text.slice(start + 1, at) : unescaped(text.slice(start, at + 1), start)
    if (!value.isWellFormed()) throw wrong('a string has half a character (a lone surrogate)', start)
    return value
  }

  #number(): number | bigint {
    const at = this.#at
    // one character more than there may be
    const raw = NUMBER.exec(this.#text.slice(at, at + MAX_DIGITS + 1))
    if (raw === null) throw wrong('expected a value', at)
    const [digits, fraction, exponent] = raw
    if (digits.length > MAX_DIGITS) throw wrong(`a number has more than ${MAX_DIGITS} characters`, at)
    this.#at = at + digits.length
    const value = Number(digits)
    if (!Number.isFinite(value)) throw wrong('a number is larger than can be', at)
    return fraction === undefined && exponent === undefined && !Number.isSafeInteger(value) ? BigInt(digits) : value
  }

  /** White space and one character, if it is the next. */
  #take(char: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  /** White space. */
  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }
}

/** @param raw with its quotes @param at where it stands, for the message */
function unescaped(raw: string, at: number): string {
  try {
    return JSON.parse(raw) as string
  } catch {
    throw wrong('expected a string', at)
  }
}

function wrong(why: string, at: number): CofferError {
  return new CofferError('CHECK_FAILED', `expected strict JSON, but ${why} (character ${at})`)
}
