import { Unzlib } from 'fflate'
import { joinBytes } from '../bytes.ts'
import { Finding } from '../finding.ts'
import { isDict, PdfName, type PdfObject, type PdfStream, pdfBroken } from './objects.ts'

/** What all streams of a file may come to: a small file that unpacks to gigabytes is an attack. */
export const MAX_UNPACKED = 256 * 1024 * 1024

/** A stream's bytes. Only FlateDecode, which is what structure and attachments are packed with. */
export function unpack(
  stream: PdfStream,
  resolve: (object: PdfObject | undefined) => PdfObject,
  limit: number,
): Uint8Array {
  const filter = resolve(stream.dict.get('Filter'))
  const filters = (Array.isArray(filter) ? filter.map(resolve) : [filter]).filter((one) => one !== null)
  if (filters.length === 0) return stream.raw
  const [only] = filters
  if (filters.length > 1 || !(only instanceof PdfName) || only.name !== 'FlateDecode') {
    throw pdfBroken('a stream that is needed is packed in a way that this verifier does not read')
  }
  const bytes = inflate(stream.raw, limit)
  const given = resolve(stream.dict.get('DecodeParms'))
  const parms = Array.isArray(given) ? resolve(given[0]) : given
  if (!isDict(parms)) return bytes
  const number = (name: string, fallback: number) => {
    const value = resolve(parms.get(name))
    return typeof value === 'number' ? value : fallback
  }
  const predictor = number('Predictor', 1)
  if (predictor === 1) return bytes
  const width = number('Columns', 1) * number('Colors', 1) * number('BitsPerComponent', 8)
  if (predictor < 10 || width % 8 !== 0 || width < 8 || width > 1_000_000)
    throw pdfBroken('a stream has an odd predictor')
  return unpredict(bytes, width / 8, Math.max(1, (number('Colors', 1) * number('BitsPerComponent', 8)) >> 3))
}

function inflate(raw: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = []
  let size = 0
  let ended = false
  const stream = new Unzlib((chunk, final) => {
    size += chunk.length
    if (size > limit)
      throw new Finding('LIMIT_REACHED', 'A stream of the PDF unpacks to more than this verifier reads.')
    parts.push(chunk)
    ended = final
  })
  const step = 64 * 1024
  try {
    for (let at = 0; at < raw.length || at === 0; at += step)
      stream.push(raw.subarray(at, at + step), at + step >= raw.length)
  } catch (error) {
    if (error instanceof Finding) throw error
    throw pdfBroken('a stream does not unpack')
  }
  if (!ended) throw pdfBroken('a stream does not unpack')
  return joinBytes(...parts)
}

/** PNG predictors (ISO 32000-1 section 7.4.4.4). */
function unpredict(bytes: Uint8Array, row: number, pixel: number): Uint8Array {
  const rows = Math.floor(bytes.length / (row + 1))
  const out = new Uint8Array(rows * row)
  for (let line = 0; line < rows; line++) {
    const kind = bytes[line * (row + 1)] as number
    for (let column = 0; column < row; column++) {
      const at = line * row + column
      const left = column >= pixel ? (out[at - pixel] as number) : 0
      const up = line > 0 ? (out[at - row] as number) : 0
      const corner = line > 0 && column >= pixel ? (out[at - row - pixel] as number) : 0
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind]
      if (guess === undefined) throw pdfBroken('a stream has a row with an odd predictor')
      out[at] = (bytes[line * (row + 1) + 1 + column] as number) + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
