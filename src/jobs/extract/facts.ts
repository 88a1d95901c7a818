import type { ExtractConfig } from '../../contract/config/extract.ts'
import { maskWords } from '../../contract/config/extract-mask.ts'
import { filterSaid, filterWords } from '../../contract/config/filter-words.ts'
import type { ReportCheck } from '../../contract/evidence/report.ts'
import type { ExtractScope } from '../../contract/results/extract.ts'
import { english, type Said, say, warned } from '../../contract/said/said.ts'
import { describeWindow } from '../restore/window.ts'
import type { ExtractPlan } from './plan.ts'
import type { Counts, SegmentOutcome } from './work.ts'

const MAX_LISTED = 100

/** What is to be said of an extraction before it begins. */
export const warningsOf = (plan: ExtractPlan): Said[] => (plan.foreign ? [say('warn.foreignPackage')] : [])

/** The filter as the window says it in its language; nothing where there is none. */
export function filterSayings({ extract }: ExtractConfig): Said[] {
  const said = extract.filter === null ? undefined : filterSaid(extract.filter)
  return said === undefined ? [] : [said]
}

/** What an extraction is about, for its result. */
export function scopeOf(config: ExtractConfig, plan: ExtractPlan, location: string, warnings: Said[]): ExtractScope {
  const { extract, backup_id, output } = config
  const segments = plan.groups.flat()
  const told = warned(warnings)
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
    warnings: told.warnings,
    sayings: [...filterSayings(config), ...told.sayings],
  }
}

/**
 * The extraction as a check of the report: passed only where every segment that could hold a match was read and held, and
 * the archive's account of offsets says that there is no other.
 */
export function extractionCheck(
  plan: ExtractPlan,
  outcomes: readonly SegmentOutcome[],
  counts: Counts,
  recordsRead: number,
  ruledOut: number,
  durationMs: number,
  accountProblems: number,
): ReportCheck {
  const failed = outcomes.filter((one) => one.state === 'failed')
  const read = outcomes.length - failed.length
  const figures = {
    records: say('many.records', { count: counts.records }),
    read: recordsRead,
    segments: say('many.segments', { count: read }),
    rest: say('report.notRead', { count: plan.skipped }),
  }
  const found =
    ruledOut === 0 ? say('report.extraction', figures) : say('report.extractionIndexed', { ...figures, ruledOut })
  const said =
    failed.length > 0
      ? say('report.extractionFailed', { failed: say('many.segments', { count: failed.length }), found })
      : accountProblems > 0
        ? say('report.extractionAccount', { count: accountProblems, found })
        : say(plan.foreign ? 'report.extractionForeign' : 'report.extractionWhole', { found })
  return {
    check_name: 'ExtractionCheck',
    outcome: failed.length + accountProblems > 0 ? 'FAILED' : plan.foreign ? 'WARNING' : 'PASSED',
    detail: `${english(said)}.`,
    said,
    data: {
      segments_read: read,
      segments_skipped: plan.skipped,
      segments_failed: failed.length,
      records_read: recordsRead,
      ...(ruledOut === 0 ? {} : { records_ruled_out: ruledOut }),
      records_matched: counts.records,
      failures: failed.slice(0, MAX_LISTED).map(({ key, code, reason }) => ({ segment: key, code, reason })),
      failures_total: failed.length,
      ...(counts.blind === 0 ? {} : { records_not_json: counts.blind }),
      ...(counts.unordered === 0 ? {} : { records_not_comparable: counts.unordered }),
      ...(accountProblems === 0 ? {} : { account_problems: accountProblems }),
    },
    duration_ms: Math.round(durationMs),
  }
}

export function rulesOf(config: ExtractConfig): { id: string; what: string }[] {
  return config.extract.mask.map((rule) => ({ id: rule.id, what: maskWords(rule) }))
}
