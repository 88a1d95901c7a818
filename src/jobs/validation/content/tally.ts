import type { Difference, DifferenceKind } from './difference.ts'

/** How many differences are named; all are counted. */
export const NAMED = 100

/** What the comparison of one flow, or of all, came to. Plain data: it is kept when a validation is stopped. */
export interface Tally {
  /** Records of the archive that should be in the target. */
  expected: number
  /** Records that a consumer sees in the target. */
  found: number
  /** Uncompressed, of the archive's records. */
  bytes: number
  identical: number
  missing: number
  extra: number
  changed: number
  misplaced: number
  /** Of the extra ones: records of the archive that are there more than once. */
  duplicates: number
  /** Of the missing ones: the target's log begins after them. */
  deleted: number
  /** Gone by compaction, and a later record with the same key is there (or it was a tombstone): not missing. */
  compacted: number
  /** Gone from a compacted log, and too many to follow whether a later record of the key is there. */
  unfollowed: number
  /** After the restore's end, where that is allowed: not extra. */
  appended: number
  /** Lie before the place where the restore began to write: not looked at. */
  before: number
  /** Archived more than once, restored once. */
  repeated: number
  /** Left out by the window. */
  filtered: number
  /** Looked like transaction markers of a foreign archive, and were left out. */
  suspect: number
  /** Target partitions that were compared without their order, since it was lost. */
  unordered: number
  segments: number
  /** Flows that could not be read from the archive, and why. */
  unreadable: number
  problems: string[]
  differences: Difference[]
}

export function emptyTally(): Tally {
  return {
    expected: 0,
    found: 0,
    bytes: 0,
    identical: 0,
    missing: 0,
    extra: 0,
    changed: 0,
    misplaced: 0,
    duplicates: 0,
    deleted: 0,
    compacted: 0,
    unfollowed: 0,
    appended: 0,
    before: 0,
    repeated: 0,
    filtered: 0,
    suspect: 0,
    unordered: 0,
    segments: 0,
    unreadable: 0,
    problems: [],
    differences: [],
  }
}

export function addTally(total: Tally, one: Tally): void {
  for (const [name, value] of Object.entries(one)) {
    if (typeof value === 'number') (total as unknown as Record<string, number>)[name]! += value
  }
  for (const difference of one.differences) note(total, difference)
  total.problems.push(...one.problems.slice(0, Math.max(0, NAMED - total.problems.length)))
}

/** Names the difference while there is room. Counting is the caller's. */
export function note(tally: Tally, difference: Difference): void {
  if (tally.differences.length < NAMED) tally.differences.push(difference)
}

export function differencesOf(tally: Tally): number {
  return tally.missing + tally.extra + tally.changed + tally.misplaced
}

const ORDER: readonly DifferenceKind[] = ['changed', 'missing', 'extra', 'duplicate', 'misplaced']

/** The named ones in the order of their places. */
export function sorted(differences: readonly Difference[]): Difference[] {
  const place = (one: Difference) => one.source_offset ?? one.target_offset ?? 0
  return [...differences].sort(
    (a, b) =>
      (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) ||
      (a.partition ?? a.target_partition ?? 0) - (b.partition ?? b.target_partition ?? 0) ||
      place(a) - place(b) ||
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
  )
}
