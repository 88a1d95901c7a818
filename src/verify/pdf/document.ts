import { fromLatin1, indexOfBytes } from '../bytes.ts'
import { Finding } from '../finding.ts'
import { MAX_UNPACKED, unpack } from './filters.ts'
import { Lexer, MAX_VALUES } from './lexer.ts'
import { isDict, isName, type PdfDict, type PdfObject, PdfRef, PdfStream, pdfBroken } from './objects.ts'
import { MAX_ENTRIES, readIndirect, readSection, type XrefEntry, type XrefSection } from './xref.ts'

const MAX_SECTIONS = 1000
/** How often each byte may be read as part of an object, and what a small file may come to all the same. */
const READINGS = 4
const LEAST_TO_READ = 1024 * 1024
const STARTXREF = fromLatin1('startxref')

/** What may still be read of a file, in all revisions of it: a few bytes can ask for gigabytes of memory. */
export interface ReadingLimits {
  values: number
  entries: number
}

/** A PDF as its newest revision has it, with the older ones behind. Offsets are from the first byte of the file. */
export class PdfDocument {
  readonly bytes: Uint8Array
  /** Newest first. */
  readonly sections: readonly XrefSection[]
  readonly trailer: PdfDict
  readonly #cache = new Map<string, PdfObject>()
  readonly #busy = new Set<string>()
  /** First byte and end of every object that was read. */
  readonly spans: [number, number][] = []
  #budget = MAX_UNPACKED
  /** Bytes that may still be read as objects: objects that lie in one another are an attack. */
  #toRead: number
  readonly limits: ReadingLimits

  private constructor(bytes: Uint8Array, sections: readonly XrefSection[], limits: ReadingLimits) {
    this.bytes = bytes
    this.limits = limits
    this.sections = sections
    this.trailer = (sections[0] as XrefSection).trailer
    this.#toRead = READINGS * bytes.length + LEAST_TO_READ
  }

