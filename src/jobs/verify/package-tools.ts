import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import type { PackageTools } from '../../verify/package/tools.ts'
import { type UnpackParts, unpackEntry } from '../../verify/package/unpack.ts'

const CHUNK = 256 * 1024

/** Node's hash takes any view; one call is three times as fast as a stream of one update. */
const hashHex = hash as (algorithm: 'sha256', data: Uint8Array, encoding: 'hex') => string

/** Methods of every Buffer that Node's types leave out; they skip the checks of `toString` and `write`. */
type RawBuffer = Buffer & {
  latin1Slice(start: number, end: number): string
  base64Write(text: string, offset: number, length: number): number
}

/** What unpacking needs, by Node's own zlib and OpenSSL. Inflating happens in the thread pool, ahead of its reader. */
export const nodeUnpackParts: UnpackParts = {
  sha256: () => {
    const stream = createHash('sha256')
    return { update: (data) => void stream.update(data), hex: () => stream.digest('hex') }
  },
  crc32: (data, seed) => crc32(data, seed),
  async *inflate(packed) {
    let fed = 0
    const counted = async function* () {
      for await (const piece of packed) {
        fed += piece.length
        yield piece
      }
    }
    const input = Readable.from(counted(), { objectMode: false, highWaterMark: CHUNK })
    const inflater = createInflateRaw({ chunkSize: CHUNK })
    input.on('error', (error) => inflater.destroy(error))
    input.pipe(inflater)
    try {
      for await (const chunk of inflater) yield chunk as Uint8Array
    } finally {
      input.destroy()
      inflater.destroy()
    }
    // zlib stops at the end of the stream and says nothing of what follows it
    if (inflater.bytesWritten !== fed) throw new Error('bytes after the end of a deflate stream')
  },
}

/** PackageTools with Node's own code. */
export const nodePackageTools: PackageTools = {
  sha256Hex: (data) => hashHex('sha256', data, 'hex'),
  isUtf8,
  buffer: (size) => Buffer.allocUnsafeSlow(size),
  same: (a, aFrom, b, bFrom, length) =>
    aFrom + length <= a.length &&
    bFrom + length <= b.length &&
    (a as Buffer).compare(b, bFrom, bFrom + length, aFrom, aFrom + length) === 0,
  base64: (from, start, end, to, at) => {
    const digits = end - start
    if (digits === 0) return 0
    if (digits % 4 !== 0) return -1
    const text = (from as RawBuffer).latin1Slice(start, end)
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
    const length = (digits / 4) * 3 - padding
    // Node skips what is no base64, and takes the digits of base64url
    if ((to as RawBuffer).base64Write(text, at, to.length - at) !== length) return -1
    if (text.includes('-') || text.includes('_')) return -1
    return padding === 0 || hasSpareZeros(text, padding) ? length : -1
  },
  unpack: (source, entry) => unpackEntry(source, entry, nodeUnpackParts),
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The last digit before the padding has bits to spare: they are 0 in the one canonical form. */
function hasSpareZeros(text: string, padding: number): boolean {
  const last = DIGITS.indexOf(text.charAt(text.length - padding - 1))
  return last >= 0 && last % (padding === 2 ? 16 : 4) === 0
}
