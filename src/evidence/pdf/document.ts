import PDFDocument from 'pdfkit'
import { UA_METADATA } from './xmp.ts'

export interface DocumentFacts {
  page: 'A4' | 'Letter'
  /** BCP 47, of the text. */
  language: string
  title: string
  author: string
  subject: string
  keywords: string
  /** Name and version of the program. */
  creator: string
  /** The only time in it. */
  time: Date
}

/**
 * An empty document as PDF/A-3a and PDF/UA-1 want it.
 * @returns it, and its bytes once it was ended
 */
export function openDocument(facts: DocumentFacts): { doc: PDFKit.PDFDocument; bytes: Promise<Buffer> } {
  const doc = new PDFDocument({
    size: facts.page === 'A4' ? 'A4' : 'LETTER',
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    lang: facts.language,
    displayTitle: true,
    bufferPages: true,
    // None to begin with: pdfkit's own Helvetica is not embedded, and a face that is given here and registered later
    // would be opened anew at each use.
    font: null as unknown as string,
    info: {
      Title: forMetadata(facts.title),
      Author: forMetadata(facts.author),
      Subject: forMetadata(facts.subject),
      Keywords: facts.keywords,
      Creator: facts.creator,
      Producer: facts.creator,
      CreationDate: facts.time,
      ModDate: facts.time,
    },
  })
  const bytes = collect(doc)
  doc.appendXML(UA_METADATA)
  return { doc, bytes }
}

/** @param relationship of PDF/A-3 (ISO 19005-3, 6.8): `Data`, `Source`, `Supplement` */
export function attachFile(
  doc: PDFKit.PDFDocument,
  file: { name: string; type: string; relationship: string; description: string; time: Date; bytes: Buffer },
): void {
  const { name, type, relationship, description, time } = file
  doc.file(file.bytes, {
    name,
    type,
    relationship,
    description,
    creationDate: time,
    modifiedDate: time,
  } as PDFKit.Mixins.PDFAttachmentOptions)
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
}

/**
 * pdfkit writes the document's properties into XMP without escaping them, and PDF/A wants them to be the same in both
 * places (ISO 19005-3, 6.6.3): what XML can't hold as it stands is replaced.
 */
function forMetadata(text: string): string {
  return text
    .replaceAll('&', '+')
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .replace(/[\p{Cc}\p{Cs}\p{Cn}]/gu, ' ')
}
