import type { Comparison, ExtractFilter } from '../../contract/config/extract-filter.ts'
import { type JsonPath, parseJsonPath } from '../../contract/config/json-path.ts'
import { compileRegex } from '../../contract/config/regex.ts'
import type { RecordView } from '../../contract/record.ts'
import { documentOf } from './decode.ts'
import { compareDecimals } from './json/decimal.ts'
import { type Json, JsonNumber, JsonObject } from './json/parse.ts'
import { findAny } from './json/path.ts'

const BACKSLASH = 0x5c

/** A record while it is looked at: its value is decoded at most once, and only where a filter asks. */
export class Candidate {
  readonly view: RecordView
  #document: Json | undefined
  #decodedAt = -1
  #askedAt = -1
  #unorderedAt = -1

  constructor(view: RecordView) {
    this.view = view
  }

  get document(): Json | undefined {
    const { view } = this
    if (this.#decodedAt !== view.offset) {
      this.#decodedAt = view.offset
      this.#document = view.valLen < 0 ? undefined : documentOf(slice(view.buf, view.valStart, view.valLen))
    }
    return this.#document
  }

  /** The same, asked for by a JSON path. */
  get searched(): Json | undefined {
    this.#askedAt = this.view.offset
    return this.document
  }

  /** Whether a JSON path was asked of this record, and its value is there and is no JSON: what it holds could not be told. */
  get isBlind(): boolean {
    const { view } = this
    return this.#askedAt === view.offset && view.valLen >= 0 && this.#document === undefined
  }

  /** What was to be compared with a number is there and is none. */
  noteUnordered(): void {
    this.#unorderedAt = this.view.offset
  }

  /** Whether something of this record was to be compared with a number and is none ("1.200,00"): its order could not be told. */
  get isUnordered(): boolean {
    return this.#unorderedAt === this.view.offset
  }
}

export type RecordTest = (candidate: Candidate) => boolean

/** A filter ready for the loop over records; null takes all. */
export function compileFilter(filter: ExtractFilter | null): RecordTest | null {
  return filter === null ? null : compile(filter)
}

function compile(filter: ExtractFilter): RecordTest {
  if ('all' in filter) {
    const parts = filter.all.map(compile)
    return (candidate) => parts.every((part) => part(candidate))
  }
  if ('any' in filter) {
    const parts = filter.any.map(compile)
    return (candidate) => parts.some((part) => part(candidate))
  }
  if ('not' in filter) {
    const part = compile(filter.not)
    return (candidate) => !part(candidate)
  }
  switch (filter.on) {
    case 'contains': {
      const { text } = filter
      const wanted = Buffer.from(text)
      return (candidate) => {
        const { view } = candidate
        if (view.valLen < 0) return false
        const value = slice(view.buf, view.valStart, view.valLen)
        if (value.includes(wanted)) return true
        // the same text may be written with JSON's escapes
        return value.includes(BACKSLASH) && candidate.document !== undefined && holdsText(candidate.document, text)
      }
    }
    case 'key': {
      const test = compileBytes(filter)
      return ({ view }) => test(view.keyLen < 0 ? null : slice(view.buf, view.keyStart, view.keyLen))
    }
    case 'header':
      return compileHeader(filter.name, filter)
    case 'json':
      return compileJson(filter.path, filter)
  }
}

/** Of several headers of one name, one that fits is enough. */
function compileHeader(name: string, comparison: Comparison): RecordTest {
  const wanted = Buffer.from(name)
  const exists = comparison.is === 'exists' ? comparison.wanted : null
  const test = exists === null ? compileBytes(comparison) : () => true
  return ({ view }) => {
    const { buf, headers } = view
    let found = false
    for (let h = 0; h < view.headerCount * 4 && !found; h += 4) {
      const length = headers[h + 1] as number
      if (length !== wanted.length) continue
      if (!slice(buf, headers[h] as number, length).equals(wanted)) continue
      const valueLength = headers[h + 3] as number
      found = test(valueLength < 0 ? null : slice(buf, headers[h + 2] as number, valueLength))
    }
    return exists === null ? found : found === exists
  }
}

