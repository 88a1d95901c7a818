import type { RecordView } from '../../contract/record.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { IndexedFrame, SegmentIndex } from '../segment/frame-index.ts'
import { TimestampRange } from '../suspects.ts'

/** Compares a segment's index with what is in the segment, frame by frame as they are read. */
export class IndexCheck {
  readonly #index: SegmentIndex
  /** Frames without a record give no piece to look at. */
  readonly #frames: readonly IndexedFrame[]
  #next = 0
  #records = 0
  #firstOffset = -1
  #range = new TimestampRange()
  #problem: Said | null = null

  constructor(index: SegmentIndex) {
    this.#index = index
    this.#frames = index.frames.filter(({ records }) => records > 0)
  }

  /** Each record of the present frame. */
  add(view: RecordView): void {
    if (this.#records++ === 0) this.#firstOffset = view.offset
    this.#range.add(view)
  }

  /** The present frame has ended. */
  endFrame(): void {
    const frame = this.#frames[this.#next++]
    const { min, max } = this.#range
    if (frame === undefined) this.#problem ??= say('finding.indexFrames')
    else if (frame.records !== this.#records || frame.firstOffset !== this.#firstOffset) {
      this.#problem ??= say('finding.indexRecords', {
        stated: frame.records,
        statedFrom: frame.firstOffset,
        got: this.#records,
        gotFrom: this.#firstOffset,
      })
    } else if (frame.min !== min || frame.max !== max) {
      this.#problem ??= say('finding.indexTimes', {
        offset: frame.firstOffset,
        statedMin: String(frame.min),
        statedMax: String(frame.max),
        min: String(min),
        max: String(max),
      })
    }
    this.#records = 0
    this.#range = new TimestampRange()
  }

  /** @param heads as they were computed @returns what is not true of the index; null where all of it is */
  problem(heads: Buffer): Said | null {
    if (this.#problem !== null) return this.#problem
    if (this.#next !== this.#frames.length) return say('finding.indexMissing')
    return heads.equals(this.#index.heads) ? null : say('finding.indexHashes')
  }
}
