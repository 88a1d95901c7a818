import type { Verdict, VerifiedFile, VerifyCheck } from '../../../contract/evidence/verdict.ts'
import { whoseVerdict, worse } from '../../../contract/evidence/verdict.ts'
import type { Trusted } from '../../../contract/ipc/calls/verify.ts'

/** The questions of somebody who has to rely on a file, in their order. */
export type Question = 'intact' | 'whose' | 'since' | 'changed' | 'records' | 'coverage' | 'next'

export interface Row {
  question: Question
  /** In the verifier's words. */
  answer: string
  verdict: Verdict | null
  /** What it rests on, where the verdict's own word would say too much. */
  rests?: 'signer' | 'clock' | 'unproved'
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
  coverage: 'coverage',
}

/** The checks that speak to a question. */
export function checksOf(file: VerifiedFile, question: Question): VerifyCheck[] {
  return file.checks.filter((one) => (SPEAKS_TO[one.check] ?? 'intact') === question)
}

/** From the checks that ran; a question to which none ran has no sign, and no row where nothing is to be said either. */
export function rowsOf(file: VerifiedFile): Row[] {
  const [intact, whose, since, records, coverage] = (['intact', 'whose', 'since', 'records', 'coverage'] as const).map(
    (question) => checksOf(file, question),
  )
  const { answers } = file
  const rows: Row[] = [
    { question: 'intact', answer: intactAnswer(file, intact ?? []), verdict: worst(intact) },
    { question: 'whose', answer: answers.whose, verdict: whoseVerdict(file, worst(whose)) },
    { question: 'since', answer: answers.since, ...sinceVerdict(file, worst(since)) },
    { question: 'changed', answer: answers.changed, verdict: changedVerdict(file) },
    { question: 'records', answer: reasons(records), verdict: worst(records) },
    { question: 'coverage', answer: reasons(coverage), ...coverageVerdict(worst(coverage)) },
    { question: 'next', answer: answers.next, verdict: null },
  ]
  return rows.filter((row) => row.answer !== '')
}

function worst(checks: readonly VerifyCheck[] = []): Verdict | null {
  return checks.length === 0 ? null : checks.map((one) => one.verdict).reduce(worse)
}

/** The grounds on which the verifier's answer says that something was changed (verify/answers.ts). */
const CHANGES: ReadonlySet<string | undefined> = new Set([
  'HASH_FAILURE',
  'CHANGED_AFTER_SIGNING',
  'SIG_CRYPTO_FAILURE',
  'REPORT_DIFFERS',
  'PROOF_FAILURE',
  'FILE_MISSING',
  'FILE_NOT_LISTED',
  'ARCHIVE_DAMAGED',
])

/** Only a signature that matches says that nothing was changed. */
function changedVerdict({ checks }: VerifiedFile): Verdict | null {
  const failed = checks.filter((one) => one.verdict === 'failed')
  if (failed.some((one) => CHANGES.has(one.subIndication))) return 'failed'
  if (failed.length > 0) return null
  return checks.some((one) => one.check === 'signature' && one.verdict === 'passed') ? 'passed' : null
}

/** What was read is checked; what the filter then chose nobody but the signer can say. */
function coverageVerdict(verdict: Verdict | null): Pick<Row, 'verdict' | 'rests'> {
  return verdict === 'passed' ? { verdict: 'indeterminate', rests: 'signer' } : { verdict }
}

/** A time that only the signer states is no proof of it, though nothing is wrong with it. */
function sinceVerdict(file: VerifiedFile, own: Verdict | null): Pick<Row, 'verdict' | 'rests'> {
  const time = file.signatures[0]?.time
  if (own === 'failed' || time == null) return { verdict: own }
  if (file.verdict === 'failed') return { verdict: null }
  if (time.kind === 'proved') return { verdict: own ?? 'passed' }
  return { verdict: 'indeterminate', rests: time.kind === 'claimed' ? 'clock' : 'unproved' }
}

function intactAnswer(file: VerifiedFile, checks: readonly VerifyCheck[]): string {
  const bad = checks.filter((one) => one.verdict !== 'passed')
  const [first] = bad
  if (first !== undefined) return bad.length > 1 ? `${first.reason} (+${bad.length - 1})` : first.reason
  if (file.kind !== 'package') return reasons(checks)
  const container = checks.find((one) => one.check === 'container')
  const report = checks.find((one) => one.check === 'report')
  return reasons([container, report].filter((one) => one !== undefined))
}

function reasons(checks: readonly VerifyCheck[] = []): string {
  return [...new Set(checks.map((one) => one.reason))].join(' ')
}

/** What the page's headline says of one file. */
export type Headline = 'passed' | 'failed' | 'notSigned' | 'unknownSigner' | 'notConfirmed'

export function headlineOf(file: VerifiedFile): Headline {
  if (file.verdict !== 'indeterminate') return file.verdict
  if (file.subIndication === 'NOT_SIGNED') return 'notSigned'
  return file.subIndication === 'NO_TRUSTED_KEY' ? 'unknownSigner' : 'notConfirmed'
}

/** By whose certificate or key a file's signer is trusted, of those that this user has named. */
export function trustedBy(file: VerifiedFile, trusted: readonly Trusted[]): Trusted | null {
  const one = file.signatures.find((signature) => signature.trusted && signature.kind !== 'document-timestamp')
  if (one === undefined) return null
  // A certificate is named by its whole subject, an issuer by its common name first.
  const byRoot = (root: Trusted) =>
    root.kind === 'certificate' && one.signer !== null && same(root.name, one.signer.issuer)
  return trusted.find((root) => root.sha256 === one.keyId) ?? trusted.find(byRoot) ?? null
}

function same(subject: string, issuer: string): boolean {
  return subject === issuer || subject.startsWith(`${issuer},`) || issuer.startsWith(`${subject},`)
}
