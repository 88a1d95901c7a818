import { CofferError } from '../../contract/errors.ts'
import { english, type Said, say } from '../../contract/said/said.ts'

/**
 * Walks the zstd frames of a buffer without decompressing (RFC 8878 §3.1): where each ends, and how much it can be
 * uncompressed. Node's own decompressor stops after the first of several frames without a word.
 */
export interface ZstdFrame {
  start: number
  /** Exclusive. */
  end: number
  /** As the frame's header says; null where it doesn't. */
  contentSize: number | null
  /** The most that its blocks can hold: checked against `contentSize`, so that a lie is seen before memory is taken. */
  maxContentSize: number
}

const MAGIC = 0xfd2fb528
/** RFC 8878 §3.1.2: skippable frames have sixteen magic numbers. */
const SKIPPABLE_MAGIC = 0x184d2a50
/** RFC 8878 §3.1.1.2.3: no block is larger, compressed or not. */
const MAX_BLOCK = 128 * 1024
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const

/**
 * The frames that make up `body`, skippable ones left out.
 * @throws SEGMENT_DAMAGED where it is anything but whole frames, one after another
 */
export function zstdFrames(body: Buffer): ZstdFrame[] {
  return walkFrames(body).frames
}

/**
 * The same, and where the content of skippable frames lies.
 * @throws SEGMENT_DAMAGED where it is anything but whole frames, one after another
 */
export function walkFrames(body: Buffer): { frames: ZstdFrame[]; skippable: { start: number; end: number }[] } {
  const frames: ZstdFrame[] = []
  const skippable: { start: number; end: number }[] = []
  for (let at = 0; at < body.length; ) {
    if (body.length - at < 8) throw broken(at, say('segment.zstdCutOff'))
    const magic = body.readUInt32LE(at)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      const end = at + 8 + body.readUInt32LE(at + 4)
      if (end > body.length) throw broken(at, say('segment.zstdSkippable'))
      skippable.push({ start: at + 8, end })
      at = end
      continue
    }
    if (magic !== MAGIC) throw broken(at, say('segment.zstdOther'))
    const frame = walkFrame(body, at)
    frames.push(frame)
    at = frame.end
  }
  return { frames, skippable }
}

function walkFrame(body: Buffer, start: number): ZstdFrame {
  const descriptor = body[start + 4] as number
  const single = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >>> 6
  const sizeBytes = single && sizeFlag === 0 ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] as number)
  let at = start + 5 + (single ? 0 : 1)
  at += DICTIONARY_ID_BYTES[descriptor & 3] as number
  if (at + sizeBytes > body.length) throw broken(start, say('segment.zstdCutOff'))
  const contentSize = readSize(body, at, sizeBytes)
  at += sizeBytes
  let most = 0
  for (;;) {
    if (at + 3 > body.length) throw broken(start, say('segment.zstdCutOff'))
    const header = body.readUIntLE(at, 3)
    const last = (header & 1) !== 0
    const type = (header >>> 1) & 3
    const size = header >>> 3
    at += 3
    if (type === 3 || size > MAX_BLOCK) throw broken(start, say('segment.zstdBlock'))
    // an RLE block (1) is one byte, repeated `size` times
    at += type === 1 ? 1 : size
    most += type === 2 ? MAX_BLOCK : size
    if (at > body.length) throw broken(start, say('segment.zstdCutOff'))
    if (last) break
  }
  if ((descriptor & 4) !== 0) at += 4
  if (at > body.length) throw broken(start, say('segment.zstdCutOff'))
  if (contentSize !== null && contentSize > most) {
    throw broken(start, say('segment.zstdSays', { most, size: contentSize }))
  }
  return { start, end: at, contentSize, maxContentSize: contentSize ?? most }
}

function readSize(body: Buffer, at: number, bytes: number): number | null {
  if (bytes === 0) return null
  if (bytes === 1) return body[at] as number
  if (bytes === 2) return body.readUInt16LE(at) + 256
  if (bytes === 4) return body.readUInt32LE(at)
  const size = body.readBigUInt64LE(at)
  // beyond anything a block list could hold: the caller's comparison refuses it
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size)
}

function broken(at: number, why: Said): CofferError {
  return new CofferError('SEGMENT_DAMAGED', why, { details: { reason: english(why), position: at } })
}
