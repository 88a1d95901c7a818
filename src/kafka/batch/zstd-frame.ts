import { Damage } from './damage.ts'

/** Where a zstd frame ends, and the most that it can unpack to. */
export interface ZstdFrame {
  end: number
  maxSize: number
  skippable: boolean
}

const MAX_BLOCK = 128 * 1024

/**
 * Walks one frame (RFC 8878 section 3.1), because zlib stops silently after the first of several.
 * @throws Damage where the frame is cut or malformed
 */
export function zstdFrame(buf: Buffer, start: number, end: number): ZstdFrame {
  if (end - start < 8) throw new Damage('a zstd frame is cut')
  const magic = buf.readUInt32LE(start)
  if (magic >>> 4 === 0x184d2a5) {
    const stop = start + 8 + buf.readUInt32LE(start + 4)
    if (stop > end) throw new Damage('a zstd frame is cut')
    return { end: stop, maxSize: 0, skippable: true }
  }
  if (magic !== 0xfd2fb528) throw new Damage('a zstd frame does not begin with its magic number')
  const descriptor = buf[start + 4] as number
  const singleSegment = (descriptor & 0x20) !== 0
  const checksum = (descriptor & 0x04) !== 0
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] as number
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionaryId + contentSizeBytes
  let blocks = 0
  for (let last = false; !last; blocks++) {
    if (end - at < 3) throw new Damage('a zstd frame is cut')
    const block = buf.readUIntLE(at, 3)
    const type = (block >>> 1) & 3
    const rle = 1
    const reserved = 3
    if (type === reserved) throw new Damage('a zstd block has a reserved type')
    at += 3 + (type === rle ? 1 : block >>> 3)
    last = (block & 1) !== 0
  }
  if (checksum) at += 4
  if (at > end) throw new Damage('a zstd frame is cut')
  return { end: at, maxSize: blocks * MAX_BLOCK, skippable: false }
}
