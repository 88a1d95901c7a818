import { say } from '../../../contract/said/said.ts'
import type { FlowPlan, TopicPlan } from '../../restore/plan.ts'
import { keyOf } from '../content/check.ts'
import type { LanePlace } from '../places.ts'
import { type Answer, detailed, type Session } from '../session.ts'

const LISTED = 100

interface Issue {
  topic: string
  partition: number
  issue: 'partition_missing' | 'low_watermark_mismatch' | 'high_watermark_mismatch' | 'offset_map_mismatch'
  expected: number | null
  actual: number | null
}

/**
 * Whether each target partition begins and ends where the restored records do: from where the restore began to write
 * (its record), over as many records as the archive has for it, and where the restore's map of offsets says so too.
 */
export async function checkOffsetRange(session: Session): Promise<Answer> {
  const { verify_high_watermark: high, verify_low_watermark: low } = session.config.checks.offset_range
  if (!high && !low) {
    return { outcome: 'SKIPPED', ...detailed(say('report.rangesOff')), data: { reason: 'no_end_asked_for' } }
  }
  const { plan } = session.scope.prepared
  const issues: Issue[] = []
  let checked = 0
  let passed = 0
  let unknown = 0
  let beyond = 0
  for (const topic of plan.topics) {
    for (const flow of topic.flows) {
      for (const partition of flow.partitions) {
        checked++
        const place = session.places.get(`${flow.target}/${partition}`)
        if (place === undefined) {
          issues.push({ topic: flow.target, partition, issue: 'partition_missing', expected: null, actual: null })
          continue
        }
        const before = issues.length
        if (low && place.start > place.base) add(issues, place, 'low_watermark_mismatch', place.base, place.start)
        const records = recordsOf(session, flow, place)
        if (records === null) unknown++
        else if (high && place.end < place.base + records) {
          add(issues, place, 'high_watermark_mismatch', place.base + records, place.end)
        } else if (place.end > place.base + records) beyond++
        const map = mapped(session, topic, partition)
        if (
          map !== null &&
          records !== null &&
          (map.records !== records || (map.first !== null && map.first !== place.base))
        ) {
          add(issues, place, 'offset_map_mismatch', records, map.records)
        }
        if (issues.length === before && records !== null) passed++
      }
    }
  }
  const allowed = session.config.checks.content.allow_appended
  const partitions = (count: number) => say('many.partitions', { count })
  const parts = [
    say('report.ranges', {
      partitions: partitions(checked),
      passed,
      issues: say('many.issues', { count: issues.length }),
    }),
  ]
  if (unknown > 0) parts.push(say('report.endUnknown', { partitions: partitions(unknown) }))
  if (beyond > 0) parts.push(say('report.goesOn', { count: beyond }))
  const [first] = issues
  if (first !== undefined) {
    const at = { place: `${first.topic}/${first.partition}`, issue: first.issue }
    parts.push(
      first.expected === null
        ? say('report.firstIssue', at)
        : say('report.firstIssueFigures', { ...at, expected: first.expected, got: String(first.actual) }),
    )
  }
  const outcome =
    issues.length > 0
      ? 'FAILED'
      : unknown > 0 || checked === 0
        ? 'INDETERMINATE'
        : beyond > 0 && !allowed
          ? 'WARNING'
          : 'PASSED'
  return {
    outcome,
    ...detailed(parts),
    data: {
      check: 'OffsetRangeCheck',
      partitions_checked: checked,
      partitions_passed: passed,
      partitions_unknown: unknown,
      partitions_beyond: beyond,
      verify_high_watermark: high,
      verify_low_watermark: low,
      issues: issues.slice(0, LISTED),
      issues_total: issues.length,
    },
  }
}

function add(issues: Issue[], place: LanePlace, issue: Issue['issue'], expected: number, actual: number): void {
  issues.push({ topic: place.topic, partition: place.partition, issue, expected, actual })
}

/** How many records were restored into the partition; null where nothing tells. */
function recordsOf(session: Session, flow: FlowPlan, place: LanePlace): number | null {
  if (place.restored !== null) return place.restored
  if (flow.partitions.length > 1) return null
  const counted = session.counted.get(keyOf(flow))
  if (counted !== undefined) return counted.expected
  const { plan, foreign } = session.scope.prepared
  const exact = plan.window.start === null && plan.window.end === null && !foreign
  return exact && flow.sources.every(({ groups }) => groups.every((group) => group.length === 1)) ? flow.records : null
}

function mapped(
  session: Session,
  topic: TopicPlan,
  partition: number,
): { records: number; first: number | null } | null {
  const { map } = session.scope
  if (map === null) return null
  let records = 0
  let first: number | null = null
  for (const entry of map.entries) {
    if (entry.targetTopic !== topic.target || entry.targetPartition !== partition || entry.runs.records === 0) continue
    records += entry.runs.records
    first = first === null ? entry.targetFirst : Math.min(first, entry.targetFirst)
  }
  return { records, first }
}
