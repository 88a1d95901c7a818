import type { PdfDocument } from './document.ts'
import { isDict, type PdfDict, type PdfObject, PdfRef, PdfStream, PdfString } from './objects.ts'
import { text } from './signatures.ts'

export interface Attachment {
  name: string
  bytes: Uint8Array
}

/** Files in a PDF: the tree of /EmbeddedFiles and the associated files (ISO 32000-2 section 7.11.4 and 14.13). */
export function attachmentsOf(document: PdfDocument): Attachment[] {
  const found: Attachment[] = []
  const seen = new Set<number>()
  const take = (object: PdfObject | undefined) => {
    if (object instanceof PdfRef) {
      if (seen.has(object.number)) return
      seen.add(object.number)
    }
    const spec = document.dict(object)
    const files = document.dict(spec?.get('EF'))
    const stream = document.resolve(files?.get('UF') ?? files?.get('F'))
    if (spec === null || !(stream instanceof PdfStream)) return
    found.push({ name: nameOf(document, spec), bytes: document.unpack(stream) })
  }
  const visit = (object: PdfObject | undefined, depth: number) => {
    const node = document.dict(object)
    if (node === null || depth > 32) return
    for (const [index, one] of document.list(node.get('Names')).entries()) if (index % 2 === 1) take(one)
    for (const kid of document.list(node.get('Kids'))) visit(kid, depth + 1)
  }
  const names = document.dict(document.catalog.get('Names'))
  if (isDict(names)) visit(names.get('EmbeddedFiles'), 0)
  for (const one of document.list(document.catalog.get('AF'))) take(one)
  return found
}

function nameOf(document: PdfDocument, spec: PdfDict): string {
  const name = document.resolve(spec.get('UF') ?? spec.get('F'))
  return name instanceof PdfString ? text(name.bytes) : ''
}
