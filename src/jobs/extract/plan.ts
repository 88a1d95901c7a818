import { compareCodeUnits } from '../../archive/order.ts'
import { isForeign } from '../../archive/suspects.ts'
import type { Manifest, SegmentEntry, TopicEntry } from '../../archive/types.ts'
import type { ExtractOptions } from '../../contract/config/extract.ts'
import { literalTopics, selectTopics } from '../../contract/config/topics.ts'
import { CofferError } from '../../contract/errors.ts'
import { listed } from '../names.ts'
import { mayHold } from '../restore/window.ts'

export interface PlannedSegment {
  topic: string
  partition: number
  entry: SegmentEntry
}

export interface ExtractPlan {
  /** Names of the topics, in code units. */
  topics: string[]
  /** In the order of the output: topic, partition, offset. Segments that overlap (other programs' archives) go together. */
  groups: PlannedSegment[][]
  skipped: number
  recordsAtMost: number
  bytesAtMost: number
  storedBytes: number
  foreign: boolean
}

/**
 * Which segments have to be read: all of the chosen topics but those whose smallest and largest timestamp lie outside
 * the window. Pure.
 * @throws NOTHING_MATCHED, CONFIG_CONFLICT (broker time of topics that don't keep it)
 */
export function planExtract(manifest: Manifest, options: ExtractOptions): ExtractPlan {
  const names = manifest.topics.map(({ name }) => name)
  const topics = selectTopics(names, options.topics).sort(compareCodeUnits)
  const missing = literalTopics(options.topics).find((name) => !names.includes(name))
  if (missing !== undefined) throw nothing(`the archive holds no topic "${missing}"`, names)
  if (topics.length === 0) throw nothing('no topic of the archive matches "extract.topics"', names)
  const chosen = topics.map((name) => manifest.topics.find((topic) => topic.name === name) as TopicEntry)
  if (options.time === 'broker') checkBrokerTime(chosen)
  const window = { start: options.time_window_start, end: options.time_window_end }
  const plan: ExtractPlan = {
    topics,
    groups: [],
    skipped: 0,
    recordsAtMost: 0,
    bytesAtMost: 0,
    storedBytes: 0,
    foreign: isForeign(manifest),
  }
  for (const topic of chosen) {
    for (const partition of [...topic.partitions].sort((a, b) => a.partition_id - b.partition_id)) {
      let end = -1
      const ordered = [...partition.segments].sort(
        (a, b) => a.start_offset - b.start_offset || a.end_offset - b.end_offset || compareCodeUnits(a.key, b.key),
      )
      for (const entry of ordered) {
        if (!canHold(window, entry)) {
          plan.skipped++
          continue
        }
        const planned = { topic: topic.name, partition: partition.partition_id, entry }
        if (entry.start_offset <= end) plan.groups.at(-1)?.push(planned)
        else plan.groups.push([planned])
        end = Math.max(end, entry.end_offset)
        plan.recordsAtMost += entry.record_count
        plan.bytesAtMost += entry.uncompressed_size
        plan.storedBytes += entry.compressed_size
      }
    }
  }
  return plan
}

/** A segment that another program wrote states the first and last record's time, which says nothing of those between. */
export function canHold(window: { start: number | null; end: number | null }, entry: SegmentEntry): boolean {
  return entry.generation === undefined || mayHold(window, entry)
}

/** The archive keeps one timestamp for each record: the broker's, where the topic is set so, else the producer's. */
function checkBrokerTime(topics: readonly TopicEntry[]): void {
  const other = topics.find((topic) => {
    const type = topic.configuration?.find(({ name }) => name === 'message.timestamp.type')
    return type?.value !== 'LogAppendTime'
  })
  if (other === undefined) return
  throw new CofferError(
    'CONFIG_CONFLICT',
    `"extract.time" is "broker", but the archive keeps no broker time of topic "${other.name}"`,
    {
      hint: 'Only topics with message.timestamp.type=LogAppendTime carry it; use "time: record" for the others.',
      details: { topic: other.name },
    },
  )
}

function nothing(message: string, names: readonly string[]): CofferError {
  return new CofferError('NOTHING_MATCHED', message, { hint: `The archive holds: ${listed(names)}.` })
}
