import { isUtf8 } from 'node:buffer'
import { isCofferError } from '../../contract/errors.ts'
import type { Int64, RecordView } from '../../contract/record.ts'
import { splitInt64 } from '../../contract/record.ts'
import { say } from '../../contract/said/said.ts'
import { count, int64, list, object, text } from '../manifest/fields.ts'
import { parseJson } from '../manifest/json.ts'
import type { Compression } from '../types.ts'
import { damagedBody } from './cursor.ts'
import { decompressBody } from './decompress.ts'
import { encodedSize, encodeRecord } from './encode.ts'

/**
 * OSO's first segments: a JSON list of `{key, value, headers[{key, value}], timestamp, offset}` with base64 bytes, the
 * compression told by the key's ending. They are turned into KBAK records, so that the rest never sees the difference.
 */

const ZSTD_MAGIC = 0xfd2fb528
const MAGIC_END = 0x45414b42
/** JSON is held whole, as text and as objects. */
const MAX_JSON = 128 * 1024 * 1024
const CHUNK = 4 * 1024 * 1024

/** The compression of a legacy segment, or null where `bytes` look like none. @param key decides, as in OSO */
export function legacyCompression(bytes: Buffer, key: string | undefined): Compression | null {
  const framed = bytes.length >= 8 && bytes.readUInt32LE(bytes.length - 4) === MAGIC_END
  if (framed || bytes.length < 2) return null
  if (key?.endsWith('.lz4')) return 'lz4'
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === ZSTD_MAGIC) return 'zstd'
  return /^\s*\[/.test(bytes.toString('latin1', 0, 64)) ? 'none' : null
}

/** The records as KBAK bytes, a few MiB at a time. @throws SEGMENT_DAMAGED */
export async function* legacyRecords(bytes: Buffer, compression: Compression): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of decompressBody(bytes, compression, MAX_JSON)) pieces.push(piece)
  const json = Buffer.concat(pieces)
  if (!isUtf8(json)) throw damagedBody(say('segment.notUtf8'))
  let views: RecordView[]
  try {
    views = list(parseJson(json.toString('utf8')), 'records').map(toView)
  } catch (error) {
    const reason = isCofferError(error) || error instanceof Error ? error.message : String(error)
    throw damagedBody(say('segment.noList', { why: reason.replaceAll(/[\r\n]+/g, ' ').slice(0, 200) }))
  }
  let at = 0
  while (at < views.length) {
    let size = 0
    let end = at
    while (end < views.length && (size === 0 || size < CHUNK)) size += encodedSize(views[end++] as RecordView, null)
    const out = Buffer.allocUnsafeSlow(size)
    const data = new DataView(out.buffer, out.byteOffset, out.length)
    let pos = 0
    for (; at < end; at++) {
      const view = views[at] as RecordView
      pos = encodeRecord(out, data, pos, view, encodedSize(view, null), null)
    }
    yield out
  }
}

function toView(value: unknown, index: number): RecordView {
  const path = `records[${index}]`
  const record = object(value, path)
  const parts: Buffer[] = []
  let length = 0
  const take = (bytes: Buffer | null): [start: number, length: number] => {
    if (bytes === null) return [length, -1]
    parts.push(bytes)
    length += bytes.length
    return [length - bytes.length, bytes.length]
  }
  const [keyStart, keyLen] = take(base64(record.key, `${path}.key`))
  const [valStart, valLen] = take(base64(record.value, `${path}.value`))
  const items = record.headers === undefined ? [] : list(record.headers, `${path}.headers`)
  const headers: number[] = []
  for (const [i, item] of items.entries()) {
    const header = object(item, `${path}.headers[${i}]`)
    headers.push(...take(Buffer.from(text(header.key, `${path}.headers[${i}].key`))))
    headers.push(...take(base64(header.value, `${path}.headers[${i}].value`)))
  }
  const { hi, lo } = splitInt64(int64(record.timestamp, `${path}.timestamp`) as Int64)
  const offset = count(record.offset, `${path}.offset`)
  const buf = Buffer.concat(parts, length)
  return { buf, offset, tsHi: hi, tsLo: lo, keyStart, keyLen, valStart, valLen, headerCount: items.length, headers }
}

function base64(value: unknown, path: string): Buffer | null {
  if (value === null || value === undefined) return null
  // not `text`: a value may be as long as it likes
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw damagedBody(say('segment.notBase64', { path }))
  return Buffer.from(value, 'base64')
}
