import { deflateSync } from 'node:zlib'
import { sha } from './pki.ts'

/** Small PDFs for the vectors, written by hand. */

const GAP = 12_000

export interface PdfOptions {
  subFilter?: string
  /** PDF date of /M; null: none. */
  m?: string | null
  /** More entries of the signature's dictionary. */
  value?: string
  /** More entries of the catalogue, of the trailer. */
  catalog?: string
  trailer?: string
  /** Content of the page as further references. */
  contents?: string
  /** More objects: number and text. */
  objects?: [number, string][]
  /** Does what it likes to the four numbers. */
  range?: (range: [number, number, number, number]) => number[]
  /** After signing: fills the gap. */
  padding?: string
  /** Bytes between the gap and /Contents. */
  slack?: string
  noField?: boolean
}

interface Made {
  text: string
  startxref: number
}

function assemble(objects: [number, string][], trailer: string, before = '', extra: [number, string][] = []): Made {
  let text = before
  const offsets: [number, number][] = []
  for (const [number, body] of [...objects, ...extra]) {
    offsets.push([number, text.length])
    text += `${number} 0 obj\n${body}\nendobj\n`
  }
  const startxref = text.length
  const lines = offsets.map(([number, at]) => `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`)
  text += `xref\n0 1\n0000000000 65535 f \n${lines.join('')}trailer\n<< ${trailer} >>\nstartxref\n${startxref}\n%%EOF\n`
  return { text, startxref }
}

export const stream = (text: string, dict = '') =>
  `<< ${dict}/Length ${Buffer.byteLength(text, 'latin1')} >>\nstream\n${text}\nendstream`

