import { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { CofferError } from '../contract/errors.ts'
import { BrokenAnswer } from './s3-errors.ts'

/**
 * Reads an answer's body whole. The SDK compares it with the server's checksum while it streams.
 * @param length what Content-Length said
 * @throws BrokenAnswer where it is shorter, longer, or does not match its checksum
 */
export async function readBody(stream: unknown, key: string, length: number): Promise<Buffer> {
  if (!(stream instanceof Readable)) throw new BrokenAnswer(`the answer for "${key}" has no body`)
  const body = Buffer.allocUnsafeSlow(length)
  let at = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (at + chunk.length > length) throw new BrokenAnswer(`expected ${length} bytes of "${key}", got more`)
      at += chunk.copy(body, at)
    }
  } catch (error) {
    if (error instanceof BrokenAnswer || (error instanceof Error && error.name === 'AbortError')) throw error
    const says = error instanceof Error ? error.message : String(error)
    throw new BrokenAnswer(`"${key}" broke off after ${at} of ${length} bytes: ${says}`, { cause: error })
  }
  if (at < length) throw new BrokenAnswer(`expected ${length} bytes of "${key}", got ${at}`)
  return body
}

/** Lets go of a body that nobody reads, and with it of its connection. */
export function dropBody(stream: unknown): void {
  if (!(stream instanceof Readable)) return
  stream.on('error', () => undefined)
  stream.destroy()
}

/** Content-Length, which every S3 server sends for an object. */
export function contentLength(key: string, length: number | undefined): number {
  if (length !== undefined && Number.isSafeInteger(length) && length >= 0) return length
  throw new CofferError('STORAGE_FAILED', `expected a Content-Length for "${key}", got none`)
}

/** CRC-32 as S3 writes it in x-amz-checksum-crc32: big-endian, base64. */
export function base64Crc32(crc: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc)
  return bytes.toString('base64')
}

export function crc32Of(parts: readonly Buffer[], crc = 0): number {
  for (const part of parts) crc = zlib.crc32(part, crc)
  return crc
}

/** The bytes from `start` to `end` of the parts' concatenation; copied only where they span several. */
export function sliceParts(parts: readonly Buffer[], start: number, end: number): Buffer {
  const pieces: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, part.length)
    if (from < to) pieces.push(part.subarray(from, to))
    offset += part.length
    if (offset >= end) break
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}
