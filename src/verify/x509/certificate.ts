import { equalBytes } from '../bytes.ts'
import type { SignatureScheme } from '../crypto.ts'
import { context, Der, malformed, TAG } from '../der/reader.ts'
import { readBitBytes, readBits, readBoolean, readInteger, readOid, readSmall, readTime } from '../der/values.ts'
import { type Algorithm, parseAlgorithm, schemeOf } from './algorithm.ts'
import { type Name, parseName, shownName } from './names.ts'

/** An X.509 certificate, version 3 (RFC 5280 section 4.1); versions 1 and 2 are read and never act as an authority. */
export interface Certificate {
  der: Uint8Array
  /** What is signed. */
  tbs: Uint8Array
  algorithm: Algorithm
  signature: Uint8Array
  serial: bigint
  issuer: Name
  subject: Name
  /** Milliseconds. */
  notBefore: number
  notAfter: number
  spki: Uint8Array
  /** null: no basicConstraints. */
  basic: { ca: boolean; pathLength: number | null } | null
  /** null: no keyUsage. */
  usage: ReadonlySet<KeyUsage> | null
  /** null: no extended key usage. */
  extendedUsage: { oids: readonly string[]; critical: boolean } | null
  subjectKeyId: Uint8Array | null
  authorityKeyId: Uint8Array | null
  /** DER of the cRLDistributionPoints, for lists that cover only one of them. */
  distributionPoints: Uint8Array | null
  /** id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1). */
  noCheck: boolean
  /** Critical extensions that this verifier does not know, and must therefore not pass over. */
  unknownCritical: readonly string[]
  /** It names itself as its issuer. */
  selfIssued: boolean
  /** All of them, as they stand; each is there once. */
  extensions: readonly Extension[]
}

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

const USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

/** Extensions that say nothing that could forbid what is done here. */
const HARMLESS = new Set([
  '2.5.29.17', // subjectAltName
  '2.5.29.18', // issuerAltName
  '2.5.29.32', // certificatePolicies
  '2.5.29.33', // policyMappings
  '2.5.29.54', // inhibitAnyPolicy
  '2.5.29.9', // subjectDirectoryAttributes
  '1.3.6.1.5.5.7.1.1', // authorityInfoAccess
  '1.3.6.1.5.5.7.1.3', // qcStatements
  '1.3.6.1.5.5.7.1.11', // subjectInfoAccess
])

export const EKU = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const

/** @throws Finding FORMAT_FAILURE */
export function parseCertificate(bytes: Uint8Array, what = 'certificate'): Certificate {
  const der = Der.parse(bytes, what)
  const outer = der.fields()
  const tbs = outer.next(TAG.sequence, 'tbsCertificate')
  const outerAlgorithm = outer.next(TAG.sequence, 'signatureAlgorithm')
  const signature = readBitBytes(outer.next(TAG.bitString, 'signature'))
  outer.end()

  const fields = tbs.fields()
  const versionField = fields.optional(context(0))
  const version = versionField === null ? 0 : readSmall(versionField.inner())
  if (version > 2 || (versionField !== null && version === 0)) throw malformed(what, 'it has no version that there is')
  const serial = readInteger(fields.next(TAG.integer, 'serialNumber'))
  const innerAlgorithm = fields.next(TAG.sequence, 'signature')
  if (!equalBytes(innerAlgorithm.bytes, outerAlgorithm.bytes)) {
    throw malformed(what, 'it names two signature algorithms')
  }
  const issuer = parseName(fields.next(TAG.sequence, 'issuer'))
  const validity = fields.next(TAG.sequence, 'validity').fields()
  const notBefore = readTime(validity.next(null, 'notBefore'))
  const notAfter = readTime(validity.next(null, 'notAfter'))
  validity.end()
  const subject = parseName(fields.next(TAG.sequence, 'subject'))
  const spki = fields.next(TAG.sequence, 'subjectPublicKeyInfo')
  fields.optional(context(1, false))
  fields.optional(context(2, false))
  const extensions = fields.optional(context(3))
  fields.end()
  if (extensions !== null && version !== 2) throw malformed(what, 'it has extensions, which its version does not allow')

  return {
    der: der.bytes,
    tbs: tbs.bytes,
    algorithm: parseAlgorithm(outerAlgorithm),
    signature,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki: spki.bytes,
    selfIssued: equalBytes(issuer.der, subject.der),
    ...parseExtensions(readExtensions(extensions === null ? null : extensions.inner(), what), what),
  }
}

