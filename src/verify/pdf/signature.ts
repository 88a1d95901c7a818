import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import { attribute, OID, parseSignedData } from '../cms/signed-data.ts'
import { checkSigner } from '../cms/signer.ts'
import type { VerifyOptions } from '../crypto.ts'
import { asFinding, Finding, findingCheck, passedCheck } from '../finding.ts'
import { type CheckedSignature, factsOf, judgeSignature, judgeTimestamp, type Stamp } from '../judge.ts'
import type { Certificate } from '../x509/certificate.ts'
import { type Anchors, addList, addParsed, type Pool } from '../x509/pool.ts'
import { readByteRange, type SignedRange } from './byte-range.ts'
import { judgeIncrement } from './changes.ts'
import type { PdfDocument } from './document.ts'
import { readIncrements } from './increment.ts'
import { type FoundSignature, pdfDate } from './signatures.ts'

/** A signature with what it covers; `problem` where that could not be made out. */
export interface RangedSignature {
  found: FoundSignature
  range: SignedRange | null
  problem: Finding | null
}

export function withRange(document: PdfDocument, found: FoundSignature): RangedSignature {
  try {
    return { found, range: readByteRange(document, found), problem: null }
  } catch (error) {
    return { found, range: null, problem: asFinding(error) }
  }
}

export interface PdfContext {
  file: string
  bytes: Uint8Array
  pool: Pool
  anchors: Anchors
  options: VerifyOptions
  /** Whether the file holds revocation data (level LT). */
  revocationData: boolean
  /** Time of the judging, or what a later document timestamp proves; milliseconds. */
  latest: number
  /** Bytes that may still be gone through. */
  work: { left: number }
}

/** @throws Finding LIMIT_REACHED */
export function spend(work: { left: number }, bytes: number): void {
  work.left -= bytes
  if (work.left < 0) {
    throw new Finding(
      'LIMIT_REACHED',
      'The PDF has more signatures and revisions, for its size, than this verifier reads.',
    )
  }
}

/** Checks one signature or document timestamp of a PDF. @returns its facts, and the time that it proves of all before it */
export async function verifyPdfSignature(
  { found, range, problem }: RangedSignature,
  context: PdfContext,
): Promise<{ signature: CheckedSignature; proves: number | null }> {
  const subject = `${context.file} (${found.name})`
  const checks: VerifyCheck[] = []
  const one = {
    subject,
    kind: found.kind === 'signature' ? ('pades' as const) : ('document-timestamp' as const),
    format: found.kind === 'signature' ? found.subFilter || 'unknown' : 'document timestamp',
    checks,
    certificate: null as Certificate | null,
    spki: null as Uint8Array | null,
    pool: context.pool,
    bound: [] as Certificate[],
    stamp: null as Stamp | null,
    claimed: pdfDate(found.dict.get('M') ?? null),
    latest: context.latest,
  }
  if (range === null) {
    if (problem !== null) checks.push(findingCheck('byte-range', subject, problem))
    return { signature: await judgeSignature(one, context.anchors, context.options), proves: null }
  }
  checks.push(
    passedCheck(
      'byte-range',
      subject,
      `It covers the file's first ${range.end} bytes, which are a whole revision, but for its own value.`,
    ),
  )
  if (found.kind === 'document-timestamp') {
    checks.push(changesCheck(subject, range, context))
    return documentTimestamp(one, range, context)
  }
  try {
    await readValue(one, found, range, context)
  } catch (error) {
    checks.push(findingCheck('signature', subject, asFinding(error)))
  }
  checks.push(changesCheck(subject, range, context))
  const signature = await judgeSignature(one, context.anchors, context.options)
  // a security store without what this signature needs doesn't make it one for the long term
  const lacks =
    signature.time?.uncounted != null || signature.checks.some(({ subIndication }) => subIndication === 'TRY_LATER')
  const format = lacks ? signature.format.replace(/-LT$/, '-T') : signature.format
  return { signature: { ...signature, format }, proves: null }
}

