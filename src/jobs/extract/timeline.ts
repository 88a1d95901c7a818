import { accountOf } from '../../archive/account.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { checkedKey } from '../../archive/paths.ts'
import { openSegment } from '../../archive/segment/reader.ts'
import type { Manifest, PartitionEntry, SegmentEntry, TopicEntry } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobRequest, JobResult } from '../../contract/jobs.ts'
import { type Int64, recordTimestamp } from '../../contract/record.ts'
import type { TimelineResult, TimelineWindow } from '../../contract/results/timeline.ts'
import type { Storage } from '../../storage/storage.ts'
import { listGaps } from '../backup/account.ts'
import { lossesOf } from '../describe/gaps.ts'
import { windowPieces } from '../restore/window-pieces.ts'
import { canHold } from './plan.ts'
import { timelineSteps } from './timeline-steps.ts'

const MOST_STEPS = 200
const STREAMS_TOLD = 12
const QUIET_TOLD = 20
/** Old manifests of other programs don't state a size. */
const UNSTATED_BYTES = 1024 * 1024 * 1024
/** What a calendar shows: a record may carry any number as its time. */
const SANE = { from: 0, to: Date.UTC(2200, 0, 1) }

interface Span {
  entry: SegmentEntry
  min: number
  max: number
}

/**
 * Records over time, quiet stretches and losses of some topics, from the manifest alone; and what a window would take.
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, STORAGE_…
 */
export async function runTimeline(
  storage: Storage,
  request: Extract<JobRequest, { kind: 'timeline' }>,
): Promise<JobResult<TimelineResult>> {
  const { manifest } = await requireManifest(storage, request.backupId)
  const topics = manifest.topics.filter(({ name }) => request.topics === null || request.topics.includes(name))
  const spans = new Map(topics.map((topic) => [topic, spansOf(topic)]))
  const all = [...spans.values()].flat()
  const first = all.reduce<number | null>((least, { min }) => (least === null || min < least ? min : least), null)
  const last = all.reduce<number | null>((most, { max }) => (most === null || max > most ? max : most), null)
  const [from, to] = [request.range?.from ?? first ?? 0, request.range?.to ?? last ?? 0]
  const { step, edges } = timelineSteps(from, Math.max(from, to), request.zone, MOST_STEPS)

  const records = new Array<number>(edges.length - 1).fill(0)
  const exact = new Array<boolean>(edges.length - 1).fill(true)
  const streams: TimelineResult['streams'] = []
  const wide = all.filter((span) => isWide(span, edges))
  const unread = wide.reduce((sum, { entry }) => sum + entry.compressed_size, 0)
  const reads = unread <= request.readBytes
  let unreadable = 0
  for (const [topic, own] of spans) {
    const counts = new Array<number>(edges.length - 1).fill(0)
    for (const span of own) {
      const counted =
        reads && isWide(span, edges) ? await countIn(storage, request.backupId, span, edges, counts) : null
      if (counted === false) unreadable++
      if (counted !== true) spread(span, edges, counts, exact)
    }
    for (const [at, count] of counts.entries()) records[at] = (records[at] as number) + count
    streams.push({
      topic: topic.name,
      records: topic.partitions.flatMap(({ segments }) => segments).reduce((sum, one) => sum + one.record_count, 0),
      segments: topic.partitions.reduce((sum, { segments }) => sum + segments.length, 0),
      counts,
    })
  }
  streams.sort((a, b) => b.records - a.records)

  const chosen: Manifest = { ...manifest, topics }
  const { losses, total } = await lossesIn(storage, topics)
  const account = accountOf(chosen)
  return {
    exitCode: EXIT.done,
    result: {
      kind: 'timeline',
      backup_id: request.backupId,
      first,
      last,
      step,
      zone: request.zone,
      edges,
      records: records.map(thousandths),
      exact,
      unread_bytes: reads ? 0 : unread,
      unreadable,
      streams: streams.slice(0, STREAMS_TOLD).map((stream) => ({ ...stream, counts: stream.counts.map(thousandths) })),
      streams_total: streams.length,
      losses,
      losses_total: total,
      quiet: quietOf(edges, records, { first, last }, losses, account !== null),
      account,
      broker_time: topics.length > 0 && topics.every(isBrokerTime),
      window: request.window === null ? null : windowOf(topics, request.window),
    },
  }
}

function spansOf(topic: TopicEntry): Span[] {
  return topic.partitions.flatMap(({ segments }) =>
    segments.flatMap((entry) => {
      // other programs state the first and last record's time: near enough for a picture
      const ends = [entry.min_timestamp ?? entry.start_timestamp, entry.max_timestamp ?? entry.end_timestamp].map(
        Number,
      )
      const [min, max] = [Math.max(SANE.from, Math.min(...ends)), Math.min(SANE.to, Math.max(...ends))]
      return entry.record_count === 0 || min > max ? [] : [{ entry, min, max }]
    }),
  )
}

/** A spread record may count for less than one in each step. */
const thousandths = (n: number): number => Math.round(n * 1000) / 1000

/** Whether a segment reaches over more than one step. */
function isWide({ min, max }: Span, edges: readonly number[]): boolean {
  return max >= (edges[0] as number) && stepOf(edges, min) !== stepOf(edges, max)
}

