import { Damage } from './damage.ts'
import type { Scratch } from './scratch.ts'

/**
 * Unpacks snappy as it occurs in batches: xerial's framing, as Kafka's Java client writes it, or one raw block, as
 * others do. Blocks are unpacked one behind the other into one buffer.
 * @returns the number of bytes in `scratch`
 * @throws Damage
 */
export function unpackSnappy(src: Buffer, start: number, end: number, limit: number, scratch: Scratch): number {
  const framed =
    end - start >= XERIAL_HEADER && src[start] === 0x82 && src.toString('latin1', start + 1, start + 8) === 'SNAPPY\0'
  if (!framed) return unpackBlock(src, start, end, limit, scratch, 0)
  let size = 0
  let at = start + XERIAL_HEADER
  while (at < end) {
    const length = end - at >= 4 ? src.readInt32BE(at) : -1
    at += 4
    if (length < 0 || length > end - at) throw new Damage('a snappy block is cut')
    size = unpackBlock(src, at, at + length, limit, scratch, size)
    at += length
  }
  return size
}

const XERIAL_HEADER = 16

/** One block (google/snappy format_description.txt). @param size bytes that are in `scratch` already */
function unpackBlock(src: Buffer, start: number, end: number, limit: number, scratch: Scratch, size: number): number {
  let at = start
  let claimed = 0
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) throw malformed()
    const byte = src[at++] as number
    claimed += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  // An element of 3 bytes gives at most 64 bytes: a larger claim can't be true, so nothing is allocated for it.
  if (claimed > (end - start) * 64) throw new Damage('a snappy block claims more than it can hold')
  if (size + claimed > limit) throw new Damage(`it unpacks to more than ${limit} bytes`)
  const out = scratch.room(size, size + claimed)
  const outEnd = size + claimed
  let to = size
  while (at < end) {
    const tag = src[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let length = (tag >>> 2) + 1
      if (length > 60) {
        const bytes = length - 60
        if (end - at < bytes) throw malformed()
        length = src.readUIntLE(at, bytes) + 1
        at += bytes
      }
      if (length > end - at || length > outEnd - to) throw malformed()
      if (length > 48) {
        src.copy(out, to, at, at + length)
        to += length
        at += length
      } else for (const stop = at + length; at < stop; ) out[to++] = src[at++] as number
      continue
    }
    let length = (tag >>> 2) + 1
    let offset: number
    if (kind === 1) {
      if (at >= end) throw malformed()
      length = ((tag >>> 2) & 7) + 4
      offset = ((tag >>> 5) << 8) | (src[at++] as number)
    } else {
      const bytes = kind === 2 ? 2 : 4
      if (end - at < bytes) throw malformed()
      offset = src.readUIntLE(at, bytes)
      at += bytes
    }
    let match = to - offset
    if (offset === 0 || match < size || length > outEnd - to) throw malformed()
    for (const stop = to + length; to < stop; ) out[to++] = out[match++] as number
  }
  if (to !== outEnd) throw malformed()
  return to
}

function malformed(): Damage {
  return new Damage('a snappy block is malformed')
}
