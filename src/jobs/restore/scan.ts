import { TimestampRange } from '../../archive/suspects.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import type { Int64 } from '../../contract/record.ts'
import type { TopicPlan } from './plan.ts'
import { recordBytes } from './same-record.ts'
import { type SegmentSource, walkSource } from './walk.ts'
import { type Window, windowTest } from './window.ts'

/** What must be known of a topic's records before the first is written. */
export interface RecordFacts {
  /** Of what is to be restored; null where the manifest doesn't tell. */
  span: { min: Int64; max: Int64 } | null
  /** The most bytes that a batch of one record may need, uncompressed; exact after a scan. */
  largest: number
}

/** What a batch adds to a record's size in the archive's format: 61 bytes of header (KIP-98), and longer numbers. */
const BATCH_OVERHEAD = 128
const LEAST_RECORD = 30

/** What the manifest alone says. */
export function statedFacts(topic: TopicPlan, window: Window): RecordFacts {
  const segments = segmentsOf(topic)
  let span: RecordFacts['span'] = null
  let known = true
  let largest = 0
  for (const segment of segments) {
    // All but one record could be as small as can be.
    largest = Math.max(largest, segment.uncompressed_size - LEAST_RECORD * (segment.record_count - 1))
    const { min_timestamp: min, max_timestamp: max } = segment
    if (min === undefined || max === undefined) known = false
    else span = span === null ? { min, max } : { min: least(span.min, min), max: most(span.max, max) }
    // Old manifests of other programs don't state sizes.
    if (segment.uncompressed_size === 0) largest = Number.MAX_SAFE_INTEGER
  }
  if (!known || span === null) return { span: null, largest: largest + BATCH_OVERHEAD }
  const min = window.start === null ? span.min : most(span.min, window.start)
  const max = window.end === null ? span.max : least(span.max, window.end)
  return { span: { min, max }, largest: largest + BATCH_OVERHEAD }
}

/**
 * Reads and verifies every segment that a topic needs.
 * @param tell is told how many records and bytes were read, piece by piece
 * @throws SEGMENT_DAMAGED, OBJECT_MISSING
 */
export async function scanTopic(
  topic: TopicPlan,
  window: Window,
  from: SegmentSource,
  tell: (records: number, bytes: number) => void,
): Promise<RecordFacts> {
  const inWindow = windowTest(window)
  const range = new TimestampRange()
  let largest = 0
  let records = 0
  let read = 0
  for (const flow of topic.flows) {
    for (const source of flow.sources) {
      await walkSource(source, from, {
        visit: (view) => {
          const bytes = recordBytes(view)
          records++
          read += bytes
          if (inWindow !== null && !inWindow(view.tsHi, view.tsLo)) return undefined
          range.add(view)
          if (bytes > largest) largest = bytes
          return undefined
        },
        pause: () => {
          tell(records, read)
          records = 0
          read = 0
        },
      })
    }
  }
  const { min, max } = range
  return { span: min === null || max === null ? null : { min, max }, largest: largest + BATCH_OVERHEAD }
}

export function segmentsOf(topic: TopicPlan): SegmentEntry[] {
  return topic.flows.flatMap((flow) => flow.sources.flatMap((source) => source.groups.flat()))
}

function least(a: Int64, b: Int64): Int64 {
  return a < b ? a : b
}

function most(a: Int64, b: Int64): Int64 {
  return a > b ? a : b
}
