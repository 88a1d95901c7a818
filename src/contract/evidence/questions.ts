import { PACKAGE_PATHS } from './package.ts'
import type { SubIndication, Verdict, VerifiedFile, VerifyCheck } from './verdict.ts'
import { worse } from './verdict.ts'

/**
 * The questions of somebody who has to rely on a file, and which sign each gets: one rule for the window and for the page
 * inside a package, so that the two never show a different sign for the same file.
 */
export const QUESTIONS = ['intact', 'whose', 'since', 'changed', 'records', 'coverage', 'next'] as const
export type Question = (typeof QUESTIONS)[number]

/** What an answer rests on, where the verdict's own word would say too much. */
export type RestsOn = 'signer' | 'clock' | 'unproved'

export interface Sign {
  /** Null: the question has no sign. */
  verdict: Verdict | null
  rests?: RestsOn
}

/** Which question a check speaks to; all others to the first. */
const SPEAKS_TO: Readonly<Record<string, 'whose' | 'since' | 'records' | 'coverage'>> = {
  signature: 'whose',
  chain: 'whose',
  trust: 'whose',
  revocation: 'whose',
  timestamp: 'since',
  proofs: 'records',
  redaction: 'records',
  forms: 'records',
  coverage: 'coverage',
}

/** The checks that speak to a question. */
export function checksOf(file: VerifiedFile, question: Question): VerifyCheck[] {
  return file.checks.filter((one) => (SPEAKS_TO[one.check] ?? 'intact') === question)
}

/** The sign of a question, from the checks that ran; where none ran there is none. */
export function signOf(file: VerifiedFile, question: Question): Sign {
  const checks = checksOf(file, question)
  const own = checks.length === 0 ? null : checks.map((one) => one.verdict).reduce(worse)
  switch (question) {
    case 'whose':
      // what counts as nobody's has no sign, since the reason why stands with the question that failed
      return { verdict: file.answer_ids?.whose === 'invalid' && own === 'passed' ? null : own }
    case 'since':
      return signOfTime(file, own)
    case 'changed':
      return { verdict: changed(file) }
    case 'coverage':
      // what was read is checked; what a filter then chose nobody but the signer can say
      return own === 'passed' && file.facts?.all_asked !== true
        ? { verdict: 'indeterminate', rests: 'signer' }
        : { verdict: own }
    case 'next':
      return { verdict: null }
    default:
      return { verdict: own }
  }
}

/** A time that only the signer states is no proof of it, though nothing is wrong with it. */
function signOfTime(file: VerifiedFile, own: Verdict | null): Sign {
  if (isUnsignedPackage(file.checks)) return { verdict: null }
  const time = file.signatures[0]?.time
  if (own === 'failed' || time == null) return { verdict: own }
  if (file.verdict === 'failed') return { verdict: null }
  if (time.same_root === true) return { verdict: 'indeterminate', rests: 'signer' }
  if (time.kind === 'proved') return { verdict: own ?? 'passed' }
  return { verdict: 'indeterminate', rests: time.kind === 'claimed' ? 'clock' : 'unproved' }
}

/**
 * What a verification comes to in one phrase; `unknownSigner`: intact, and only whose it is can't be told; `nothingToCheck`:
 * nobody signed it, and no check of its content ran either.
 */
export const CONCLUSIONS = ['passed', 'failed', 'notSigned', 'nothingToCheck', 'unknownSigner', 'notConfirmed'] as const
export type Conclusion = (typeof CONCLUSIONS)[number]

/** Nobody whom the verifier was told to trust vouches for the signer: that says nothing against what was signed. */
const NOT_VOUCHED: ReadonlySet<SubIndication | undefined> = new Set(['NO_TRUSTED_KEY', 'NO_CERTIFICATE_CHAIN_FOUND'])

/** "Intact" is said only where checks of that ran and all of them passed, "whole" where nothing but the signature is open. */
export function conclusionOf(file: VerifiedFile): Conclusion {
  if (file.verdict !== 'indeterminate') return file.verdict
  if (file.subIndication === 'NOT_SIGNED') {
    if (checksOf(file, 'intact').length === 0) return 'nothingToCheck'
    return isWhole(file) ? 'notSigned' : 'notConfirmed'
  }
  const intact = signOf(file, 'intact').verdict === 'passed'
  return intact && NOT_VOUCHED.has(file.subIndication) ? 'unknownSigner' : 'notConfirmed'
}

function isWhole({ checks }: VerifiedFile): boolean {
  return checks.every(
    ({ check, verdict }) => verdict === 'passed' || ['whose', 'since'].includes(SPEAKS_TO[check] ?? 'intact'),
  )
}

const CHANGES: ReadonlySet<SubIndication | undefined> = new Set([
  'HASH_FAILURE',
  'CHANGED_AFTER_SIGNING',
  'SIG_CRYPTO_FAILURE',
  'REPORT_DIFFERS',
  'FORM_DIFFERS',
  'PROOF_FAILURE',
  'FILE_MISSING',
  'FILE_NOT_LISTED',
  'ARCHIVE_DAMAGED',
])

/** Whether a check found that something was changed, or does not belong together. */
export function isChange({ verdict, subIndication }: VerifyCheck): boolean {
  return verdict === 'failed' && CHANGES.has(subIndication)
}

/** A package without a signature over its index is nobody's, whoever signed the manifests or the report in it. */
export function isUnsignedPackage(checks: readonly VerifyCheck[]): boolean {
  return checks.some(
    ({ check, subject, subIndication }) =>
      check === 'signature' && subject === PACKAGE_PATHS.index && subIndication === 'NOT_SIGNED',
  )
}

/** Only a signature that matches says that nothing was changed. */
function changed({ checks }: VerifiedFile): Verdict | null {
  if (checks.some(isChange)) return 'failed'
  if (checks.some((one) => one.verdict === 'failed') || isUnsignedPackage(checks)) return null
  return checks.some((one) => one.check === 'signature' && one.verdict === 'passed') ? 'passed' : null
}
