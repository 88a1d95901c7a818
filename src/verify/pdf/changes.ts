import { Finding } from '../finding.ts'
import type { PdfDocument } from './document.ts'
import { dssParts } from './dss.ts'
import type { Increment } from './increment.ts'
import { type FieldChange, newFieldParts } from './new-field.ts'
import { isDict, isName, type PdfDict, PdfName, type PdfObject, PdfRef, PdfStream, sameObject } from './objects.ts'
import { sameStatements } from './xmp.ts'

/**
 * Whether a revision after a signature adds only what proves it (a /DSS, a document timestamp, a further signature
 * without appearance): EN 319 142-1 clause 5.4 and 5.5. Poppler and EU DSS let a page be painted over; here every object
 * of the revision must have one of a few roles, or be what it was.
 * @returns what was added, in words
 * @throws Finding CHANGED_AFTER_SIGNING
 */
export function judgeIncrement(before: PdfDocument, { document: after, objects, section }: Increment): string[] {
  const added: string[] = []
  /** Objects that are accounted for. */
  const allowed = new Set<number>()
  const own = [
    section.stream,
    ...[...section.entries.values()].map((one) => (one.kind === 'packed' ? one.container : null)),
  ]
  for (const number of own) if (number !== null && before.entry(number) === null) allowed.add(number)
  const awaited = referencesOf(before)
  for (const number of objects.keys()) {
    if (before.entry(number) === null && awaited.has(number)) {
      throw changed(`an object (${number}) that the signed document named and did not have`)
    }
  }

  const catalog = judgeCatalog(before, after)
  allowed.add((after.trailer.get('Root') as PdfRef).number)
  if (catalog.dss) {
    const old = before.catalog.has('DSS') ? dssParts(before) : new Set<number>()
    const elsewhere = old.size === 0 ? old : referencesOf(before, { catalog: 'DSS', objects: old })
    for (const number of dssParts(after)) {
      // what is no part of the old /DSS, or not of that alone, could be a page's, under a new guise
      const isOld = old.has(number) && !elsewhere.has(number) && !(before.get(number) instanceof PdfStream)
      if (before.entry(number) === null || isOld) allowed.add(number)
    }
    added.push('revocation data')
  }
  const form = judgeForm(before, after, allowed)
  for (const field of form) {
    for (const number of field.parts) if (before.entry(number) === null) allowed.add(number)
    added.push(field.kind === 'document-timestamp' ? 'a document timestamp' : 'a further signature')
  }
  judgeInfo(before, after, allowed)
  const widgets = new Set(form.flatMap((field) => field.widgets))
  let lists: ReadonlySet<number> | null = null
  const annotations = () => (lists ??= annotationsOf(before))
  for (const [number, object] of objects) {
    if (allowed.has(number)) continue
    const old = before.get(number)
    if (before.entry(number) !== null && sameObject(old, object)) continue
    if (
      isDict(old) &&
      isName(old.get('Type'), 'Page') &&
      isDict(object) &&
      onlyWidgets(before, after, old, object, widgets)
    ) {
      continue
    }
    if (Array.isArray(old) && Array.isArray(object) && annotations().has(number) && extendsBy(old, object, widgets))
      continue
    throw changed(what(before, number, old, object))
  }
  return added
}

function judgeCatalog(before: PdfDocument, after: PdfDocument): { dss: boolean } {
  const old = before.catalog
  const now = after.catalog
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    if (name === 'DSS' || name === 'AcroForm' || sameObject(old.get(name), now.get(name))) continue
    if (name === 'Extensions' && onlyExtensions(before.dict(old.get(name)), after.dict(now.get(name)))) continue
    throw changed(`the catalogue of the document (/${name})`)
  }
  if (old.has('DSS') && !now.has('DSS')) throw changed('the catalogue of the document (/DSS is taken away)')
  return { dss: now.has('DSS') }
}

/** Only adds which extensions of PDF it uses (section 7.12): names and numbers, nothing that is shown. */
function onlyExtensions(old: PdfDict | null, now: PdfDict | null): boolean {
  if (now === null) return false
  for (const [name, value] of old ?? []) if (!sameObject(value, now.get(name))) return false
  const plain = (object: PdfObject): boolean =>
    typeof object === 'number' ||
    object instanceof PdfName ||
    (Array.isArray(object) && object.every(plain)) ||
    (isDict(object) && [...object.values()].every(plain))
  return plain(now)
}

function judgeForm(before: PdfDocument, after: PdfDocument, allowed: Set<number>): FieldChange[] {
  const oldRef = before.catalog.get('AcroForm')
  const nowRef = after.catalog.get('AcroForm')
  const old = before.dict(oldRef)
  const now = after.dict(nowRef)
  if (old === null || now === null) {
    if (old === null && now === null) return []
    throw changed('the form of the document')
  }
  if (oldRef instanceof PdfRef && nowRef instanceof PdfRef && oldRef.number !== nowRef.number)
    throw changed('the form of the document')
  if (nowRef instanceof PdfRef && isOwn(before, oldRef, nowRef)) allowed.add(nowRef.number)
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const flags = name === 'SigFlags' && (now.get(name) === 1 || now.get(name) === 3)
    if (name !== 'Fields' && !flags && !sameObject(old.get(name), now.get(name)))
      throw changed(`the form of the document (/${name})`)
  }
  const fieldsRef = now.get('Fields')
  if (fieldsRef instanceof PdfRef && isOwn(before, old.get('Fields'), fieldsRef)) allowed.add(fieldsRef.number)
  const oldFields = before.list(old.get('Fields'))
  const fields = after.list(fieldsRef)
  if (!oldFields.every((one, index) => sameObject(one, fields[index]))) throw changed('the fields of the form')
  return fields.slice(oldFields.length).map((field) => {
    if (!(field instanceof PdfRef) || before.entry(field.number) !== null) throw changed('the fields of the form')
    return newFieldParts(after, field)
  })
}

