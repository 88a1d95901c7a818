import type { CheckOutcome, OutcomeCounts, ReportCheck } from '../../contract/evidence/report.ts'

/**
 * What the checks of a report come to. FAILED where one failed; INDETERMINATE where one could not tell, or where nothing
 * ran at all (no checks, or all of them skipped); WARNING where one warned; PASSED only where at least one passed and
 * none is worse.
 */
export function overallResult(checks: readonly Pick<ReportCheck, 'outcome'>[]): CheckOutcome {
  const has = (outcome: CheckOutcome) => checks.some((check) => check.outcome === outcome)
  if (has('FAILED')) return 'FAILED'
  if (has('INDETERMINATE')) return 'INDETERMINATE'
  if (has('WARNING')) return 'WARNING'
  return has('PASSED') ? 'PASSED' : 'INDETERMINATE'
}

/** How many checks had each outcome, under the report's names. */
export function countOutcomes(checks: readonly Pick<ReportCheck, 'outcome'>[]): OutcomeCounts {
  const count = (outcome: CheckOutcome) => checks.filter((check) => check.outcome === outcome).length
  return {
    checks_total: checks.length,
    checks_passed: count('PASSED'),
    checks_failed: count('FAILED'),
    checks_skipped: count('SKIPPED'),
    checks_warned: count('WARNING'),
    checks_indeterminate: count('INDETERMINATE'),
  }
}

/** Whether a check says that it looked at a part and not at all. Its result is never called exact. */
export function isSampled({ data }: Pick<ReportCheck, 'data'>): boolean {
  const { mode, sampled, sample_percentage: share } = data ?? {}
  return mode === 'sample' || sampled === true || (typeof share === 'number' && share < 100)
}
