import { Damage } from './damage.ts'
import type { Scratch } from './scratch.ts'
import { xxhash32 } from './xxhash32.ts'

/**
 * Unpacks LZ4 frames (lz4 frame format 1.6.1), block by block into one buffer, so that linked blocks find their window
 * in what has been written already. Independent and linked blocks, checksums checked, several frames in a row.
 * @returns the number of bytes in `scratch`
 * @throws Damage
 */
export function unpackLz4(src: Buffer, start: number, end: number, limit: number, scratch: Scratch): number {
  let at = start
  let size = 0
  do {
    const frame = unpackFrame(src, at, end, limit, scratch, size)
    at = frame.at
    size = frame.size
  } while (at < end)
  return size
}

const MAGIC = 0x184d2204
const BLOCK_MAX: Readonly<Record<number, number>> = { 4: 64 * 1024, 5: 256 * 1024, 6: 1024 * 1024, 7: 4 * 1024 * 1024 }

function unpackFrame(src: Buffer, from: number, end: number, limit: number, scratch: Scratch, sizeBefore: number) {
  if (end - from < 7) throw new Damage('an lz4 frame ends inside its header')
  if (src.readUInt32LE(from) !== MAGIC) throw new Damage('an lz4 frame does not begin with its magic number')
  const flags = src[from + 4] as number
  const blockMax = BLOCK_MAX[((src[from + 5] as number) >>> 4) & 7]
  if (flags >>> 6 !== 1 || (flags & 0x02) !== 0) throw new Damage(`lz4 frame flags ${flags} are not supported`)
  if ((flags & 0x01) !== 0) throw new Damage('an lz4 frame asks for a dictionary')
  if (blockMax === undefined) throw new Damage('an lz4 frame has an unknown block size')
  const independent = (flags & 0x20) !== 0
  const blockChecksums = (flags & 0x10) !== 0
  const contentSize = (flags & 0x08) !== 0
  const contentChecksum = (flags & 0x04) !== 0
  let at = from + 6 + (contentSize ? 8 : 0)
  if (at >= end) throw new Damage('an lz4 frame ends inside its header')
  if (((xxhash32(src, from + 4, at) >>> 8) & 0xff) !== src[at])
    throw new Damage("an lz4 frame's header checksum is wrong")
  at++
  let size = sizeBefore
  for (;;) {
    if (end - at < 4) throw new Damage('an lz4 frame ends before its end mark')
    const word = src.readUInt32LE(at)
    at += 4
    if (word === 0) break
    const packed = word & 0x7fffffff
    const tail = blockChecksums ? 4 : 0
    if (packed > blockMax || end - at < packed + tail) throw new Damage('an lz4 block is larger than allowed or cut')
    if (blockChecksums && xxhash32(src, at, at + packed) !== src.readUInt32LE(at + packed)) {
      throw new Damage("an lz4 block's checksum is wrong")
    }
    const out = scratch.room(size, size + blockMax)
    if (word >= 0x80000000) {
      src.copy(out, size, at, at + packed)
      size += packed
    } else size = unpackBlock(src, at, at + packed, out, size, size + blockMax, independent ? size : sizeBefore)
    at += packed + tail
    if (size > limit) throw new Damage(`it unpacks to more than ${limit} bytes`)
  }
  if (contentSize && src.readBigUInt64LE(from + 6) !== BigInt(size - sizeBefore)) {
    throw new Damage("an lz4 frame's content size is wrong")
  }
  if (contentChecksum) {
    if (end - at < 4) throw new Damage('an lz4 frame ends before its checksum')
    if (xxhash32(scratch.buf, sizeBefore, size) !== src.readUInt32LE(at)) {
      throw new Damage("an lz4 frame's content checksum is wrong")
    }
    at += 4
  }
  return { at, size }
}

/**
 * One block (lz4 block format 1.5.1).
 * @param outEnd exclusive bound of what may be written
 * @param windowStart matches may not reach before it
 * @returns where the output ends
 */
function unpackBlock(
  src: Buffer,
  from: number,
  end: number,
  out: Buffer,
  outFrom: number,
  outEnd: number,
  windowStart: number,
): number {
  let at = from
  let to = outFrom
  while (at < end) {
    const token = src[at++] as number
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255) {
        if (at >= end) throw cut()
        more = src[at++] as number
        literals += more
      }
    }
    if (literals > end - at || literals > outEnd - to) throw cut()
    if (literals > 48) {
      src.copy(out, to, at, at + literals)
      to += literals
      at += literals
    } else for (const stop = at + literals; at < stop; ) out[to++] = src[at++] as number
    if (at === end) return to
    if (end - at < 2) throw cut()
    const offset = (src[at] as number) | ((src[at + 1] as number) << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19) {
      let more = 255
      while (more === 255) {
        if (at >= end) throw cut()
        more = src[at++] as number
        length += more
      }
    }
    let match = to - offset
    if (offset === 0 || match < windowStart || length > outEnd - to) throw cut()
    if (length > 48 && offset >= length) {
      out.copyWithin(to, match, match + length)
      to += length
    } else for (const stop = to + length; to < stop; ) out[to++] = out[match++] as number
  }
  throw cut()
}

function cut(): Damage {
  return new Damage('an lz4 block is malformed')
}
