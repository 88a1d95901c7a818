import { CofferError } from '../contract/errors.ts'
import { utf8 } from './bytes.ts'

export interface JsonLimits {
  /** Levels of lists and objects (default 64). */
  depth?: number
}

const SPACE = /[\t\n\r ]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 section 7 keeps them out of strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
/** Digits of the longest number that has a meaning here; more is a way to keep BigInt busy. */
const MAX_DIGITS = 40

/**
 * JSON (RFC 8259) for evidence: duplicate member names, a byte-order mark, invalid UTF-8 and lone surrogates are refused,
 * since two programs would read two things in them; integers that a double can't hold come out as bigint. Objects have
 * no prototype.
 * @throws CofferError CHECK_FAILED saying what is wrong and at which character
 */
export function parseStrictJson(source: string | Uint8Array, limits: JsonLimits = {}): unknown {
  const text = typeof source === 'string' ? source : utf8(source)
  if (text === null) throw wrong('it is no UTF-8', 0)
  const reader = new JsonReader(text, limits.depth ?? 64)
  return reader.document()
}

class JsonReader {
  readonly #text: string
  readonly #depth: number
  #at = 0

  constructor(text: string, depth: number) {
    this.#text = text
    this.#depth = depth
  }

  document(): unknown {
    const value = this.#value(0)
    this.#match(SPACE)
    if (this.#at < this.#text.length) throw wrong('something follows its end', this.#at)
    return value
  }

  #value(level: number): unknown {
    if (level > this.#depth) throw wrong(`it is nested more than ${this.#depth} levels deep`, this.#at)
    this.#match(SPACE)
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
      this.#match(SPACE)
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

  #string(): string {
    const at = this.#at
    const raw = this.#match(STRING)
    if (raw === null) throw wrong('expected a string', at)
    const value = JSON.parse(raw[0]) as string
    if (!value.isWellFormed()) throw wrong('a string has half a character (a lone surrogate)', at)
    return value
  }

  #number(): number | bigint {
    const at = this.#at
    const raw = this.#match(NUMBER)
    if (raw === null) throw wrong('expected a value', at)
    const [digits, fraction, exponent] = raw
    if (digits.length > MAX_DIGITS) throw wrong(`a number has more than ${MAX_DIGITS} characters`, at)
    const value = Number(digits)
    if (!Number.isFinite(value)) throw wrong('a number is larger than can be', at)
    return fraction === undefined && exponent === undefined && !Number.isSafeInteger(value) ? BigInt(digits) : value
  }

  /** White space and one character, if it is the next. */
  #take(char: string): boolean {
    this.#match(SPACE)
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }
}

function wrong(why: string, at: number): CofferError {
  return new CofferError('CHECK_FAILED', `expected strict JSON, but ${why} (character ${at})`)
}
