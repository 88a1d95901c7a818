import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createInflateRaw, deflateRaw, deflateRawSync, constants as zlib } from 'node:zlib'
import { CofferError } from '../../contract/errors.ts'
import { sha256Hex } from './digest.ts'

/** A file of the package in the form in which it will lie in the zip, with all its digests. */
export interface PackedFile {
  method: 0 | 8
  size: number
  sha256: string
  crc32: number
  packedSize: number
  packedSha256: string
  /** In memory, or a file on disk that holds exactly these bytes from its start. */
  packed: Buffer | { file: string }
}

/** How much is compressed at a time: blocks are cut by content alone, so that the same records give the same bytes. */
export const BLOCK_BYTES = 1024 * 1024
/** Level 6 costs three times the time of level 2 here and saves a seventh. */
const LEVEL = 2
/** An empty deflate stream's last block (RFC 1951 section 3.2.6: final, fixed codes, end of block). */
const LAST_BLOCK = Buffer.from([0x03, 0x00])

/** A block of a deflate stream that ends on a byte (an empty stored block): blocks can be put one after another. */
export function packBlock(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { level: LEVEL, finishFlush: zlib.Z_SYNC_FLUSH })
}

/** What a block of records comes to as a rule, so that the thread pool is asked once for it. */
const PACKED_BYTES = 512 * 1024

/** The same bytes, made in the thread pool. */
export function packBlockAside(bytes: Buffer): Promise<Buffer> {
  const options = { level: LEVEL, finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: PACKED_BYTES }
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, options, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}

/** A small file, packed at once. @param stored never compress it */
export function packBytes(bytes: Buffer, stored = false): PackedFile {
  const deflated = stored || bytes.length === 0 ? null : deflateRawSync(bytes, { level: LEVEL })
  const smaller = deflated !== null && deflated.length < bytes.length ? deflated : null
  const packed = smaller ?? bytes
  const sha256 = sha256Hex(bytes)
  return {
    method: smaller === null ? 0 : 8,
    size: bytes.length,
    sha256,
    crc32: crc32(bytes),
    packedSize: packed.length,
    packedSha256: smaller === null ? sha256 : sha256Hex(smaller),
    packed,
  }
}

/** Where a spool stood at a durable point: enough to go on from there. */
export interface SpoolMark {
  size: number
  packedSize: number
  crc32: number
}

export interface SpoolPoint {
  mark: SpoolMark
  sha256: Hash
  packedSha256: Hash
}

/**
 * A large file of the package while it grows: a deflate stream on disk. `append` takes blocks in order; a mark can be
 * taken between any two, and a later process goes on from it.
 */
export class Spool {
  readonly path: string
  readonly #file: FileHandle
  #sha256: Hash
  #packedSha256: Hash
  #mark: SpoolMark

  private constructor(path: string, file: FileHandle, mark: SpoolMark, sha256: Hash, packedSha256: Hash) {
    this.path = path
    this.#file = file
    this.#mark = mark
    this.#sha256 = sha256
    this.#packedSha256 = packedSha256
  }

  /** Opens a new spool, or cuts one back to a mark and goes on. */
  static async open(path: string, mark: SpoolMark | null = null): Promise<Spool> {
    if (mark === null) {
      const file = await open(path, 'w+', 0o600)
      return new Spool(path, file, { size: 0, packedSize: 0, crc32: 0 }, createHash('sha256'), createHash('sha256'))
    }
    const file = await open(path, 'r+')
    try {
      await file.truncate(mark.packedSize)
      const sha256 = createHash('sha256')
      const packedSha256 = createHash('sha256')
      let size = 0
      // hashes can't be kept between processes: what is there is read again
      for await (const piece of inflated(readFrom(file, mark.packedSize, packedSha256))) {
        sha256.update(piece)
        size += piece.length
      }
      if (size !== mark.size) throw new Error(`expected ${mark.size} bytes, got ${size}`)
      return new Spool(path, file, { ...mark }, sha256, packedSha256)
    } catch (cause) {
      await file.close()
      throw cause
    }
  }

  get size(): number {
    return this.#mark.size
  }

  get packedSize(): number {
    return this.#mark.packedSize
  }

  /** SHA-256 of the content so far, lowercase hex. */
  digest(): string {
    return this.#sha256.copy().digest('hex')
  }

  mark(): SpoolMark {
    return { ...this.#mark }
  }

  /** @param packed of `bytes`, by `packBlock`; made here where it is absent */
  async append(bytes: Buffer, packed: Buffer = packBlock(bytes)): Promise<void> {
    if (bytes.length === 0) return
    this.#sha256.update(bytes)
    this.#mark.crc32 = crc32(bytes, this.#mark.crc32)
    this.#mark.size += bytes.length
    await this.#write(packed)
  }

  /** Where the spool stands, to come back to in the same process. */
  point(): SpoolPoint {
    return { mark: this.mark(), sha256: this.#sha256.copy(), packedSha256: this.#packedSha256.copy() }
  }

  /** Forgets what has been appended since; each point is good for one return. */
  rollback(point: SpoolPoint): Promise<void> {
    this.#mark = { ...point.mark }
    this.#sha256 = point.sha256
    this.#packedSha256 = point.packedSha256
    return this.#file.truncate(point.mark.packedSize)
  }

  /** What has been appended lies on the disk after this. */
  sync(): Promise<void> {
    return this.#file.datasync()
  }

  /** Ends the stream. */
  async finish(): Promise<PackedFile> {
    const { size } = this.#mark
    if (size > 0) await this.#write(LAST_BLOCK)
    await this.close()
    return {
      method: size > 0 ? 8 : 0,
      size,
      sha256: this.#sha256.digest('hex'),
      crc32: this.#mark.crc32,
      packedSize: this.#mark.packedSize,
      packedSha256: this.#packedSha256.digest('hex'),
      packed: { file: this.path },
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#packedSha256.update(bytes)
    let done = 0
    while (done < bytes.length) {
      const at = this.#mark.packedSize + done
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at)
      done += bytesWritten
    }
    this.#mark.packedSize += bytes.length
  }
}

/** The bytes as they lie in the zip, piece by piece. */
export async function* packedBytes({ packed, packedSize }: PackedFile): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(packed)) {
    yield packed
    return
  }
  const file = await open(packed.file, 'r')
  try {
    yield* readFrom(file, packedSize)
  } finally {
    await file.close()
  }
}

/** The content of a packed file, piece by piece. */
export async function* contentOf(packed: PackedFile): AsyncGenerator<Buffer> {
  if (packed.method === 0) yield* packedBytes(packed)
  else yield* inflated(packedBytes(packed))
}

async function* readFrom(file: FileHandle, length: number, hash?: Hash): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; ) {
    const piece = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, length - at))
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0)
      throw new CofferError('STORAGE_FAILED', `a working file is shorter than the ${length} bytes written`)
    const read = piece.subarray(0, bytesRead)
    hash?.update(read)
    at += bytesRead
    yield read
  }
}

/** Also for a stream that has no last block yet. */
async function* inflated(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const stream = createInflateRaw({ finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: 256 * 1024 })
  const feed = (async () => {
    for await (const piece of packed) {
      if (!stream.write(piece)) await new Promise<void>((resolve) => stream.once('drain', resolve))
      if (stream.destroyed) return
    }
    stream.end()
  })()
  feed.catch((error: Error) => stream.destroy(error))
  try {
    for await (const piece of stream) yield piece as Buffer
    await feed
  } finally {
    stream.destroy()
  }
}
