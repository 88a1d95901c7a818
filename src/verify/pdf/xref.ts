import { Finding } from '../finding.ts'
import { MAX_UNPACKED, unpack } from './filters.ts'
import { Lexer } from './lexer.ts'
import { isDict, isName, type PdfDict, type PdfObject, PdfRef, PdfStream, pdfBroken } from './objects.ts'

/** Where an object is (ISO 32000-1 section 7.5.4 and 7.5.8). */
export type XrefEntry =
  | { kind: 'free' }
  | { kind: 'offset'; offset: number; generation: number }
  | { kind: 'packed'; container: number; index: number }

export interface XrefSection {
  /** Where it begins, as startxref or /Prev says. */
  offset: number
  /** Behind its trailer dictionary or its stream. */
  end: number
  entries: ReadonlyMap<number, XrefEntry>
  trailer: PdfDict
  /** Number of the xref stream; null for a table. */
  stream: number | null
}

const MAX_OBJECTS = 1_000_000
/** Entries in all sections of all revisions that are looked at; a stream of them may take no byte for each. */
export const MAX_ENTRIES = 3_000_000

/** What all sections of a file may still come to. */
export interface SectionBudget {
  /** Bytes, unpacked. */
  left: number
  entries: number
}

/** Reads the section at `offset`, table or stream. */
export function readSection(
  bytes: Uint8Array,
  offset: number,
  strict = false,
  budget: SectionBudget = { left: MAX_UNPACKED, entries: MAX_ENTRIES },
): XrefSection {
  const lexer = new Lexer(bytes, offset, strict)
  // "xref"
  if (bytes[offset] === 0x78) return readTable(lexer, offset, strict, budget)
  const { number, object } = readIndirect(lexer, () => null)
  if (!(object instanceof PdfStream) || !isName(object.dict.get('Type'), 'XRef')) {
    throw pdfBroken(`there is no cross-reference section at byte ${offset}`)
  }
  return { offset, end: lexer.at, entries: streamEntries(object, budget), trailer: object.dict, stream: number }
}

function readTable(lexer: Lexer, offset: number, strict: boolean, budget: SectionBudget): XrefSection {
  lexer.keyword('xref')
  const entries = new Map<number, XrefEntry>()
  for (;;) {
    const back = lexer.at
    const word = lexer.word()
    if (word === 'trailer') break
    lexer.at = back
    const first = lexer.integer()
    const count = lexer.integer()
    spend(budget, first, count)
    for (let number = first; number < first + count; number++) {
      lexer.skip()
      const start = lexer.at
      const at = lexer.integer()
      const generation = lexer.integer()
      const kind = lexer.word()
      // ISO 32000-2 section 7.5.4: ten digits, five digits, a letter, single spaces between
      if (strict && lexer.at - start !== 18) throw lexer.broken('a line of another length in the cross-reference table')
      if (kind !== 'n' && kind !== 'f') throw lexer.broken('a broken line in the cross-reference table')
      if (entries.has(number)) throw pdfBroken(`object ${number} is listed twice`)
      entries.set(number, kind === 'f' ? { kind: 'free' } : { kind: 'offset', offset: at, generation })
    }
  }
  lexer.skip()
  const trailer = lexer.object()
  if (!isDict(trailer)) throw lexer.broken('expected the trailer')
  return { offset, end: lexer.at, entries, trailer, stream: null }
}

function streamEntries(stream: PdfStream, budget: SectionBudget): Map<number, XrefEntry> {
  const { dict } = stream
  const widths = numbers(dict.get('W'))
  const size = dict.get('Size')
  if (widths.length !== 3 || typeof size !== 'number' || widths.some((width) => width > 8)) {
    throw pdfBroken('a broken cross-reference stream')
  }
  const index = dict.has('Index') ? numbers(dict.get('Index')) : [0, size]
  const data = unpack(stream, (object) => object ?? null, budget.left)
  budget.left -= data.length
  const [w0 = 0, w1 = 0, w2 = 0] = widths
  const entries = new Map<number, XrefEntry>()
  let at = 0
  const field = (width: number) => {
    let value = 0
    for (let left = width; left > 0; left--) value = value * 256 + (data[at++] as number)
    return value
  }
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const first = index[pair] as number
    const count = index[pair + 1] as number
    spend(budget, first, count)
    for (let number = first; number < first + count; number++) {
      if (at + w0 + w1 + w2 > data.length) throw pdfBroken('a cross-reference stream ends too early')
      const kind = w0 === 0 ? 1 : field(w0)
      const second = field(w1)
      const third = field(w2)
      if (entries.has(number)) throw pdfBroken(`object ${number} is listed twice`)
      if (kind === 0) entries.set(number, { kind: 'free' })
      else if (kind === 1) entries.set(number, { kind: 'offset', offset: second, generation: third })
      else if (kind === 2) entries.set(number, { kind: 'packed', container: second, index: third })
      else throw pdfBroken('a cross-reference stream has an entry of an unknown kind')
    }
  }
  return entries
}

/** @throws Finding LIMIT_REACHED */
function spend(budget: SectionBudget, first: number, count: number): void {
  budget.entries -= count
  if (budget.entries < 0 || first + count > MAX_OBJECTS) {
    throw new Finding('LIMIT_REACHED', 'The PDF lists more objects than this verifier reads.')
  }
}

function numbers(object: PdfObject | undefined): number[] {
  if (!Array.isArray(object) || !object.every((one) => Number.isSafeInteger(one) && (one as number) >= 0)) {
    throw pdfBroken('a broken cross-reference stream')
  }
  return object as number[]
}

/**
 * `12 0 obj … endobj`.
 * @param lengthOf what a `/Length` that stands elsewhere is; null: not known
 */
export function readIndirect(
  lexer: Lexer,
  lengthOf: (ref: PdfRef) => number | null,
): { number: number; generation: number; object: PdfObject } {
  const number = lexer.integer()
  const generation = lexer.integer()
  lexer.keyword('obj')
  const object = lexer.object()
  if (!isDict(object)) {
    lexer.keyword('endobj')
    return { number, generation, object }
  }
  const next = lexer.word()
  if (next === 'endobj') return { number, generation, object }
  if (next !== 'stream') throw lexer.broken('expected "endobj"')
  const { bytes } = lexer
  if (bytes[lexer.at] === 0x0d && bytes[lexer.at + 1] === 0x0a) lexer.at += 2
  else if (bytes[lexer.at] === 0x0a) lexer.at += 1
  else throw lexer.broken('"stream" without the end of its line')
  const stated = object.get('Length')
  const length = stated instanceof PdfRef ? lengthOf(stated) : stated
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0 || lexer.at + length > bytes.length) {
    throw lexer.broken('a stream without a length that can be')
  }
  const raw = bytes.subarray(lexer.at, lexer.at + length)
  lexer.at += length
  lexer.keyword('endstream')
  lexer.keyword('endobj')
  return { number, generation, object: new PdfStream(object, raw) }
}
