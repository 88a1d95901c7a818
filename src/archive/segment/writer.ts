import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { compress as lz4Block } from 'lz4-napi'
import { CofferError } from '../../contract/errors.ts'
import { joinInt64, type RecordView } from '../../contract/record.ts'
import { MerkleBuilder } from '../merkle.ts'
import type { Compression, SealedSegment } from '../types.ts'
import { type Chunk, giveChunk, growChunk, takeChunk } from './chunks.ts'
import { EncodedExtra, encodedSize, encodeRecord } from './encode.ts'
import { encodeFooter, encodeHeader, FOOTER_BYTES, HEADER_BYTES } from './format.ts'
import { encodeIndex, type FrameFacts, timesOf } from './frame-index.ts'
import { FrameLevel } from './level.ts'
import { lengthOf } from './zstd.ts'

export interface SegmentWriterOptions {
  compression: Compression
  /** zstd's level, 1 to 22, or `adaptive`; a FrameLevel is shared by the segments of a partition. Ignored by the others. */
  level: number | 'adaptive' | FrameLevel
  /** Raw bytes compressed at a time; each becomes a zstd frame. Default 4 MiB. */
  chunkBytes?: number
  /** OSO's x-original-* headers behind each record's own. */
  includeOffsetHeaders?: boolean
  sourceClusterId?: string | null
}

const DEFAULT_CHUNK_BYTES = 4 * 1024 * 1024
/** Chunks that may wait for the thread pool before `pressure` asks to wait. */
const CHUNKS_WAITING = 2

/** Writes one segment of one partition: records in, an object's bytes and its manifest entry out. */
export class SegmentWriter {
  readonly #compression: Compression
  readonly #level: FrameLevel
  readonly #chunkBytes: number
  readonly #extra: EncodedExtra | null
  readonly #merkle = new MerkleBuilder(true)
  #chunk: Chunk | null = null
  /** The body's parts in order; null while one is being compressed. */
  readonly #parts: (readonly Buffer[] | null)[] = []
  readonly #compressing = new Set<Promise<void>>()
  #compressingBytes = 0
  #partBytes = 0
  #failure: unknown = null
  #closed = false
  #records = 0
  /** Of each piece of the body that is closed, for the index. */
  readonly #frames: FrameFacts[] = []
  /** Records in them. */
  #framed = 0
  #rawBytes = 0
  #firstOffset = -1
  #lastOffset = -1
  #firstHi = 0
  #firstLo = 0
  #lastHi = 0
  #lastLo = 0
  /** Of the open piece: its first offset, its smallest and largest timestamp. */
  #frameOffset = -1
  #minHi = 0
  #minLo = 0
  #maxHi = 0
  #maxLo = 0

  constructor(options: SegmentWriterOptions) {
    this.#compression = options.compression
    this.#level = options.level instanceof FrameLevel ? options.level : new FrameLevel(options.level)
    this.#chunkBytes = options.chunkBytes ?? DEFAULT_CHUNK_BYTES
    this.#extra = options.includeOffsetHeaders
      ? new EncodedExtra({ sourceClusterId: options.sourceClusterId ?? null })
      : null
  }

  get records(): number {
    return this.#records
  }

  /** The uncompressed body so far. */
  get rawBytes(): number {
    return this.#rawBytes
  }

