import type {
  SignatureFacts,
  SubIndication,
  Verdict,
  VerifiedFile,
  VerifyAnswers,
  VerifyCheck,
} from '../contract/evidence/verdict.ts'
import { worse } from '../contract/evidence/verdict.ts'

/** Checks that a result shows at most; `checks_total` counts all. */
const MAX_CHECKS = 200

/** What the checks come to: the worst of them; nothing checked is indeterminate. */
export function worstOf(checks: readonly VerifyCheck[]): Verdict {
  if (checks.length === 0) return 'indeterminate'
  return checks.map((one) => one.verdict).reduce(worse)
}

/** Failed first, then indeterminate, then passed; otherwise in the order they ran. */
export function worstFirst(checks: readonly VerifyCheck[]): VerifyCheck[] {
  const order: Record<Verdict, number> = { failed: 0, indeterminate: 1, passed: 2 }
  return [...checks].sort((a, b) => order[a.verdict] - order[b.verdict])
}

export interface Conclusion {
  file: string
  kind: VerifiedFile['kind']
  signatures: SignatureFacts[]
  checks: VerifyCheck[]
  facts?: VerifiedFile['facts']
  /** Overrides what the checks say first: a sentence for a passed file. */
  passed: string
}

/** Puts together what was found: verdict, its reason, and the five answers. */
export function conclude(conclusion: Conclusion): VerifiedFile {
  const checks = worstFirst(conclusion.checks)
  const verdict = worstOf(checks)
  const worst = verdict === 'passed' ? undefined : checks[0]
  const reason = worst?.reason ?? (verdict === 'passed' ? conclusion.passed : 'Nothing in this file could be checked.')
  const answers = answersOf(verdict, reason, worst?.subIndication, conclusion.signatures)
  return {
    file: conclusion.file,
    kind: conclusion.kind,
    verdict,
    ...(worst?.subIndication === undefined ? {} : { subIndication: worst.subIndication }),
    reason,
    answers,
    signatures: conclusion.signatures,
    checks: checks.slice(0, MAX_CHECKS),
    checks_total: checks.length,
    ...(conclusion.facts === undefined ? {} : { facts: conclusion.facts }),
  }
}

function answersOf(
  _verdict: Verdict,
  reason: string,
  _sub: SubIndication | undefined,
  _signatures: readonly SignatureFacts[],
): VerifyAnswers {
  return { valid: reason, whose: '', since: '', changed: '', next: '' }
}
