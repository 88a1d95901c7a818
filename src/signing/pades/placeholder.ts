import type PDFDocument from 'pdfkit'

/** What stands in the signature's dictionary; 21 CFR 11.50 asks for name, time and meaning. */
export interface SignaturePlaceholder {
  name: string
  role: string | null
  meaning: string | null
  location: string | null
  time: Date
  /** Where the widget lies on the page, in points from its top left corner; without it the signature has no area. */
  area?: { x: number; y: number; width: number; height: number }
}

/** Reserves room for a signature in a document that is being made. Call it on the page that shows the signature, once. */
export function addSignaturePlaceholder(
  _doc: InstanceType<typeof PDFDocument>,
  _placeholder: SignaturePlaceholder,
): void {}