  /** Memory that this writer keeps: the open chunk, chunks being compressed, and finished parts. */
  get heldBytes(): number {
    // an LZ4 block is made of all chunks at once: for a moment everything is there twice
    const parts = this.#compression === 'lz4' ? this.#partBytes * 2 : this.#partBytes
    return (this.#chunk?.buf.length ?? 0) + this.#compressingBytes + parts
  }

  get firstOffset(): number {
    return this.#firstOffset
  }

  get lastOffset(): number {
    return this.#lastOffset
  }

  /**
   * Adds a record; its bytes are copied. The hot path of a backup: no object is made.
   * @throws RECORD_UNREPRESENTABLE where the format has no room for it; UNEXPECTED where offsets don't increase
   */
  append(view: RecordView): void {
    if (this.#failure !== null) throw this.#failure
    if (view.offset <= this.#lastOffset || this.#closed) throw misuse(view.offset, this.#lastOffset, this.#closed)
    const size = encodedSize(view, this.#extra)
    const chunk = this.#roomFor(size)
    const start = chunk.used
    const end = encodeRecord(chunk.buf, chunk.data, start, view, size, this.#extra)
    chunk.used = end
    this.#merkle.add(chunk.buf, start, end)
    this.#rawBytes += size
    this.#lastOffset = view.offset
    this.#lastHi = view.tsHi
    this.#lastLo = view.tsLo
    if (this.#records++ === this.#framed) {
      if (this.#framed === 0) {
        this.#firstOffset = view.offset
        this.#firstHi = view.tsHi
        this.#firstLo = view.tsLo
      }
      this.#frameOffset = view.offset
      this.#minHi = this.#maxHi = view.tsHi
      this.#minLo = this.#maxLo = view.tsLo
    } else if (view.tsHi < this.#minHi || (view.tsHi === this.#minHi && view.tsLo < this.#minLo)) {
      this.#minHi = view.tsHi
      this.#minLo = view.tsLo
    } else if (view.tsHi > this.#maxHi || (view.tsHi === this.#maxHi && view.tsLo > this.#maxLo)) {
      this.#maxHi = view.tsHi
      this.#maxLo = view.tsLo
    }
    if (end - 1 >= this.#chunkBytes) this.#flush()
  }

  /** undefined, or, while too many chunks wait for compression, a promise to wait for before more is appended. */
  pressure(): Promise<void> | undefined {
    return this.#compressing.size > CHUNKS_WAITING ? this.#relief() : undefined
  }

  /**
   * Ends the segment: waits for the compression and puts the object together.
   * @throws UNEXPECTED without a record: an empty segment is never stored
   */
  async seal(): Promise<SealedSegment> {
    if (this.#closed || this.#records === 0) throw misuse(this.#lastOffset, this.#lastOffset, this.#closed)
    this.#closed = true
    this.#flush()
    while (this.#compressing.size > 0) await Promise.race(this.#compressing)
    if (this.#failure !== null) throw this.#failure
    const body = await this.#body()
    // a lone frame is read whole in any case
    if (this.#compression === 'zstd' && this.#frames.length > 1) {
      body.push(encodeIndex(this.#frames, this.#merkle.blockHeads()))
    }
    const { min, max } = timesOf(this.#frames)
    const header = encodeHeader({
      compression: this.#compression,
      recordCount: this.#records,
      startOffset: this.#firstOffset,
      endOffset: this.#lastOffset,
    })
    let crc = crc32(header)
    const sha256 = createHash('sha256').update(header)
    let size = HEADER_BYTES + FOOTER_BYTES
    for (const part of body) {
      crc = crc32(part, crc)
      sha256.update(part)
      size += part.length
    }
    const footer = encodeFooter(crc)
    return {
      parts: [header, ...body, footer],
      entry: {
        start_offset: this.#firstOffset,
        end_offset: this.#lastOffset,
        start_timestamp: joinInt64(this.#firstHi, this.#firstLo),
        end_timestamp: joinInt64(this.#lastHi, this.#lastLo),
        record_count: this.#records,
        uncompressed_size: this.#rawBytes,
        compressed_size: size,
        sha256: sha256.update(footer).digest('hex'),
        merkle_root: this.#merkle.root().toString('hex'),
        min_timestamp: min,
        max_timestamp: max,
      },
    }
  }

  /** Lets go of everything; nothing can be appended or sealed any more. */
  discard(): void {
    this.#closed = true
    if (this.#chunk !== null) giveChunk(this.#chunk.buf, this.#chunkBytes)
    this.#chunk = null
    this.#parts.length = 0
    this.#partBytes = 0
  }

  #roomFor(size: number): Chunk {
    let chunk = this.#chunk
    if (chunk !== null && chunk.used + size > chunk.buf.length) {
      if (chunk.used - 1 + size <= this.#chunkBytes) {
        chunk = growChunk(chunk, size, this.#chunkBytes)
      } else {
        this.#flush()
        chunk = null
      }
    }
    // After one that was filled the next is too: it need not grow.
    chunk ??= takeChunk(this.#framed > 0 ? Math.max(size, this.#chunkBytes) : size, this.#chunkBytes)
    this.#chunk = chunk
    return chunk
  }

  #flush(): void {
    const chunk = this.#chunk
    if (chunk === null || chunk.used === 1) return
    this.#chunk = null
    this.#frames.push({
      records: this.#records - this.#framed,
      firstOffset: this.#frameOffset,
      min: joinInt64(this.#minHi, this.#minLo),
      max: joinInt64(this.#maxHi, this.#maxLo),
    })
    this.#framed = this.#records
    const raw = chunk.buf.subarray(1, chunk.used)
    if (this.#compression !== 'zstd') {
      this.#parts.push([raw])
      this.#partBytes += chunk.buf.length
      return
    }
    const at = this.#parts.push(null) - 1
    this.#compressingBytes += chunk.buf.length
    const task = this.#level
      .frame(raw)
      .then(
        (parts) => {
          if (this.#parts.length === 0) return
          this.#parts[at] = parts
          this.#partBytes += lengthOf(parts)
        },
        (error) => {
          this.#failure = error
        },
      )
      .finally(() => {
        this.#compressingBytes -= chunk.buf.length
        this.#compressing.delete(task)
        giveChunk(chunk.buf, this.#chunkBytes)
      })
    this.#compressing.add(task)
  }

  async #relief(): Promise<void> {
    while (this.#compressing.size > CHUNKS_WAITING) await Promise.race(this.#compressing)
  }

  /**
   * The compressed body. OSO's LZ4 is one raw block behind its uncompressed size as u32 (lz4_flex's size-prepended
   * block), so that one is made only now, from all chunks, in the thread pool.
   */
  async #body(): Promise<Buffer[]> {
    const parts = this.#parts.flatMap((one) => one ?? [])
    if (this.#compression !== 'lz4') return parts
    const raw = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    // the chunks can go while the block is made
    parts.length = 0
    this.#parts.length = 0
    return [await lz4Block(raw)]
  }
}

function misuse(offset: number, last: number, closed: boolean): CofferError {
  if (closed) return new CofferError('UNEXPECTED', 'expected an open segment with records, got one that is closed')
  return new CofferError('UNEXPECTED', `expected an offset above ${last}, got "${offset}"`, { details: { offset } })
}
