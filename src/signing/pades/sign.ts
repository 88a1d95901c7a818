import { createHash } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import { algorithm } from '../algorithms.ts'
import { readCertificate } from '../certificate.ts'
import { checkSigningChain } from '../chain-check.ts'
import { signCms, withTimestamp } from '../cms/signed-data.ts'
import { readCrl } from '../crl.ts'
import { revocationData } from '../revocation.ts'
import type { Signer } from '../signer.ts'
import { readToken } from '../timestamp/token.ts'
import { type TimestampAuthority, tryStamp } from '../timestamp.ts'
import { readDocument } from './document.ts'
import { securityStoreRevision } from './dss.ts'
import { findSignature, type SignatureField } from './signature-field.ts'

/** Of EN 319 142-1: with B-LT everything is in the file to check it offline. */
export type PadesLevel = 'B-B' | 'B-T' | 'B-LT'

export interface SignedPdf {
  pdf: Buffer
  level: PadesLevel
  /** One sentence: why there is no timestamp though an authority is configured. */
  timestampProblem: string | null
  /** One sentence each, without a full stop: what keeps it from B-LT; empty at B-LT. */
  missing: string[]
}

/**
 * Signs a PDF that has a placeholder (`addSignaturePlaceholder`) as PAdES baseline (ETSI EN 319 142-1): B-B always, B-T
 * with a timestamp, B-LT when there is also a revocation list or an OCSP answer for every certificate of both chains. A self-made
 * certificate has no chain and nobody who could revoke it, so it goes no further than B-T.
 * @param options.authority a failing one never throws: it gives `timestampProblem`
 * @param options.time when it is signed, as the placeholder has it
 * @throws CofferError UNSUPPORTED for a key whose algorithm PAdES has no place for (Ed25519), CERTIFICATE_UNUSABLE when
 *   the certificate is out of date or revoked at that time
 */
export async function signPdf(
  pdf: Buffer,
  options: { signer: Signer; authority: TimestampAuthority | null; time: Date },
): Promise<SignedPdf> {
  const { signer, authority, time } = options
  if (signer.algorithm === 'Ed25519') {
    throw new CofferError('UNSUPPORTED', 'can\'t sign a PDF with a key of the algorithm "Ed25519"', {
      hint: 'PDF signatures (PAdES) take P-256, P-384 or RSA: make a key with "coffer keys create", or write JSON alone.',
    })
  }
  const chain = signer.certificates.map(readCertificate)
  await checkSigningChain(chain, signer.crls.map(readCrl), time)
  const { bytes, field } = withByteRange(pdf)
  const signature = await signCms(digestOf(bytes, field, algorithm(signer.algorithm).hash), chain, signer)
  const stamped = await tryStamp(authority, signature.signature)
  const fitted = fit(signature.cms, stamped.token, field)
  fillContents(bytes, field, fitted.cms)
  const sealed = await withSecurityStore(bytes, {
    signer,
    token: fitted.token === null ? null : { bytes: fitted.token, over: signature.signature, authority },
    time,
  })
  const timestampProblem = stamped.problem ?? fitted.problem
  const missing = timestampProblem === null ? sealed.missing : [timestampProblem, ...sealed.missing.slice(1)]
  return { ...sealed, missing, timestampProblem }
}

/** The CMS with its timestamp, where there is room for both. */
export function fit(
  cms: Buffer,
  token: Buffer | null,
  field: SignatureField,
): { cms: Buffer; token: Buffer | null; problem: string | null } {
  if (token === null) return { cms, token, problem: null }
  const stamped = withTimestamp(cms, token)
  if (stamped.length <= room(field)) return { cms: stamped, token, problem: null }
  const problem = `no timestamp in the PDF: with it the signature has ${stamped.length} bytes, and ${room(field)} are reserved`
  return { cms, token: null, problem }
}

/** A timestamp token, with what it is over. */
export interface SignatureToken {
  bytes: Buffer
  over: Buffer
  authority: Pick<TimestampAuthority, 'roots' | 'fetched'> | null
}

