/**
 * What a verification comes to, in the words of ETSI EN 319 102-1 clause 5: passed (TOTAL-PASSED), indeterminate, failed
 * (TOTAL-FAILED), with a sub-indication of clause 5.1.3 where there is one. The CLI, the page that lies in a package and
 * the desktop application all show this.
 */
export type Verdict = 'passed' | 'indeterminate' | 'failed'

/** Sub-indications of EN 319 102-1 table 6 that Coffer gives, and our own for what is no signature (below the line). */
export const SUB_INDICATIONS = [
  'FORMAT_FAILURE',
  'HASH_FAILURE',
  'SIG_CRYPTO_FAILURE',
  'REVOKED',
  'SIG_CONSTRAINTS_FAILURE',
  'CHAIN_CONSTRAINTS_FAILURE',
  'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  'CRYPTO_CONSTRAINTS_FAILURE',
  'EXPIRED',
  'NOT_YET_VALID',
  'TIMESTAMP_ORDER_FAILURE',
  'NO_SIGNING_CERTIFICATE_FOUND',
  'NO_CERTIFICATE_CHAIN_FOUND',
  'REVOKED_NO_POE',
  'OUT_OF_BOUNDS_NO_POE',
  'NO_POE',
  'TRY_LATER',
  'SIGNED_DATA_NOT_FOUND',
  // ── ours ──
  /** Something was changed or added after the signature. */
  'CHANGED_AFTER_SIGNING',
  'NOT_SIGNED',
  /** Intact, but nobody told whom to trust. */
  'NO_TRUSTED_KEY',
  /** The container itself (zip, folder) is not as the format allows. */
  'CONTAINER_REFUSED',
  'FILE_MISSING',
  'FILE_NOT_LISTED',
  'PROOF_FAILURE',
  'COVERAGE_FAILURE',
  'CUSTODY_FAILURE',
  'REPORT_DIFFERS',
  /** A table in a package does not show the records that are proved. */
  'FORM_DIFFERS',
  'ARCHIVE_DAMAGED',
  'LIMIT_REACHED',
] as const
export type SubIndication = (typeof SUB_INDICATIONS)[number]

/** What is checked: short and stable, for scripts. */
export const VERIFY_CHECKS = [
  'attachments',
  'byte-range',
  'certificates',
  'chain',
  'changes',
  'container',
  'coverage',
  'custody',
  'digest',
  'forms',
  'index',
  'integrity',
  'manifest',
  'manifest-chain',
  'pdf',
  'proofs',
  'redaction',
  'report',
  'signature',
  'structure',
  'time',
  'timestamp',
  'timestamp-chain',
] as const
export type VerifyCheckId = (typeof VERIFY_CHECKS)[number]

/** What to do next. The sentences are in verify/advice.ts, and the window has its own by these names. */
export const ADVICE = [
  ...SUB_INDICATIONS,
  'KEEP',
  'DO_NOT_RELY',
  'SIGNER_CLOCK',
  'NOT_LONG_TERM',
  'NO_POE_PROOFS',
  'NO_POE_INTEGRITY',
  'NO_POE_TIMESTAMP_CHAIN',
  'NO_POE_TIMESTAMP',
  'NO_POE_SIGNATURE',
  'FILE_MISSING_MANIFEST_CHAIN',
  'ARCHIVE_DAMAGED_COVERAGE',
  'ARCHIVE_DAMAGED_INTEGRITY',
  'TRY_LATER_TIMESTAMP_CHAIN',
] as const
export type AdviceId = (typeof ADVICE)[number]

/** One thing that was checked. A verdict comes from a check that ran; what didn't run has no line. */
export interface VerifyCheck {
  check: VerifyCheckId
  /** What it was tried on: a file of the package, a signature's name, a segment. */
  subject: string
  verdict: Verdict
  subIndication?: SubIndication
  /** One sentence for a compliance officer, with the figures. */
  reason: string
}

/** One signature, in what it was laid over, by whom and since when. */
export interface SignatureFacts {
  /** `report.json`, `report.pdf (Signature1)`, `manifest/manifest.json`. */
  subject: string
  kind: 'pades' | 'detached' | 'oso-detached' | 'document-timestamp'
  /** `PAdES-BASELINE-LT`, `ECDSA-P256-SHA256` … */
  format: string
  verdict: Verdict
  subIndication?: SubIndication
  reason: string
  /** As the certificate has it; null for a bare key. */
  signer: { name: string; organisation: string | null; serial: string; issuer: string } | null
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  keyId: string | null
  /** Whether a root or key that the verifier was given vouches for it. */
  trusted: boolean
  /**
   * ISO 8601 UTC. `proved`: a timestamp of an authority that is trusted says it existed then; `claimed`: the signer's own
   * clock; `unproved`: a timestamp says so that can't be counted, and the signer says nothing.
   */
  time: {
    at: string
    kind: 'proved' | 'claimed' | 'unproved'
    authority: string | null
    /** Why the timestamp that there is can't be counted, a sentence; null: it counts, or there is none. */
    uncounted: string | null
    /** Where it is proved: the root that vouches for the authority is the signer's own, and can date as it likes. */
    same_root?: true
  } | null
}

/** The five questions of a compliance officer, each answered in a sentence. */
export interface VerifyAnswers {
  valid: string
  whose: string
  since: string
  changed: string
  next: string
}

/** The same answers by their names, for whoever says them in another language. */
export interface VerifyAnswerIds {
  /** Position in `signatures` of the one that whose and since are about; null: there is none. */
  signature: number | null
  /** Signatures by a signer beside that one. */
  others: number
  whose: 'nobody' | 'invalid' | 'untrusted' | 'trusted'
  since: 'invalid' | 'unknown' | 'proved' | 'unproved' | 'claimed'
  changed: 'yes' | 'wrong' | 'unsigned' | 'unchecked' | 'no'
  next: AdviceId[]
}

/** What was verified comes to this. `kind` is what the file turned out to be. */
export interface VerifiedFile {
  file: string
  kind: 'package' | 'report' | 'pdf' | 'archive' | 'unknown'
  verdict: Verdict
  subIndication?: SubIndication
  /** One sentence that carries the verdict. */
  reason: string
  answers: VerifyAnswers
  /** Absent in results of earlier versions. */
  answer_ids?: VerifyAnswerIds
  signatures: SignatureFacts[]
  /** Worst first. Bounded: `checks_total` counts all. */
  checks: VerifyCheck[]
  checks_total: number
  /** What it is about, for people; absent where it can't be told. */
  facts?: VerifiedFacts
}

export interface VerifiedFacts {
  report_id?: string
  backup_id?: string
  /** What the report itself says it found; the verdict above is about the evidence, not about this. */
  overall_result?: string
  records?: number
  records_proved?: number
  records_redacted?: number
  segments_read?: number
  segments_skipped?: number
  /** Where the coverage passed: every record that was asked for is shown to be here (no filter, and whole segments). */
  all_asked?: true
  bytes?: number
  sha256?: string
}

export interface VerifyResult {
  kind: 'verify'
  verdict: Verdict
  files: VerifiedFile[]
  verified_at: string
  /** ISO 8601 UTC: the time that certificates were judged for, where the verifier was given one (`--at`). */
  judged_for?: string
  tool: { name: string; version: string }
}

/** The worse of two: failed beats indeterminate beats passed. */
export function worse(a: Verdict, b: Verdict): Verdict {
  if (a === 'failed' || b === 'failed') return 'failed'
  return a === 'indeterminate' || b === 'indeterminate' ? 'indeterminate' : 'passed'
}
