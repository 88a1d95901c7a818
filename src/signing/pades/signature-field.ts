import { dictionary, type Entries, type PdfDocument } from './document.ts'
import { PdfSyntaxError, type PdfValue } from './syntax.ts'

/** The signature's dictionary in a document: where its two parts stand that are filled in last. */
export interface SignatureField {
  /** Of the array, with its brackets. */
  byteRange: { start: number; end: number; numbers: number[] }
  /** Of the hexadecimal string, with `<` and `>`: what `/ByteRange` leaves out. */
  contents: { start: number; end: number }
}

/** The one signature field of a document that Coffer made. */
export function findSignature(document: PdfDocument): SignatureField {
  const catalogue = catalogueOf(document)
  const form = dictionary(document.entry(catalogue.entries, 'AcroForm'), 'form')
  const fields = document.entry(form, 'Fields')
  if (fields?.kind !== 'array') throw new PdfSyntaxError('expected a form with fields')
  const found = fields.items.map((item) => signatureOf(document, item)).filter((one) => one !== null)
  const [only] = found
  if (only === undefined || found.length !== 1) {
    throw new PdfSyntaxError(`expected one signature field, got ${found.length}`)
  }
  return only
}

function signatureOf(document: PdfDocument, item: PdfValue): SignatureField | null {
  const field = dictionary(item.kind === 'reference' ? document.object(item.number) : item, 'field')
  const type = field.get('FT')
  if (type?.kind !== 'name' || type.name !== 'Sig') return null
  const signature = dictionary(document.entry(field, 'V'), 'signature')
  const byteRange = signature.get('ByteRange')
  const contents = signature.get('Contents')
  if (byteRange?.kind !== 'array' || contents?.kind !== 'hex') {
    throw new PdfSyntaxError('expected a signature with /ByteRange and /Contents')
  }
  const numbers = byteRange.items.map((one) => (one.kind === 'number' ? one.number : Number.NaN))
  return {
    byteRange: { start: byteRange.start, end: byteRange.end, numbers },
    contents: { start: contents.start, end: contents.end },
  }
}

/** The catalogue, with its object's number. */
export function catalogueOf(document: PdfDocument): { number: number; entries: Entries; start: number; end: number } {
  const root = document.trailer.get('Root')
  if (root?.kind !== 'reference') throw new PdfSyntaxError('expected a trailer with /Root')
  const value = document.object(root.number)
  return { number: root.number, entries: dictionary(value, 'catalogue'), start: value.start, end: value.end }
}
