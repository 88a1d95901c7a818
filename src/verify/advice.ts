import type { AdviceId, SignatureFacts, Verdict, VerifyCheck } from '../contract/evidence/verdict.ts'

/** What to do next: for each sub-indication, and where the same one means two things, for the check that gave it. */

const DO_NOT_RELY = 'Do not rely on it. Ask who gave it to you for the original.'

const SENTENCES: Readonly<Record<AdviceId, string>> = {
  FORMAT_FAILURE: DO_NOT_RELY,
  HASH_FAILURE: DO_NOT_RELY,
  SIG_CRYPTO_FAILURE: DO_NOT_RELY,
  CHANGED_AFTER_SIGNING: DO_NOT_RELY,
  FILE_MISSING: DO_NOT_RELY,
  FILE_NOT_LISTED: DO_NOT_RELY,
  PROOF_FAILURE: 'Do not rely on it. Ask for the records to be extracted anew from the archive.',
  COVERAGE_FAILURE:
    'Do not rely on it as complete. Ask for a new extraction, and why this one tells something else than the manifest.',
  CUSTODY_FAILURE: 'Do not rely on it. Ask for the chain of custody from the archive itself.',
  REPORT_DIFFERS: 'Do not rely on it. Ask which of the two is meant, and for evidence in which they agree.',
  FORM_DIFFERS:
    'Do not rely on that file. What is proved is records/records.ndjson; ask why the other one tells something else.',
  CONTAINER_REFUSED:
    'Ask for the file as it was made: unpacking and packing it again, a mail gateway or a broken download changes it. If it still looks like this, do not rely on it.',
  ARCHIVE_DAMAGED: 'Do not rely on the parts that are named. Ask for another copy of the archive.',
  EXPIRED: 'Do not rely on it: ask the signer why it was signed with a certificate that had run out.',
  NOT_YET_VALID: 'Do not rely on it: ask the signer how it was signed before the certificate was valid.',
  NO_TRUSTED_KEY:
    "Get the signer's root certificate or public key from them by a way that you trust (not from this file), and name it with --trust.",
  NO_CERTIFICATE_CHAIN_FOUND:
    "Ask the signer which root vouches for them. If you trust it, name it with --trust; if you can't reach them, do not rely on it.",
  NO_SIGNING_CERTIFICATE_FOUND: "Get the signer's public key or certificate, and name it with --trust.",
  TRY_LATER:
    "Ask the signer's authority for a current revocation list, and whether the certificate had been withdrawn; or ask for the evidence with that list in it.",
  REVOKED: 'Do not rely on it: ask the signer why it was signed with a withdrawn certificate.',
  REVOKED_NO_POE: 'Do not rely on it, unless something outside this file proves that it is older than the withdrawal.',
  OUT_OF_BOUNDS_NO_POE:
    'If you know a time at which it had been signed already, give it with --at; else ask for evidence with a timestamp.',
  CRYPTO_CONSTRAINTS_FAILURE: 'Ask for the evidence to be signed anew, with an algorithm of today.',
  CHAIN_CONSTRAINTS_FAILURE: "Ask the signer's authority: this certificate must not be used like this.",
  NOT_SIGNED: 'Ask for a signed version, or for the signature that belongs to it.',
  LIMIT_REACHED: 'Have it looked at by somebody who knows the format: it goes beyond what this verifier reads.',
  CERTIFICATE_CHAIN_GENERAL_FAILURE: 'Ask the signer for the missing certificates, and verify again.',
  TIMESTAMP_ORDER_FAILURE: 'Ask the signer about the clock of the machine that signed.',
  SIG_CONSTRAINTS_FAILURE: 'Ask for evidence signed as PAdES or CAdES baseline asks.',
  NO_POE: 'Ask for evidence with a timestamp of an authority that you trust.',
  SIGNED_DATA_NOT_FOUND: 'Ask for the evidence in a form that can be read.',
  NO_POE_PROOFS:
    "The records rest on the signer's word alone: the archive was made by a program that keeps no digests of records. Have the archive itself verified, or compare the records with it; or ask for a backup made with digests.",
  NO_POE_INTEGRITY:
    'Ask whoever made the archive for digests of it from that time, by another way; or have a new backup made, with digests, whose manifest is signed.',
  NO_POE_TIMESTAMP_CHAIN: 'Judge for a later time: --at must not be before the timestamp.',
  NO_POE_TIMESTAMP: 'Ask for the package as it was handed out, with its timestamp, and why this one is without.',
  NO_POE_SIGNATURE:
    "Get the root of the timestamp authority by a way that you trust, and name it with --trust; if you did, ask for the authority's revocation list.",
  FILE_MISSING_MANIFEST_CHAIN:
    'Ask for the earlier manifests: with them it can be told whether a later run told another story than an earlier one.',
  ARCHIVE_DAMAGED_COVERAGE:
    'What is here is genuine, and something may be missing: ask for an extraction from an undamaged copy of the archive.',
  ARCHIVE_DAMAGED_INTEGRITY: 'Ask whoever keeps the archive about what is named, and for another copy of it.',
  TRY_LATER_TIMESTAMP_CHAIN:
    'Ask the timestamp authority for a current revocation list, or ask for the evidence with that list in it.',
  KEEP: 'Keep the file together with this result and with the certificates that you trusted.',
  DO_NOT_RELY,
  SIGNER_CLOCK:
    'Its time rests on the clock of the signer: where it must stand for years, ask for evidence with a timestamp ("evidence.signing.timestamp_url" in Coffer).',
  NOT_LONG_TERM:
    'Its PDF does not hold all that is needed to check it in later years (PAdES B-LT): for that the signer needs a certificate with a revocation list or an OCSP responder (as "coffer keys create" makes one), and a timestamp.',
}