/** Counts a segment's records by reading them. @returns false where it can't be read, and nothing was counted */
async function countIn(
  storage: Storage,
  backupId: string,
  { entry }: Span,
  edges: readonly number[],
  counts: number[],
): Promise<boolean> {
  const [first, last] = [edges[0] as number, edges.at(-1) as number]
  const found = new Array<number>(counts.length).fill(0)
  try {
    const maxBytes = entry.compressed_size > 0 ? entry.compressed_size + 1 : UNSTATED_BYTES
    const { body } = await storage.get(checkedKey(backupId, entry.key), { maxBytes })
    const add = (at: number, records: number) => {
      if (at < first || at >= last) return
      const step = stepOf(edges, at)
      found[step] = (found[step] as number) + records
    }
    // a frame that lies in one step, or outside of all, counts by its index
    const wants = (min: Int64, max: Int64) => placeOf(edges, Number(min)) !== placeOf(edges, Number(max))
    for await (const { cursor, passed } of windowPieces(openSegment(body, entry), entry, wants)) {
      if (passed !== null) add(Number(passed.min), passed.records)
      else while (cursor.next()) add(Number(recordTimestamp(cursor.view)), 1)
    }
  } catch (error) {
    if (!isCofferError(error, 'SEGMENT_DAMAGED', 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) throw error
    return false
  }
  for (const [step, count] of found.entries()) counts[step] = (counts[step] as number) + count
  return true
}

/** A segment's records over the steps that it reaches into. */
function spread({ entry, min, max }: Span, edges: readonly number[], counts: number[], exact: boolean[]): void {
  const length = max + 1 - min
  for (let at = stepOf(edges, min); at < counts.length; at++) {
    const [start, end] = [edges[at] as number, edges[at + 1] as number]
    if (start > max) break
    const part = (Math.min(end, max + 1) - Math.max(start, min)) / length
    if (part <= 0) continue
    counts[at] = (counts[at] as number) + entry.record_count * part
    if (part < 1 || entry.min_timestamp === undefined) exact[at] = false
  }
}

/** The step in which a moment lies; one of its own for what lies before, and for what lies behind. */
function placeOf(edges: readonly number[], at: number): number {
  if (at < (edges[0] as number)) return -1
  return at >= (edges.at(-1) as number) ? edges.length : stepOf(edges, at)
}

/** The step in which a moment lies; the first for what lies before. */
function stepOf(edges: readonly number[], at: number): number {
  let [low, high] = [0, edges.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((edges[middle] as number) <= at) low = middle
    else high = middle - 1
  }
  return low
}

async function lossesIn(storage: Storage, topics: readonly TopicEntry[]) {
  const partitions = topics.flatMap((topic) => topic.partitions.map((partition) => ({ topic: topic.name, partition })))
  const lost = []
  for (const { topic, partition } of partitions) {
    lost.push({ topic, partition: partition.partition_id, lost: await lossesOf(storage, partition) })
  }
  const { gaps, total } = listGaps(lost)
  const losses = gaps.map((gap) => {
    const at = partitions.find((one) => one.topic === gap.topic && one.partition.partition_id === gap.partition)
    return { ...gap, ...(at === undefined ? { after: null, before: null } : boundsOf(at.partition, gap)) }
  })
  return { losses, total }
}

/** Between which archived records a range of offsets lay, by their times. */
function boundsOf({ segments }: PartitionEntry, gap: { from: number; to: number }) {
  let [after, before]: [number | null, number | null] = [null, null]
  for (const entry of segments) {
    const [min, max] = [entry.min_timestamp ?? entry.start_timestamp, entry.max_timestamp ?? entry.end_timestamp].map(
      Number,
    ) as [number, number]
    if (entry.end_offset < gap.from) after = Math.max(after ?? max, max)
    else if (entry.start_offset >= gap.to) before = Math.min(before ?? min, min)
    else return { after: min, before: max }
  }
  return { after, before }
}

function quietOf(
  edges: readonly number[],
  records: readonly number[],
  span: { first: number | null; last: number | null },
  losses: TimelineResult['losses'],
  accounted: boolean,
): TimelineResult['quiet'] {
  const quiet: TimelineResult['quiet'] = []
  for (let at = 0; at < records.length; at++) {
    if (records[at] !== 0) continue
    const from = edges[at] as number
    while (at + 1 < records.length && records[at + 1] === 0) at++
    const to = edges[at + 1] as number
    if (span.first === null || span.last === null || to <= span.first || from > span.last) continue
    const meets = losses.some(({ after, before }) => (after ?? -Infinity) < to && (before ?? Infinity) >= from)
    quiet.push({ from, to, lost: meets ? 'some' : accounted ? 'none' : 'unknown' })
  }
  return quiet.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, QUIET_TOLD)
}

function windowOf(topics: readonly TopicEntry[], window: { start: number | null; end: number | null }): TimelineWindow {
  const found: TimelineWindow = {
    least: 0,
    most: 0,
    about: 0,
    segments: 0,
    segments_total: 0,
    stored_bytes: 0,
    bytes: 0,
  }
  const [start, end] = [window.start ?? -Infinity, window.end ?? Infinity]
  for (const topic of topics) {
    for (const entry of topic.partitions.flatMap(({ segments }) => segments)) {
      found.segments_total++
      if (!canHold(window, entry)) continue
      const ends = [entry.min_timestamp ?? entry.start_timestamp, entry.max_timestamp ?? entry.end_timestamp].map(
        Number,
      )
      const [min, max] = [Math.min(...ends), Math.max(...ends)]
      const inside = min >= start && max <= end && entry.min_timestamp !== undefined
      const part = inside ? 1 : Math.max(0, (Math.min(end, max) + 1 - Math.max(start, min)) / (max + 1 - min))
      found.segments++
      found.most += entry.record_count
      found.least += inside ? entry.record_count : 0
      found.about += entry.record_count * Math.min(1, part)
      found.stored_bytes += entry.compressed_size
      found.bytes += entry.uncompressed_size
    }
  }
  found.about = Math.round(found.about)
  return found
}

function isBrokerTime(topic: TopicEntry): boolean {
  return topic.configuration?.find(({ name }) => name === 'message.timestamp.type')?.value === 'LogAppendTime'
}
