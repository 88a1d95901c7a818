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
  /** What assistive technology reads out; "Digital signature" and the name, where none is given. */
  description?: string
}

/** Room for the CMS with a timestamp token and both chains: tokens of public authorities come to 12 kB. */
export const RESERVED_BYTES = 32 * 1024
/** Ten digits, as the offsets of a cross-reference table have. */
const UNKNOWN_OFFSET = 9_999_999_999
/** Print (bit 3) and Locked (bit 8): PDF/A asks for the first (ISO 19005-3 clause 6.3.2). */
const WIDGET_FLAGS = 132
/** SignaturesExist and AppendOnly (ISO 32000-1 table 219). */
const SIG_FLAGS = 3

/** What pdfkit has and its published types don't. */
interface PdfRef {
  data: Record<string, unknown>
  write(chunk: string): void
  end(): void
}
type Doc = InstanceType<typeof PDFDocument>
interface DocInside {
  _root: { data: Record<string, unknown> }
  _acroform?: { fonts: Record<string, unknown>; defaultFont: string }
  ref(data: Record<string, unknown>): PdfRef
  page: { dictionary: { data: Record<string, unknown> }; annotations: unknown[] }
  annotate(x: number, y: number, w: number, h: number, options: Record<string, unknown>): unknown
}

/**
 * Reserves room for a signature in a document that is being made. Call it once, on the page that shows the signature,
 * outside of any open structure element's content.
 * @param parent the structure element that the widget belongs to (`doc.struct('Document')` …); the document's root
 *   without it. PDF/UA wants every widget in a Form element (ISO 14289-1 clause 7.18.4).
 */
export function addSignaturePlaceholder(
  doc: Doc,
  placeholder: SignaturePlaceholder,
  parent?: PDFKit.PDFStructureElement,
): void {
  const inside = doc as unknown as DocInside
  if (inside._root.data.AcroForm !== undefined) throw new RangeError('expected a document without a form')
  const signature = inside.ref(signatureDictionary(placeholder))
  signature.end()
  const { x, y, width, height } = placeholder.area ?? { x: 0, y: doc.page.height, width: 0, height: 0 }
  const form = doc.struct('Form', { alt: placeholder.description ?? `Digital signature of ${placeholder.name}` })
  if (parent === undefined) doc.addStructure(form)
  else parent.add(form)
  inside.annotate(x, y, width, height, {
    structParent: form,
    Subtype: 'Widget',
    FT: 'Sig',
    F: WIDGET_FLAGS,
    T: new String('Signature1'),
    TU: new String(placeholder.description ?? `Digital signature of ${placeholder.name}`),
    V: signature,
    P: inside.page.dictionary,
    ...(placeholder.area === undefined ? {} : { AP: { N: emptyAppearance(inside, width, height) } }),
  })
  // On this page, since pdfkit writes the page that is current when the element ends.
  form.end()
  // PDF/UA: the tab order of a page with annotations follows the structure (ISO 14289-1 clause 7.18.3).
  inside.page.dictionary.data.Tabs = 'S'
  // pdfkit's initForm would ask viewers to draw appearances, which PDF/A forbids (ISO 19005-3 clause 6.4.1).
  inside._acroform = { fonts: {}, defaultFont: 'none' }
  inside._root.data.AcroForm = inside.ref({
    Fields: [inside.page.annotations.at(-1)],
    SigFlags: SIG_FLAGS,
    DR: { Font: {} },
  })
}

/** /ByteRange stands before /Contents, so that a reader in one pass knows what to leave out. */
function signatureDictionary(placeholder: SignaturePlaceholder): Record<string, unknown> {
  const { name, role, meaning, location, time } = placeholder
  const reason = [meaning, role].filter((part) => part !== null && part !== '').join(' / ')
  return {
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, UNKNOWN_OFFSET, UNKNOWN_OFFSET, UNKNOWN_OFFSET],
    Contents: new Uint8Array(RESERVED_BYTES),
    M: time,
    Name: new String(name),
    ...(reason === '' ? {} : { Reason: new String(reason) }),
    ...(location === null || location === '' ? {} : { Location: new String(location) }),
  }
}

/** What is seen is the page's own text; the widget only makes the place one that can be clicked. */
function emptyAppearance(doc: DocInside, width: number, height: number): PdfRef {
  const form = doc.ref({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, width, height], Resources: {} })
  form.write('q Q')
  form.end()
  return form
}
