import { Finding } from '../finding.ts'
import { PdfDocument, revisionEnd } from './document.ts'
import { Lexer } from './lexer.ts'
import { isName, type PdfObject, PdfStream, PdfString, sameObject } from './objects.ts'
import { readIndirect, readSection, type XrefSection } from './xref.ts'

/** A revision that was appended (ISO 32000-2 section 7.5.6), read object by object. */
export interface Increment {
  start: number
  end: number
  section: XrefSection
  /** Everything that it defines: number and value. */
  objects: ReadonlyMap<number, PdfObject>
  /** The document up to here. */
  document: PdfDocument
}

/**
 * Reads all that follows byte `from` as revisions, strictly: nothing but objects, one cross-reference section that lists
 * exactly those, and the trailer.
 * @param before the document up to `from`
 * @param reads told how much of the file is gone through for each
 * @throws Finding CHANGED_AFTER_SIGNING for anything else
 */
export function readIncrements(
  bytes: Uint8Array,
  from: number,
  before: PdfDocument,
  reads: (size: number) => void,
): Increment[] {
  const increments: Increment[] = []
  let previous = before
  for (let at = from; at < bytes.length; ) {
    reads(bytes.length)
    const increment = readIncrement(bytes, at, previous)
    increments.push(increment)
    previous = increment.document
    at = increment.end
  }
  return increments
}

function readIncrement(bytes: Uint8Array, start: number, before: PdfDocument): Increment {
  const strange = (why: string) =>
    new Finding('CHANGED_AFTER_SIGNING', `${bytes.length - start} bytes were added after the signature, and ${why}.`)
  try {
    const lexer = new Lexer(bytes, start, true)
    const offsets = new Map<number, { offset: number; generation: number; object: PdfObject }>()
    let sectionAt = -1
    while (sectionAt < 0) {
      lexer.skip()
      const offset = lexer.at
      // "xref"
      if (bytes[offset] === 0x78) {
        sectionAt = offset
        break
      }
      const { number, generation, object } = readIndirect(lexer, () => null)
      if (offsets.has(number)) throw strange(`object ${number} stands there twice`)
      offsets.set(number, { offset, generation, object })
      if (object instanceof PdfStream && isName(object.dict.get('Type'), 'XRef')) sectionAt = offset
    }
    const section = readSection(bytes, sectionAt, true)
    const tail = new Lexer(bytes, section.end, true)
    tail.keyword('startxref')
    if (tail.integer() !== sectionAt) throw strange('startxref does not point to their cross-reference')
    const end = revisionEnd(bytes, tail.at)
    const document = PdfDocument.open(bytes.subarray(0, end), before.limits)
    checkListed(section, offsets, strange)
    checkTrailer(section, before, strange)
    if (document.sections[1]?.offset !== before.sections[0]?.offset)
      throw strange('they do not continue the signed document')
    const objects = new Map<number, PdfObject>()
    for (const number of section.entries.keys()) if (number !== 0) objects.set(number, document.inSection(number, 0))
    return { start, end, section, objects, document }
  } catch (error) {
    if (!(error instanceof Finding) || error.sub !== 'FORMAT_FAILURE') throw error
    throw strange(`they are no proper revision (${error.message})`)
  }
}

type Strange = (why: string) => Finding

/** Each object is listed where it stands, and nothing else is. */
function checkListed(
  section: XrefSection,
  offsets: ReadonlyMap<number, { offset: number; generation: number }>,
  strange: Strange,
): void {
  for (const [number, { offset, generation }] of offsets) {
    const entry = section.entries.get(number)
    if (number === section.stream && entry === undefined) continue
    if (entry?.kind !== 'offset' || entry.offset !== offset || entry.generation !== generation) {
      throw strange(`object ${number} is not listed where it stands`)
    }
  }
  for (const [number, entry] of section.entries) {
    if (entry.kind === 'offset' && !offsets.has(number)) throw strange(`object ${number} is listed and is not there`)
    if (entry.kind === 'packed' && !offsets.has(entry.container))
      throw strange(`object ${number} lies in an older object stream`)
    if (entry.kind === 'free' && number !== 0) throw strange(`object ${number} is taken away`)
  }
}

const TRAILER = new Set(['Size', 'Root', 'Info', 'ID', 'Prev'])
const STREAM_TRAILER = new Set([...TRAILER, 'Type', 'W', 'Index', 'Length', 'Filter', 'DecodeParms'])

function checkTrailer(section: XrefSection, before: PdfDocument, strange: Strange): void {
  const { trailer } = section
  const allowed = section.stream === null ? TRAILER : STREAM_TRAILER
  for (const name of trailer.keys()) if (!allowed.has(name)) throw strange(`their trailer has an entry "${name}"`)
  if (!sameObject(trailer.get('Root'), before.trailer.get('Root'))) throw strange('they name another catalogue')
  if (trailer.has('Info') && !sameObject(trailer.get('Info'), before.trailer.get('Info'))) {
    throw strange('they name another information dictionary')
  }
  if (trailer.get('Prev') !== before.sections[0]?.offset) throw strange('they do not continue the signed document')
  const size = trailer.get('Size')
  const highest = Math.max(...section.entries.keys(), 0)
  const least = Math.max(highest + 1, Number(before.trailer.get('Size')))
  if (size !== least) throw strange('their number of objects is wrong')
  const ids = trailer.get('ID')
  const old = before.trailer.get('ID')
  if (!Array.isArray(old)) return
  const same = Array.isArray(ids) && ids.length === 2 && sameObject(ids[0], old[0])
  if (!same || !sameOrNew(old[1], ids[1])) throw strange('they carry the identifier of another file')
}

/** The second identifier may be a new one; one that is nearly the old was damaged. */
function sameOrNew(old: PdfObject | undefined, now: PdfObject | undefined): boolean {
  if (!(old instanceof PdfString) || !(now instanceof PdfString) || old.bytes.length !== now.bytes.length) return false
  const different = now.bytes.filter((byte, index) => byte !== old.bytes[index]).length
  return different === 0 || different >= old.bytes.length / 2
}
