import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { ReportCheck } from '../../contract/evidence/report.ts'

/** Checks that hold what was restored against the archive; the others pass without a look at it. */
const COMPARING = ['ContentCheck', 'MessageCountCheck']

/** What the line of a validation keeps of whether it compared what was restored: the outcome, or `none`. */
export function comparedDetails(checks: readonly ReportCheck[]): { compared: string } {
  const ran = COMPARING.flatMap((name) =>
    checks.filter((check) => check.check_name === name && check.outcome !== 'SKIPPED'),
  )
  return { compared: ran[0]?.outcome ?? 'none' }
}

/**
 * What the last validation that compared the records of a restore came to; null where there was none. A line of an earlier
 * version does not tell whether it compared them, and is taken for one that did.
 */
export function testedAs(restored: CustodyEntry, entries: readonly CustodyEntry[]): string | null {
  const { restore_id: id } = restored.details
  if (typeof id !== 'string') return null
  const proof = entries.findLast(
    ({ action, seq, details }) =>
      action === 'validated' && seq > restored.seq && details.restore_id === id && details.compared !== 'none',
  )
  const result = proof?.details.overall_result
  return typeof result === 'string' ? result : null
}
