import { compareBytes, equalBytes } from '../bytes.ts'
import { context, Der, malformed, TAG } from '../der/reader.ts'
import { readInteger, readOid, readSmall } from '../der/values.ts'
import { type Algorithm, parseAlgorithm } from '../x509/algorithm.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import { type Name, parseName } from '../x509/names.ts'

/** CMS SignedData (RFC 5652 section 5) with one signer, in DER throughout (EN 319 142-1 clause 4.1). */
export interface SignedData {
  /** eContentType, and what is inside, null where the signature is detached. */
  contentType: string
  content: Uint8Array | null
  certificates: Certificate[]
  /** DER revocation lists, as they stand. */
  lists: Uint8Array[]
  signer: SignerInfo
}

export interface SignerInfo {
  id: { issuer: Name; serial: bigint } | { keyId: Uint8Array }
  digest: Algorithm
  algorithm: Algorithm
  signature: Uint8Array
  signed: Attributes
  /** The DER that is signed: SET OF with its universal tag, its members sorted. */
  signedBytes: Uint8Array
  /** Whether the attributes stand in the order that DER asks for. */
  sorted: boolean
  unsigned: Attributes
}

export type Attributes = readonly { oid: string; values: readonly Der[] }[]

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  timestampToken: '1.2.840.113549.1.9.16.2.14',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
} as const

/** @throws Finding FORMAT_FAILURE */
export function parseSignedData(bytes: Uint8Array, what: string): SignedData {
  const info = Der.parse(bytes, what).fields()
  const type = readOid(info.next(TAG.oid, 'contentType'))
  if (type !== OID.signedData) throw malformed(what, `it is of type ${type} and no SignedData`)
  const fields = info.next(context(0), 'content').inner().fields()
  info.end()
  const version = readSmall(fields.next(TAG.integer, 'version'))
  if (version < 1 || version > 5) throw malformed(what, `it has version ${version}`)
  const digests = fields.next(TAG.set, 'digestAlgorithms').children().map(parseAlgorithm)
  const encapsulated = fields.next(TAG.sequence, 'encapContentInfo').fields()
  const contentType = readOid(encapsulated.next(TAG.oid, 'eContentType'))
  const content = encapsulated.optional(context(0))
  encapsulated.end()
  const certificates = fields.optional(context(0))
  const lists = fields.optional(context(1))
  const signers = fields.next(TAG.set, 'signerInfos').children()
  fields.end()
  const [only] = signers
  if (only === undefined || signers.length !== 1) {
    throw malformed(what, `expected one signer, got ${signers.length}`)
  }
  const signer = parseSigner(only, what)
  if (!digests.some((one) => one.oid === signer.digest.oid)) {
    throw malformed(what, "the signer's digest is not among those of the signature")
  }
  return {
    contentType,
    content: content === null ? null : content.inner().expect(TAG.octetString).content,
    certificates: (certificates?.children() ?? []).map((one) =>
      parseCertificate(one.expect(TAG.sequence).bytes, `certificate in the ${what}`),
    ),
    lists: (lists?.children() ?? []).map((one) => one.expect(TAG.sequence).bytes),
    signer,
  }
}

function parseSigner(der: Der, what: string): SignerInfo {
  const fields = der.fields()
  const version = readSmall(fields.next(TAG.integer, 'version'))
  const keyId = fields.optional(context(0, false))
  let id: SignerInfo['id']
  if (keyId === null) {
    const sid = fields.next(TAG.sequence, 'sid').fields()
    id = { issuer: parseName(sid.next(TAG.sequence, 'issuer')), serial: readInteger(sid.next(TAG.integer, 'serial')) }
    sid.end()
  } else id = { keyId: keyId.content }
  if (version !== (keyId === null ? 1 : 3)) throw malformed(what, `its signer has version ${version}`)
  const digest = parseAlgorithm(fields.next(TAG.sequence, 'digestAlgorithm'))
  const signed = fields.optional(context(0))
  if (signed === null) throw malformed(what, 'it has no signed attributes')
  const algorithm = parseAlgorithm(fields.next(TAG.sequence, 'signatureAlgorithm'))
  const signature = fields.next(TAG.octetString, 'signature').content
  const unsigned = fields.optional(context(1))
  fields.end()
  const parts = signed.children().map((one) => one.bytes)
  const ordered = [...parts].sort(compareBytes)
  return {
    id,
    digest,
    algorithm,
    signature,
    signed: parseAttributes(signed, what),
    signedBytes: withTag(signed, ordered),
    sorted: parts.every((part, index) => equalBytes(part, ordered[index] as Uint8Array)),
    unsigned: unsigned === null ? [] : parseAttributes(unsigned, what),
  }
}

/** `[0] IMPLICIT SET OF` as the plain SET OF that is hashed (RFC 5652 section 5.4). The lengths are the same. */
function withTag(signed: Der, parts: readonly Uint8Array[]): Uint8Array {
  // a copy: slice() of a Buffer is none
  const bytes = new Uint8Array(signed.bytes)
  bytes[0] = TAG.set
  let at = bytes.length - signed.content.length
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function parseAttributes(der: Der, what: string): Attributes {
  const attributes = der.children().map((one) => {
    const fields = one.fields()
    const oid = readOid(fields.next(TAG.oid, 'attribute'))
    const values = fields.next(TAG.set, 'values of an attribute').children()
    fields.end()
    if (values.length === 0) throw malformed(what, `the attribute ${oid} has no value`)
    return { oid, values }
  })
  const oids = attributes.map((one) => one.oid)
  if (attributes.length === 0) throw malformed(what, 'its list of attributes is empty')
  if (new Set(oids).size !== oids.length) throw malformed(what, 'an attribute is there twice')
  return attributes
}

/** The value of an attribute that may have just one; null where it isn't there. */
export function attribute(attributes: Attributes, oid: string, what: string): Der | null {
  const found = attributes.find((one) => one.oid === oid)
  if (found === undefined) return null
  const [value] = found.values
  if (value === undefined || found.values.length !== 1) throw malformed(what, `the attribute ${oid} has several values`)
  return value
}