/** Whether an object may be redefined as what `now` names: it was that before, or was not there. Any other may be a page's. */
function isOwn(before: PdfDocument, old: PdfObject | undefined, now: PdfRef): boolean {
  return before.entry(now.number) === null || (old instanceof PdfRef && old.number === now.number)
}

/** Programs that add a revision put their name and the time into the information dictionary and its twin in XMP. */
function judgeInfo(before: PdfDocument, after: PdfDocument, allowed: Set<number>): void {
  const ref = after.trailer.get('Info')
  if (ref instanceof PdfRef) {
    const old = before.dict(ref)
    const now = after.dict(ref)
    const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])
    for (const name of names) {
      if (name === 'Producer' || name === 'ModDate') continue
      if (!sameObject(before.resolve(old?.get(name)), after.resolve(now?.get(name))))
        throw changed(`what the document says of itself (/${name})`)
    }
    allowed.add(ref.number)
  }
  const metadata = after.catalog.get('Metadata')
  if (!(metadata instanceof PdfRef)) return
  const old = before.resolve(metadata)
  const now = after.resolve(metadata)
  if (old instanceof PdfStream && now instanceof PdfStream && !sameObject(old, now)) {
    // what is drawn as well, as XMP may be, is no mere description
    if (referencesOf(before, { catalog: 'Metadata', objects: new Set() }).has(metadata.number)) return
    if (!sameStatements(before.unpack(old), after.unpack(now))) throw changed('what the document says of itself (XMP)')
    allowed.add(metadata.number)
  }
}

function onlyWidgets(
  before: PdfDocument,
  after: PdfDocument,
  old: PdfDict,
  now: PdfDict,
  widgets: ReadonlySet<number>,
): boolean {
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    if (name !== 'Annots' && !sameObject(old.get(name), now.get(name))) return false
  }
  return extendsBy(before.list(old.get('Annots')), after.list(now.get('Annots')), widgets)
}

function extendsBy(old: PdfObject[], now: PdfObject[], widgets: ReadonlySet<number>): boolean {
  return (
    old.every((one, index) => sameObject(one, now[index])) &&
    now.slice(old.length).every((one) => one instanceof PdfRef && widgets.has(one.number))
  )
}

/** Numbers of the lists of annotations that stand by themselves. */
function annotationsOf(document: PdfDocument): ReadonlySet<number> {
  const lists = pages(document).map(({ dict }) => dict.get('Annots'))
  return new Set(lists.flatMap((annots) => (annots instanceof PdfRef ? [annots.number] : [])))
}

/** Pages in their order, with a bound on what a hostile tree can cost. */
function pages(document: PdfDocument): { dict: PdfDict; number: number }[] {
  const found: { dict: PdfDict; number: number }[] = []
  const seen = new Set<number>()
  const visit = (object: PdfObject | undefined, depth: number) => {
    if (!(object instanceof PdfRef) || seen.has(object.number) || depth > 50) return
    seen.add(object.number)
    const dict = document.dict(object)
    if (dict === null) return
    if (isName(dict.get('Type'), 'Page')) found.push({ dict, number: object.number })
    for (const kid of document.list(dict.get('Kids'))) visit(kid, depth + 1)
  }
  visit(document.catalog.get('Pages'), 0)
  return found
}

/** Numbers of all objects that the objects of a document name. @param but an entry of the catalogue, and objects, that don't count */
function referencesOf(document: PdfDocument, but?: { catalog: string; objects: ReadonlySet<number> }): Set<number> {
  const named = new Set<number>()
  const visit = (object: PdfObject) => {
    if (object instanceof PdfRef) named.add(object.number)
    else if (Array.isArray(object)) for (const one of object) visit(one)
    else if (object instanceof PdfStream) for (const one of object.dict.values()) visit(one)
    else if (isDict(object)) for (const one of object.values()) visit(one)
  }
  const root = document.trailer.get('Root')
  for (const number of new Set(document.sections.flatMap((section) => [...section.entries.keys()]))) {
    if (but?.objects.has(number)) continue
    const object = document.get(number)
    if (but !== undefined && root instanceof PdfRef && root.number === number && isDict(object))
      for (const [name, value] of object) {
        if (name !== but.catalog) visit(value)
      }
    else visit(object)
  }
  return named
}

/** What a changed object is, for a person. */
function what(before: PdfDocument, number: number, old: PdfObject, now: PdfObject): string {
  const all = pages(before)
  const page = all.findIndex((one) => one.number === number)
  if (page >= 0) return `page ${page + 1}`
  const drawn = all.findIndex(({ dict }) => {
    const contents = dict.get('Contents')
    return [contents, ...before.list(contents)].some((one) => one instanceof PdfRef && one.number === number)
  })
  if (drawn >= 0) return `what stands on page ${drawn + 1}`
  const dict = isDict(old) ? old : isDict(now) ? now : now instanceof PdfStream ? now.dict : null
  const subtype = dict?.get('Subtype')
  if (isName(dict?.get('Type'), 'Annot') || dict?.has('Rect')) {
    return `an annotation${subtype instanceof PdfName ? ` (${subtype.name})` : ''}`
  }
  return before.entry(number) === null ? `something new (object ${number})` : `object ${number}`
}

export function changed(thing: string): Finding {
  return new Finding(
    'CHANGED_AFTER_SIGNING',
    `A later revision changes ${thing}: what is shown now is not what was signed.`,
  )
}