/** What came after: nothing but proofs. */
function changesCheck(subject: string, range: SignedRange, { bytes, work }: PdfContext): VerifyCheck {
  try {
    const added: string[] = []
    let before = range.revision
    for (const increment of readIncrements(bytes, range.end, before, (size) => spend(work, size))) {
      added.push(...judgeIncrement(before, increment))
      before = increment.document
    }
    const what = added.length === 0 ? 'Nothing was added' : `Only ${[...new Set(added)].join(' and ')} was added`
    return passedCheck('changes', subject, `${what} after it; no page was changed.`)
  } catch (error) {
    return findingCheck('changes', subject, asFinding(error))
  }
}

type One = Parameters<typeof judgeSignature>[0]

async function readValue(one: One, found: FoundSignature, range: SignedRange, context: PdfContext): Promise<void> {
  const { subject } = one
  const pades = found.subFilter === 'ETSI.CAdES.detached'
  if (!pades && found.subFilter !== 'adbe.pkcs7.detached') {
    throw new Finding(
      'CRYPTO_CONSTRAINTS_FAILURE',
      `The signature is of a kind ("${found.subFilter}") that is too weak or not known.`,
    )
  }
  const data = parseSignedData(range.value, 'signature')
  if (data.content !== null || data.contentType !== OID.data) {
    throw new Finding('FORMAT_FAILURE', 'The signature holds the signed content itself, which it should not.')
  }
  for (const certificate of data.certificates) addParsed(one.pool, certificate)
  for (const list of data.lists) addList(one.pool, list, 'revocation list in the signature')
  const { crypto } = context.options
  const signer = await checkSigner(data, range.signed, one.pool.certificates, 'signature', crypto)
  one.certificate = signer.certificate
  one.spki = signer.certificate.spki
  one.claimed ??= signer.signingTime
  one.checks.push(
    passedCheck(
      'signature',
      subject,
      'The signed bytes are as they were when they were signed, and the signature value matches them.',
    ),
  )
  if (!signer.bound && pades) {
    throw new Finding(
      'SIG_CONSTRAINTS_FAILURE',
      "The signature is not bound to its signer's certificate (ESS signing-certificate-v2), as PAdES asks.",
    )
  }
  if (signer.bound) one.bound = [signer.certificate]
  const { unsigned } = data.signer
  if (unsigned.some(({ oid }) => oid !== OID.timestampToken)) {
    throw new Finding(
      'SIG_CONSTRAINTS_FAILURE',
      'The signature carries unsigned attributes that this verifier does not know.',
    )
  }
  const token = attribute(unsigned, OID.timestampToken, 'signature')
  if (token !== null) {
    const { pool, latest } = one
    one.stamp = await judgeTimestamp(
      token.bytes,
      data.signer.signature,
      subject,
      pool,
      context.anchors,
      latest,
      context.options,
    )
  }
  const baseline = pades && signer.signingTime === null
  const level = token === null ? 'B' : context.revocationData ? 'LT' : 'T'
  one.format = baseline ? `PAdES-BASELINE-${level}` : pades ? 'PAdES (not baseline)' : 'PKCS#7 detached'
}

/** A document timestamp vouches for itself through its authority: there is no signer whose chain could be judged. */
async function documentTimestamp(
  one: One,
  range: SignedRange,
  context: PdfContext,
): Promise<{ signature: CheckedSignature; proves: number | null }> {
  const { options, anchors } = context
  const stamp = await judgeTimestamp(range.value, range.signed, one.subject, one.pool, anchors, one.latest, options)
  const certificate = stamp.token?.certificate ?? null
  const facts = factsOf(
    { ...one, certificate, stamp },
    [...one.checks, ...stamp.checks],
    stamp.proved !== null,
    options,
  )
  if (stamp.unproved === null || facts.verdict !== 'passed') return { signature: facts, proves: stamp.proved }
  const reason = `It is intact, but proves no time. ${stamp.unproved}`
  return { signature: { ...facts, verdict: 'indeterminate', subIndication: 'NO_POE', reason }, proves: null }
}
