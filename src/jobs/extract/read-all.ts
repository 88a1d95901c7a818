import { availableParallelism } from 'node:os'
import { checkedKey } from '../../archive/paths.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { Storage } from '../../storage/storage.ts'
import type { ProgressMeter } from '../progress.ts'
import type { ExtractPlan, PlannedSegment } from './plan.ts'
import { ScanPool } from './pool.ts'
import { type ScanPiece, type ScanSettings, type ScanSummary, type SeparateRecord, scanApart } from './scan.ts'
import type { SegmentOutcome, Work } from './work.ts'

/** What the segments being read may take together. One may need more, and then is alone. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024 * 1024
/** Below this, threads cost more than they give. */
const SMALL_BYTES = 8 * 1024 * 1024
const MAX_THREADS = 4
/** What a byte of the window costs (unpacked, parsed, hashed, written, packed), where checking a stored one costs 1. */
const WINDOW_COST = 40
/** A thread that has less to do than this, about a second's work, takes longer to start than it saves. */
const THREAD_COST = 1024 * 1024 * 1024
/** Bytes of the tree for each record. */
const TREE_BYTES = 64
/** For matches of segments that overlap, which are sorted in memory. */
const MAX_APART_BYTES = 256 * 1024 * 1024
/** Old manifests of other programs don't state a size. */
const UNSTATED_BYTES = 1024 * 1024 * 1024

export interface Reading {
  storage: Storage
  backupId: string
  plan: ExtractPlan
  settings: ScanSettings
  work: Work
  meter: ProgressMeter
  context: JobContext
  /** Called once, as soon as the threads have something to do: what else there is to prepare must not keep them waiting. */
  meanwhile?(): void
}

type Started = { pieces: AsyncGenerator<ScanPiece> } | { failed: CofferError }

/**
 * Reads every segment of the plan that an earlier run has not read yet, several at once, and appends what matches to the
 * work's files in the plan's order. A damaged segment leaves nothing behind but its outcome.
 * @throws INTERRUPTED after a durable point; the storage's own errors: what can't be reached for now is not called damaged
 */
export async function readAll(reading: Reading): Promise<void> {
  const { plan, work, context } = reading
  const groups = plan.groups.slice(work.groups)
  const threads = threadsFor(groups.flat(), reading.settings.window)
  const pool = new ScanPool(threads, reading.settings)
  const ahead = new Map<PlannedSegment, Promise<Started>>()
  const queue = groups.filter((group) => group.length === 1).map(([only]) => only as PlannedSegment)
  let next = 0
  let inFlight = 0
  let given = Promise.resolve()
  const fill = () => {
    for (; next < queue.length && ahead.size <= threads; next++) {
      const segment = queue[next] as PlannedSegment
      if (ahead.size > 0 && inFlight + memoryOf(segment.entry) > MAX_IN_FLIGHT_BYTES) return
      inFlight += memoryOf(segment.entry)
      const started = start(reading, pool, segment, given)
      // also keeps a failure, which is waited for later, from being an unhandled one
      given = started.then(
        () => {},
        () => {},
      )
      ahead.set(segment, started)
    }
  }
  try {
    fill()
    void Promise.allSettled([...ahead.values()].slice(0, Math.max(1, threads))).then(() => reading.meanwhile?.())
    for (const group of groups) {
      if (context.signal.aborted) {
        await work.save(true)
        throw new CofferError('INTERRUPTED', 'the extraction was interrupted', {
          hint: 'Start it again: it goes on where it was.',
        })
      }
      const [only, other] = group as [PlannedSegment, PlannedSegment | undefined]
      if (other !== undefined) await readOverlapping(reading, pool, group)
      else {
        fill()
        const started = await (ahead.get(only) as Promise<Started>)
        await readOne(reading, only, started)
        ahead.delete(only)
        inFlight -= memoryOf(only.entry)
      }
      work.groups++
      await work.save()
    }
  } finally {
    await pool.close()
    await Promise.all([...ahead.values()].map((one) => one.catch(() => {})))
  }
}

function threadsFor(segments: readonly PlannedSegment[], window: ScanSettings['window']): number {
  const stored = segments.reduce((sum, { entry }) => sum + mostBytes(entry), 0)
  if (stored < SMALL_BYTES) return 0
  const cost =
    segments.reduce((sum, { entry }) => sum + entry.uncompressed_size * shareOf(entry, window), 0) * WINDOW_COST
  return Math.min(MAX_THREADS, availableParallelism(), segments.length, 1 + Math.floor((stored + cost) / THREAD_COST))
}

/** How much of a segment's time lies in the window; all of it where the manifest does not say. */
function shareOf(
  { min_timestamp: min, max_timestamp: max }: SegmentEntry,
  { start, end }: ScanSettings['window'],
): number {
  if (min === undefined || max === undefined) return 1
  const [from, to] = [Number(min), Number(max)]
  if (to <= from) return 1
  return Math.max(0, Math.min(end ?? to, to) - Math.max(start ?? from, from)) / (to - from)
}

/**
 * Fetches a segment and gives it to the pool, after the one before it in the output's order: a thread that had a later
 * one first would wait for its pieces to be taken, and whoever takes them for the earlier one behind it.
 */