export interface Extension {
  oid: string
  critical: boolean
  value: Uint8Array
}

/** Extensions ::= SEQUENCE OF Extension; each at most once. */
export function readExtensions(der: Der | null, what: string): Extension[] {
  if (der === null) return []
  const list: Extension[] = []
  const oids = new Set<string>()
  for (const one of der.expect(TAG.sequence).children(what)) {
    const fields = one.fields()
    const oid = readOid(fields.next(TAG.oid, 'extension'))
    const criticalField = fields.optional(TAG.boolean)
    const critical = criticalField === null ? false : readBoolean(criticalField)
    if (criticalField !== null && !critical) throw malformed(what, 'a default value is written out')
    const value = fields.next(TAG.octetString, 'value of an extension').content
    fields.end()
    if (oids.has(oid)) throw malformed(what, `the extension ${oid} is there twice`)
    oids.add(oid)
    list.push({ oid, critical, value })
  }
  if (list.length === 0) throw malformed(what, 'its list of extensions is empty')
  return list
}

type FromExtensions = Pick<
  Certificate,
  | 'basic'
  | 'usage'
  | 'extendedUsage'
  | 'subjectKeyId'
  | 'authorityKeyId'
  | 'distributionPoints'
  | 'noCheck'
  | 'unknownCritical'
  | 'extensions'
>

function parseExtensions(extensions: readonly Extension[], what: string): FromExtensions {
  const found: FromExtensions = {
    basic: null,
    usage: null,
    extendedUsage: null,
    subjectKeyId: null,
    authorityKeyId: null,
    distributionPoints: null,
    noCheck: false,
    unknownCritical: [],
    extensions,
  }
  const unknown: string[] = []
  for (const { oid, critical, value } of extensions) {
    const parse = () => Der.parse(value, `${what}, extension ${oid}`)
    if (oid === '2.5.29.19') found.basic = parseBasic(parse())
    else if (oid === '2.5.29.15') {
      const bits = readBits(parse())
      found.usage = new Set(USAGES.filter((_, index) => bits[index] === true))
    } else if (oid === '2.5.29.37') {
      const oids = parse()
        .expect(TAG.sequence)
        .children()
        .map((one) => readOid(one))
      found.extendedUsage = { oids, critical }
    } else if (oid === '2.5.29.14') found.subjectKeyId = parse().expect(TAG.octetString).content
    else if (oid === '2.5.29.35') found.authorityKeyId = parse().fields().optional(context(0, false))?.content ?? null
    else if (oid === '2.5.29.31') found.distributionPoints = parse().bytes
    else if (oid === '1.3.6.1.5.5.7.48.1.5') found.noCheck = true
    // nameConstraints and policyConstraints could forbid a path and are not carried out here: never passed over
    else if (oid === '2.5.29.30' || oid === '2.5.29.36' || (critical && !HARMLESS.has(oid))) unknown.push(oid)
  }
  found.unknownCritical = unknown
  return found
}

function parseBasic(der: Der): { ca: boolean; pathLength: number | null } {
  const fields = der.fields()
  const caField = fields.optional(TAG.boolean)
  const ca = caField === null ? false : readBoolean(caField)
  if (caField !== null && !ca) throw malformed(der.what, 'a default value is written out')
  const lengthField = fields.optional(TAG.integer)
  fields.end()
  return { ca, pathLength: lengthField === null ? null : readSmall(lengthField) }
}

/** @throws Finding CRYPTO_CONSTRAINTS_FAILURE */
export function certificateScheme(certificate: Certificate): SignatureScheme {
  return schemeOf(certificate.algorithm, `certificate of ${shownName(certificate.subject)}`)
}

export function sameCertificate(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.der, b.der)
}

/** Hex in pairs, as certificates' viewers show it. */
export function shownSerial(serial: bigint): string {
  const hex = (serial < 0n ? -serial : serial).toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return `${serial < 0n ? '-' : ''}${(even.match(/../g) ?? []).join(':')}`
}
