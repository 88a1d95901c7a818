import type { Int64, RecordView } from '../../contract/record.ts'
import { joinInt64 } from '../../contract/record.ts'
import { count, plural } from '../../contract/words.ts'
import { OffsetRuns } from './runs.ts'

/** Where the restored records of one source partition lie in one target partition: back to back from `targetFirst`. */
export class MapEntry {
  readonly sourceTopic: string
  readonly sourcePartition: number
  readonly targetTopic: string
  readonly targetPartition: number
  /** Target offset of the first record; meaningless where there is none. */
  targetFirst: number
  readonly runs: OffsetRuns
  #minHi = 0x7fffffff
  #minLo = 0xffffffff
  #maxHi = -0x80000000
  #maxLo = 0

  constructor(place: {
    sourceTopic: string
    sourcePartition: number
    targetTopic: string
    targetPartition: number
    targetFirst: number
    runs?: OffsetRuns
  }) {
    this.sourceTopic = place.sourceTopic
    this.sourcePartition = place.sourcePartition
    this.targetTopic = place.targetTopic
    this.targetPartition = place.targetPartition
    this.targetFirst = place.targetFirst
    this.runs = place.runs ?? new OffsetRuns()
  }

  /** Notes the next restored record. */
  add(view: RecordView): void {
    this.runs.add(view.offset)
    const { tsHi, tsLo } = view
    if (tsHi < this.#minHi || (tsHi === this.#minHi && tsLo < this.#minLo)) {
      this.#minHi = tsHi
      this.#minLo = tsLo
    }
    if (tsHi > this.#maxHi || (tsHi === this.#maxHi && tsLo > this.#maxLo)) {
      this.#maxHi = tsHi
      this.#maxLo = tsLo
    }
  }

  /** Earliest and latest timestamp of what was added; null where nothing was. */
  get span(): { min: Int64; max: Int64 } | null {
    if (this.#maxHi === -0x80000000 && this.#maxLo === 0 && this.#minHi === 0x7fffffff) return null
    return { min: joinInt64(this.#minHi, this.#minLo), max: joinInt64(this.#maxHi, this.#maxLo) }
  }

  /** Takes over a span that was kept elsewhere. */
  restoreSpan(min: { hi: number; lo: number }, max: { hi: number; lo: number }): void {
    this.#minHi = min.hi
    this.#minLo = min.lo
    this.#maxHi = max.hi
    this.#maxLo = max.lo
  }
}

/** What a source partition's archive covers, to tell an exact position from one that had to be clamped. */
export interface SourceCoverage {
  /** Exclusive end of what the archive accounts for. */
  end: number
  /** The first archived record after the last restored one, where the window or the filter left some out; else null. */
  leftOutAfter: number | null
}

export interface Translation {
  targetOffset: number
  /** The position lay outside of what was restored. */
  clamped: boolean
  reason?: string
}

/**
 * A committed position (the next offset to be read) of a source partition that went to one target partition of its
 * own. Exact within the restored range; a position in a hole goes to the next restored record.
 * @param base the target partition's end before the restore: where an empty partition's position goes
 */
export function translatePosition(
  entry: MapEntry | undefined,
  coverage: SourceCoverage,
  base: number,
  offset: number,
): Translation {
  if (entry === undefined || entry.runs.records === 0) {
    const clamped = offset > coverage.end || coverage.leftOutAfter !== null
    return clamped
      ? { targetOffset: base, clamped, reason: 'no record of this partition was restored' }
      : { targetOffset: base, clamped }
  }
  const { runs } = entry
  const targetOffset = entry.targetFirst + runs.countBefore(offset)
  const first = runs.firstOffset
  const last = runs.lastOffset
  if (offset < first) {
    return { targetOffset, clamped: true, reason: `before the first restored record (offset ${count(first)})` }
  }
  if (offset > coverage.end) {
    return { targetOffset, clamped: true, reason: `past the end of what was backed up (offset ${count(coverage.end)})` }
  }
  if (offset > last + 1 && coverage.leftOutAfter !== null && coverage.leftOutAfter < offset) {
    return { targetOffset, clamped: true, reason: `past the last restored record (offset ${count(last)})` }
  }
  return { targetOffset, clamped: false }
}

export interface MergedPosition extends Translation {
  /** The source partition whose first unread record decided; the last one where everything was read. */
  sourcePartition: number
  sourceOffset: number
}

/**
 * A group's position on a target partition that holds records of several source partitions (repartitioning, or two
 * partitions mapped onto one): the first record that the group has not read. Nothing is skipped; where the read
 * records are not all in front, some are read again, and the answer says so.
 * @param entries of this target partition, in the order in which their records lie there
 * @param committed by source partition; a partition without a position counts as unread
 */
export function mergePositions(
  entries: readonly MapEntry[],
  committed: ReadonlyMap<number, number>,
  base: number,
): MergedPosition {
  let decided: MergedPosition | null = null
  let again = 0
  let end: MergedPosition = { targetOffset: base, clamped: false, sourcePartition: -1, sourceOffset: -1 }
  for (const entry of entries) {
    if (entry.runs.records === 0) continue
    const offset = committed.get(entry.sourcePartition)
    const read = offset === undefined ? 0 : entry.runs.countBefore(offset)
    const place = { sourcePartition: entry.sourcePartition, sourceOffset: offset ?? -1, clamped: false }
    if (decided !== null) again += read
    else if (read < entry.runs.records) decided = { ...place, targetOffset: entry.targetFirst + read }
    end = { ...place, targetOffset: entry.targetFirst + entry.runs.records }
  }
  if (decided === null) return end
  return again === 0
    ? decided
    : {
        ...decided,
        reason: `${plural(again, 'record that the group has read lies', 'records that the group has read lie')} behind this position and will be read again`,
      }
}

/** Which source offsets became which target offsets, without their times; nulls where nothing was restored. */
export function mappedOffsets(entry: MapEntry) {
  const { runs } = entry
  const some = runs.records > 0
  return {
    topic: entry.sourceTopic,
    partition: entry.sourcePartition,
    target_topic: entry.targetTopic,
    target_partition: entry.targetPartition,
    source_first_offset: some ? runs.firstOffset : null,
    source_last_offset: some ? runs.lastOffset : null,
    target_first_offset: some ? entry.targetFirst : null,
    target_last_offset: some ? entry.targetFirst + runs.records - 1 : null,
    records: runs.records,
  }
}
