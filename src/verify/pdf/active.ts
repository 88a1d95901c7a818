import type { PdfDocument } from './document.ts'
import { dictOf, isName, type PdfObject, PdfStream } from './objects.ts'

/**
 * What lets a PDF show one thing today and another tomorrow without a byte of it being changed: a program in it
 * (ISO 32000-2 section 12.6.4.17), a form of another format (XFA), contents that lie in another file (section 7.3.8.2). Neither
 * PDF/A (ISO 19005-3 clauses 6.1.6.1, 6.4.2 and 6.5.1) nor evidence has any of them.
 * @returns what it is, for a person; null: there is none
 */
export function activeContent(document: PdfDocument): string | null {
  for (const number of new Set(document.sections.flatMap(({ entries }) => [...entries.keys()]))) {
    const found = activeIn(document.get(number), 0)
    if (found !== null) return found
  }
  return null
}

function activeIn(object: PdfObject, depth: number): string | null {
  if (depth > 100) return null
  if (Array.isArray(object)) return first(object, depth)
  const dict = dictOf(object)
  if (dict === null) return null
  if (isName(dict.get('S'), 'JavaScript') || dict.has('JS')) return 'a program (JavaScript)'
  if (dict.has('XFA')) return 'a form (XFA) that programs fill in'
  if (object instanceof PdfStream && dict.has('F')) return 'contents that lie in another file'
  return first(dict.values(), depth)
}

function first(objects: Iterable<PdfObject>, depth: number): string | null {
  for (const one of objects) {
    const found = activeIn(one, depth + 1)
    if (found !== null) return found
  }
  return null
}
