import { createHash } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { CofferError } from '../contract/errors.ts'
import type { AccountTotals } from '../contract/results.ts'
import type { AbsentKind, AccountEntry, AccountRange, Manifest } from './types.ts'

/** The account of every offset: what was archived, and why the rest was not (docs/archive-format.md). */

export const ABSENT_KINDS: readonly AbsentKind[] = [
  'aborted',
  'control',
  'compacted',
  'deleted_before',
  'deleted_during',
  'unexplained',
]

/** Ranges that the manifest itself holds; more go into an object of their own. */
export const INLINE_RANGES = 200

/** Not mentioned by anyone: gets its kind when the account is cut. */
const HOLE = -1

/**
 * Takes down what becomes of each offset while a partition is read, in offset order. Costs a comparison per archived
 * record; memory grows only with the number of absent ranges.
 */
export class AccountBuilder {
  #from: number
  #position: number
  #archived = 0
  /** Absent ranges as three numbers each: kind, from, to. */
  #ranges: number[] = []

  /** @param from the first offset of the range that is accounted for */
  constructor(from: number) {
    this.#from = from
    this.#position = from
  }

  /** The first offset that nothing has been said about yet. */
  get position(): number {
    return this.#position
  }

  /** Where the open entry begins. */
  get from(): number {
    return this.#from
  }

  /** The record at `offset` is in the archive. @throws UNEXPECTED where `offset` lies before `position` */
  archived(offset: number): void {
    if (offset !== this.#position) this.#skipTo(offset)
    this.#position = offset + 1
    this.#archived++
  }

  /** All of [from, to) is in the archive. */
  archivedRun(from: number, to: number): void {
    if (to <= from) return
    if (from !== this.#position) this.#skipTo(from)
    this.#position = to
    this.#archived += to - from
  }

  /** None of [from, to) is in the archive, for this reason. What was already told of is left as it is. */
  absent(kind: AbsentKind, from: number, to: number): void {
    const start = Math.max(from, this.#position)
    if (to <= start) return
    if (start !== this.#position) this.#skipTo(start)
    this.#note(ABSENT_KINDS.indexOf(kind), start, to)
    this.#position = to
  }

  /**
   * Closes the open entry at `to`, exclusive, and opens the next one there.
   * @param segment the key of the segment that holds the archived ones; null where there are none
   * @param holes the kind of every offset in it that nobody mentioned
   * @returns the entry with all its ranges; `settleRanges` moves them out where they are many
   * @throws UNEXPECTED where `to` lies before `position`
   */
  cut(to: number, generation: number, segment: string | null, holes: AbsentKind): AccountEntry {
    if (to < this.#position) throw disorder(to, this.#position)
    if (to > this.#position) this.#skipTo(to)
    const ranges: AccountRange[] = []
    const absent: Partial<Record<AbsentKind, number>> = {}
    for (let i = 0; i < this.#ranges.length; i += 3) {
      const code = this.#ranges[i] as number
      const kind = code === HOLE ? holes : (ABSENT_KINDS[code] as AbsentKind)
      const start = this.#ranges[i + 1] as number
      const end = this.#ranges[i + 2] as number
      absent[kind] = (absent[kind] ?? 0) + end - start
      const last = ranges.at(-1)
      if (last !== undefined && last[0] === kind && last[2] === start) last[2] = end
      else ranges.push([kind, start, end])
    }
    const entry: AccountEntry = { from: this.#from, to, generation, archived: this.#archived, absent }
    if (segment !== null && this.#archived > 0) entry.segment = segment
    this.#from = to
    this.#position = to
    this.#archived = 0
    this.#ranges = []
    if (ranges.length > 0) entry.ranges = ranges
    return entry
  }

  #skipTo(offset: number): void {
    if (offset < this.#position) throw disorder(offset, this.#position)
    this.#note(HOLE, this.#position, offset)
    this.#position = offset
  }

  #note(kind: number, from: number, to: number): void {
    const last = this.#ranges.length - 3
    if (last >= 0 && this.#ranges[last] === kind && this.#ranges[last + 2] === from) this.#ranges[last + 2] = to
    else this.#ranges.push(kind, from, to)
  }
}

/**
 * Where an entry has more ranges than the manifest should carry, moves them into an object of their own.
 * @param key of that object (`rangesKey`)
 * @returns the entry for the manifest, and the object's bytes to be stored before it; null where none is needed
 */
export function settleRanges(entry: AccountEntry, key: string): { entry: AccountEntry; blob: Buffer | null } {
  const { ranges, ...rest } = entry
  if (ranges === undefined || ranges.length <= INLINE_RANGES) return { entry, blob: null }
  const blob = zstdCompressSync(Buffer.from(JSON.stringify(ranges)))
  const sha256 = createHash('sha256').update(blob).digest('hex')
  return { entry: { ...rest, ranges_object: { key, sha256, size: blob.length, count: ranges.length } }, blob }
}

function disorder(offset: number, position: number): CofferError {
  return new CofferError('UNEXPECTED', `expected an offset not before ${position}, got "${offset}"`)
}

/** Adds account entries up. `offsets` is taken from the ranges, not from the sums, so that a difference would show. */
export function totalAccount(entries: Iterable<AccountEntry>): AccountTotals {
  const totals: AccountTotals = { offsets: 0, archived: 0, absent: {} }
  for (const entry of entries) {
    totals.offsets += entry.to - entry.from
    totals.archived += entry.archived
    for (const [kind, count] of Object.entries(entry.absent) as [AbsentKind, number][]) {
      totals.absent[kind] = (totals.absent[kind] ?? 0) + count
    }
  }
  return totals
}

/**
 * The account of offsets over all partitions, as the manifest states it; null in archives of other programs, which
 * keep none.
 */
export function accountOf(manifest: Manifest): AccountTotals | null {
  const entries = manifest.topics.flatMap((topic) => topic.partitions.flatMap((partition) => partition.account ?? []))
  return manifest.coffer === undefined && entries.length === 0 ? null : totalAccount(entries)
}