/** The same document with `/ByteRange` filled in: all but `/Contents`. */
function withByteRange(pdf: Buffer): { bytes: Buffer; field: SignatureField } {
  const field = findSignature(readDocument(pdf))
  const { contents, byteRange } = field
  const text = `[0 ${contents.start} ${contents.end} ${pdf.length - contents.end}`
  const room = byteRange.end - byteRange.start
  const bytes = Buffer.from(pdf)
  bytes.write(`${text.padEnd(room - 1)}]`, byteRange.start, room, 'latin1')
  return { bytes, field }
}

/** Bytes that `/Contents` can hold. */
function room(field: SignatureField): number {
  return (field.contents.end - field.contents.start - 2) / 2
}

function digestOf(bytes: Buffer, field: SignatureField, hash: string): Buffer {
  return createHash(hash)
    .update(bytes.subarray(0, field.contents.start))
    .update(bytes.subarray(field.contents.end))
    .digest()
}

/** Writes the signature into its place; what is left of it stays zero. */
export function fillContents(bytes: Buffer, field: SignatureField, cms: Buffer): void {
  if (cms.length > room(field)) {
    throw new CofferError(
      'CERTIFICATE_UNUSABLE',
      `the signature has ${cms.length} bytes, and ${room(field)} are reserved`,
      {
        hint: 'Leave certificates out of the chain that are not needed.',
      },
    )
  }
  const digits = cms.toString('hex').padEnd(room(field) * 2, '0')
  bytes.write(digits, field.contents.start + 1, 'latin1')
}

/**
 * Adds the revision with certificates and revocation data, where there are such, and says the level reached.
 * @param signed the document with its signature in it
 */
export async function withSecurityStore(
  signed: Buffer,
  options: { signer: Pick<Signer, 'certificates' | 'crls' | 'selfMade'>; token: SignatureToken | null; time: Date },
): Promise<Pick<SignedPdf, 'pdf' | 'level' | 'missing'>> {
  const { signer, token, time } = options
  const chain = signer.certificates.map(readCertificate)
  const roots = token?.authority?.roots ?? []
  const stamp =
    token === null ? null : await readToken(token.bytes, { data: token.over, nonce: null, roots, now: null })
  const missing = token === null ? [NO_TIMESTAMP] : []
  const unstored = (): Pick<SignedPdf, 'pdf' | 'level' | 'missing'> => ({
    pdf: signed,
    level: token === null ? 'B-B' : 'B-T',
    missing,
  })
  if (signer.selfMade) {
    missing.push(SELF_MADE)
    return unstored()
  }
  const chains = [chain, ...(stamp === null ? [] : [stamp.chain])]
  const fetched = token?.authority?.fetched
  const data = await revocationData(
    chains,
    [...signer.crls, ...(stamp?.crls ?? [])],
    later(stamp?.time ?? time, time),
    {
      // Without an authority signing asks nobody: it works with the network off.
      allowed: token !== null,
      ...(fetched === undefined ? {} : { fetched }),
    },
  )
  missing.push(...data.missing)
  if (data.crls.length + data.ocsps.length === 0) return unstored()
  const certificates = unique(chains.flat().map((one) => one.der))
  const document = readDocument(signed)
  const { contents } = findSignature(document)
  const value = Buffer.from(signed.toString('latin1', contents.start + 1, contents.end - 1), 'hex')
  const store = { certificates, crls: data.crls, ocsps: data.ocsps }
  const pdf = Buffer.concat([signed, securityStoreRevision(document, value, store)])
  return { ...unstored(), pdf, level: token === null ? 'B-B' : data.complete ? 'B-LT' : 'B-T' }
}

const NO_TIMESTAMP = 'there is no timestamp'

/** Why a bare key never makes a signature for the long term. */
const SELF_MADE =
  'the key has only a certificate that was made here for it, which nobody issued and nobody could withdraw'

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}

function unique(ders: readonly Buffer[]): Buffer[] {
  return ders.filter((one, index) => ders.findIndex((other) => other.equals(one)) === index)
}
