import { basename } from 'node:path'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { EvidenceVerifyResult } from '../../contract/results/verify.ts'
import { nodeCrypto } from '../../signing/node-crypto.ts'
import { TRUST_NOBODY } from '../../verify/crypto.ts'
import { verifyReport } from '../../verify/report.ts'
import { findBeside, readWhole } from './beside.ts'
import { exitOf, readTrust } from './run.ts'

/**
 * OSO's check of a report against its signature, with its flags. Only a key that was named makes it VERIFIED: one that
 * lies beside the report proves that both belong together, and not who made them.
 * @throws CofferError USAGE, CERTIFICATE_UNUSABLE
 */
export async function runEvidenceVerify(
  request: Extract<JobRequest, { kind: 'evidence-verify' }>,
  _context: JobContext,
): Promise<JobResult<EvidenceVerifyResult>> {
  const { report, signature, publicKey } = request
  const beside = await findBeside(report, signature)
  const trust = publicKey === null ? TRUST_NOBODY : await readTrust([publicKey])
  // a bare key that was named is the one to check with
  const [key] = trust.keys
  const named = key === undefined ? beside : { ...beside, publicKey: key.spki, chain: null }
  const data = await readWhole(report)
  const file = await verifyReport(
    { name: basename(report), data, beside: named, isReport: true },
    { trust, at: null, crypto: nodeCrypto },
  )
  const format = file.signatures[0]?.format ?? ''
  return {
    exitCode: exitOf(file.verdict),
    result: {
      kind: 'evidence-verify',
      verdict: file.verdict,
      checksum: checksumOf(file),
      signature: signatureOf(file),
      algorithm: format.startsWith('RSA') ? 'RSA' : format.startsWith('Ed') ? 'Ed25519' : 'ECDSA',
      file,
    },
  }
}

function checksumOf(file: VerifiedFile): EvidenceVerifyResult['checksum'] {
  if (file.checks.some((one) => one.subIndication === 'HASH_FAILURE' && one.check === 'signature')) return 'INVALID'
  return file.checks.some((one) => one.check === 'digest' && one.verdict === 'passed') ? 'VALID' : 'NOT CHECKED'
}

function signatureOf(file: VerifiedFile): EvidenceVerifyResult['signature'] {
  const check = file.checks.find((one) => one.check === 'signature')
  if (check?.verdict === 'passed') return 'VALID'
  return check?.verdict === 'failed' ? 'INVALID' : 'NOT CHECKED'
}
