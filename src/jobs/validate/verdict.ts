import type { IntegrityReport } from '../../archive/check/integrity.ts'
import type { Manifest } from '../../archive/types.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { ValidateFinding, ValidateResult } from '../../contract/results.ts'
import { because, english, type Said, say } from '../../contract/said/said.ts'

export type Verdict = Pick<ValidateResult, 'verdict' | 'reason' | 'said'>

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
    const what = first === undefined ? say('verdict.notWhatItSays') : (first.said ?? first.reason)
    if (errorsTotal === 1) return { verdict: 'FAILED', ...because('verdict.difference', { what }) }
    const reason = because('verdict.differences', { differences: errorsTotal, what, more: errorsTotal - 1 })
    return { verdict: 'FAILED', ...reason }
  }
  if (report.segments_checked === 0 && (report.account?.offsets ?? 0) === 0) {
    return { verdict: 'INDETERMINATE', ...because('verdict.nothing') }
  }
  const { verdict, said } = report.deep ? deepVerdict(report, manifest) : shallowVerdict(report, manifest)
  const reason = warningsTotal === 0 ? said : say('verdict.withWarnings', { verdict: said, count: warningsTotal })
  return { verdict, reason: english(reason), said: reason }
}

type Claim = Pick<Verdict, 'verdict'> & { said: Said }

function deepVerdict(report: IntegrityReport, manifest: Manifest): Claim {
  const read = {
    records: say('many.records', { count: report.records_checked }),
    segments: say('many.segments', { count: report.segments_checked }),
  }
  if (report.account === null) return { verdict: 'PASSED', said: say('verdict.foreign', read) }
  const mixed = report.foreign || hasForeignSegments(manifest)
  const offsets = say('many.offsets', { count: report.account.offsets })
  return { verdict: 'PASSED', said: say(mixed ? 'verdict.wholeMixed' : 'verdict.whole', { ...read, offsets }) }
}

function shallowVerdict(report: IntegrityReport, manifest: Manifest): Claim {
  const unsized = segmentsOf(manifest).filter((segment) => segment.compressed_size === 0).length
  if (unsized > 0) {
    return {
      verdict: 'INDETERMINATE',
      said: say('verdict.unsized', { segments: say('many.segments', { count: unsized }) }),
    }
  }
  const segments = say('many.segments', { count: report.segments_checked })
  return { verdict: 'PASSED', said: say('verdict.present', { segments }) }
}

function hasForeignSegments(manifest: Manifest): boolean {
  return segmentsOf(manifest).some((segment) => segment.sha256 === undefined)
}

function segmentsOf(manifest: Manifest) {
  return manifest.topics.flatMap((topic) => topic.partitions.flatMap((partition) => partition.segments))
}
