import { checkedKey } from '../../archive/paths.ts'
import { openSegment } from '../../archive/segment/reader.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import { CofferError } from '../../contract/errors.ts'
import type { RecordView } from '../../contract/record.ts'
import type { Storage } from '../../storage/storage.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { SourcePlan } from './plan.ts'
import { sameRecord } from './same-record.ts'
import { holdsTimes, type Window } from './window.ts'
import { type WindowPiece, windowPieces } from './window-pieces.ts'

/** Where the segments come from, and what bounds them. */
export interface SegmentSource {
  storage: Storage
  backupId: string
  budget: ByteBudget
  /** Aborted where the restore is to stop, for whatever reason. */
  stop: AbortSignal
  /** Which records are wanted; null: all. */
  window: Window | null
}

/** Records that were not looked at, since the segment's index puts all of them outside the window. */
export interface PassedOver {
  records: number
  /** As `recordBytes` counts them. */
  bytes: number
  firstOffset: number
}

/** Takes one record; a promise is waited for before the next. The view is moved afterwards. */
export type Visit = (view: RecordView) => Promise<void> | undefined

export interface WalkHooks {
  visit: Visit
  /** Told of what is passed over, in its order. Where it is not given, every record is visited. */
  passedOver?: (passed: PassedOver) => void
  /** After each piece of a segment: the time for what is too slow for every record. */
  pause?: () => void
  /** A segment has been read to its end. */
  segmentRead?: (segment: SegmentEntry) => void
}

/**
 * Every record of a source partition in offset order, each offset once, however often and in how many overlapping
 * segments an archive of another program holds it. A segment is verified as a whole before its first record is visited.
 * @returns how many records were stored more than once
 * @throws SEGMENT_DAMAGED, OBJECT_MISSING, ARCHIVE_DIFFERS where two segments disagree about an offset
 */
export async function walkSource(source: SourcePlan, from: SegmentSource, hooks: WalkHooks): Promise<number> {
  const { visit } = hooks
  let last = -1
  let repeated = 0
  for (const group of source.groups) {
    const release = await from.budget.take(group.reduce((sum, segment) => sum + memoryOf(segment), 0))
    try {
      if (from.stop.aborted) return repeated
      if (group.length === 1) {
        for await (const { cursor, passed } of piecesOf(group[0]!, await open(group[0]!, from), from, hooks)) {
          if (passed !== null) {
            const { records, firstOffset, frame } = passed
            hooks.passedOver?.({ records, bytes: frame.contentSize ?? 0, firstOffset })
            continue
          }
          const { view } = cursor
          while (cursor.next()) {
            if (view.offset <= last) {
              repeated++
              continue
            }
            last = view.offset
            const waiting = visit(view)
            if (waiting !== undefined) await waiting
          }
          hooks.pause?.()
          if (from.stop.aborted) return repeated
        }
      } else {
        const merge = await Merge.open(group, from)
        for (let view = await merge.next(); view !== null; view = await merge.next()) {
          if (view.offset <= last) {
            repeated++
            continue
          }
          last = view.offset
          const waiting = visit(view)
          if (waiting !== undefined) await waiting
          if (from.stop.aborted) return repeated
        }
        repeated += merge.repeated
        hooks.pause?.()
      }
      for (const segment of group) hooks.segmentRead?.(segment)
    } finally {
      release()
    }
  }
  return repeated
}

function piecesOf(
  segment: SegmentEntry,
  opened: Opened,
  { window }: SegmentSource,
  { passedOver }: WalkHooks,
): AsyncGenerator<WindowPiece> {
  const all = window === null || passedOver === undefined
  return windowPieces(opened, segment, (min, max) => all || holdsTimes(window, min, max))
}

type Opened = Awaited<ReturnType<typeof openSegment>>

/** Gets a segment and verifies it: SHA-256 where the archive states one, CRC-32 always. */
async function open(segment: SegmentEntry, from: SegmentSource): Promise<Opened> {
  const { body } = await from.storage.get(checkedKey(from.backupId, segment.key), { maxBytes: mostBytes(segment) })
  return openSegment(body, segment)
}

/** Old manifests of other programs don't state a size. One byte more than stated is enough to see that it is wrong. */
function mostBytes(segment: SegmentEntry): number {
  return segment.compressed_size > 0 ? segment.compressed_size + 1 : UNSTATED_BYTES
}

const UNSTATED_BYTES = 1024 * 1024 * 1024

/** What a segment takes while it is read: its object, and the pieces that are unpacked. */
function memoryOf(segment: SegmentEntry): number {
  return mostBytes(segment) + PIECES_BYTES
}

const PIECES_BYTES = 4 * 1024 * 1024

type Cursor = { readonly view: RecordView; next(): boolean }

/** Segments whose ranges overlap, side by side. For archives of other programs; not built for speed. */
class Merge {
  readonly #lanes: { chunks: AsyncIterator<Cursor>; cursor: Cursor | null; segment: SegmentEntry }[]
  #current = -1
  repeated = 0

  private constructor(lanes: { chunks: AsyncIterator<Cursor>; cursor: Cursor | null; segment: SegmentEntry }[]) {
    this.#lanes = lanes
  }

  static async open(group: readonly SegmentEntry[], from: SegmentSource): Promise<Merge> {
    const lanes = []
    for (const segment of group) {
      const opened = await open(segment, from)
      const chunks = iterate(opened)
      lanes.push({ chunks, cursor: await nextCursor(chunks), segment })
    }
    return new Merge(lanes)
  }

  /** The record with the least offset; null after the last. */
  async next(): Promise<RecordView | null> {
    if (this.#current >= 0) await this.#advance(this.#current)
    let least = -1
    for (let i = 0; i < this.#lanes.length; i++) {
      const view = this.#lanes[i]!.cursor?.view
      if (view === undefined) continue
      const best = least < 0 ? undefined : this.#lanes[least]!.cursor!.view
      if (best === undefined || view.offset < best.offset) least = i
      else if (view.offset === best.offset) {
        if (!sameRecord(view, best)) throw this.#disagreement(least, i, view.offset)
        this.repeated++
        await this.#advance(i)
        i--
      }
    }
    this.#current = least
    return least < 0 ? null : this.#lanes[least]!.cursor!.view
  }

  async #advance(index: number): Promise<void> {
    const lane = this.#lanes[index]!
    if (lane.cursor?.next() !== true) lane.cursor = await nextCursor(lane.chunks)
  }

  #disagreement(a: number, b: number, offset: number): CofferError {
    const keys = [this.#lanes[a]!.segment.key, this.#lanes[b]!.segment.key]
    return new CofferError(
      'ARCHIVE_DIFFERS',
      `the segments "${keys[0]}" and "${keys[1]}" hold different records at offset ${offset}`,
      {
        hint: 'The archive mixes two histories of the topic. Restore from a backup made in one go.',
        details: { segments: keys, offset },
      },
    )
  }
}

async function* iterate(opened: Opened): AsyncGenerator<Cursor> {
  yield* opened.chunks()
}

/** The next cursor that stands on a record; null after the last. */
async function nextCursor(chunks: AsyncIterator<Cursor>): Promise<Cursor | null> {
  for (;;) {
    const step = await chunks.next()
    if (step.done === true) return null
    if (step.value.next()) return step.value
  }
}
