import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Damage, MAX_UNPACKED_BYTES } from './damage.ts'
import type { Codec } from './header.ts'
import { unpackLz4 } from './lz4.ts'
import { Scratch } from './scratch.ts'
import { unpackSnappy } from './snappy.ts'
import { zstdFrame } from './zstd-frame.ts'

const SMALLEST_CHUNK = 16 * 1024
const LARGEST_CHUNK = 8 * 1024 * 1024

/** Where unpacked records lie. */
export interface Unpacked {
  buf: Buffer
  start: number
  end: number
}

/** Unpacks batches one after the other. What it gives out is good until the next call. */
export class Decompressor {
  readonly #scratch = new Scratch()
  readonly #out: Unpacked = { buf: Buffer.alloc(0), start: 0, end: 0 }
  readonly #limit: number

  /** @param limit a batch that unpacks to more bytes is refused */
  constructor(limit: number = MAX_UNPACKED_BYTES) {
    this.#limit = limit
  }

  /** Unpacks `src[start, end)`. @throws Damage where it is malformed or too large */
  unpack(codec: Codec, src: Buffer, start: number, end: number): Unpacked {
    if (codec === 'none') return this.#give(src, start, end)
    if (codec === 'gzip') return this.#whole(() => this.#gzip(src.subarray(start, end)))
    if (codec === 'zstd') return this.#whole(() => this.#zstd(src, start, end))
    this.#scratch.begin()
    const unpack = codec === 'lz4' ? unpackLz4 : unpackSnappy
    const size = unpack(src, start, end, this.#limit, this.#scratch)
    return this.#give(this.#scratch.buf, 0, size)
  }

  #give(buf: Buffer, start: number, end: number): Unpacked {
    const out = this.#out
    out.buf = buf
    out.start = start
    out.end = end
    return out
  }

  #whole(unpack: () => Buffer): Unpacked {
    try {
      const buf = unpack()
      return this.#give(buf, 0, buf.length)
    } catch (error) {
      if (error instanceof Damage) throw error
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      const what = tooLarge ? `it unpacks to more than ${this.#limit} bytes` : 'its compressed data is malformed'
      throw new Damage(what, error)
    }
  }

  #gzip(src: Buffer): Buffer {
    // The last four bytes are the unpacked size (RFC 1952): a hint only, the limit holds whatever they say.
    const hint = src.length >= 4 ? src.readUInt32LE(src.length - 4) : 0
    return gunzipSync(src, { maxOutputLength: this.#limit, chunkSize: chunk(hint + 1) })
  }

  #zstd(src: Buffer, start: number, end: number): Buffer {
    const parts: Buffer[] = []
    let size = 0
    for (let at = start; at < end; ) {
      const frame = zstdFrame(src, at, end)
      if (!frame.skippable) {
        const room = this.#limit - size
        if (room <= 0) throw new Damage(`it unpacks to more than ${this.#limit} bytes`)
        const options = { maxOutputLength: room, chunkSize: chunk(frame.maxSize + 1) }
        const part = zstdDecompressSync(src.subarray(at, frame.end), options)
        parts.push(part)
        size += part.length
      }
      at = frame.end
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
  }
}

function chunk(wanted: number): number {
  return Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, wanted))
}
