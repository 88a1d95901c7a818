/**
 * JSON (RFC 8259) without loss, for filters and masks: numbers keep their text (a price or an account number must not be
 * rounded on the way), members keep their order and their repetitions.
 */
export type Json = null | boolean | string | JsonNumber | JsonObject | Json[]

export class JsonNumber {
  /** As the document has it. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export class JsonObject {
  /** In the document's order; a name may occur more than once. */
  members: [name: string, value: Json][]

  constructor(members: [string, Json][]) {
    this.members = members
  }
}

const MAX_DEPTH = 512
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** @returns the document, or undefined where the text is no JSON, or is nested more than 512 deep */
export function parseLossless(text: string): Json | undefined {
  try {
    return new Parser(text).document()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    const value = this.#value(0)
    this.#space()
    if (this.#at < this.#text.length) throw new SyntaxError('expected the end')
    return value
  }

  #value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new SyntaxError('nested too deeply')
    this.#space()
    const char = this.#text[this.#at]
    switch (char) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return new JsonNumber(this.#match(NUMBER))
    }
  }

  #object(depth: number): JsonObject {
    const members: [string, Json][] = []
    if (this.#opens('}')) return new JsonObject(members)
    do {
      this.#space()
      const name = this.#string()
      this.#space()
      if (this.#text[this.#at++] !== ':') throw new SyntaxError('expected ":"')
      members.push([name, this.#value(depth + 1)])
    } while (this.#goesOn('}'))
    return new JsonObject(members)
  }

  #array(depth: number): Json[] {
    const items: Json[] = []
    if (this.#opens(']')) return items
    do items.push(this.#value(depth + 1))
    while (this.#goesOn(']'))
    return items
  }

  /** Passes the opening bracket. @returns whether the closing one follows at once (and passes it) */
  #opens(close: string): boolean {
    this.#at++
    this.#space()
    if (this.#text[this.#at] !== close) return false
    this.#at++
    return true
  }

  #goesOn(close: string): boolean {
    this.#space()
    const char = this.#text[this.#at++]
    if (char === ',') return true
    if (char === close) return false
    throw new SyntaxError(`expected "," or "${close}"`)
  }

  #string(): string {
    const [text, start] = [this.#text, this.#at]
    if (text.charCodeAt(start) !== QUOTE) throw new SyntaxError('expected a string')
    this.#at = stringEnd(text, start)
    const source = text.slice(start, this.#at)
    // the engine's own reading; it also refuses escapes that JSON doesn't know, and control characters
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
    return /[\\\u0000-\u001f]/.test(source) ? (JSON.parse(source) as string) : source.slice(1, -1)
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new SyntaxError(`expected ${word}`)
    this.#at += word.length
    return value
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) throw new SyntaxError('expected a value')
    this.#at += found.length
    return found
  }

  #space(): void {
    const text = this.#text
    let code = text.charCodeAt(this.#at)
    while (isSpace(code)) code = text.charCodeAt(++this.#at)
  }
}

/** Compact; numbers as they stood, strings as JSON.stringify writes them. */
export function writeLossless(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(writeLossless).join(',')}]`
  return `{${value.members.map(([name, item]) => `${JSON.stringify(name)}:${writeLossless(item)}`).join(',')}}`
}

/** A JSON text without the white space outside its strings; everything else byte for byte. `text` must be JSON. */
export function withoutSpace(text: string): string {
  const kept: string[] = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(text, at)
    else if (isSpace(code)) {
      if (at > from) kept.push(text.slice(from, at))
      from = ++at
    } else at++
  }
  if (from === 0) return text
  kept.push(text.slice(from))
  return kept.join('')
}

/**
 * The position after the closing quote of the string that begins at `start`. By search, not by a pattern: the stack of the
 * engine's patterns is too small for strings of some MB.
 * @throws SyntaxError where it does not end
 */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return at + 1
  }
  throw new SyntaxError('expected the end of a string')
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}
