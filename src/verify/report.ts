import type { SignatureFacts, VerifiedFacts, VerifiedFile, VerifyCheck } from '../contract/evidence/verdict.ts'
import { conclude } from './answers.ts'
import { toHex } from './bytes.ts'
import type { VerifyOptions } from './crypto.ts'
import { type DetachedInput, verifyDetached } from './detached.ts'
import { asFinding, Finding, findingCheck, passedCheck } from './finding.ts'
import { readReport } from './report-facts.ts'

/** What lies beside a file and belongs to its signature; null for what isn't there. */
export type Beside = Pick<DetachedInput, 'text' | 'der' | 'token' | 'chain' | 'crls' | 'publicKey'> & {
  tsaChain: Uint8Array | null
}

/**
 * A report, or any other file, with its detached signature. Never throws for what the files hold.
 * @param isReport whether it should be a report: what it says of itself is then checked too
 */
export async function verifyReport(
  { name, data, beside, isReport }: { name: string; data: Uint8Array; beside: Beside; isReport: boolean },
  options: VerifyOptions,
): Promise<VerifiedFile> {
  const checks: VerifyCheck[] = []
  const signatures: SignatureFacts[] = []
  let facts: VerifiedFacts = { bytes: data.length, sha256: toHex(options.crypto.sha256(data)) }
  let id: string | null = null
  let claimedTime: number | null = null
  if (isReport) {
    try {
      const report = readReport(data)
      facts = { ...facts, ...report.facts }
      id = report.id
      claimedTime = report.generatedAt
      checks.push(passedCheck('report', name, `It is the evidence report "${report.id}".`))
    } catch (error) {
      checks.push(findingCheck('report', name, asFinding(error)))
    }
  }
  if (beside.text === null && beside.der === null) {
    const why = 'There is no signature beside it: nothing shows who made it, or whether it was changed.'
    checks.push(findingCheck('signature', name, new Finding('NOT_SIGNED', why)))
  } else {
    const { checks: own, ...signature } = await verifyDetached(
      { ...beside, subject: name, data, id, claimedTime },
      options,
    )
    // what is wrong with the signature says more than what a changed byte did to the report
    checks.unshift(...own)
    signatures.push(signature)
  }
  return conclude({
    file: name,
    kind: isReport ? 'report' : 'unknown',
    signatures,
    checks,
    facts,
    passed: `${isReport ? 'The report' : 'The file'} is byte for byte what was signed, by somebody whom you trust.`,
  })
}