/** On a key's or a header's bytes; null ones fit nothing but `exists: false`. */
function compileBytes(comparison: Comparison): (bytes: Buffer | null) => boolean {
  switch (comparison.is) {
    case 'equals': {
      const wanted = Buffer.from(comparison.text)
      return (bytes) => bytes?.equals(wanted) ?? false
    }
    case 'in': {
      const wanted = new Set(comparison.texts.map((text) => Buffer.from(text).toString('latin1')))
      return (bytes) => bytes !== null && wanted.has(bytes.toString('latin1'))
    }
    case 'prefix': {
      const wanted = Buffer.from(comparison.text)
      return (bytes) => bytes !== null && bytes.length >= wanted.length && wanted.compare(bytes, 0, wanted.length) === 0
    }
    case 'matches': {
      const regex = compileRegex(comparison.pattern)
      return (bytes) => bytes !== null && regex.test(bytes.toString('utf8'))
    }
    case 'exists':
      return (bytes) => (bytes !== null) === comparison.wanted
    case 'greater_than':
    case 'less_than':
      throw new Error('only JSON has an order')
  }
}

function compileJson(text: string, comparison: Comparison): RecordTest {
  const path = parseJsonPath(text)
  if (comparison.is === 'exists') {
    return ({ searched }) => (searched !== undefined && findAny(searched, path, () => true)) === comparison.wanted
  }
  if ('number' in comparison) return compileOrder(path, comparison)
  const test = compileValue(comparison)
  return ({ searched }) => searched !== undefined && findAny(searched, path, test)
}

function compileOrder(path: JsonPath, { is, number }: Extract<Comparison, { number: string }>): RecordTest {
  const sign = is === 'greater_than' ? 1 : -1
  return (candidate) => {
    const { searched } = candidate
    if (searched === undefined) return false
    return findAny(searched, path, (value) => {
      const text = textOf(value)
      const order = text === null ? null : compareDecimals(text, number)
      if (order === null && value !== null) candidate.noteUnordered()
      return order !== null && order * sign > 0
    })
  }
}

type ByText = Exclude<Comparison, { is: 'exists' } | { number: string }>

function compileValue(comparison: ByText): (value: Json) => boolean {
  switch (comparison.is) {
    case 'equals':
      return (value) => equalsText(value, comparison.text)
    case 'in': {
      const texts = new Set(comparison.texts)
      return (value) =>
        value instanceof JsonNumber
          ? comparison.texts.some((text) => equalsText(value, text))
          : value === null || typeof value !== 'object'
            ? texts.has(String(value))
            : false
    }
    case 'prefix':
      return (value) => textOf(value)?.startsWith(comparison.text) ?? false
    case 'matches': {
      const regex = compileRegex(comparison.pattern)
      return (value) => {
        const text = textOf(value)
        return text !== null && regex.test(text)
      }
    }
  }
}

/** Of a string or a number, as it stands. */
function textOf(value: Json): string | null {
  return value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : null
}

/** Whether a string or a member's name has the text, as it reads. */
function holdsText(value: Json, text: string): boolean {
  if (typeof value === 'string') return value.includes(text)
  if (Array.isArray(value)) return value.some((item) => holdsText(item, text))
  return (
    value instanceof JsonObject && value.members.some(([name, item]) => name.includes(text) || holdsText(item, text))
  )
}

function equalsText(value: Json, text: string): boolean {
  if (value instanceof JsonNumber) return value.text === text || compareDecimals(value.text, text) === 0
  if (value instanceof JsonObject || Array.isArray(value)) return false
  return String(value) === text
}

function slice(buf: Buffer, start: number, length: number): Buffer {
  return buf.subarray(start, start + length)
}