/** A document with one signature field; `sign` gets the signed bytes. */
export function signedPdf(sign: (bytes: Buffer) => Buffer, o: PdfOptions = {}): Buffer {
  const m = o.m === undefined ? 'D:20260602000000Z' : o.m
  const value = `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /${o.subFilter ?? 'ETSI.CAdES.detached'} ${m === null ? '' : `/M (${m}) `}${o.value ?? ''}/ByteRange [0000000000 0000000000 0000000000 0000000000] ${o.slack ?? ''}/Contents <${'0'.repeat(GAP)}> >>`
  const objects: [number, string][] = [
    [
      1,
      `<< /Type /Catalog /Pages 2 0 R ${o.noField ? '' : '/AcroForm << /Fields [4 0 R] /SigFlags 3 >> '}${o.catalog ?? ''}>>`,
    ],
    [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents ${o.contents ?? '5 0 R'} /Annots [4 0 R] >>`],
    [4, '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V 6 0 R /Rect [0 0 0 0] /F 132 /P 3 0 R >>'],
    [5, stream('BT /F1 12 Tf (amount 100) Tj ET')],
    [6, value],
    ...(o.objects ?? []),
  ]
  const size = Math.max(...objects.map(([number]) => number)) + 1
  const { text } = assemble(objects, `/Size ${size} /Root 1 0 R /ID [<01> <02>] ${o.trailer ?? ''}`, '%PDF-1.7\n')
  return fill(text, 0, sign, o)
}

/** Sets ByteRange and /Contents of the first empty signature at or after `from`. */
function fill(text: string, from: number, sign: (bytes: Buffer) => Buffer, o: PdfOptions): Buffer {
  const a = text.indexOf(`<${'0'.repeat(GAP)}>`, from)
  const b = a + GAP + 2
  const wanted = (o.range ?? ((range) => range))([0, a, b, text.length - b])
  const numbers = wanted.map((number) => String(number).padStart(10, ' ')).join(' ')
  const withRange =
    text.slice(0, from) + text.slice(from).replace('0000000000 0000000000 0000000000 0000000000', numbers)
  const bytes = Buffer.from(withRange, 'latin1')
  const [, start = 0, stop = 0, length = 0] = wanted
  const signature = sign(Buffer.concat([bytes.subarray(0, start), bytes.subarray(stop, stop + length)]))
  const hex = signature.toString('hex') + (o.padding ?? '')
  bytes.write(hex.padEnd(GAP, '0'), a + 1, 'latin1')
  return bytes
}

const startOf = (text: string) => Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1])
const sizeOf = (text: string) => Math.max(...[...text.matchAll(/\/Size (\d+)/g)].map((one) => Number(one[1])))

/** Appends a revision. */
export function revise(
  pdf: Buffer,
  objects: [number, string][],
  more: { trailer?: string; prev?: number | null } = {},
): Buffer {
  const before = pdf.toString('latin1')
  const size = Math.max(sizeOf(before), ...objects.map(([number]) => number + 1))
  const prev = more.prev === null ? '' : `/Prev ${more.prev ?? startOf(before)} `
  const { text } = assemble(objects, `/Size ${size} /Root 1 0 R /ID [<01> <02>] ${prev}${more.trailer ?? ''}`, before)
  return Buffer.from(text, 'latin1')
}

export const CATALOG = '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> '

/** Appends a /DSS; its objects have numbers from `from` on. */
export function withDss(
  pdf: Buffer,
  parts: { certs?: Buffer[]; crls?: Buffer[]; ocsps?: Buffer[] },
  o: {
    from?: number
    dss?: string
    catalog?: string
    vri?: string
    flate?: boolean
    extra?: [number, string][]
    prev?: number
  } = {},
): Buffer {
  let next = o.from ?? 20
  const objects: [number, string][] = []
  const put = (list: Buffer[] = []) =>
    list.map((der) => {
      const data = o.flate ? deflateSync(der) : der
      objects.push([next, stream(data.toString('latin1'), o.flate ? '/Filter /FlateDecode ' : '')])
      return `${next++} 0 R`
    })
  const lists = [
    ['Certs', put(parts.certs)],
    ['CRLs', put(parts.crls)],
    ['OCSPs', put(parts.ocsps)],
  ] as const
  const words = lists.filter(([, refs]) => refs.length > 0).map(([name, refs]) => `/${name} [${refs.join(' ')}]`)
  const vri = o.vri === undefined ? '' : ` /VRI << /${o.vri} << /Type /VRI >> >>`
  objects.push([next, `<< ${words.join(' ')}${vri} ${o.dss ?? ''}>>`])
  objects.push([1, `${o.catalog ?? CATALOG}/DSS ${next} 0 R >>`])
  return revise(pdf, [...objects, ...(o.extra ?? [])], o.prev === undefined ? {} : { prev: o.prev })
}

/** Name of a signature's entry in /VRI. */
export const vriOf = (value: Buffer) => sha('sha1', value).toString('hex').toUpperCase()

/** Appends a document timestamp, or a second signature, in a field of its own. */
export function withField(
  pdf: Buffer,
  sign: (bytes: Buffer) => Buffer,
  o: { number?: number; rect?: string; type?: string; subFilter?: string; catalog?: string; keys?: string } = {},
): Buffer {
  const number = o.number ?? 40
  const value = `<< /Type /${o.type ?? 'DocTimeStamp'} /Filter /Adobe.PPKLite /SubFilter /${o.subFilter ?? 'ETSI.RFC3161'} /ByteRange [0000000000 0000000000 0000000000 0000000000] /Contents <${'0'.repeat(GAP)}> >>`
  const catalog = (o.catalog ?? CATALOG).replace('[4 0 R]', `[4 0 R ${number} 0 R]`)
  const revised = revise(pdf, [
    [
      number,
      `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Field${number}) /V ${number + 1} 0 R /Rect [${o.rect ?? '0 0 0 0'}] /F 132 /P 3 0 R ${o.keys ?? ''}>>`,
    ],
    [number + 1, value],
    [3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 5 0 R /Annots [4 0 R ${number} 0 R] >>`],
    [1, `${catalog}>>`],
  ])
  return fill(revised.toString('latin1'), pdf.length, sign, {})
}