  /**
   * @param bytes up to the end of the revision that is wanted
   * @param limits those of the document that it is a revision of
   * @throws Finding FORMAT_FAILURE, LIMIT_REACHED
   */
  static open(bytes: Uint8Array, limits: ReadingLimits = { values: MAX_VALUES, entries: MAX_ENTRIES }): PdfDocument {
    if (indexOfBytes(bytes.subarray(0, 1024), fromLatin1('%PDF-')) !== 0)
      throw pdfBroken('it does not begin as a PDF does')
    const sections: XrefSection[] = []
    const queue = [startOf(bytes)]
    const seen = new Set<number>()
    const budget = { left: MAX_UNPACKED, entries: limits.entries }
    for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
      if (seen.has(offset) || seen.size >= MAX_SECTIONS) throw pdfBroken('its cross-reference sections run in a circle')
      if (offset >= bytes.length) throw pdfBroken('a cross-reference section lies beyond its end')
      seen.add(offset)
      const section = readSection(bytes, offset, false, budget)
      sections.push(section)
      const hybrid = section.trailer.get('XRefStm')
      const previous = section.trailer.get('Prev')
      if (hybrid !== undefined) queue.unshift(position(hybrid))
      if (previous !== undefined) queue.push(position(previous))
    }
    limits.entries = budget.entries
    const document = new PdfDocument(bytes, sections, limits)
    if (sections.some((section) => section.trailer.has('Encrypt'))) {
      throw new Finding('SIGNED_DATA_NOT_FOUND', 'The PDF is encrypted; this verifier reads no encrypted PDFs.')
    }
    return document
  }

  /** What a reference names, null where there is nothing; anything else is itself. */
  readonly resolve = (object: PdfObject | undefined): PdfObject => {
    let current = object ?? null
    for (let steps = 0; current instanceof PdfRef; steps++) {
      if (steps > 32) throw pdfBroken('references run in a circle')
      current = this.get(current.number)
    }
    return current
  }

  dict(object: PdfObject | undefined): PdfDict | null {
    const found = this.resolve(object)
    return isDict(found) ? found : null
  }

  list(object: PdfObject | undefined): PdfObject[] {
    const found = this.resolve(object)
    return Array.isArray(found) ? found : []
  }

  /** The object of that number in the newest revision. */
  get(number: number): PdfObject {
    const index = this.sections.findIndex((section) => section.entries.has(number))
    return index < 0 ? null : this.inSection(number, index)
  }

  entry(number: number): XrefEntry | null {
    for (const section of this.sections) {
      const entry = section.entries.get(number)
      if (entry !== undefined) return entry
    }
    return null
  }

  /** The object of that number as one section has it. */
  inSection(number: number, index: number): PdfObject {
    const entry = this.sections[index]?.entries.get(number)
    if (entry === undefined || entry.kind === 'free') return null
    const key = `${number} ${index}`
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    if (this.#busy.has(key)) throw pdfBroken(`object ${number} needs itself`)
    this.#busy.add(key)
    try {
      const object = entry.kind === 'offset' ? this.#read(number, entry) : this.#packed(number, entry)
      this.#cache.set(key, object)
      return object
    } finally {
      this.#busy.delete(key)
    }
  }

  #read(number: number, entry: Extract<XrefEntry, { kind: 'offset' }>): PdfObject {
    const lexer = new Lexer(this.bytes, entry.offset)
    const found = this.reading(lexer, () =>
      readIndirect(lexer, (ref) => {
        const length = this.get(ref.number)
        return typeof length === 'number' ? length : null
      }),
    )
    this.spans.push([entry.offset, lexer.at])
    if (found.number !== number || found.generation !== entry.generation) {
      throw pdfBroken(`object ${number} is not where the cross-reference says`)
    }
    return found.object
  }

  /** Counts what a lexer passes. @throws Finding LIMIT_REACHED where the file was read many times over */
  reading<T>(lexer: Lexer, read: () => T): T {
    if (this.#toRead < 0) {
      throw new Finding('LIMIT_REACHED', 'The objects of the PDF lie in one another, more than this verifier reads.')
    }
    const start = lexer.at
    lexer.left = this.limits.values
    try {
      return read()
    } finally {
      this.#toRead -= lexer.at - start
      this.limits.values = lexer.left
    }
  }

  /** An object in an object stream (section 7.5.7). */
  #packed(number: number, entry: Extract<XrefEntry, { kind: 'packed' }>): PdfObject {
    const stream = this.get(entry.container)
    if (!(stream instanceof PdfStream) || !isName(stream.dict.get('Type'), 'ObjStm')) {
      throw pdfBroken(`object ${number} is not in an object stream, as the cross-reference says`)
    }
    const data = this.unpack(stream)
    const count = this.resolve(stream.dict.get('N'))
    const first = this.resolve(stream.dict.get('First'))
    if (typeof count !== 'number' || typeof first !== 'number' || entry.index >= count)
      throw pdfBroken('a broken object stream')
    const head = new Lexer(data)
    for (let index = 0; index < entry.index; index++) {
      head.integer()
      head.integer()
    }
    const got = head.integer()
    const offset = head.integer()
    if (got !== number) throw pdfBroken(`object ${number} is not where the cross-reference says`)
    const lexer = new Lexer(data, first + offset)
    lexer.left = this.limits.values
    try {
      return lexer.object()
    } finally {
      this.limits.values = lexer.left
    }
  }

  unpack(stream: PdfStream): Uint8Array {
    const bytes = unpack(stream, this.resolve, this.#budget)
    this.#budget -= bytes.length
    return bytes
  }

  get catalog(): PdfDict {
    const catalog = this.dict(this.trailer.get('Root'))
    if (catalog === null) throw pdfBroken('it has no catalogue')
    return catalog
  }
}

/** startxref of the last revision; after its %%EOF one end of line may follow and nothing else. */
function startOf(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.length - 1024)
  let at = -1
  for (let next = indexOfBytes(bytes, STARTXREF, from); next >= 0; next = indexOfBytes(bytes, STARTXREF, next + 1))
    at = next
  if (at < 0) throw pdfBroken('it does not end as a PDF does')
  const lexer = new Lexer(bytes, at + STARTXREF.length)
  const offset = lexer.integer()
  if (revisionEnd(bytes, lexer.at) !== bytes.length) throw pdfBroken('something follows its end')
  return offset
}

/** Behind `%%EOF` and one end of line, from behind startxref's number. @throws Finding where there is no such thing */
export function revisionEnd(bytes: Uint8Array, from: number): number {
  let at = endOfLine(bytes, from)
  for (const char of fromLatin1('%%EOF'))
    if (bytes[at++] !== char) throw pdfBroken('a revision does not end with %%EOF')
  return endOfLine(bytes, at)
}

function endOfLine(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x0d) return bytes[at + 1] === 0x0a ? at + 2 : at + 1
  return bytes[at] === 0x0a ? at + 1 : at
}

function position(object: PdfObject): number {
  if (typeof object === 'number' && Number.isSafeInteger(object) && object >= 0) return object
  throw pdfBroken('a cross-reference section names no place for the one before it')
}
