import type { IntegrityReport } from '../../archive/check/integrity.ts'
import type { ReportCheck, ReportLock, ReportMonthly } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'
import type { History } from './history.ts'

type OpenFinding = ReportMonthly['open_findings'][number]

/** More of the integrity check's own findings are only counted. */
const MOST_LISTED = 50

/** What somebody has to look at, the worst first. */
export function openFindings(
  history: History,
  integrity: IntegrityReport,
  locks: readonly ReportLock[],
): OpenFinding[] {
  const errors: string[] = [...history.broken.map((reason) => `The chain of runs is broken: ${reason}.`)]
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

/** The two checks that a monthly report runs itself. */
export function monthlyChecks(history: History, integrity: IntegrityReport, tookMs: number): ReportCheck[] {
  const { problems, entries } = history.custody
  const looked = `${plural(integrity.segments_checked, 'segment')} and ${plural(integrity.objects_listed, 'object')} looked at`
  const nothing = integrity.segments_checked === 0 && (integrity.account?.offsets ?? 0) === 0
  return [
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
      detail: `${looked}, by presence and size: ${count(integrity.damaged_total)} damaged, ${plural(integrity.warnings_total, 'warning')}`,
      data: { deep: false, segments_checked: integrity.segments_checked, damaged: integrity.damaged_total },
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
