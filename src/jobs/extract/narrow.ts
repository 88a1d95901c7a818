import type { BlockTree } from '../../archive/block-tree.ts'
import { BLOCK_LEAVES } from '../../archive/merkle.ts'
import type { KbakCursor } from '../../archive/segment/cursor.ts'
import type { IndexedFrame } from '../../archive/segment/frame-index.ts'
import type { Segment } from '../../archive/segment/reader.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import { holdsTimes, type Window } from '../restore/window.ts'
import { hasTimes, vouchedFrames } from '../restore/window-pieces.ts'

/**
 * Reading a segment by its index: only the frames that can hold a record of the window are unpacked, and those beside them
 * that share a block of leaves with them. The index is the backup's own word, within the segment's SHA-256 that the
 * manifest states, as the manifest's smallest and largest timestamps are. All of it that shows is compared: its heads lead
 * to the segment's root, its times are the manifest's, and each frame that is read is as it says. Where anything differs,
 * it is not used.
 */
export interface NarrowPlan {
  tree: BlockTree
  frames: PlannedFrame[]
  /** Records of the frames that can hold no match. */
  ruledOut: number
}

interface PlannedFrame {
  frame: IndexedFrame
  /** It can hold a match; else it is read for hashes that it shares with one. */
  wanted: boolean
  /** Leaves of it that are hashed: from, and up to. */
  from: number
  to: number
}

/** Which frames are to be read; null where the index rules none out, or there is none that can be relied on. */
export function planNarrow(segment: Segment, entry: SegmentEntry, window: Window): NarrowPlan | null {
  const found = vouchedFrames(segment, entry, (min, max) => holdsTimes(window, min, max))
  if (found === null) return null
  const { frames, wanted, tree } = found
  return {
    tree,
    frames: withNeighbours(frames, wanted, tree.leaves),
    ruledOut: frames.reduce((sum, { records }, i) => sum + (wanted[i] ? 0 : records), 0),
  }
}

/** Blocks of leaves begin and end where frames don't: what of the neighbours lies in a wanted frame's blocks is read too. */
function withNeighbours(frames: readonly IndexedFrame[], wanted: readonly boolean[], leaves: number): PlannedFrame[] {
  const needed = new Set<number>()
  for (const [i, { firstLeaf, records }] of frames.entries()) {
    if (!wanted[i]) continue
    const last = Math.floor((firstLeaf + records - 1) / BLOCK_LEAVES)
    for (let block = Math.floor(firstLeaf / BLOCK_LEAVES); block <= last; block++) needed.add(block)
  }
  const planned: PlannedFrame[] = []
  for (const [i, frame] of frames.entries()) {
    const { firstLeaf, records } = frame
    const end = firstLeaf + records
    let [from, to] = [end, firstLeaf]
    for (let block = Math.floor(firstLeaf / BLOCK_LEAVES); block * BLOCK_LEAVES < end; block++) {
      if (!needed.has(block)) continue
      from = Math.min(from, Math.max(firstLeaf, block * BLOCK_LEAVES))
      to = Math.max(to, Math.min(end, leaves, (block + 1) * BLOCK_LEAVES))
    }
    if (from < to) planned.push({ frame, wanted: wanted[i] as boolean, from, to })
  }
  return planned
}

/** What the index says is not so: everything is to be read. */
export class FalseIndex extends Error {}

/** Records of one piece of a segment, and what is to be done with them. */
export interface ReadPiece {
  cursor: KbakCursor
  /** Number of its first record in the segment. */
  leaf: number
  /** It can hold a match. */
  wanted: boolean
  /** Which leaves are hashed: from, and up to. */
  from: number
  to: number
}

/**
 * The planned frames in order. Once the taker has walked one, its records are compared with what the index says of them.
 * @throws FalseIndex
 */
export async function* narrowPieces(segment: Segment, { frames, tree }: NarrowPlan): AsyncGenerator<ReadPiece> {
  for (const { frame, wanted, from, to } of frames) {
    const cursor = await segment.frame(frame).catch((cause: unknown) => {
      if (isCofferError(cause, 'SEGMENT_DAMAGED')) throw new FalseIndex('a frame is not as the index says', { cause })
      throw cause
    })
    if (!hasTimes(cursor, frame)) throw new FalseIndex('a frame has other times')
    yield { cursor, leaf: frame.firstLeaf, wanted, from, to }
  }
  if (!tree.finish()) throw new FalseIndex('a block has another head')
}
