import { constants, createZstdCompress } from 'node:zlib'
import { compress as lz4Compress } from 'lz4-napi'

/** The first guess at what a frame takes of its input; then the last frame's own share, and a little more. */
const FIRST_SHARE = 0.6
const SHARE_MARGIN = 1.1
let lastShare = FIRST_SHARE

/**
 * One zstd frame that says its content's size (RFC 8878), made in the thread pool.
 * @param level 1 to 22
 * @returns the frame's parts in order. They are what the library wrote, without a copy: its output buffer is made as
 *   large as frames of this data have lately been, so that keeping a part keeps little else.
 */
export function zstdFrame(raw: Buffer, level: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunkSize = Math.max(1024, Math.ceil(raw.length * Math.min(1.01, lastShare * SHARE_MARGIN)))
    const params = {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_windowLog]: windowLog(raw.length),
      ...(level === 3 ? FOR_RECORDS : {}),
    }
    const stream = createZstdCompress({ chunkSize, pledgedSrcSize: raw.length, params })
    const parts: Buffer[] = []
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('error', reject)
    stream.on('end', () => {
      if (raw.length >= LEARNED_FROM) lastShare = lengthOf(parts) / raw.length
      resolve(parts)
    })
    stream.end(raw)
  })
}

/**
 * Level 3 as it suits records of a kilobyte rather than files: matches of at least 6 bytes instead of 5, and a table of
 * short matches that stays in the processor's cache. Measured on JSON, text, digits and Avro-like binary against the
 * library's own level 3: 1.1 to 1.5 times as fast, the result 1 % larger at worst and up to 7 % smaller (docs/decisions/06).
 */
const FOR_RECORDS = { [constants.ZSTD_c_minMatch]: 6, [constants.ZSTD_c_chainLog]: 15 }

/** zstd's smallest window, and the largest that is asked for here: 8 MiB, which every decoder takes. */
const [SMALLEST_WINDOW, LARGEST_WINDOW] = [10, 23]

/**
 * A window over the whole frame. The level's own can be smaller; then the library's input buffer wraps around, and it
 * matches over two pieces of memory, which takes an eighth longer and finds less.
 */
function windowLog(bytes: number): number {
  return Math.min(LARGEST_WINDOW, Math.max(SMALLEST_WINDOW, Math.ceil(Math.log2(bytes))))
}

/** Frames smaller than this say little about the next. */
const LEARNED_FROM = 256 * 1024

export function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** One raw LZ4 block behind its uncompressed size as u32 (lz4_flex's size-prepended block), made in the thread pool. */
export function lz4Block(raw: Buffer): Promise<Buffer> {
  return lz4Compress(raw)
}

/** How much larger level 1's result may be than level 3's and still be taken. */
const TOLERATED = 1.005
/** One chunk in this many is compressed at both levels. */
const TRIAL_EVERY = 16

/**
 * Picks zstd's level by trying: level 1 is 1.7 times as fast as level 3 and on much data no larger. Give one to all
 * the writers of a partition, and what it learned is kept from segment to segment.
 */
export class AdaptiveLevel {
  #chunks = 0
  #level: 1 | 3 = 3

  get level(): 1 | 3 {
    return this.#level
  }

  async frame(raw: Buffer): Promise<Buffer[]> {
    if (this.#chunks++ % TRIAL_EVERY !== 0) return zstdFrame(raw, this.#level)
    const fast = await zstdFrame(raw, 1)
    const small = await zstdFrame(raw, 3)
    this.#level = lengthOf(fast) <= lengthOf(small) * TOLERATED ? 1 : 3
    return lengthOf(fast) <= lengthOf(small) ? fast : small
  }
}
