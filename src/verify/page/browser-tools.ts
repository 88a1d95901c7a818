import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../bytes.ts'
import { readProofs, readRecords } from '../package/read-rows.ts'
import type { PackageTools } from '../package/tools.ts'
import { type UnpackParts, unpackEntry } from '../package/unpack.ts'
import type { ByteSource } from '../source.ts'

/**
 * A chosen or dropped file; read piece by piece, never whole.
 * @param progress told the bytes that were read so far, never more than the file has
 */
export function blobSource(blob: Blob, progress?: (bytes: number) => void): ByteSource {
  let read = 0
  return {
    size: blob.size,
    read: async (from, to) => {
      const bytes = new Uint8Array(await blob.slice(from, to).arrayBuffer())
      read += bytes.length
      progress?.(Math.min(read, blob.size))
      return bytes
    },
  }
}

/** CRC-32 (IEEE), four bytes at a time. */
const CRC_TABLES = [0, 1, 2, 3].map(() => new Uint32Array(256))
for (let n = 0; n < 256; n++) {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  ;(CRC_TABLES[0] as Uint32Array)[n] = value
}
for (let n = 0; n < 256; n++) {
  const [first, ...others] = CRC_TABLES as [Uint32Array, ...Uint32Array[]]
  let value = first[n] as number
  for (const table of others) {
    value = (first[value & 255] as number) ^ (value >>> 8)
    table[n] = value
  }
}

export function crc32(data: Uint8Array, seed: number): number {
  const [a, b, c, d] = CRC_TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  let crc = ~seed
  let at = 0
  for (const end = data.length - 3; at < end; at += 4) {
    crc ^=
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24)
    crc =
      (d[crc & 255] as number) ^
      (c[(crc >>> 8) & 255] as number) ^
      (b[(crc >>> 16) & 255] as number) ^
      (a[crc >>> 24] as number)
  }
  for (; at < data.length; at++) crc = (a[(crc ^ (data[at] as number)) & 255] as number) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** The browser's own inflating; it refuses what follows the end of the stream (Compression Streams, section 5). */
async function* inflate(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw')
  const writer = stream.writable.getWriter()
  const feed = (async () => {
    for await (const piece of packed) await writer.write(piece as Uint8Array<ArrayBuffer>)
    await writer.close()
  })()
  // what goes wrong in it comes out of the reader too; it is awaited below all the same
  feed.catch((error: unknown) => writer.abort(error).catch(() => undefined))
  const reader = stream.readable.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield value
    }
    await feed
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

const parts: UnpackParts = {
  sha256: () => {
    const stream = sha256.create()
    return { update: (data) => void stream.update(data), hex: () => toHex(stream.digest()) }
  },
  crc32,
  inflate,
}

const NONE = 255
const VALUES = new Uint8Array(256).fill(NONE)
for (const [value, digit] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  VALUES[digit.charCodeAt(0)] = value
}
const PADDING = 0x3d

function base64(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  const digits = end - start
  if (digits === 0) return 0
  if (digits % 4 !== 0) return -1
  const padding = from[end - 1] !== PADDING ? 0 : from[end - 2] !== PADDING ? 1 : 2
  let out = at
  let bits = 0
  let seen = 0
  for (let i = start; i < end - padding; i++) {
    const value = VALUES[from[i] as number] as number
    if (value === NONE) return -1
    bits = (bits << 6) | value
    if (++seen % 4 === 0) {
      to[out++] = bits >>> 16
      to[out++] = bits >>> 8
      to[out++] = bits
      bits = 0
    }
  }
  if (padding === 1) {
    if ((bits & 3) !== 0) return -1
    to[out++] = bits >>> 10
    to[out++] = bits >>> 2
  } else if (padding === 2) {
    if ((bits & 15) !== 0) return -1
    to[out++] = bits >>> 4
  }
  return out - at
}

/** PackageTools with what every browser has. */
export const browserTools: PackageTools = {
  sha256Hex: (data) => toHex(sha256(data)),
  sha256Into: (data, length, into, at) => into.set(sha256(data.subarray(0, length)), at),
  isUtf8: (data) => utf8(data) !== null,
  buffer: (size) => new Uint8Array(size),
  same: (a, aFrom, b, bFrom, length) => {
    if (aFrom + length > a.length || bFrom + length > b.length) return false
    for (let i = 0; i < length; i++) if (a[aFrom + i] !== b[bFrom + i]) return false
    return true
  },
  base64,
  unpack: (source, entry) => unpackEntry(source, entry, parts),
  records: (source, entry) => readRecords(entry.path, browserTools.unpack(source, entry), browserTools),
  proofs: (source, entry, trees) => readProofs(entry.path, browserTools.unpack(source, entry), trees, browserTools),
}