async function start(
  reading: Reading,
  pool: ScanPool,
  { topic, partition, entry }: PlannedSegment,
  before: Promise<void>,
): Promise<Started> {
  const object = await fetch(reading, entry)
  await before
  if (object instanceof CofferError) return { failed: object }
  return { pieces: pool.scan(object, { topic, partition, entry }) }
}

/** @returns the error where the object is missing or larger than stated: that is damage, not a reason to stop */
async function fetch({ storage, backupId }: Reading, entry: SegmentEntry): Promise<Buffer | CofferError> {
  try {
    return (await storage.get(checkedKey(backupId, entry.key), { maxBytes: mostBytes(entry) })).body
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) return error
    throw error
  }
}

async function readOne(reading: Reading, { entry }: PlannedSegment, started: Started): Promise<void> {
  const { work, context } = reading
  if ('failed' in started) {
    fail(reading, entry, started.failed)
    return
  }
  let [records, proofs] = [work.records.point(), work.proofs.point()]
  const back = async () => {
    await work.records.rollback(records)
    await work.proofs.rollback(proofs)
  }
  try {
    for await (const piece of started.pieces) {
      if (piece.kind === 'again') {
        await back()
        ;[records, proofs] = [work.records.point(), work.proofs.point()]
        context.log('warn', `the index of the segment "${entry.key}" is not true of it: it is read whole`)
      } else if (piece.kind === 'done') done(reading, entry, piece.summary, piece.summary.matched)
      else await work[piece.kind].append(bufferOf(piece.bytes), bufferOf(piece.packed))
    }
  } catch (error) {
    if (!isDamage(error)) throw error
    await back()
    fail(reading, entry, error)
  }
}

/** Segments of another program that claim the same offsets: each offset once, and both must say the same of it. */
async function readOverlapping(reading: Reading, pool: ScanPool, group: readonly PlannedSegment[]): Promise<void> {
  const { work } = reading
  const byOffset = new Map<number, SeparateRecord>()
  const results: { entry: SegmentEntry; summary: ScanSummary; kept: number }[] = []
  for (const { topic, partition, entry } of group) {
    const object = await fetch(reading, entry)
    if (object instanceof CofferError) {
      fail(reading, entry, object)
      continue
    }
    try {
      const { records, summary } = await scanApart(object, { topic, partition, entry }, pool.scanner, MAX_APART_BYTES)
      let kept = 0
      for (const record of records) {
        const before = byOffset.get(record.offset)
        if (before === undefined) {
          byOffset.set(record.offset, record)
          kept++
        } else if (before.leafHash !== record.leafHash) throw disagreement(entry.key, record.offset)
      }
      results.push({ entry, summary, kept })
    } catch (error) {
      if (!isDamage(error)) throw error
      fail(reading, entry, error)
    }
  }
  const sorted = [...byOffset.values()].sort((a, b) => a.offset - b.offset)
  await work.records.append(Buffer.from(sorted.map(({ line }) => line).join('')))
  await work.proofs.append(Buffer.from(sorted.map(({ proof }) => proof).join('')))
  for (const { entry, summary, kept } of results) done(reading, entry, summary, kept)
}

function disagreement(key: string, offset: number): CofferError {
  return new CofferError(
    'ARCHIVE_DIFFERS',
    `the segment "${key}" holds another record at offset ${offset} than one before`,
    {
      hint: 'The archive mixes two histories of the topic.',
      details: { segment: key, offset },
    },
  )
}

function isDamage(error: unknown): error is CofferError {
  return isCofferError(error, 'SEGMENT_DAMAGED', 'RECORD_UNREPRESENTABLE')
}

function done({ work, meter }: Reading, entry: SegmentEntry, summary: ScanSummary, matched: number): void {
  const { sha256, merkleRoot, records, ruledOut } = summary
  work.outcomes.push({ key: entry.key, state: 'read', sha256, merkleRoot, records, ruledOut, matched })
  const { counts } = work
  counts.records += matched
  counts.bytes += summary.matchedBytes
  counts.redacted += summary.redacted
  counts.withheld += summary.withheld
  counts.repeated += summary.repeated
  counts.undecodable += summary.undecodable
  counts.blind += summary.blind
  counts.unordered += summary.unordered
  counts.suspects += summary.suspects
  meter.add(records, summary.bytes)
}

function fail({ work, meter, context }: Reading, entry: SegmentEntry, error: CofferError): void {
  const outcome: SegmentOutcome = { key: entry.key, state: 'failed', code: error.code, reason: error.message }
  work.outcomes.push(outcome)
  meter.add(entry.record_count, entry.uncompressed_size)
  context.log('error', error.message)
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** One byte more than stated is enough to see that it is wrong. */
function mostBytes(entry: SegmentEntry): number {
  return entry.compressed_size > 0 ? entry.compressed_size + 1 : UNSTATED_BYTES
}

/** Its object, its tree, and the pieces that are unpacked. */
function memoryOf(entry: SegmentEntry): number {
  return mostBytes(entry) + entry.record_count * TREE_BYTES + SMALL_BYTES
}
