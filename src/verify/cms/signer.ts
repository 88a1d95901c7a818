import { equalBytes } from '../bytes.ts'
import type { VerifyCrypto } from '../crypto.ts'
import { context, type Der, TAG } from '../der/reader.ts'
import { readInteger, readOid, readTime } from '../der/values.ts'
import { Finding } from '../finding.ts'
import { hashOf, parseAlgorithm, schemeOf, strongHashOf } from '../x509/algorithm.ts'
import type { Certificate } from '../x509/certificate.ts'
import { parseName, shownName } from '../x509/names.ts'
import { isSignedBy } from '../x509/signed-by.ts'
import { attribute, OID, type SignedData } from './signed-data.ts'

/** A CMS signature that holds: who made it, and what the signed attributes say. */
export interface CheckedSigner {
  certificate: Certificate
  /** The signing-time attribute, milliseconds. */
  signingTime: number | null
  /** Whether the signature itself is bound to that certificate (ESS); without it the certificate could be swapped. */
  bound: boolean
}

/**
 * EN 319 102-1 clauses 5.2.3 and 5.2.7 on one CMS signature: its certificate, the digest, the signature value.
 * @param content what is signed; for a detached signature the caller's bytes
 * @param what for messages: `signature`, `timestamp`
 * @throws Finding NO_SIGNING_CERTIFICATE_FOUND, HASH_FAILURE, SIG_CRYPTO_FAILURE, FORMAT_FAILURE …
 */
export async function checkSigner(
  data: SignedData,
  content: Uint8Array,
  known: readonly Certificate[],
  what: string,
  crypto: VerifyCrypto,
): Promise<CheckedSigner> {
  const { signer } = data
  const certificate = findCertificate(data, known, what)
  const bound = checkEss(data, certificate, what, crypto)
  const type = attribute(signer.signed, OID.contentType, what)
  if (type === null || readOid(type) !== data.contentType) {
    throw new Finding('FORMAT_FAILURE', `The ${what} does not say what kind of content it signs.`)
  }
  const stated = attribute(signer.signed, OID.messageDigest, what)?.expect(TAG.octetString).content
  if (stated === undefined) throw new Finding('FORMAT_FAILURE', `The ${what} holds no digest of what it signs.`)
  const hash = strongHashOf(signer.digest, what)
  if (!equalBytes(crypto.hash(hash, content), stated)) {
    throw new Finding(
      'HASH_FAILURE',
      `The digest in the ${what} does not match the signed bytes: they were changed after signing.`,
    )
  }
  const scheme = schemeOf(signer.algorithm, what, hash)
  if (scheme.kind !== 'ed25519' && scheme.hash !== hash) {
    throw new Finding('CRYPTO_CONSTRAINTS_FAILURE', `The ${what} uses two different digests.`)
  }
  const holds = await isSignedBy(certificate.spki, scheme, signer.signature, signer.signedBytes, what, crypto)
  if (!holds) {
    const why = signer.sorted
      ? 'does not match what is signed'
      : 'does not match: the signed attributes are not a DER SET OF, and the signature is not over their DER encoding'
    throw new Finding('SIG_CRYPTO_FAILURE', `The signature value of the ${what} ${why}.`)
  }
  if (!signer.sorted) {
    throw new Finding('FORMAT_FAILURE', `The signed attributes of the ${what} are not sorted as DER asks for.`)
  }
  const time = attribute(signer.signed, OID.signingTime, what)
  return { certificate, signingTime: time === null ? null : readTime(time), bound }
}

function findCertificate(data: SignedData, known: readonly Certificate[], what: string): Certificate {
  const { id } = data.signer
  const found = [...data.certificates, ...known].find((one) =>
    'keyId' in id
      ? one.subjectKeyId !== null && equalBytes(one.subjectKeyId, id.keyId)
      : one.serial === id.serial && equalBytes(one.issuer.der, id.issuer.der),
  )
  if (found !== undefined) return found
  throw new Finding('NO_SIGNING_CERTIFICATE_FOUND', `The certificate of who made the ${what} is not in the file.`)
}

/** ESS signing-certificate-v2 (RFC 5035 section 3), or its first version with SHA-1, as old timestamps have it. */
function checkEss(data: SignedData, certificate: Certificate, what: string, crypto: VerifyCrypto): boolean {
  const second = attribute(data.signer.signed, OID.signingCertificateV2, what)
  const first = attribute(data.signer.signed, OID.signingCertificate, what)
  for (const value of [second, first]) {
    if (value === null) continue
    const list = value.fields().next(TAG.sequence, 'certs').children()
    const id = list[0]
    if (id === undefined) throw new Finding('FORMAT_FAILURE', `The ${what} binds itself to no certificate.`)
    checkCertId(id, value === second, certificate, what, crypto)
  }
  return second !== null || first !== null
}

function checkCertId(id: Der, second: boolean, certificate: Certificate, what: string, crypto: VerifyCrypto): void {
  const fields = id.fields()
  const algorithm = second ? fields.optional(TAG.sequence) : null
  const hash = algorithm === null ? (second ? 'SHA-256' : 'SHA-1') : hashOf(parseAlgorithm(algorithm), what)
  const stated = fields.next(TAG.octetString, 'certHash').content
  const serial = fields.optional(TAG.sequence)
  fields.end()
  const other = new Finding(
    'NO_SIGNING_CERTIFICATE_FOUND',
    `The ${what} is bound to another certificate than that of "${shownName(certificate.subject)}", which lies beside it.`,
  )
  if (!equalBytes(crypto.hash(hash, certificate.der), stated)) throw other
  if (serial === null) return
  const parts = serial.fields()
  const names = parts.next(TAG.sequence, 'issuer').children()
  const number = readInteger(parts.next(TAG.integer, 'serialNumber'))
  parts.end()
  const [name] = names
  // directoryName [4]
  if (name === undefined || name.tag !== context(4)) throw other
  if (!equalBytes(parseName(name.inner()).der, certificate.issuer.der) || number !== certificate.serial) throw other
}
