import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { crc32 } from '@node-rs/crc32'
import { readProofs, readRecords } from '../../verify/package/read-rows.ts'
import type { PackageTools } from '../../verify/package/tools.ts'
import { type UnpackParts, unpackEntry } from '../../verify/package/unpack.ts'
import type { ByteSource } from '../../verify/source.ts'

/** Each is a way to another thread and back: of half as much, a sixth more of the processor's time is spent. */
const CHUNK = 512 * 1024

/** Node's hash takes any view; one call is three times as fast as a stream of one update. */
const hashText = hash as (algorithm: 'sha256', data: Uint8Array, encoding: 'hex' | 'latin1') => string

/** Methods of every Buffer that Node's types leave out; they skip the checks of `toString` and `write`. */
type RawBuffer = Buffer & {
  latin1Write(text: string, offset: number, length: number): number
  latin1Slice(start: number, end: number): string
  base64Write(text: string, offset: number, length: number): number
}

/** What unpacking needs, by Node's own zlib and OpenSSL. Inflating happens in the thread pool, ahead of its reader. */
export const nodeUnpackParts: UnpackParts = {
  sha256: () => {
    const stream = createHash('sha256')
    return { update: (data) => void stream.update(data), hex: () => stream.digest('hex') }
  },
  // three times as fast as the one of node:zlib
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
  sha256Hex: (data) => hashText('sha256', data, 'hex'),
  // a text of one character a byte: a Buffer of its own for each hash would cost more than the hash
  sha256Into: (data, length, into, at) => {
    const digest = hashText('sha256', length === data.length ? data : data.subarray(0, length), 'latin1')
    ;(into as RawBuffer).latin1Write(digest, at, 32)
  },
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
  unpack: (source, entry) => unpackEntry(inBuffers(source), entry, nodeUnpackParts),
  records: (source, entry) => readRecords(entry.path, nodePackageTools.unpack(source, entry), nodePackageTools),
  proofs: (source, entry, trees) =>
    readProofs(entry.path, nodePackageTools.unpack(source, entry), trees, nodePackageTools),
}

/** What is read comes as Buffers, which all that is called above needs. */
function inBuffers(source: ByteSource): ByteSource {
  return {
    size: source.size,
    read: async (from, to) => {
      const bytes = await source.read(from, to)
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    },
  }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The last digit before the padding has bits to spare: they are 0 in the one canonical form. */
function hasSpareZeros(text: string, padding: number): boolean {
  const last = DIGITS.indexOf(text.charAt(text.length - padding - 1))
  return last >= 0 && last % (padding === 2 ? 16 : 4) === 0
}
