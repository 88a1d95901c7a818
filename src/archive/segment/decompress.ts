import { createZstdDecompress, zstdDecompress } from 'node:zlib'
import { say } from '../../contract/said/said.ts'
import type { Compression } from '../types.ts'
import { damagedBody } from './cursor.ts'
import { type ZstdFrame, zstdFrames } from './frames.ts'
import { lz4Pieces } from './lz4.ts'

/** Frames up to this size are decompressed in one go; larger ones, or those that don't say, piece by piece. */
const WHOLE_FRAME = 64 * 1024 * 1024
const PIECE = 1024 * 1024
/** No LZ4 sequence gives more than 255 bytes for one (the format's length bytes). */
const MAX_LZ4_RATIO = 255

/**
 * The uncompressed body, piece by piece; every buffer is fresh and may be written to. zstd is decompressed in
 * the thread pool, one piece ahead of the reader.
 * @param limit the most bytes that may come out; checked before memory is taken wherever a size is stated
 * @throws SEGMENT_DAMAGED
 */
export async function* decompressBody(body: Buffer, compression: Compression, limit: number): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    if (body.length > limit) throw tooMuch(limit)
    if (body.length > 0) yield body
  } else if (compression === 'lz4') {
    yield* lz4Body(body, limit)
  } else {
    yield* zstdBody(body, limit)
  }
}

function* lz4Body(body: Buffer, limit: number): Generator<Buffer> {
  if (body.length < 4) throw damagedBody(say('segment.lz4CutOff'))
  const size = body.readUInt32LE(0)
  if (size > limit) throw tooMuch(limit)
  if (size > body.length * MAX_LZ4_RATIO) {
    throw damagedBody(say('segment.lz4Says', { bytes: body.length, size }))
  }
  yield* lz4Pieces(body.subarray(4), size)
}

async function* zstdBody(body: Buffer, limit: number): AsyncGenerator<Buffer> {
  const frames = zstdFrames(body)
  let stated = 0
  for (const frame of frames) stated += frame.contentSize ?? 0
  if (stated > limit) throw tooMuch(limit)
  let left = limit
  let ahead: Promise<Buffer> | null = null
  try {
    for (const [i, frame] of frames.entries()) {
      if (!isWhole(frame)) {
        for await (const piece of zstdPieces(body.subarray(frame.start, frame.end))) {
          left -= piece.length
          if (left < 0) throw tooMuch(limit)
          yield piece
        }
        continue
      }
      const now = ahead ?? wholeFrame(body, frame)
      const next = frames[i + 1]
      ahead = next !== undefined && isWhole(next) ? wholeFrame(body, next) : null
      // it is waited for one turn later: until then its failure must not be an unhandled one
      ahead?.catch(() => {})
      const piece = await now
      left -= piece.length
      if (left < 0) throw tooMuch(limit)
      if (piece.length > 0) yield piece
    }
  } finally {
    await ahead?.catch(() => {})
  }
}

/** Whether a frame says its size, and can be decompressed in one go. */
export function isWhole(frame: ZstdFrame): boolean {
  return frame.contentSize !== null && frame.contentSize <= WHOLE_FRAME
}

/** @throws SEGMENT_DAMAGED where it does not hold what it states */
export function wholeFrame(body: Buffer, frame: ZstdFrame): Promise<Buffer> {
  const size = frame.contentSize ?? 0
  // one byte more than comes out, so that the library is called once and its buffer is not grown
  const options = { chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) }
  return new Promise((resolve, reject) => {
    zstdDecompress(body.subarray(frame.start, frame.end), options, (error, out) => {
      if (error !== null) reject(damagedBody(say('segment.zstdFails', { why: messageOf(error) })))
      else if (out.length !== size) reject(damagedBody(say('segment.zstdSize', { expected: size, got: out.length })))
      else resolve(out)
    })
  })
}

/** One frame of unknown size, a piece at a time: memory stays bounded whatever it holds. */
async function* zstdPieces(frame: Buffer): AsyncGenerator<Buffer> {
  const stream = createZstdDecompress({ chunkSize: PIECE })
  // read-ahead of a piece or two, no more
  stream.end(frame)
  try {
    for await (const piece of stream) yield piece as Buffer
  } catch (error) {
    throw damagedBody(say('segment.zstdFails', { why: messageOf(error) }))
  } finally {
    stream.destroy()
  }
}

function tooMuch(limit: number): Error {
  return damagedBody(say('segment.tooMuch', { most: limit }))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/[\r\n]+/g, ' ') : String(error)
}
