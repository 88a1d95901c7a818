import { isChange, isUnsignedPackage } from '../contract/evidence/questions.ts'
import type {
  SignatureFacts,
  Verdict,
  VerifiedFile,
  VerifyAnswerIds,
  VerifyAnswers,
  VerifyCheck,
} from '../contract/evidence/verdict.ts'
import { worse } from '../contract/evidence/verdict.ts'
import { adviceOn, adviceText } from './advice.ts'
import { moment } from './words.ts'

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
  /** The reason of a file that passed: a sentence. */
  passed: string
}

/** Puts together what was found: verdict, its reason, and the five answers. */
export function conclude(conclusion: Conclusion): VerifiedFile {
  const checks = worstFirst(conclusion.checks)
  const verdict = worstOf(checks)
  const worst = verdict === 'passed' ? undefined : checks[0]
  const own = isUnsignedPackage(checks) ? [] : conclusion.signatures
  const ids = idsOf(verdict, checks, own)
  const reason = worst?.reason ?? (verdict === 'passed' ? conclusion.passed : 'Nothing in this file could be checked.')
  return {
    file: conclusion.file,
    kind: conclusion.kind,
    verdict,
    ...(worst?.subIndication === undefined ? {} : { subIndication: worst.subIndication }),
    reason,
    answers: answersOf(conclusion.kind, verdict, reason, checks, own, ids),
    answer_ids: ids,
    signatures: conclusion.signatures,
    checks: checks.slice(0, MAX_CHECKS),
    checks_total: checks.length,
    ...(conclusion.facts === undefined ? {} : { facts: conclusion.facts }),
  }
}

function answersOf(
  kind: VerifiedFile['kind'],
  verdict: Verdict,
  reason: string,
  checks: readonly VerifyCheck[],
  signatures: readonly SignatureFacts[],
  ids: VerifyAnswerIds,
): VerifyAnswers {
  const one = signatures[ids.signature ?? -1]
  return {
    valid: {
      passed: `Yes. ${reason}`,
      indeterminate: `That can't be said. ${reason}`,
      failed: `No. ${reason}`,
    }[verdict],
    whose: whose(one, ids, verdict),
    since: since(one, ids),
    changed: changed(kind, checks, ids),
    next: adviceText(ids.next),
  }
}

function idsOf(
  verdict: Verdict,
  checks: readonly VerifyCheck[],
  signatures: readonly SignatureFacts[],
): VerifyAnswerIds {
  const one = spoken(signatures)
  const worst = checks[0]?.verdict === verdict ? checks[0] : undefined
  return {
    signature: one === undefined ? null : signatures.indexOf(one),
    others: Math.max(0, signatures.filter((other) => other.kind !== 'document-timestamp').length - 1),
    whose: one === undefined ? 'nobody' : one.verdict === 'failed' ? 'invalid' : one.trusted ? 'trusted' : 'untrusted',
    since: one?.verdict === 'failed' ? 'invalid' : (one?.time?.kind ?? 'unknown'),
    changed: changedId(checks, signatures),
    next: adviceOn(verdict, worst, signatures, one),
  }
}

/** The one to speak of: the worst of those that are by a signer, the first where they are alike. */
function spoken(signatures: readonly SignatureFacts[]): SignatureFacts | undefined {
  const signers = signatures.filter((one) => one.kind !== 'document-timestamp')
  return (
    signers.find((one) => one.verdict === 'failed') ??
    signers.find((one) => one.verdict === 'indeterminate') ??
    signers[0]
  )
}

function whose(one: SignatureFacts | undefined, ids: VerifyAnswerIds, verdict: Verdict): string {
  if (one === undefined) return 'Nobody has signed it.'
  const key = one.keyId === null ? 'a key that could not be found' : `the key ${one.keyId}`
  const organisation = one.signer?.organisation == null ? '' : ` (${one.signer.organisation})`
  const who = one.signer === null ? `The holder of ${key}` : `"${one.signer.name}"${organisation}`
  const more = ids.others
  const others = more > 0 ? ` There ${more === 1 ? 'is 1 other signature' : `are ${more} other signatures`}.` : ''
  if (ids.whose === 'invalid') return `Its signature is not valid, so it counts as nobody's.${others}`
  if (ids.whose === 'untrusted') {
    return one.signer === null
      ? `Unknown: nobody whom you trust vouches for ${key}.${others}`
      : `It names ${who}, certified by "${one.signer.issuer}", but nobody whom you trust vouches for that.${others}`
  }
  const certified = one.signer === null ? ', which you trust' : `, certified by "${one.signer.issuer}"`
  return `${who}${certified}.${verdict === 'passed' ? '' : ' See the checks for what else was found.'}${others}`
}

const SAME_ROOT =
  "The root that vouches for this authority is the signer's own, and could have dated it as it liked: it rests on the signer."

function since(one: SignatureFacts | undefined, ids: VerifyAnswerIds): string {
  if (ids.since === 'invalid') return 'A signature that is not valid proves no time.'
  if (one?.time == null) return 'Not known: no time is stated or proved.'
  const at = moment(Date.parse(one.time.at))
  if (one.time.kind === 'proved') {
    const own = one.time.same_root === true ? ` ${SAME_ROOT}` : ''
    return `Since ${at} at the latest: the timestamp authority "${one.time.authority}" says that it existed then.${own}`
  }
  const { authority, uncounted } = one.time
  if (one.time.kind === 'unproved') {
    return `Not proved: a timestamp of "${authority}" says ${at}, which can't be counted. ${uncounted ?? ''}`.trim()
  }
  const stamp =
    uncounted === null
      ? 'No timestamp proves it.'
      : `${authority === null ? 'Its timestamp' : `The timestamp of "${authority}"`} can't be counted as proof of that. ${uncounted}`
  return `It says ${at}, by its own clock. ${stamp}`
}

function changedId(checks: readonly VerifyCheck[], signatures: readonly SignatureFacts[]): VerifyAnswerIds['changed'] {
  if (checks.some(isChange)) return 'yes'
  if (checks.some((one) => one.verdict === 'failed')) return 'wrong'
  if (signatures.length === 0) return 'unsigned'
  return checks.some((one) => one.check === 'signature' && one.verdict === 'passed') ? 'no' : 'unchecked'
}

function changed(kind: VerifiedFile['kind'], checks: readonly VerifyCheck[], ids: VerifyAnswerIds): string {
  switch (ids.changed) {
    case 'yes': {
      const change = checks.find(isChange)
      return `Yes, or it does not belong together: ${change?.reason}`
    }
    case 'wrong':
      return 'It is not as it should be; see the checks.'
    case 'unsigned':
      return 'Without a signature nobody can tell.'
    case 'unchecked':
      return 'That could not be checked.'
    default: {
      // of a package this would speak of the PDF in it
      const added =
        kind !== 'pdf' ? undefined : checks.find((one) => one.check === 'changes' && one.verdict === 'passed')
      return added === undefined ? 'No: it is byte for byte what was signed.' : `No. ${added.reason}`
    }
  }
}
