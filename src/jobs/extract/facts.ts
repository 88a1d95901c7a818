import type { ExtractConfig } from '../../contract/config/extract.ts'
import { filterWords } from '../../contract/config/extract-filter.ts'
import { maskWords } from '../../contract/config/extract-mask.ts'
import type { ReportCheck } from '../../contract/evidence/report.ts'
import type { ExtractScope } from '../../contract/results/extract.ts'
import { count, plural } from '../../contract/words.ts'
import { describeWindow } from '../restore/window.ts'
import type { ExtractPlan } from './plan.ts'
import type { Counts, SegmentOutcome } from './work.ts'

const MAX_LISTED = 100

/** What an extraction is about, for its result. */
export function scopeOf(config: ExtractConfig, plan: ExtractPlan, location: string, warnings: string[]): ExtractScope {
  const { extract, backup_id, output } = config
  const segments = plan.groups.flat()
  const topics = plan.topics.map((topic) => {
    const own = segments.filter((segment) => segment.topic === topic)
    return {
      topic,
      partitions: new Set(own.map(({ partition }) => partition)).size,
      segments_to_read: own.length,
      records_at_most: own.reduce((sum, { entry }) => sum + entry.record_count, 0),
      bytes_at_most: own.reduce((sum, { entry }) => sum + entry.uncompressed_size, 0),
    }
  })
  return {
    backup_id,
    location,
    output,
    matter: config.case.matter,
    window: describeWindow({ start: extract.time_window_start, end: extract.time_window_end }),
    time: extract.time,
    filter: extract.filter === null ? null : filterWords(extract.filter),
    formats: extract.formats,
    topics: topics.slice(0, MAX_LISTED),
    topics_total: topics.length,
    segments_to_read: segments.length,
    segments_skipped: plan.skipped,
    records_at_most: plan.recordsAtMost,
    bytes_at_most: plan.bytesAtMost,
    stored_bytes: plan.storedBytes,
    foreign: plan.foreign,
    warnings,
  }
}

/** The extraction as a check of the report: passed only where every segment that could hold a match was read and held. */
export function extractionCheck(
  plan: ExtractPlan,
  outcomes: readonly SegmentOutcome[],
  counts: Counts,
  recordsRead: number,
  ruledOut: number,
  durationMs: number,
): ReportCheck {
  const failed = outcomes.filter((one) => one.state === 'failed')
  const read = outcomes.length - failed.length
  const rest = ruledOut === 0 ? '' : ` (of which ${count(ruledOut)} by the segments’ own indexes, outside the window)`
  const found = `${plural(counts.records, 'record')} of ${count(recordsRead)}${rest} in ${plural(read, 'segment')} matched; ${plural(plan.skipped, 'segment')} of the chosen topics could hold no match and ${plan.skipped === 1 ? 'was' : 'were'} not read`
  const detail =
    failed.length > 0
      ? `${plural(failed.length, 'segment')} that could hold a match could not be read. ${found}.`
      : plan.foreign
        ? `${found}. The archive was made by another program and states no digests: what was read was compared with its checksums alone.`
        : `${found}. Every segment that was read has the SHA-256 and the Merkle root that the manifest states.`
  return {
    check_name: 'ExtractionCheck',
    outcome: failed.length > 0 ? 'FAILED' : plan.foreign ? 'WARNING' : 'PASSED',
    detail,
    data: {
      segments_read: read,
      segments_skipped: plan.skipped,
      segments_failed: failed.length,
      records_read: recordsRead,
      ...(ruledOut === 0 ? {} : { records_ruled_out: ruledOut }),
      records_matched: counts.records,
      failures: failed.slice(0, MAX_LISTED).map(({ key, code, reason }) => ({ segment: key, code, reason })),
      failures_total: failed.length,
    },
    duration_ms: Math.round(durationMs),
  }
}

/** What an extraction leaves out or can't say, a sentence each. */
export function extractionGaps(config: ExtractConfig, plan: ExtractPlan, counts: Counts, ruledOut: number): string[] {
  const lines: string[] = []
  if (ruledOut > 0) {
    lines.push(
      `${plural(ruledOut, 'record')} of segments that were read ${ruledOut === 1 ? 'was' : 'were'} not looked at one by one: the segment’s own index, written with it at backup and covered by its SHA-256, puts them outside the window. A deep check of the archive compares each index with the records.`,
    )
  }
  const { mask, time } = config.extract
  if (plan.foreign) {
    lines.push(
      'The archive was made by another program: the Merkle roots in this package were computed while it was read, and nothing in the archive vouches for them.',
    )
  }
  if (counts.suspects > 0) {
    lines.push(
      `${plural(counts.suspects, 'extracted record')} of an archive of another program ${counts.suspects === 1 ? 'looks' : 'look'} like transaction markers rather than data.`,
    )
  }
  if (counts.withheld > 0) {
    lines.push(
      `The whole value of ${plural(counts.withheld, 'record')} was taken out: rules by JSON path could not be applied, since it is no JSON.`,
    )
  }
  if (mask.length > 0) {
    lines.push(
      'The leaf hash of a redacted record covers what was taken out: whoever can guess the missing text can test the guess.',
    )
  }
  if (time === 'record') {
    lines.push('Time is the timestamp that each record carries, which its producer may have set.')
  } else {
    lines.push('Time is the broker’s by the topics’ configuration when they were last backed up.')
  }
  return lines
}

export function rulesOf(config: ExtractConfig): { id: string; what: string }[] {
  return config.extract.mask.map((rule) => ({ id: rule.id, what: maskWords(rule) }))
}
