import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { CofferError, isCofferError } from '../contract/errors.ts'
import type { SaidId } from '../contract/said/english.ts'
import { because, english, type Reason, type Said, type SaidValues, say } from '../contract/said/said.ts'
import type { Storage } from '../storage/storage.ts'
import { checkRanges, parseDocument } from './manifest/parse.ts'
import type { AbsentKind, AccountEntry, AccountRange, PartitionEntry } from './types.ts'

/** Redoing the arithmetic of an account: what an auditor does with it. */

/** A range as JSON, with the longest kind and two offsets: bounds what an object of ranges may hold. */
const MAX_RANGE_TEXT = 64
/** More ranges than a segment has room for records. */
const MAX_RANGES = 8_000_000

/**
 * The absent ranges of an entry, from the manifest or from their own object, whose size and SHA-256 are checked.
 * @throws OBJECT_MISSING; MANIFEST_DAMAGED where the object is not what the manifest says
 */
export async function readRanges(entry: AccountEntry, storage: Storage): Promise<AccountRange[]> {
  const blob = entry.ranges_object
  if (blob === undefined) return entry.ranges ?? []
  if (blob.count > MAX_RANGES || blob.size > blob.count * MAX_RANGE_TEXT + 1024) {
    throw damagedRanges(blob.key, say('account.tooSmall', { bytes: blob.size, ranges: blob.count }))
  }
  const { body } = await storage.get(blob.key, { maxBytes: blob.size }).catch((error: unknown) => {
    if (isCofferError(error, 'SEGMENT_TOO_LARGE')) {
      throw damagedRanges(blob.key, say('account.more', { expected: blob.size }))
    }
    throw error
  })
  if (body.length !== blob.size)
    throw damagedRanges(blob.key, say('segment.size', { expected: blob.size, got: body.length }))
  const sha256 = createHash('sha256').update(body).digest('hex')
  if (sha256 !== blob.sha256)
    throw damagedRanges(blob.key, say('segment.sha256', { expected: blob.sha256, got: sha256 }))
  let json: Buffer
  try {
    json = zstdDecompressSync(body, { maxOutputLength: blob.count * MAX_RANGE_TEXT + 2 })
  } catch (cause) {
    throw damagedRanges(blob.key, say('account.notDecompressed'), cause)
  }
  const ranges = checkRanges(parseDocument(json, `the ranges "${blob.key}"`), 'ranges')
  if (ranges.length !== blob.count) {
    throw damagedRanges(blob.key, say('account.ranges', { expected: blob.count, got: ranges.length }))
  }
  return ranges
}

export interface AccountProblem extends Reason {
  /** Where in the partition it shows. */
  offset: number
  segment?: string
}

/**
 * Checks a partition's account without reading a record: entries are contiguous, sums are right, each entry's segment
 * holds as many records as it says and lies inside it, and every segment of ours is accounted for once.
 * @returns what does not add up; empty where all does
 */
export function checkAccount(partition: PartitionEntry): AccountProblem[] {
  const problems: AccountProblem[] = []
  const account = partition.account ?? []
  const segments = new Map(partition.segments.map((segment) => [segment.key, segment]))
  const accounted = new Set<string>()
  let next: number | null = null
  for (const entry of account) {
    const where = entry.segment === undefined ? {} : { segment: entry.segment }
    const problem = (id: SaidId, values?: SaidValues) =>
      problems.push({ offset: entry.from, ...where, ...because(id, values) })
    if (next !== null && entry.from !== next) {
      problem('account.goesOn', { expected: next, got: entry.from })
    }
    next = entry.to
    let absent = 0
    for (const count of Object.values(entry.absent)) absent += count
    if (entry.archived + absent !== entry.to - entry.from) {
      problem('account.sum', { expected: entry.to - entry.from, archived: entry.archived, absent })
    }
    if (entry.ranges_object === undefined) problems.push(...checkEntryRanges(entry, entry.ranges ?? []))
    if (entry.segment === undefined) {
      if (entry.archived > 0) problem('account.noSegment', { records: entry.archived })
      continue
    }
    const segment = segments.get(entry.segment)
    if (segment === undefined) {
      problem('account.otherSegment')
      continue
    }
    if (accounted.has(entry.segment)) problem('account.twice')
    accounted.add(entry.segment)
    if (segment.record_count !== entry.archived) {
      problem('account.records', { expected: entry.archived, got: segment.record_count })
    }
    if (segment.start_offset < entry.from || segment.end_offset >= entry.to) {
      problem('account.offsets', {
        from: entry.from,
        to: entry.to - 1,
        gotFrom: segment.start_offset,
        gotTo: segment.end_offset,
      })
    }
  }
  for (const segment of partition.segments) {
    // a segment without a generation was there before ours began to keep accounts
    if (segment.generation === undefined || accounted.has(segment.key)) continue
    problems.push({
      offset: segment.start_offset,
      segment: segment.key,
      ...because('account.noEntry'),
    })
  }
  return problems
}

/** Checks an entry's ranges: inside it, in order, apart, and adding up to its sums. */
export function checkEntryRanges(entry: AccountEntry, ranges: readonly AccountRange[]): AccountProblem[] {
  const problems: AccountProblem[] = []
  const where = entry.segment === undefined ? {} : { segment: entry.segment }
  const sums: Partial<Record<AbsentKind, number>> = {}
  let at = entry.from
  for (const [kind, from, to] of ranges) {
    if (from < at || to <= from || to > entry.to) {
      const reason = because('account.rangeOrder', { from: entry.from, to: entry.to, gotFrom: from, gotTo: to })
      problems.push({ offset: from, ...where, ...reason })
      return problems
    }
    at = to
    sums[kind] = (sums[kind] ?? 0) + to - from
  }
  for (const kind of new Set([...Object.keys(sums), ...Object.keys(entry.absent)]) as Set<AbsentKind>) {
    const expected = entry.absent[kind] ?? 0
    const got = sums[kind] ?? 0
    if (expected === got) continue
    problems.push({
      offset: entry.from,
      ...where,
      ...because('account.rangeSum', { expected, kind, got }),
    })
  }
  return problems
}

function damagedRanges(key: string, why: Said, cause?: unknown): CofferError {
  return new CofferError('MANIFEST_DAMAGED', say('account.rangesDamaged', { object: key, why }), {
    details: { key, reason: english(why) },
    cause,
  })
}
