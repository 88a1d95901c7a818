import type { ReportFacts } from '../../contract/ipc/calls/reports.ts'
import { MAX_FINDINGS } from '../../contract/ipc/limits.ts'
import { beside, checkedSaid, isKnown, readSaid, type Said } from '../../contract/said/said.ts'

const MOST_TEXT = 4_000
const MOST_SAYINGS = 2 * MAX_FINDINGS
type Fields = Readonly<Record<string, unknown>>

/**
 * What a report's JSON says, for the window. The file may be anybody's: whatever is not as it should be is left out or
 * empty, and nothing is believed but that it was written there.
 * @returns null where it is no JSON object
 */
export function reportFactsOf(json: string): ReportFacts | null {
  let report: Fields
  try {
    const read: unknown = JSON.parse(json)
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return null
    report = read as Fields
  } catch {
    return null
  }
  const own = fields(report.coffer)
  const backup = fields(report.backup)
  const integrity = fields(report.integrity)
  const tool = fields(report.tool)
  const operator = fields(own.operator)
  const scope = fields(own.scope)
  const lock = fields(fields(own.retention).lock)
  const controls = all(own.controls).map((one) => one.state)
  const many = (state: string) => controls.filter((one) => one === state).length
  return {
    reportId: text(report.report_id),
    kind: text(own.kind),
    generatedAt: text(report.generated_at),
    tool: [text(tool.name), text(tool.version)].join(' ').trim(),
    overall: text(fields(report.validation).overall_result),
    backupId: text(backup.id),
    createdAt: typeof backup.created_at === 'number' ? backup.created_at : null,
    totals: {
      topics: number(backup.total_topics),
      partitions: number(backup.total_partitions),
      segments: number(backup.total_segments),
      records: number(backup.total_records),
    },
    operator: {
      osUser: text(operator.os_user),
      name: maybe(operator.name),
      role: maybe(operator.role),
      meaning: maybe(operator.meaning),
    },
    signedBy: maybe(integrity.signed_by),
    algorithm: maybe(integrity.signature_algorithm),
    checks: some(fields(report.validation).results).map((one) => ({
      name: text(one.check_name),
      outcome: text(one.outcome),
      detail: text(one.detail),
      ...beside(readSaid(one.said, text(one.detail))),
    })),
    controls: {
      supported: many('supported'),
      notSupported: many('not supported'),
      notCovered: many('not covered'),
    },
    notCovered: (Array.isArray(own.not_covered) ? own.not_covered : []).slice(0, MAX_FINDINGS).map(text),
    lock:
      lock.mode === undefined
        ? null
        : {
            mode: text(lock.mode),
            until: maybe(lock.retain_until),
            reason: text(lock.reason),
            ...beside(readSaid(lock.said, text(lock.reason))),
          },
    streams: some(scope.topics).map((one) => ({
      topic: text(one.source),
      partitions: number(one.partitions),
      records: number(one.records),
    })),
    streamsTotal: number(scope.topics_total),
    monthly: monthlyOf(own.monthly),
    matter: maybe(fields(own.case).matter),
    sayings: sayingsOf(own.sayings),
  }
}

/** What lists of sentences are made of; each is held against the sentence that it makes before it is said. */
function sayingsOf(value: unknown): Said[] {
  const some = Array.isArray(value) ? value.slice(0, MOST_SAYINGS) : []
  return some.map((one) => checkedSaid(one)).filter((one): one is Said => one !== undefined && isKnown(one))
}

function monthlyOf(value: unknown): ReportFacts['monthly'] {
  if (typeof value !== 'object' || value === null) return null
  const monthly = fields(value)
  return {
    month: text(monthly.month),
    runs: number(monthly.runs),
    runsComplete: number(monthly.runs_complete),
    restores: all(monthly.restores).length,
    validations: all(monthly.validations).length,
    deepChecks: Array.isArray(monthly.deep_checks)
      ? some(monthly.deep_checks).map((one) => ({ at: text(one.at), by: text(one.by), outcome: text(one.outcome) }))
      : null,
    findings: some(monthly.open_findings).map((one) => ({ severity: text(one.severity), text: text(one.text) })),
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

const all = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : [])
const some = (value: unknown): Fields[] => (Array.isArray(value) ? value.slice(0, MAX_FINDINGS).map(fields) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MOST_TEXT) : '')
const maybe = (value: unknown): string | null => text(value) || null
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)
