import type { AccountRange } from '../../archive/types.ts'
import type { GapResult } from '../../contract/results.ts'

/** How many gaps a result lists; `gaps_total` counts all. */
const GAPS_LISTED = 100

const GAP_REASON: Partial<Record<GapResult['kind'], string>> = {
  deleted_before: 'deleted by retention or DeleteRecords before the first backup',
  deleted_during: 'deleted by retention or DeleteRecords before this backup could read it',
  unexplained: 'not on the log, and the topic does not compact',
}

/** The ranges that a person must hear of: offsets that once were on the log and are not in the archive. */
export function listGaps(partitions: Iterable<{ topic: string; partition: number; lost: readonly AccountRange[] }>): {
  gaps: GapResult[]
  total: number
} {
  const gaps: GapResult[] = []
  let total = 0
  for (const { topic, partition, lost } of partitions) {
    total += lost.length
    for (const [kind, from, to] of lost.slice(0, GAPS_LISTED - gaps.length)) {
      gaps.push({ topic, partition, kind, from, to, reason: GAP_REASON[kind] ?? kind })
    }
  }
  return { gaps, total }
}
