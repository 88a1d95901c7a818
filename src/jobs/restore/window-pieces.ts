import { BlockTree } from '../../archive/block-tree.ts'
import type { KbakCursor } from '../../archive/segment/cursor.ts'
import { type IndexedFrame, timesOf } from '../../archive/segment/frame-index.ts'
import type { Segment } from '../../archive/segment/reader.ts'
import { TimestampRange } from '../../archive/suspects.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { Int64 } from '../../contract/record.ts'

/** Whether a frame must be unpacked, by the smallest and largest timestamp of its records. */
export type Wanted = (min: Int64, max: Int64) => boolean

/** A segment's frames as its index has them, and which of them are wanted. */
export interface VouchedFrames {
  frames: readonly IndexedFrame[]
  wanted: readonly boolean[]
  /** Of the heads that the index states; its root is the segment's. */
  tree: BlockTree
}

/**
 * What a segment's index says of its frames, where it can be relied on as far as that shows without unpacking any
 * (docs/decisions/15): its digest and root stand in the manifest, its heads lead to the root, its times are the manifest's.
 * @returns null where it can't, there is none, or every frame is wanted
 */
export function vouchedFrames(segment: Segment, entry: SegmentEntry, wants: Wanted): VouchedFrames | null {
  // without a root and a digest in the manifest nothing vouches for an index
  if (entry.generation === undefined || entry.merkle_root === undefined || entry.sha256 === undefined) return null
  const index = segment.index()
  if (index === null || 'broken' in index || segment.header.recordCount === 0) return null
  const { frames, heads } = index
  const wanted = frames.map(({ records, min, max }) => records > 0 && wants(min, max))
  if (wanted.every((one) => one)) return null
  const { min, max } = timesOf(frames)
  if (min !== entry.min_timestamp || max !== entry.max_timestamp) return null
  const tree = new BlockTree(segment.header.recordCount, heads)
  return tree.root.toString('hex') === entry.merkle_root ? { frames, wanted, tree } : null
}

/** Records that are to be looked at, or a frame of the index that holds none of them. */
export type WindowPiece = { cursor: KbakCursor; passed: null } | { cursor: null; passed: IndexedFrame }

/**
 * A segment's records in order, without those of frames that its index rules out. Each frame that is read is compared with
 * what the index says of it before the first record is given out; where one differs, or much of it is wanted, all of the segment
 * is read, and counted against the manifest, as without an index.
 * @param segment its framing (SHA-256, CRC-32) was checked when it was opened
 * @throws SEGMENT_DAMAGED
 */
export async function* windowPieces(segment: Segment, entry: SegmentEntry, wants: Wanted): AsyncGenerator<WindowPiece> {
  const found = vouchedFrames(segment, entry, wants)
  if (found === null || isMuch(found) || !(await areAsStated(segment, found))) {
    for await (const cursor of segment.chunks()) yield { cursor, passed: null }
    return
  }
  for (const [i, frame] of found.frames.entries()) {
    if (found.wanted[i] === true) yield { cursor: await segment.frame(frame), passed: null }
    else if (frame.records > 0) yield { cursor: null, passed: frame }
  }
}

/** They are unpacked twice, once to compare them: more than a quarter of a segment is sooner read as a whole. */
function isMuch({ frames, wanted }: VouchedFrames): boolean {
  const bytes = (of: (i: number) => boolean) =>
    frames.reduce((sum, { frame }, i) => sum + (of(i) ? (frame.contentSize ?? 0) : 0), 0)
  return bytes((i) => wanted[i] === true) * 4 > bytes(() => true)
}

async function areAsStated(segment: Segment, { frames, wanted }: VouchedFrames): Promise<boolean> {
  for (const [i, frame] of frames.entries()) {
    if (wanted[i] === true && !(await isAsStated(segment, frame))) return false
  }
  return true
}

async function isAsStated(segment: Segment, frame: IndexedFrame): Promise<boolean> {
  try {
    return hasTimes(await segment.frame(frame), frame)
  } catch (error) {
    if (isCofferError(error, 'SEGMENT_DAMAGED')) return false
    throw error
  }
}

/** Whether the records that a cursor has before it have the smallest and largest timestamp that the index says. */
export function hasTimes(cursor: KbakCursor, { min, max }: IndexedFrame): boolean {
  const range = new TimestampRange()
  const walk = cursor.copy()
  while (walk.next()) range.add(walk.view)
  return range.min === min && range.max === max
}
