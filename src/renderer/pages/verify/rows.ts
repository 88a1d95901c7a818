import { checksOf, QUESTIONS, type Question, type Sign, signOf } from '../../../contract/evidence/questions.ts'
import type { VerifiedFile, VerifyCheck } from '../../../contract/evidence/verdict.ts'
import type { Trusted } from '../../../contract/ipc/calls/verify.ts'

export interface Row extends Sign {
  question: Question
  /** In the verifier's words. */
  answer: string
}

/** From the checks that ran; a question to which none ran has no sign, and no row where nothing is to be said either. */
export function rowsOf(file: VerifiedFile): Row[] {
  return QUESTIONS.map((question) => ({
    question,
    answer: answerTo(file, question),
    ...signOf(file, question),
  })).filter((row) => row.answer !== '')
}

function answerTo(file: VerifiedFile, question: Question): string {
  switch (question) {
    case 'intact':
      return intactAnswer(file, checksOf(file, question))
    case 'records':
    case 'coverage':
      return reasons(checksOf(file, question))
    default:
      return file.answers[question]
  }
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
