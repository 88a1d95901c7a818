import type { HashAlgorithm } from '../crypto.ts'
import { context, Der, malformed, TAG } from '../der/reader.ts'
import { readBitBytes, readInteger, readOid, readSmall, readTime } from '../der/values.ts'
import { Finding } from '../finding.ts'
import { type Algorithm, hashOf, parseAlgorithm } from './algorithm.ts'
import { type Certificate, parseCertificate, readExtensions } from './certificate.ts'
import type { Revocation } from './crl.ts'

/** A BasicOCSPResponse (RFC 6960 section 4.2.1). */
export interface OcspResponse {
  der: Uint8Array
  /** What is signed. */
  tbs: Uint8Array
  algorithm: Algorithm
  signature: Uint8Array
  responder: { name: Uint8Array } | { keyHash: Uint8Array }
  producedAt: number
  answers: readonly OcspAnswer[]
  certificates: readonly Certificate[]
  /** What a requester sent along, and the responder sent back (RFC 9654); null: there is none. */
  nonce: Uint8Array | null
}

export const OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2'

export interface OcspAnswer {
  hash: HashAlgorithm
  issuerNameHash: Uint8Array
  issuerKeyHash: Uint8Array
  serial: bigint
  state: 'good' | 'revoked' | 'unknown'
  revocation: Revocation | null
  thisUpdate: number
  nextUpdate: number | null
}

/** Reads an OCSPResponse, or a BasicOCSPResponse by itself. @throws Finding FORMAT_FAILURE */
export function parseOcspResponse(bytes: Uint8Array, what = 'OCSP answer'): OcspResponse {
  const der = Der.parse(bytes, what)
  const outer = der.fields()
  const status = outer.optional(TAG.enumerated)
  if (status === null) return parseBasic(der, what)
  if (readSmall(status, TAG.enumerated) !== 0) {
    throw new Finding('FORMAT_FAILURE', `The ${what} is a refusal: the responder gave no answer.`)
  }
  const body = outer.next(context(0), 'responseBytes').inner().fields()
  outer.end()
  const type = readOid(body.next(TAG.oid, 'responseType'))
  if (type !== '1.3.6.1.5.5.7.48.1.1') throw malformed(what, `it is of a kind (${type}) that is not known`)
  const basic = Der.parse(body.next(TAG.octetString, 'response').content, what)
  body.end()
  return parseBasic(basic, what)
}

function parseBasic(der: Der, what: string): OcspResponse {
  const outer = der.fields()
  const tbs = outer.next(TAG.sequence, 'tbsResponseData')
  const algorithm = parseAlgorithm(outer.next(TAG.sequence, 'signatureAlgorithm'))
  const signature = readBitBytes(outer.next(TAG.bitString, 'signature'))
  const certificates = outer.optional(context(0))
  outer.end()

  const fields = tbs.fields()
  const version = fields.optional(context(0))
  if (version !== null) throw malformed(what, 'it has a version that there is not')
  const byName = fields.optional(context(1))
  const byKey = byName === null ? fields.next(context(2), 'responder') : null
  const producedAt = readTime(fields.next(TAG.generalizedTime, 'producedAt'))
  const answers = fields
    .next(TAG.sequence, 'responses')
    .children()
    .map((one) => parseAnswer(one, what))
  const extensions = fields.optional(context(1))
  fields.end()
  let nonce: Uint8Array | null = null
  for (const { oid, critical, value } of readExtensions(extensions === null ? null : extensions.inner(), what)) {
    if (oid === OCSP_NONCE) nonce = Der.parse(value, what).expect(TAG.octetString).content
    else if (critical) throw malformed(what, `it has a critical extension (${oid}) that is not known here`)
  }
  return {
    nonce,
    der: der.bytes,
    tbs: tbs.bytes,
    algorithm,
    signature,
    responder:
      byName !== null
        ? { name: byName.inner().bytes }
        : { keyHash: (byKey as Der).inner().expect(TAG.octetString).content },
    producedAt,
    answers,
    certificates: (certificates === null ? [] : certificates.inner().expect(TAG.sequence).children()).map((one) =>
      parseCertificate(one.bytes, `certificate in the ${what}`),
    ),
  }
}

function parseAnswer(der: Der, what: string): OcspAnswer {
  const fields = der.fields()
  const id = fields.next(TAG.sequence, 'certID').fields()
  const hash = hashOf(parseAlgorithm(id.next(TAG.sequence, 'hashAlgorithm')), what)
  const issuerNameHash = id.next(TAG.octetString, 'issuerNameHash').content
  const issuerKeyHash = id.next(TAG.octetString, 'issuerKeyHash').content
  const serial = readInteger(id.next(TAG.integer, 'serialNumber'))
  id.end()
  const good = fields.optional(context(0, false))
  const revoked = good === null ? fields.optional(context(1)) : null
  if (good === null && revoked === null) fields.next(context(2, false), 'certStatus')
  const thisUpdate = readTime(fields.next(TAG.generalizedTime, 'thisUpdate'))
  const next = fields.optional(context(0))
  const extensions = fields.optional(context(1))
  fields.end()
  for (const { oid, critical } of readExtensions(extensions === null ? null : extensions.inner(), what)) {
    if (critical) throw malformed(what, `it has a critical extension (${oid}) that is not known here`)
  }
  return {
    hash,
    issuerNameHash,
    issuerKeyHash,
    serial,
    state: good !== null ? 'good' : revoked !== null ? 'revoked' : 'unknown',
    revocation: revoked === null ? null : parseRevocation(revoked),
    thisUpdate,
    nextUpdate: next === null ? null : readTime(next.inner()),
  }
}

function parseRevocation(der: Der): Revocation {
  const fields = der.retagged(TAG.sequence).fields()
  const at = readTime(fields.next(TAG.generalizedTime, 'revocationTime'))
  const reason = fields.optional(context(0))
  fields.end()
  return { at, reason: reason === null ? null : readSmall(reason.inner(), TAG.enumerated) }
}
