import { type Int64, joinInt64 } from '../../contract/record.ts'
import { type Said, say } from '../../contract/said/said.ts'
import { BLOCK_LEAVES, HASH_BYTES } from '../merkle.ts'
import { walkFrames, type ZstdFrame } from './frames.ts'

/**
 * A segment's index: what each of its zstd frames holds, and the heads of small subtrees of its Merkle tree, in a skippable
 * frame behind the others (docs/archive-format.md, section 2). It lies within what the segment's CRC-32 and SHA-256
 * cover, and every decoder passes over it. Whoever looks for a narrow window need not unpack and hash the rest.
 */
export interface SegmentIndex {
  frames: readonly IndexedFrame[]
  /** Head of every `BLOCK_LEAVES` leaves, 32 bytes each. */
  heads: Buffer
}

export interface FrameFacts {
  records: number
  firstOffset: number
  /** Smallest and largest timestamp of its records. */
  min: Int64
  max: Int64
}

export interface IndexedFrame extends FrameFacts {
  /** The number of records before it in the segment. */
  firstLeaf: number
  /** Where it lies in the body. */
  frame: ZstdFrame
}

/** A skippable frame (RFC 8878 section 3.1.2); the last hex digit is free. */
const SKIPPABLE = 0x184d2a5c
/** `KBIX` */
const MAGIC = 0x5849424b
const VERSION = 1
const HEAD_BYTES = 16
const FRAME_BYTES = 32
const BLOCK_LEVEL = Math.log2(BLOCK_LEAVES)

/** The index as it is stored, its skippable frame around it. @param heads as MerkleBuilder.blockHeads gives them */
export function encodeIndex(frames: readonly FrameFacts[], heads: Buffer): Buffer {
  const out = Buffer.alloc(8 + HEAD_BYTES + frames.length * FRAME_BYTES + heads.length)
  out.writeUInt32LE(SKIPPABLE, 0)
  out.writeUInt32LE(out.length - 8, 4)
  out.writeUInt32LE(MAGIC, 8)
  out[12] = VERSION
  out[13] = BLOCK_LEVEL
  out.writeUInt32LE(frames.length, 16)
  out.writeUInt32LE(heads.length / HASH_BYTES, 20)
  let at = 8 + HEAD_BYTES
  for (const { records, firstOffset, min, max } of frames) {
    out.writeUInt32LE(records, at)
    out.writeBigInt64LE(BigInt(firstOffset), at + 8)
    out.writeBigInt64LE(BigInt(min), at + 16)
    out.writeBigInt64LE(BigInt(max), at + 24)
    at += FRAME_BYTES
  }
  heads.copy(out, at)
  return out
}

/**
 * The index of a zstd body, as far as it agrees with the frames that are there. What it says of them is not believed
 * here: whoever uses it compares the heads with the segment's root, and each frame with what it says of it.
 * @param records as the segment's header says
 * @returns null where there is none, or none of this form: then everything is to be read; the reason where there is a
 *   broken one
 * @throws SEGMENT_DAMAGED where the body is not whole frames
 */
export function readIndex(body: Buffer, records: number): SegmentIndex | { broken: Said } | null {
  const { frames: all, skippable } = walkFrames(body)
  // Of nothing: Node's zstd put one behind a frame that ended exactly with its output buffer, in the past.
  const frames = all.filter((frame) => frame.contentSize !== 0)
  const found = skippable
    .map(({ start, end }) => body.subarray(start, end))
    .filter((one) => one.length >= HEAD_BYTES && one.readUInt32LE(0) === MAGIC && one[4] === VERSION)
  const bytes = found[0]
  if (bytes === undefined) return null
  if (found.length > 1) return { broken: say('finding.indexOnce', { got: found.length }) }
  const blocks = Math.ceil(records / BLOCK_LEAVES)
  const [level, frameCount, headCount] = [bytes[5], bytes.readUInt32LE(8), bytes.readUInt32LE(12)]
  if (level !== BLOCK_LEVEL || bytes.readUInt16LE(6) !== 0) return { broken: say('finding.indexForm') }
  if (
    frameCount !== frames.length ||
    headCount !== blocks ||
    bytes.length !== HEAD_BYTES + frameCount * FRAME_BYTES + headCount * HASH_BYTES
  ) {
    return {
      broken: say('finding.indexSize', { frames: frames.length, blocks, gotFrames: frameCount, gotBlocks: headCount }),
    }
  }
  const indexed: IndexedFrame[] = []
  let firstLeaf = 0
  for (const [i, frame] of frames.entries()) {
    if (frame.contentSize === null) return { broken: say('finding.indexFrameSize') }
    const at = HEAD_BYTES + i * FRAME_BYTES
    if (bytes.readUInt32LE(at + 4) !== 0) return { broken: say('finding.indexForm') }
    const facts = {
      records: bytes.readUInt32LE(at),
      firstOffset: Number(bytes.readBigInt64LE(at + 8)),
      min: int64At(bytes, at + 16),
      max: int64At(bytes, at + 24),
    }
    indexed.push({ ...facts, firstLeaf, frame })
    firstLeaf += facts.records
  }
  if (firstLeaf !== records) return { broken: say('finding.indexTotal', { expected: records, got: firstLeaf }) }
  return { frames: indexed, heads: bytes.subarray(HEAD_BYTES + frameCount * FRAME_BYTES) }
}

/** Smallest and largest timestamp over all frames that hold records; there must be one. */
export function timesOf(frames: readonly FrameFacts[]): { min: Int64; max: Int64 } {
  const held = frames.filter(({ records }) => records > 0)
  let { min, max } = held[0] as FrameFacts
  for (const frame of held) {
    if (frame.min < min) min = frame.min
    if (frame.max > max) max = frame.max
  }
  return { min, max }
}

function int64At(bytes: Buffer, at: number): Int64 {
  return joinInt64(bytes.readInt32LE(at + 4), bytes.readUInt32LE(at))
}
