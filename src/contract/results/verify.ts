import type { Verdict, VerifiedFile } from '../evidence/verdict.ts'

/** What `validation evidence-verify` comes to, in OSO's three lines. */
export interface EvidenceVerifyResult {
  kind: 'evidence-verify'
  verdict: Verdict
  /** NOT CHECKED: the signature file names none, or can't be read. */
  checksum: 'VALID' | 'INVALID' | 'NOT CHECKED'
  /** NOT CHECKED: no key is known that it could be tried with. */
  signature: 'VALID' | 'INVALID' | 'NOT CHECKED'
  /** `ECDSA`, `Ed25519`, `RSA`. */
  algorithm: string
  file: VerifiedFile
}
