import { Finding } from '../finding.ts'
import type { PdfDocument } from './document.ts'
import { isDict, isName, type PdfDict, type PdfObject, PdfRef, PdfStream, PdfString } from './objects.ts'

/** A signature field that a later revision adds. */
export interface FieldChange {
  kind: 'signature' | 'document-timestamp'
  /** Numbers of the objects that it is made of. */
  parts: ReadonlySet<number>
  /** Numbers of its annotations. */
  widgets: number[]
}

const FIELD_KEYS = new Set([
  'FT',
  'T',
  'V',
  'Kids',
  'Parent',
  'Type',
  'Subtype',
  'Rect',
  'F',
  'P',
  'Ff',
  'AP',
  'TU',
  'Lock',
])
const VALUE_KEYS = new Set([
  'Type',
  'Filter',
  'SubFilter',
  'Contents',
  'ByteRange',
  'M',
  'Name',
  'Reason',
  'Location',
  'ContactInfo',
  'Prop_Build',
  'V',
])

/**
 * A new field is a signature and nothing that can be seen.
 * @throws Finding CHANGED_AFTER_SIGNING
 */
export function newFieldParts(document: PdfDocument, ref: PdfRef): FieldChange {
  const parts = new Set<number>()
  const widgets: number[] = []
  const field = plain(document, ref, parts)
  if (!isName(document.resolve(field.get('FT')), 'Sig')) throw strange('is no signature')
  if (!(document.resolve(field.get('T')) instanceof PdfString)) throw strange('has no name')
  const kids = document.list(field.get('Kids'))
  if (isName(field.get('Subtype'), 'Widget')) widget(document, field, ref, parts, widgets)
  for (const kid of kids) {
    if (!(kid instanceof PdfRef)) throw strange('has odd parts')
    const dict = plain(document, kid, parts)
    widget(document, dict, kid, parts, widgets)
  }
  const valueRef = field.get('V')
  if (valueRef instanceof PdfRef) parts.add(valueRef.number)
  const value = document.dict(valueRef)
  if (value === null) throw strange('is not signed')
  for (const name of value.keys()) if (!VALUE_KEYS.has(name)) throw strange(`has an entry "${name}"`)
  collect(value.get('Prop_Build'), document, parts, 0)
  const stamp = isName(value.get('Type'), 'DocTimeStamp')
  if (stamp && !isName(value.get('SubFilter'), 'ETSI.RFC3161')) throw strange('is an odd timestamp')
  return { kind: stamp ? 'document-timestamp' : 'signature', parts, widgets }
}

function plain(document: PdfDocument, ref: PdfRef, parts: Set<number>): PdfDict {
  const dict = document.dict(ref)
  if (dict === null) throw strange('is not there')
  for (const name of dict.keys()) if (!FIELD_KEYS.has(name)) throw strange(`has an entry "${name}"`)
  parts.add(ref.number)
  return dict
}

function widget(document: PdfDocument, dict: PdfDict, ref: PdfRef, parts: Set<number>, widgets: number[]): void {
  const corners = document.list(dict.get('Rect')).map(document.resolve)
  const [left, bottom, right, top] = corners
  if (corners.length !== 4 || left !== right || bottom !== top) throw strange('can be seen on a page')
  widgets.push(ref.number)
  // without an area an appearance shows nothing
  collect(dict.get('AP'), document, parts, 0)
}

/** Numbers of all objects below a value. */
function collect(object: PdfObject | undefined, document: PdfDocument, parts: Set<number>, depth: number): void {
  if (object === undefined || depth > 20) return
  if (object instanceof PdfRef) {
    if (parts.has(object.number)) return
    parts.add(object.number)
    collect(document.resolve(object), document, parts, depth + 1)
  } else if (Array.isArray(object)) for (const one of object) collect(one, document, parts, depth + 1)
  else if (object instanceof PdfStream) for (const one of object.dict.values()) collect(one, document, parts, depth + 1)
  else if (isDict(object)) for (const one of object.values()) collect(one, document, parts, depth + 1)
}

function strange(why: string): Finding {
  return new Finding('CHANGED_AFTER_SIGNING', `A later revision adds a field that ${why}.`)
}
