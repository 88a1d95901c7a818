import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { CofferError, isCofferError } from '../contract/errors.ts'
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
    throw damagedRanges(blob.key, `an object of ${blob.size} bytes can't hold ${blob.count} ranges`)
  }
  const { body } = await storage.get(blob.key, { maxBytes: blob.size }).catch((error: unknown) => {
    if (isCofferError(error, 'SEGMENT_TOO_LARGE')) {
      throw damagedRanges(blob.key, `expected ${blob.size} bytes, got more`)
    }
    throw error
  })
  if (body.length !== blob.size) throw damagedRanges(blob.key, `expected ${blob.size} bytes, got ${body.length}`)
  const sha256 = createHash('sha256').update(body).digest('hex')
  if (sha256 !== blob.sha256) throw damagedRanges(blob.key, `expected SHA-256 ${blob.sha256}, got ${sha256}`)
  let json: Buffer
  try {
    json = zstdDecompressSync(body, { maxOutputLength: blob.count * MAX_RANGE_TEXT + 2 })
  } catch (cause) {
    throw damagedRanges(blob.key, 'it can not be decompressed', cause)
  }
  const ranges = checkRanges(parseDocument(json, `the ranges "${blob.key}"`), 'ranges')
  if (ranges.length !== blob.count) {
    throw damagedRanges(blob.key, `expected ${blob.count} ranges, got ${ranges.length}`)
  }
  return ranges
}

export interface AccountProblem {
  /** Where in the partition it shows. */
  offset: number
  segment?: string
  reason: string
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
    const problem = (reason: string, offset = entry.from) => problems.push({ offset, ...where, reason })
    if (next !== null && entry.from !== next) {
      problem(`expected the account to go on at offset ${next}, got ${entry.from}`)
    }
    next = entry.to
    let absent = 0
    for (const count of Object.values(entry.absent)) absent += count
    if (entry.archived + absent !== entry.to - entry.from) {
      problem(
        `expected ${entry.to - entry.from} offsets in the account, got ${entry.archived} archived and ${absent} absent`,
      )
    }
    if (entry.ranges_object === undefined) problems.push(...checkEntryRanges(entry, entry.ranges ?? []))
    if (entry.segment === undefined) {
      if (entry.archived > 0) problem(`expected a segment for ${entry.archived} archived records, got none`)
      continue
    }
    const segment = segments.get(entry.segment)
    if (segment === undefined) {
      problem('expected the segment of the account among those of the partition, got none')
      continue
    }
    if (accounted.has(entry.segment)) problem('expected each segment in one entry of the account, got a second')
    accounted.add(entry.segment)
    if (segment.record_count !== entry.archived) {
      problem(`expected ${entry.archived} records as the account says, got ${segment.record_count}`)
    }
    if (segment.start_offset < entry.from || segment.end_offset >= entry.to) {
      problem(
        `expected offsets from ${entry.from} to ${entry.to - 1}, got ${segment.start_offset} to ${segment.end_offset}`,
      )
    }
  }
  for (const segment of partition.segments) {
    // a segment without a generation was there before ours began to keep accounts
    if (segment.generation === undefined || accounted.has(segment.key)) continue
    problems.push({
      offset: segment.start_offset,
      segment: segment.key,
      reason: 'expected an entry of the account for this segment, got none',
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
      const reason = `expected absent ranges in order between ${entry.from} and ${entry.to}, got ${from} to ${to}`
      problems.push({ offset: from, ...where, reason })
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
      reason: `expected ${expected} offsets as "${kind}", got ${got} in ranges`,
    })
  }
  return problems
}

function damagedRanges(key: string, reason: string, cause?: unknown): CofferError {
  return new CofferError('MANIFEST_DAMAGED', `the ranges "${key}" are damaged: ${reason}`, {
    details: { key, reason },
    cause,
  })
}
