import { PACKAGE_PATHS } from '../../contract/evidence/package.ts'
import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import { counted, failedCheck, passedCheck, unknownCheck } from './refusal.ts'
import type { Walked } from './walk.ts'

/** What the records' proofs come to, in words; what is redacted is said apart. */
export function proofChecks(walked: Walked): VerifyCheck[] {
  const { records, redacted, unvouched, wrong } = walked
  const path = PACKAGE_PATHS.proofs
  const checks: VerifyCheck[] = []
  if (wrong > 0) {
    const reason = `${counted(wrong, 'record is', 'records are')} not proved to be in the archive; of the first, ${walked.firstWrong}.`
    checks.push(failedCheck('proofs', path, 'PROOF_FAILURE', reason))
  } else if (unvouched > 0) {
    const reason = `${counted(unvouched, 'record is', 'records are')} proved only against digests that the signer made: the archive's own manifest has none.`
    checks.push(unknownCheck('proofs', path, 'NO_POE', reason))
  } else if (records === 0) {
    checks.push(
      passedCheck(
        'proofs',
        path,
        'Nothing was found: there is no record to prove, and the coverage shows where was looked.',
      ),
    )
  } else {
    const plain = records - redacted
    const reason =
      redacted === 0
        ? `${counted(records, 'record')} of ${counted(records, 'record')} proved to be in the archive, byte for byte, without showing any other.`
        : `${counted(plain, 'record')} proved to be in the archive byte for byte; ${counted(redacted, 'redacted one')} by the leaf of the original.`
    checks.push(passedCheck('proofs', path, reason))
  }
  if (redacted > 0) {
    const names = [...walked.rules].sort().join(', ')
    const reason = `${counted(redacted, 'record is', 'records are')} redacted (rules: ${names}): the proof is of the original, what is shown in place of it rests on the signer.`
    checks.push(passedCheck('redaction', PACKAGE_PATHS.records, reason))
  }
  return checks
}
