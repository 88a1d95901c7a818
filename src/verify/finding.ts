import type { SubIndication, Verdict, VerifyCheck, VerifyCheckId } from '../contract/evidence/verdict.ts'

/** ETSI EN 319 102-1 table 5: these make a signature TOTAL-FAILED; the other sub-indications leave it indeterminate. */
const FAILED: ReadonlySet<SubIndication> = new Set([
  'FORMAT_FAILURE',
  'HASH_FAILURE',
  'SIG_CRYPTO_FAILURE',
  'REVOKED',
  'EXPIRED',
  'NOT_YET_VALID',
  // ours
  'CHANGED_AFTER_SIGNING',
  'CONTAINER_REFUSED',
  'FILE_MISSING',
  'FILE_NOT_LISTED',
  'PROOF_FAILURE',
  'COVERAGE_FAILURE',
  'CUSTODY_FAILURE',
  'REPORT_DIFFERS',
  'FORM_DIFFERS',
  'ARCHIVE_DAMAGED',
])

export function verdictOf(sub: SubIndication): Verdict {
  return FAILED.has(sub) ? 'failed' : 'indeterminate'
}

/** What keeps a check from passing, thrown where it is seen and turned into a line where the check began. */
export class Finding extends Error {
  readonly sub: SubIndication

  /** @param reason a sentence for a compliance officer */
  constructor(sub: SubIndication, reason: string) {
    super(reason)
    this.name = 'Finding'
    this.sub = sub
  }

  get verdict(): Verdict {
    return verdictOf(this.sub)
  }
}

export function passedCheck(check: VerifyCheckId, subject: string, reason: string): VerifyCheck {
  return { check, subject, verdict: 'passed', reason }
}

export function findingCheck(check: VerifyCheckId, subject: string, finding: Finding): VerifyCheck {
  return { check, subject, verdict: finding.verdict, subIndication: finding.sub, reason: finding.message }
}

/**
 * Any thrown value as a finding. What is none is a mistake of this program: it must never turn into a pass, and never
 * into a claim about the file either.
 */
export function asFinding(error: unknown): Finding {
  if (error instanceof Finding) return error
  const message = error instanceof Error ? error.message : String(error)
  return new Finding('LIMIT_REACHED', `This could not be checked to its end: ${message}.`)
}
