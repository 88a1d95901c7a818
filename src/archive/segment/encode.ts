import { CofferError } from '../../contract/errors.ts'
import type { RecordView } from '../../contract/record.ts'

const MAX_I32 = 0x7fffffff
const MAX_U16 = 0xffff

/** OSO's tracking headers, asked for with `include_offset_headers: true`: appended after the user's own. */
export interface OffsetHeaders {
  /** null: no `x-source-cluster`. */
  sourceClusterId: string | null
}

const ORIGINAL_OFFSET = Buffer.from('x-original-offset')
const ORIGINAL_TIMESTAMP = Buffer.from('x-original-timestamp')
const SOURCE_CLUSTER = Buffer.from('x-source-cluster')

/**
 * The size of a record's KBAK bytes, its length prefix included.
 * @throws RECORD_UNREPRESENTABLE where the format has no room for a length or a count
 */
export function encodedSize(view: RecordView, extra: EncodedExtra | null): number {
  let size = 30 + Math.max(view.keyLen, 0) + Math.max(view.valLen, 0)
  const headers = view.headers
  for (let i = 0, at = 0; i < view.headerCount; i++, at += 4) {
    const nameLength = headers[at + 1] as number
    const valueLength = headers[at + 3] as number
    if (nameLength > MAX_U16) throw unrepresentable(view, 'a header name', nameLength, MAX_U16)
    size += 6 + nameLength + Math.max(valueLength, 0)
  }
  let count = view.headerCount
  if (extra !== null) {
    size += extra.size
    count += extra.count
  }
  if (count > MAX_U16) throw unrepresentable(view, 'the number of headers', count, MAX_U16)
  if (size - 4 > MAX_I32) throw unrepresentable(view, 'a record', size - 4, MAX_I32)
  return size
}

/**
 * Writes a record's KBAK bytes at `at`; there must be room for `size` bytes, as `encodedSize` gave them.
 * @param data over the same memory as `out`
 * @returns the position after it
 */
export function encodeRecord(
  out: Buffer,
  data: DataView,
  at: number,
  view: RecordView,
  size: number,
  extra: EncodedExtra | null,
): number {
  const from = view.buf
  data.setUint32(at, size - 4, true)
  data.setUint32(at + 4, view.tsLo, true)
  data.setInt32(at + 8, view.tsHi, true)
  data.setUint32(at + 12, view.offset % 4294967296, true)
  data.setUint32(at + 16, Math.floor(view.offset / 4294967296), true)
  data.setInt32(at + 20, view.keyLen, true)
  let pos = at + 24
  if (view.keyLen > 0) pos = copyBytes(from, view.keyStart, view.keyLen, out, pos)
  data.setInt32(pos, view.valLen, true)
  pos += 4
  if (view.valLen > 0) pos = copyBytes(from, view.valStart, view.valLen, out, pos)
  data.setUint16(pos, view.headerCount + (extra === null ? 0 : extra.count), true)
  pos += 2
  const headers = view.headers
  for (let i = 0, h = 0; i < view.headerCount; i++, h += 4) {
    const nameLength = headers[h + 1] as number
    data.setUint16(pos, nameLength, true)
    pos = copyBytes(from, headers[h] as number, nameLength, out, pos + 2)
    const valueLength = headers[h + 3] as number
    data.setInt32(pos, valueLength, true)
    pos += 4
    if (valueLength > 0) pos = copyBytes(from, headers[h + 2] as number, valueLength, out, pos)
  }
  if (extra !== null) pos = extra.write(out, data, pos, view)
  return pos
}

/** The tracking headers of one segment writer: their size is the same for every record. */
export class EncodedExtra {
  readonly count: number
  readonly size: number
  readonly #cluster: Buffer | null

  constructor(options: OffsetHeaders) {
    this.#cluster = options.sourceClusterId === null ? null : Buffer.from(options.sourceClusterId)
    this.count = this.#cluster === null ? 2 : 3
    this.size = 6 + ORIGINAL_OFFSET.length + 8 + 6 + ORIGINAL_TIMESTAMP.length + 8
    if (this.#cluster !== null) this.size += 6 + SOURCE_CLUSTER.length + this.#cluster.length
  }

  write(out: Buffer, data: DataView, at: number, view: RecordView): number {
    let pos = writeName(out, data, at, ORIGINAL_OFFSET, 8)
    data.setUint32(pos, view.offset % 4294967296, true)
    data.setUint32(pos + 4, Math.floor(view.offset / 4294967296), true)
    pos = writeName(out, data, pos + 8, ORIGINAL_TIMESTAMP, 8)
    data.setUint32(pos, view.tsLo, true)
    data.setInt32(pos + 4, view.tsHi, true)
    pos += 8
    if (this.#cluster === null) return pos
    pos = writeName(out, data, pos, SOURCE_CLUSTER, this.#cluster.length)
    return copyBytes(this.#cluster, 0, this.#cluster.length, out, pos)
  }
}

function writeName(out: Buffer, data: DataView, at: number, name: Buffer, valueLength: number): number {
  data.setUint16(at, name.length, true)
  const pos = copyBytes(name, 0, name.length, out, at + 2)
  data.setInt32(pos, valueLength, true)
  return pos + 4
}

/** Short runs byte by byte: a native copy costs more than it moves. */
function copyBytes(from: Buffer, start: number, length: number, to: Buffer, at: number): number {
  if (length <= 24) for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number
  else from.copy(to, at, start, start + length)
  return at + length
}

function unrepresentable(view: RecordView, what: string, got: number, max: number): CofferError {
  return new CofferError(
    'RECORD_UNREPRESENTABLE',
    `expected ${what} of at most ${max} at offset ${view.offset}, got "${got}"`,
    { hint: 'The segment format has no room for this record.', details: { offset: view.offset } },
  )
}
