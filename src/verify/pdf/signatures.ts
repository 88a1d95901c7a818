import { fromLatin1, indexOfBytes, latin1 } from '../bytes.ts'
import { Finding } from '../finding.ts'
import type { PdfDocument } from './document.ts'
import { Lexer } from './lexer.ts'
import { dictOf, isDict, isName, type PdfDict, PdfName, type PdfObject, PdfRef, PdfString } from './objects.ts'
import { readIndirect } from './xref.ts'

/** A signature dictionary (ISO 32000-2 section 12.8.1), wherever in the file it was found. */
export interface FoundSignature {
  /** The field's name, or where it was found. */
  name: string
  kind: 'signature' | 'document-timestamp'
  subFilter: string
  dict: PdfDict
  /** null: it lies in an object stream, where no ByteRange can leave it out. */
  contents: PdfString | null
  /** Whether it stands in the file itself. */
  inFile: boolean
}

const MAX_SIGNATURES = 100

/**
 * All signatures: those that fields name, those of older revisions that a newer one took away, and those that no
 * cross-reference mentions any more.
 * @param problems gets what could not be read: a changed byte may break an object, and the signature shall say so itself
 */
export function findSignatures(document: PdfDocument, problems: Finding[]): FoundSignature[] {
  const names = fieldNames(document)
  const found: FoundSignature[] = []
  const add = (dict: PdfDict, name: string, inFile: boolean) => {
    const contents = dict.get('Contents')
    const start = contents instanceof PdfString ? contents.start : -1
    if (inFile && found.some((one) => one.inFile && one.contents?.start === start)) return
    if (found.length >= MAX_SIGNATURES)
      throw new Finding('LIMIT_REACHED', `The PDF has more than ${MAX_SIGNATURES} signatures.`)
    const filter = dict.get('SubFilter')
    const subFilter = filter instanceof PdfName ? filter.name : ''
    found.push({
      name,
      kind:
        subFilter === 'ETSI.RFC3161' || isName(dict.get('Type'), 'DocTimeStamp') ? 'document-timestamp' : 'signature',
      subFilter,
      dict,
      contents: contents instanceof PdfString ? contents : null,
      inFile,
    })
  }
  for (const [index, section] of document.sections.entries()) {
    for (const [number, entry] of section.entries) {
      if (entry.kind === 'free') continue
      const object = attempt(() => document.inSection(number, index), problems)
      const fallback = names.get(number) ?? `object ${number}`
      for (const dict of signatureDicts(object)) add(dict, fallback, entry.kind === 'offset')
    }
  }
  for (const { dict, at } of orphans(document)) add(dict, `at byte ${at}`, true)
  return found
}

function attempt(read: () => PdfObject, problems: Finding[]): PdfObject {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    problems.push(error)
    return null
  }
}

/** Dictionaries with a /ByteRange, at any depth of one object. */
function signatureDicts(object: PdfObject, depth = 0): PdfDict[] {
  if (depth > 100) return []
  if (Array.isArray(object)) return object.flatMap((one) => signatureDicts(one, depth + 1))
  const dict = dictOf(object)
  if (dict === null) return []
  const own = dict.has('ByteRange') || (isName(dict.get('Type'), 'Sig') && dict.has('Contents')) ? [dict] : []
  return [...own, ...[...dict.values()].flatMap((one) => signatureDicts(one, depth + 1))]
}

/** Objects that stand in the file and in no cross-reference: left over, or hidden. */
function* orphans(document: PdfDocument): Iterable<{ dict: PdfDict; at: number }> {
  const { bytes } = document
  const known = [...document.spans].sort((a, b) => a[0] - b[0])
  const needle = fromLatin1(' obj')
  let span = 0
  for (let at = indexOfBytes(bytes, needle); at >= 0; at = indexOfBytes(bytes, needle, at + 1)) {
    while (span < known.length && (known[span] as [number, number])[1] <= at) span++
    const covering = known[span]
    if (covering !== undefined && covering[0] <= at) {
      at = covering[1] - 1
      continue
    }
    const head = /(\d{1,10}) \d{1,5}$/.exec(latin1(bytes.subarray(Math.max(0, at - 16), at)))
    if (head === null) continue
    const start = at - head[0].length
    try {
      const lexer = new Lexer(bytes, start)
      const { object } = document.reading(lexer, () => readIndirect(lexer, () => null))
      for (const dict of signatureDicts(object)) yield { dict, at: start }
    } catch (error) {
      if (!(error instanceof Finding) || error.sub === 'LIMIT_REACHED') throw error
    }
  }
}

/** Object numbers of the signature dictionaries of fields, and the fields' names. */
export function fieldNames(document: PdfDocument): Map<number, string> {
  const names = new Map<number, string>()
  const form = document.dict(document.catalog.get('AcroForm'))
  const seen = new Set<number>()
  const visit = (object: PdfObject, prefix: string, depth: number) => {
    if (object instanceof PdfRef) {
      if (seen.has(object.number) || depth > 32) return
      seen.add(object.number)
    }
    const field = document.dict(object)
    if (field === null) return
    const own = document.resolve(field.get('T'))
    const part = own instanceof PdfString ? text(own.bytes) : ''
    const name = [prefix, part].filter((one) => one !== '').join('.')
    const value = field.get('V')
    if (value instanceof PdfRef) names.set(value.number, name)
    else if (isDict(value) && object instanceof PdfRef) names.set(object.number, name)
    for (const kid of document.list(field.get('Kids'))) visit(kid, name, depth + 1)
  }
  if (form !== null) for (const field of document.list(form.get('Fields'))) visit(field, '', 0)
  return names
}

/** A text string (section 7.9.2.2): UTF-16BE with its mark, UTF-8 with its mark, else PDFDocEncoding as Latin-1. */
export function text(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes.subarray(2))
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3))
  return latin1(bytes)
}

const DATE = /^D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:Z(?:00'?00'?)?|([+-])(\d{2})'?(\d{2})?'?)?$/

/** A date (section 7.9.4) in milliseconds; null where it is none. */
export function pdfDate(object: PdfObject): number | null {
  if (!(object instanceof PdfString)) return null
  const parts = DATE.exec(text(object.bytes))
  if (parts === null) return null
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)))
  const offset = (Number(parts[8] ?? 0) * 60 + Number(parts[9] ?? 0)) * 60_000
  const millis = Date.UTC(year, month - 1, day, hour, minute, second)
  return Number.isNaN(millis) ? null : parts[7] === '-' ? millis + offset : millis - offset
}
