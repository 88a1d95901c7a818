import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { ReportCheck } from '../../contract/evidence/report.ts'

/**
 * What a custody line keeps of an integrity check that read every byte, so that a later report can tell when the archive
 * was last read in full; nothing where there was none.
 */
export function deepCheckDetails(checks: readonly ReportCheck[]): Record<string, string> {
  const deep = checks.find((check) => check.check_name === 'IntegrityCheck' && check.data?.deep === true)
  return deep === undefined ? {} : { deep_check: deep.outcome }
}

/** The outcome of the deep check that a line speaks of; null where it speaks of none. */
export function deepCheckOf({ details }: CustodyEntry): string | null {
  return typeof details.deep_check === 'string' ? details.deep_check : null
}
