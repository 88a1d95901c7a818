import type { IntegrityReport } from '../../archive/check/integrity.ts'
import type { Manifest } from '../../archive/types.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { ValidateFinding, ValidateResult } from '../../contract/results.ts'
import { plural } from '../../contract/words.ts'

export type Verdict = Pick<ValidateResult, 'verdict' | 'reason'>

/** The exit code of each verdict. */
export const VERDICT_EXIT: Readonly<Record<ValidateResult['verdict'], ExitCode>> = {
  PASSED: EXIT.done,
  FAILED: EXIT.damaged,
  INDETERMINATE: EXIT.indeterminate,
}

/**
 * What may be claimed of an archive after a check, in one sentence. A check that looked at nothing has passed nothing:
 * it is indeterminate, as is one that could not compare what there was.
 * @param errors the findings that fail it, worst first; `errorsTotal` counts all
 * @param warningsTotal findings that do not fail it, but that somebody should look at
 */
export function verdictOf(
  report: IntegrityReport,
  manifest: Manifest,
  errors: readonly ValidateFinding[],
  errorsTotal: number,
  warningsTotal: number,
): Verdict {
  const [first] = errors
  if (errorsTotal > 0) {
    const what = first === undefined ? 'the archive is not what it says' : first.reason
    const more = errorsTotal > 1 ? `, and ${errorsTotal - 1} more` : ''
    return { verdict: 'FAILED', reason: `${plural(errorsTotal, 'difference')}: ${what}${more}` }
  }
  if (report.segments_checked === 0 && (report.account?.offsets ?? 0) === 0) {
    return {
      verdict: 'INDETERMINATE',
      reason: 'nothing was checked: the archive names no segment and accounts for no offset',
    }
  }
  const verdict = report.deep ? deepVerdict(report, manifest) : shallowVerdict(report, manifest)
  if (warningsTotal === 0) return verdict
  return { ...verdict, reason: `${verdict.reason}; ${plural(warningsTotal, 'warning')} for a person to judge` }
}

function deepVerdict(report: IntegrityReport, manifest: Manifest): Verdict {
  const read = `${plural(report.records_checked, 'record')} in ${plural(report.segments_checked, 'segment')}`
  if (report.account === null) {
    return {
      verdict: 'PASSED',
      reason: `all ${read} were read and are what the manifest says; another program made it, which states no hashes and no account of offsets`,
    }
  }
  const mixed =
    report.foreign || hasForeignSegments(manifest)
      ? '; some segments are of another program, which states no hashes'
      : ''
  return {
    verdict: 'PASSED',
    reason: `all ${read} were read and are what the manifest says, and each of ${plural(report.account.offsets, 'offset')} is accounted for${mixed}`,
  }
}

function shallowVerdict(report: IntegrityReport, manifest: Manifest): Verdict {
  const unsized = segmentsOf(manifest).filter((segment) => segment.compressed_size === 0).length
  if (unsized > 0) {
    return {
      verdict: 'INDETERMINATE',
      reason: `the manifest states no size for ${plural(unsized, 'segment')}, so that only a deep check can tell whether they are whole`,
    }
  }
  return {
    verdict: 'PASSED',
    reason: `the objects of ${plural(report.segments_checked, 'segment')} are there in the size that the manifest states; what is in them was not looked at`,
  }
}

function hasForeignSegments(manifest: Manifest): boolean {
  return segmentsOf(manifest).some((segment) => segment.sha256 === undefined)
}

function segmentsOf(manifest: Manifest) {
  return manifest.topics.flatMap((topic) => topic.partitions.flatMap((partition) => partition.segments))
}
