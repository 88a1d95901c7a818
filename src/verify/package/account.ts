import { count, type Fields, list, object, text } from './document.ts'
import { quoted, Refusal } from './refusal.ts'

/** The account of offsets of one partition, done again (docs/archive-format.md section 5): what an auditor does with it. */

export interface AccountSum {
  from: number
  to: number
  archived: number
  absent: Record<string, number>
}

/** So much of a segment's entry as the account speaks of. */
export interface AccountedSegment {
  key: string
  startOffset: number
  endOffset: number
  records: number
  generation: number | null
}

/**
 * Entries in order, each beginning where the one before ends, their figures adding up; each record that is said to be
 * archived lies in a segment that the manifest names, and each segment of ours is in one entry. So a segment that was left
 * out of the manifest shows, as one does that was put in.
 * @returns null where there is no account
 * @throws Refusal COVERAGE_FAILURE, FORMAT_FAILURE
 */
export function sumAccount(
  entries: readonly unknown[],
  segments: readonly AccountedSegment[],
  at: string,
): AccountSum | null {
  let sum: AccountSum | null = null
  const open = new Map(segments.map((segment) => [segment.key, segment]))
  for (const [i, item] of entries.entries()) {
    const where = `${at}.account[${i}]`
    const entry = object(item, where)
    const from = count(entry.from, `${where}.from`)
    const to = count(entry.to, `${where}.to`)
    sum ??= { from, to: from, archived: 0, absent: {} }
    const archived = count(entry.archived, `${where}.archived`)
    sum.archived += archived
    const absent = absences(entry.absent, where)
    let told = archived
    for (const [kind, number] of absent) {
      told += number
      sum.absent[kind] = (Object.hasOwn(sum.absent, kind) ? (sum.absent[kind] as number) : 0) + number
    }
    if (from !== sum.to || told !== to - from) {
      throw new Refusal('COVERAGE_FAILURE', `The account of offsets at ${at} does not add up at ${quoted(from)}.`)
    }
    compareSegment(entry, { from, to, archived }, open, where)
    compareRanges(entry, { from, to }, absent, where)
    sum.to = to
  }
  const left = [...open.values()].find(({ generation }) => generation !== null)
  if (left !== undefined) {
    throw new Refusal(
      'COVERAGE_FAILURE',
      `The account of offsets at ${at} does not know the segment ${quoted(left.key)}.`,
    )
  }
  return sum
}

/**
 * A run that calls itself complete has accounted for every offset of its cut: a partition that was left out of the manifest
 * altogether shows here.
 * @throws Refusal COVERAGE_FAILURE, FORMAT_FAILURE
 */
export function compareCut(run: Fields, accounts: ReadonlyMap<string, AccountSum | null>, at: string): void {
  if (run.state !== 'complete' || run.mode !== 'snapshot') return
  for (const [place, value] of Object.entries(object(run.cut, `${at}.cut`))) {
    const cut = object(value, `${at}.cut`)
    const [from, to] = [count(cut.from, `${at}.cut`), count(cut.to, `${at}.cut`)]
    if (to <= from) continue
    const account = accounts.get(place)
    if (account == null || account.from > from || account.to < to) {
      throw new Refusal(
        'COVERAGE_FAILURE',
        `The last run was to read offsets ${from} to ${to - 1} of ${quoted(place)}, and the manifest does not account for all of them.`,
      )
    }
  }
}

function absences(value: unknown, where: string): Map<string, number> {
  const fields = Object.entries(object(value, `${where}.absent`))
  return new Map(fields.map(([kind, number]) => [kind, count(number, `${where}.absent.${kind}`)]))
}

/** @param open segments that no entry has named yet */
function compareSegment(
  entry: Fields,
  { from, to, archived }: { from: number; to: number; archived: number },
  open: Map<string, AccountedSegment>,
  where: string,
): void {
  if (entry.segment === undefined) {
    if (archived === 0) return
    throw new Refusal(
      'COVERAGE_FAILURE',
      `The account says at ${where} that ${archived} records are archived, and not where.`,
    )
  }
  const key = text(entry.segment, `${where}.segment`)
  const segment = open.get(key)
  open.delete(key)
  if (segment === undefined) {
    throw new Refusal(
      'COVERAGE_FAILURE',
      `By the account of offsets ${archived} records lie in the segment ${quoted(key)}, and the manifest does not name it, or the account does twice.`,
    )
  }
  if (segment.records !== archived || segment.startOffset < from || segment.endOffset >= to) {
    throw new Refusal(
      'COVERAGE_FAILURE',
      `The account of offsets tells another story of the segment ${quoted(key)} than its entry.`,
    )
  }
}

/** Where the ranges stand in the manifest itself: in order, apart, and as many of each kind as it says. */
function compareRanges(
  entry: Fields,
  { from, to }: { from: number; to: number },
  absent: ReadonlyMap<string, number>,
  where: string,
): void {
  if (entry.ranges === undefined) return
  const left = new Map(absent)
  let at = from
  for (const item of list(entry.ranges, `${where}.ranges`)) {
    const [kind, first, end] = list(item, `${where}.ranges`)
    const name = text(kind, `${where}.ranges`)
    const [start, stop] = [count(first, `${where}.ranges`), count(end, `${where}.ranges`)]
    if (start < at || stop <= start || stop > to) {
      throw new Refusal(
        'COVERAGE_FAILURE',
        `The ranges of absent offsets at ${where} are out of order or outside of it.`,
      )
    }
    at = stop
    left.set(name, (left.get(name) ?? 0) - (stop - start))
  }
  if ([...left.values()].some((number) => number !== 0)) {
    throw new Refusal('COVERAGE_FAILURE', `The ranges of absent offsets at ${where} do not add up to what it says.`)
  }
}
