import type { IntegrityReport } from '../../archive/check/integrity.ts'
import type { CheckOutcome, ReportCheck, ReportLock, ReportMonthly } from '../../contract/evidence/report.ts'
import { because, english, type Reason, type Said, say } from '../../contract/said/said.ts'
import type { History, Month } from './history.ts'

type OpenFinding = ReportMonthly['open_findings'][number]

/** More of the integrity check's own findings are only counted. */
const MOST_LISTED = 50

/** What somebody has to look at, the worst first. */
export function openFindings(
  history: History,
  integrity: IntegrityReport,
  locks: readonly ReportLock[],
  now: number,
): { findings: OpenFinding[]; sayings: Said[] } {
  const errors: Said[] = history.broken.map((why) => say('open.runsBroken', { why }))
  const warnings: Said[] = []
  for (const { key, reason, said } of history.custody.problems)
    errors.push(say('open.custodyBroken', { object: key, why: said ?? reason }))
  const listed = integrity.findings.filter((finding) => finding.severity !== 'info')
  for (const { severity, code, segment, reason, said } of listed.slice(0, MOST_LISTED)) {
    const found = { why: said ?? reason, code }
    const told = segment === undefined ? say('open.found', found) : say('open.foundAt', { object: segment, ...found })
    if (severity === 'damaged') errors.push(told)
    else warnings.push(told)
  }
  const unlisted = integrity.damaged_total + integrity.warnings_total - Math.min(listed.length, MOST_LISTED)
  if (unlisted > 0) warnings.push(say('open.moreFindings', { count: unlisted }))
  if (history.runs.length === 0) errors.push(say('open.noRun'))
  for (const { state, generation: run, started_at: at } of history.runs) {
    if (state === 'complete') continue
    const id = state === 'running' ? 'open.runRunning' : state === 'failed' ? 'open.runFailed' : 'open.runInterrupted'
    warnings.push(say(id, { run, at }))
  }
  for (const { topic, gaps } of history.coverage) {
    if (gaps > 0) warnings.push(say('open.gaps', { topic, gaps: say('many.gaps', { count: gaps }) }))
  }
  if (history.gapsUnlisted > 0) warnings.push(say('open.moreGaps', { count: history.gapsUnlisted }))
  if (!history.restores.some((restore) => restore.validated === 'PASSED')) warnings.push(say('open.notTested'))
  for (const { report_id: report, at, overall_result: outcome } of history.validations) {
    if (outcome !== 'PASSED') warnings.push(say('open.validation', { report, at, outcome }))
  }
  for (const lock of locks) warnings.push(...lockFinding(lock, now))
  return {
    findings: [
      ...errors.map((said) => ({ severity: 'error', text: textOf(said) })),
      ...warnings.map((said) => ({ severity: 'warning', text: textOf(said) })),
    ],
    sayings: [...errors, ...warnings],
  }
}

/** A lock that is not there, can be lifted, or has ended keeps nothing. */
function lockFinding({ mode, retain_until: until, reason, said }: ReportLock, now: number): Said[] {
  const why = said ?? reason
  if (mode === 'none' || mode === 'unknown') return [say('open.noLock', { why })]
  if (until !== null && Date.parse(until) <= now) return [say('open.lockEnded', { until, why })]
  return mode === 'GOVERNANCE' ? [say('open.lockGovernance', { why })] : []
}

/** With a capital and a full stop; a finding that begins with a place or ends with its code stays as it is. */
function textOf(said: Said): string {
  const text = english(said)
  return said.id.startsWith('open.found') ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/**
 * Whether the month was backed up. A month without any run has nothing that could have passed: whatever the archive holds
 * of other months says nothing of it.
 */
function runsCheck({ runs }: History, month: Month, now: number): ReportCheck {
  const states = { complete: 0, running: 0, other: 0 }
  for (const { state } of runs) states[state === 'complete' || state === 'running' ? state : 'other']++
  const { complete, running, other } = states
  const soFar = month.end > now
  const outcome =
    runs.length === 0
      ? 'INDETERMINATE'
      : complete === runs.length
        ? 'PASSED'
        : complete > 0
          ? 'WARNING'
          : other > 0
            ? 'FAILED'
            : 'INDETERMINATE'
  const { name } = month
  const so = soFar ? 'Yet' : ''
  const said =
    runs.length === 0
      ? say(`report.noRun${so}`, { month: name })
      : say(`report.runs${so}`, { count: complete, runs: say('many.runs', { count: runs.length }), month: name })
  return {
    check_name: 'BackupRunsCheck',
    outcome,
    detail: english(said),
    said,
    data: { month: month.name, runs: runs.length, complete, running, failed_or_interrupted: other },
    duration_ms: 0,
  }
}

/** The sentence that a result rests on: of the first check that came to it. */
export function reasonOf(overall: CheckOutcome, checks: readonly ReportCheck[]): Reason {
  const decisive = checks.filter((check) => check.outcome === overall)
  const parts = (overall === 'PASSED' ? decisive : decisive.slice(0, 1)).flatMap(({ said }) => said ?? [])
  return because('many.parts', { parts })
}

/** Whether and when the archive was read in full, for what a report does not cover; null where it did so itself. */
export function deepGap({ deepChecks }: History, month: Month, deep: boolean): Said | null {
  if (deep) return null
  const last = deepChecks.at(-1)
  if (last === undefined) return say('gap.neverDeep', { month: month.name })
  const { subject, at, outcome } = last
  return say('gap.deepBefore', { month: month.name, subject, at, outcome })
}

/** The checks that a monthly report runs itself. */
export function monthlyChecks(
  { history, month, now }: { history: History; month: Month; now: number },
  integrity: IntegrityReport,
  tookMs: number,
): ReportCheck[] {
  const { problems, entries } = history.custody
  const { deep } = integrity
  const segments = say('many.segments', { count: integrity.segments_checked })
  const looked = deep
    ? say('report.readInFull', { segments, records: say('many.records', { count: integrity.records_checked }) })
    : say('report.lookedAt', { segments, objects: say('many.objects', { count: integrity.objects_listed }) })
  const nothing = integrity.segments_checked === 0 && (integrity.account?.offsets ?? 0) === 0
  return [
    runsCheck(history, month, now),
    {
      check_name: 'IntegrityCheck',
      outcome:
        integrity.damaged_total > 0
          ? 'FAILED'
          : nothing
            ? 'INDETERMINATE'
            : integrity.warnings_total > 0
              ? 'WARNING'
              : 'PASSED',
      ...detailed(
        say('report.integrity', {
          looked,
          damaged: integrity.damaged_total,
          warnings: say('many.warnings', { count: integrity.warnings_total }),
        }),
      ),
      data: {
        deep,
        segments_checked: integrity.segments_checked,
        ...(deep ? { records_checked: integrity.records_checked } : {}),
        damaged: integrity.damaged_total,
      },
      duration_ms: tookMs,
    },
    {
      check_name: 'CustodyCheck',
      outcome:
        problems.length + history.broken.length > 0 ? 'FAILED' : entries.length === 0 ? 'INDETERMINATE' : 'PASSED',
      ...detailed(
        say('report.custody', {
          lines: say('many.custodyLines', { count: entries.length }),
          manifests: say('many.manifests', { count: history.timeline.length }),
          breaks: say('many.breaks', { count: problems.length + history.broken.length }),
        }),
      ),
      data: {
        lines: entries.length,
        manifests: history.timeline.length,
        problems: problems.length + history.broken.length,
      },
      duration_ms: 0,
    },
  ]
}

const detailed = (said: Said): { detail: string; said: Said } => ({ detail: english(said), said })
