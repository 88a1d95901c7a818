import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import PDFDocument from 'pdfkit'
import { addSignaturePlaceholder, type SignaturePlaceholder } from '../../src/signing/pades/placeholder.ts'

const fonts = join(dirname(createRequire(import.meta.url).resolve('@fontsource/ibm-plex-sans/package.json')), 'files')
const FONT = readFileSync(join(fonts, 'ibm-plex-sans-latin-400-normal.woff'))

export interface SampleShape {
  size: 'A4' | 'LETTER'
  pages: number
  attachments: number
  /** A widget that can be seen and clicked. */
  area: boolean
  /** Text of the signature's dictionary that needs UTF-16. */
  unicode: boolean
  /** Streams as they are, so that their text lies open in the file. */
  compress?: boolean
  /** Text of the attachments. */
  attached?: string
}

const UA_METADATA = `<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>part of ISO 14289 that is followed</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>`

/** A small PDF/A-3a and PDF/UA-1 document with a placeholder for a signature on its first page. */
export function samplePdf(shape: SampleShape, time: Date): Promise<Buffer> {
  const doc = new PDFDocument({
    size: shape.size,
    subset: 'PDF/A-3a',
    pdfVersion: '1.7',
    tagged: true,
    lang: 'en',
    displayTitle: true,
    compress: shape.compress ?? true,
    // The published types know only names of fonts here.
    font: FONT as unknown as string,
    info: { Title: 'Sample', Author: 'Coffer test', CreationDate: time, ModDate: time },
  })
  const done = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.once('end', () => resolve(Buffer.concat(chunks)))
    doc.once('error', reject)
  })
  ;(doc as unknown as { appendXML(xml: string): void }).appendXML(UA_METADATA)
  const root = doc.struct('Document')
  doc.addStructure(root)
  for (let page = 1; page <= shape.pages; page++) {
    if (page > 1) doc.addPage()
    root.add(doc.struct('P', {}, () => doc.fontSize(12).text(`Page ${page} of a sample.`, 72, 100)))
    if (page === 1) addSignaturePlaceholder(doc, placeholder(shape, time), root)
  }
  for (let i = 0; i < shape.attachments; i++) {
    const text = shape.attached ?? JSON.stringify({ attachment: i, text: 'x'.repeat(20_000) })
    doc.file(Buffer.from(text), {
      name: `attachment-${i}.json`,
      type: 'application/json',
      description: `Attachment ${i}`,
      creationDate: time,
      modifiedDate: time,
      // The published types don't know it.
      ...{ relationship: 'Data' },
    })
  }
  root.end()
  doc.end()
  return done
}

function placeholder(shape: SampleShape, time: Date): SignaturePlaceholder {
  return {
    name: shape.unicode ? 'Jürgen Müller 東京' : 'Jane (Doe)',
    role: 'Compliance officer',
    meaning: shape.unicode ? 'Geprüft und für richtig befunden' : 'Reviewed and approved',
    location: null,
    time,
    ...(shape.area ? { area: { x: 72, y: 300, width: 200, height: 60 } } : {}),
  }
}
