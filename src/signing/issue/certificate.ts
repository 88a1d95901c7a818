import { type KeyObject, randomBytes } from 'node:crypto'
import { boolean, implicit, integer, namedBits, octets, oid, sequence, tagged, time } from '../der/write.ts'
import { OID } from '../oids.ts'
import { publicKeyDerOf } from '../store/key-kinds.ts'
import { type DistinguishedName, encodeName } from './names.ts'
import { keyIdentifier, signatureIdentifier, signedStructure } from './sign.ts'

/** Bits of keyUsage (RFC 5280, 4.2.1.3). */
const USAGE = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5, cRLSign: 6 } as const

/**
 * What a signing certificate is for. documentSigning (RFC 9336) says it; emailProtection is there because
 * `openssl cms -verify` asks for it unless it is told otherwise, and no checker minds it.
 */
const SIGNING_PURPOSES = ['1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.4']

const SERIAL_BYTES = 16

export interface CertificateRequest {
  subject: DistinguishedName
  /** The key that the certificate is for, public or private. */
  subjectKey: KeyObject
  /** null: signed by the subject key itself. */
  issuer: { name: DistinguishedName; key: KeyObject } | null
  /** Milliseconds; written to the second. */
  notBefore: number
  notAfter: number
  /** `authority` may issue certificates and CRLs, `signing` may sign documents. */
  kind: 'authority' | 'signing'
}

/**
 * Issues an X.509 certificate (RFC 5280) with a random serial number of 127 bits.
 * `authority`: basicConstraints CA with no authority below it, keyUsage keyCertSign and cRLSign.
 * `signing`: no CA, keyUsage digitalSignature and contentCommitment (nonRepudiation), its purposes.
 * Both: subject key identifier; authority key identifier.
 * @returns DER
 */
export function issueCertificate(request: CertificateRequest): Buffer {
  const { subject, subjectKey, issuer, kind } = request
  const issuerKey = issuer?.key ?? subjectKey
  const constraints =
    kind === 'authority'
      ? extension(OID.basicConstraints, sequence(boolean(true), integer(0)), true)
      : extension(OID.basicConstraints, sequence(), true)
  const usage =
    kind === 'authority'
      ? namedBits(USAGE.keyCertSign, USAGE.cRLSign)
      : namedBits(USAGE.digitalSignature, USAGE.contentCommitment)
  const extensions = [
    constraints,
    extension(OID.keyUsage, usage, true),
    ...(kind === 'signing' ? [extension(OID.extendedKeyUsage, sequence(...SIGNING_PURPOSES.map(oid)), false)] : []),
    extension(OID.subjectKeyIdentifier, octets(keyIdentifier(subjectKey)), false),
    authorityKeyIdentifier(issuerKey),
  ]
  const toBeSigned = sequence(
    tagged(0, integer(2)),
    integer(randomSerial()),
    signatureIdentifier(issuerKey),
    encodeName(issuer?.name ?? subject),
    sequence(time(new Date(request.notBefore)), time(new Date(request.notAfter))),
    encodeName(subject),
    publicKeyDerOf(subjectKey),
    tagged(3, sequence(...extensions)),
  )
  return signedStructure(toBeSigned, issuerKey)
}

/** RFC 5280, 4.2.1.1 and 5.2.1. */
export function authorityKeyIdentifier(issuerKey: KeyObject): Buffer {
  return extension(OID.authorityKeyIdentifier, sequence(implicit(0, keyIdentifier(issuerKey))), false)
}

/** An Extension; `critical` stands only where it is true (DER leaves defaults out). */
export function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))
}

/** Positive, at most 20 octets, with far more than the 64 random bits that authorities must have. */
function randomSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial
}
