import type { IntegrityReport } from '../../archive/check/integrity.ts'
import type { CheckOutcome, ReportCheck, ReportLock, ReportMonthly } from '../../contract/evidence/report.ts'
import { english } from '../../contract/said/said.ts'
import { count, plural } from '../../contract/words.ts'
import type { History, Month } from './history.ts'

type OpenFinding = ReportMonthly['open_findings'][number]

/** More of the integrity check's own findings are only counted. */
const MOST_LISTED = 50

/** What somebody has to look at, the worst first. */
export function openFindings(
  history: History,
  integrity: IntegrityReport,
  locks: readonly ReportLock[],
): OpenFinding[] {
  const errors: string[] = [...history.broken.map((why) => `The chain of runs is broken: ${english(why)}.`)]
  const warnings: string[] = []
  for (const { key, reason } of history.custody.problems)
    errors.push(`The chain of custody does not hold at "${key}": ${reason}.`)
  const listed = integrity.findings.filter((finding) => finding.severity !== 'info')
  for (const { severity, code, segment, reason } of listed.slice(0, MOST_LISTED)) {
    const text = `${segment === undefined ? '' : `${segment}: `}${reason} (${code})`
    if (severity === 'damaged') errors.push(text)
    else warnings.push(text)
  }
  const unlisted = integrity.damaged_total + integrity.warnings_total - Math.min(listed.length, MOST_LISTED)
  if (unlisted > 0)
    warnings.push(`${plural(unlisted, 'more finding')} of the integrity check; "coffer validate" lists them.`)
  if (history.runs.length === 0) errors.push('No backup ran in this month.')
  for (const run of history.runs) {
    if (run.state === 'complete') continue
    const words =
      run.state === 'running' ? 'has not ended, or was killed' : run.state === 'failed' ? 'failed' : 'was interrupted'
    warnings.push(`Run ${run.generation} of ${run.started_at} ${words}.`)
  }
  for (const { topic, gaps } of history.coverage) {
    if (gaps > 0)
      warnings.push(
        `Topic "${topic}" has ${plural(gaps, 'gap')}: offsets that were on the cluster and are not in the archive.`,
      )
  }
  if (history.gapsUnlisted > 0) warnings.push(`${plural(history.gapsUnlisted, 'more gap')} not counted by topic.`)
  if (!history.restores.some((restore) => restore.validated === 'PASSED')) {
    warnings.push('No restore of this month was validated: that the backup can be restored was not tested.')
  }
  for (const one of history.validations) {
    if (one.overall_result !== 'PASSED')
      warnings.push(`Validation ${one.report_id} of ${one.at} came to ${one.overall_result}.`)
  }
  for (const lock of locks) {
    if (lock.mode === 'none' || lock.mode === 'unknown') warnings.push(`No retention lock is certain: ${lock.reason}.`)
  }
  return [
    ...errors.map((text) => ({ severity: 'error', text })),
    ...warnings.map((text) => ({ severity: 'warning', text })),
  ]
}

/**
 * Whether the month was backed up. A month without any run has nothing that could have passed: whatever the archive holds
 * of other months says nothing of it.
 */
function runsCheck({ runs }: History, month: Month, now: number): ReportCheck {
  const states = { complete: 0, running: 0, other: 0 }
  for (const { state } of runs) states[state === 'complete' || state === 'running' ? state : 'other']++
  const { complete, running, other } = states
  const soFar = month.end > now ? ' so far' : ''
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
  const detail =
    runs.length === 0
      ? `no backup run began in ${month.name}${soFar}: what was on the topics in that month can't be said to be kept`
      : `${count(complete)} of ${plural(runs.length, 'run')} that began in ${month.name}${soFar} ${complete === 1 ? 'is' : 'are'} complete`
  return {
    check_name: 'BackupRunsCheck',
    outcome,
    detail,
    data: { month: month.name, runs: runs.length, complete, running, failed_or_interrupted: other },
    duration_ms: 0,
  }
}

/** The sentence that a result rests on: of the first check that came to it. */
export function reasonOf(overall: CheckOutcome, checks: readonly ReportCheck[]): string {
  const decisive = checks.filter((check) => check.outcome === overall)
  return (overall === 'PASSED' ? decisive : decisive.slice(0, 1)).map(({ detail }) => detail).join('; ')
}

/** Whether and when the archive was read in full: a sentence for what a report does not cover; null where it did so itself. */
export function deepGap({ deepChecks }: History, month: Month, deep: boolean): string | null {
  if (deep) return null
  const last = deepChecks.at(-1)
  return last === undefined
    ? `Not deeply checked: by the chain of custody nobody read the archive in full in ${month.name}, and neither did this report ("--deep" does). What "coffer verify" reads leaves no line there, nor a check of an archive that may only be read.`
    : `Not deeply checked by this report: the last check of ${month.name} that read every byte was ${last.subject} of ${last.at}, and came to ${last.outcome}.`
}

/** The checks that a monthly report runs itself. */
export function monthlyChecks(
  { history, month, now }: { history: History; month: Month; now: number },
  integrity: IntegrityReport,
  tookMs: number,
): ReportCheck[] {
  const { problems, entries } = history.custody
  const { deep } = integrity
  const segments = plural(integrity.segments_checked, 'segment')
  const looked = deep
    ? `${segments} read in full, ${plural(integrity.records_checked, 'record')}`
    : `${segments} and ${plural(integrity.objects_listed, 'object')} looked at, by presence and size`
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
      detail: `${looked}: ${count(integrity.damaged_total)} damaged, ${plural(integrity.warnings_total, 'warning')}`,
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
      detail: `${plural(entries.length, 'custody line')} and ${plural(history.timeline.length, 'manifest')} read back to the first: ${plural(problems.length + history.broken.length, 'break')} in their hash chains`,
      data: {
        lines: entries.length,
        manifests: history.timeline.length,
        problems: problems.length + history.broken.length,
      },
      duration_ms: 0,
    },
  ]
}
