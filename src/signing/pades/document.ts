import { PdfScanner, PdfSyntaxError, type PdfValue } from './syntax.ts'

/** Entries of a dictionary. */
export type Entries = ReadonlyMap<string, PdfValue>

/** A PDF with a classic cross-reference table, as pdfkit and our own revisions write it. */
export interface PdfDocument {
  bytes: Buffer
  /** Where the newest cross-reference table begins. */
  xrefAt: number
  trailer: Entries
  /** Numbers of the objects in the newest table. */
  newest: number[]
  /** The value of an indirect object; of a stream its dictionary. */
  object(number: number): PdfValue
  /** The entry, with a reference followed. */
  entry(entries: Entries, key: string): PdfValue | undefined
}

/** @throws PdfSyntaxError for what pdfkit doesn't write (cross-reference streams) and what is no PDF */
export function readDocument(bytes: Buffer): PdfDocument {
  const marker = bytes.lastIndexOf('startxref')
  const scanner = new PdfScanner(bytes, marker + 'startxref'.length)
  const start = marker < 0 ? undefined : scanner.value()
  if (start?.kind !== 'number') throw new PdfSyntaxError('expected "startxref" with a number')
  const offsets = new Map<number, number>()
  let trailer: Entries | undefined
  let newest: number[] = []
  const seen = new Set<number>()
  for (let at: number | undefined = start.number; at !== undefined; ) {
    if (seen.has(at)) throw new PdfSyntaxError('expected cross-reference tables that do not go in circles')
    seen.add(at)
    const entries = readTable(bytes, at, offsets)
    if (trailer === undefined) newest = [...offsets.keys()]
    trailer ??= entries
    const previous = entries.get('Prev')
    at = previous?.kind === 'number' ? previous.number : undefined
  }
  const object = (number: number): PdfValue => {
    const offset = offsets.get(number)
    if (offset === undefined) throw new PdfSyntaxError(`expected object ${number}, which no table has`)
    const inside = new PdfScanner(bytes, offset)
    if (!inside.take(`${number} 0 obj`)) throw new PdfSyntaxError(`expected object ${number} at byte ${offset}`)
    return inside.value()
  }
  return {
    bytes,
    xrefAt: start.number,
    trailer: trailer ?? new Map(),
    newest,
    object,
    entry: (entries, key) => {
      const value = entries.get(key)
      return value?.kind === 'reference' ? object(value.number) : value
    },
  }
}

/** One table with its trailer; an object that a newer table has is not taken from an older one. */
function readTable(bytes: Buffer, at: number, offsets: Map<number, number>): Entries {
  const scanner = new PdfScanner(bytes, at)
  if (!scanner.take('xref')) throw new PdfSyntaxError(`expected a cross-reference table at byte ${at}`)
  while (!scanner.take('trailer')) {
    const first = scanner.value()
    const count = scanner.value()
    if (first.kind !== 'number' || count.kind !== 'number') throw new PdfSyntaxError('expected a section of the table')
    for (let i = 0; i < count.number; i++) {
      const offset = scanner.value()
      scanner.value()
      const use = scanner.value()
      if (offset.kind !== 'number' || use.kind !== 'word') throw new PdfSyntaxError('expected a line of the table')
      const number = first.number + i
      if (bytes[use.start] === 0x6e && !offsets.has(number)) offsets.set(number, offset.number)
    }
  }
  return dictionary(scanner.value(), 'trailer')
}

/** The entries of what must be a dictionary. */
export function dictionary(value: PdfValue | undefined, what: string): Entries {
  if (value?.kind !== 'dictionary') throw new PdfSyntaxError(`expected the ${what} to be a dictionary`)
  return value.entries
}