/** `<sub> <check>`: where the sub-indication alone says too little. */
const BY_CHECK: Readonly<Record<string, AdviceId>> = {
  'NO_POE proofs': 'NO_POE_PROOFS',
  'NO_POE integrity': 'NO_POE_INTEGRITY',
  'NO_POE timestamp-chain': 'NO_POE_TIMESTAMP_CHAIN',
  'NO_POE timestamp': 'NO_POE_TIMESTAMP',
  'NO_POE signature': 'NO_POE_SIGNATURE',
  'FILE_MISSING manifest-chain': 'FILE_MISSING_MANIFEST_CHAIN',
  'ARCHIVE_DAMAGED coverage': 'ARCHIVE_DAMAGED_COVERAGE',
  'ARCHIVE_DAMAGED integrity': 'ARCHIVE_DAMAGED_INTEGRITY',
  'TRY_LATER timestamp-chain': 'TRY_LATER_TIMESTAMP_CHAIN',
}

/** @returns a sentence or more, with the options of the program (`--trust`, `--at`) */
export function adviceText(ids: readonly AdviceId[]): string {
  return ids.map((id) => SENTENCES[id]).join(' ')
}

/**
 * @param worst the check that carries the verdict; undefined: none does
 * @param spoken the signature whose time answers "since when"; undefined: none
 * @returns one or more, to be said in this order
 */
export function adviceOn(
  verdict: Verdict,
  worst: VerifyCheck | undefined,
  signatures: readonly SignatureFacts[],
  spoken: SignatureFacts | undefined,
): AdviceId[] {
  if (verdict === 'passed') return ['KEEP', ...forLater(signatures, spoken)]
  const sub = worst?.subIndication
  if (worst === undefined || sub === undefined) return [verdict === 'failed' ? 'DO_NOT_RELY' : 'NOT_SIGNED']
  return [(worst.verdict === 'indeterminate' ? BY_CHECK[`${sub} ${worst.check}`] : undefined) ?? sub]
}

/**
 * What a signature that is good today will lack in some years: a time that is proved, or an answer on revocation. The
 * time is that of the signature that binds the whole: signatures inside of a package (of its manifest, of its PDF) need
 * none of their own, since they existed when the whole did.
 */
function forLater(signatures: readonly SignatureFacts[], spoken: SignatureFacts | undefined): AdviceId[] {
  const own = signatures.filter(({ kind }) => kind !== 'document-timestamp')
  const lines: AdviceId[] = []
  if (spoken !== undefined && spoken.time?.kind !== 'proved') {
    lines.push('SIGNER_CLOCK')
  }
  if (own.some(({ format }) => format === 'PAdES-BASELINE-B' || format === 'PAdES-BASELINE-T')) {
    lines.push('NOT_LONG_TERM')
  }
  return lines
}
