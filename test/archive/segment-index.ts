import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { walkFrames } from '../../src/archive/segment/frames.ts'
import type { SegmentEntry } from '../../src/archive/types.ts'

/** Where the index's bytes begin in an object, its own magic number first; -1 where there is none. */
export function indexAt(object: Buffer): number {
  const { skippable } = walkFrames(object.subarray(32, object.length - 8))
  return skippable.length === 1 ? 32 + (skippable[0]?.start ?? 0) : -1
}

/** The same segment after `change` of its body, with the CRC-32 and the entry of one that was written so. */
export function resealed<E extends Pick<SegmentEntry, 'sha256' | 'compressed_size'>>(
  object: Buffer,
  entry: E,
  change: (body: Buffer) => Buffer,
): { object: Buffer; entry: E } {
  const body = change(Buffer.from(object.subarray(32, object.length - 8)))
  const framed = Buffer.concat([object.subarray(0, 32), body])
  const footer = Buffer.alloc(8)
  footer.writeUInt32LE(crc32(framed), 0)
  footer.write('BKAE', 4, 'latin1')
  const changed = Buffer.concat([framed, footer])
  const sha256 = createHash('sha256').update(changed).digest('hex')
  return { object: changed, entry: { ...entry, sha256, compressed_size: changed.length } }
}

/** The same segment as an older Coffer wrote it. */
export function withoutIndex<E extends Pick<SegmentEntry, 'sha256' | 'compressed_size'>>(object: Buffer, entry: E) {
  return resealed(object, entry, (body) => body.subarray(0, indexAt(object) - 32 - 8))
}
