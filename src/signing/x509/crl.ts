import { type KeyObject, verify, type X509Certificate } from 'node:crypto'
import {
  BerError,
  type BerValue,
  childrenOf,
  context,
  octetsOf,
  oidOf,
  readBer,
  sequenceOf,
  smallInteger,
  TAG,
} from '../store/ber.ts'
import { algorithmOf } from '../store/key-kinds.ts'
import { authorityKeyIdentifier, extension } from './certificate.ts'
import { enumerated, explicit, generalizedTime, integer, sequence, time } from './der.ts'
import { signatureIdentifier, signedStructure } from './sign.ts'

/**
 * Why a certificate is revoked (RFC 5280, 5.3.1), in the words that the command line takes. Hold and removal are left
 * out: evidence needs a final answer. `unspecified` has no code, as the RFC asks.
 */
export const REVOCATION_REASONS = {
  unspecified: 0,
  'key-compromise': 1,
  'affiliation-changed': 3,
  superseded: 4,
  'cessation-of-operation': 5,
  'privilege-withdrawn': 9,
} as const

export type RevocationReason = keyof typeof REVOCATION_REASONS

const CRL_NUMBER = '2.5.29.20'
const REASON_CODE = '2.5.29.21'
const EXPIRED_CERTIFICATES = '2.5.29.60'
const MOST_CRL_NUMBER = 2 ** 46

/** A certificate on a list. */
export interface Revocation {
  /** Octets of the certificate's serial number. */
  serial: Buffer
  /** Milliseconds. */
  time: number
  /** One that isn't in the table above reads as its number. */
  reason: RevocationReason | `reason ${number}`
}

export interface CrlRequest {
  issuer: { certificate: X509Certificate; key: KeyObject }
  /** Rises with every list. */
  number: number
  /** Milliseconds. */
  thisUpdate: number
  nextUpdate: number
  /** Certificates that expired since then stay on the list: a verifier may come long after. */
  since: number
  revoked: readonly (Revocation & { reason: RevocationReason })[]
}

/** Issues a revocation list, version 2 (RFC 5280, 5.1). @returns DER */
export function issueCrl({ issuer, number, thisUpdate, nextUpdate, since, revoked }: CrlRequest): Buffer {
  const entries = revoked.map((one) => {
    const code = REVOCATION_REASONS[one.reason]
    const reason = code === 0 ? [] : [sequence(extension(REASON_CODE, enumerated(code), false))]
    return sequence(integer(one.serial), time(one.time), ...reason)
  })
  const toBeSigned = sequence(
    integer(1),
    signatureIdentifier(issuer.key),
    subjectOf(issuer.certificate),
    time(thisUpdate),
    time(nextUpdate),
    // an empty list is left out, never written empty (RFC 5280, 5.1.2.6)
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(
      0,
      sequence(
        authorityKeyIdentifier(issuer.key),
        extension(CRL_NUMBER, integer(number), false),
        extension(EXPIRED_CERTIFICATES, generalizedTime(since), false),
      ),
    ),
  )
  return signedStructure(toBeSigned, issuer.key)
}

/** A revocation list as it was read. */
export interface Crl {
  /** null where the list has none (version 1). */
  number: number | null
  thisUpdate: number
  /** null where it doesn't say. */
  nextUpdate: number | null
  revoked: Revocation[]
}

/**
 * Reads a revocation list; attacker-controlled. Whose it is, `crlIsFrom` says.
 * @throws BerError
 */
export function readCrl(der: Buffer): Crl {
  const fields = sequenceOf(sequenceOf(readBer(der))[0])
  if (fields[0]?.tag === TAG.integer) fields.shift()
  const [, , thisUpdate, ...rest] = fields
  const nextUpdate = rest[0] !== undefined && isTime(rest[0]) ? readTime(rest.shift()) : null
  const entries = rest[0]?.tag === TAG.sequence ? sequenceOf(rest.shift()) : []
  const extensions = rest[0]?.tag === context(0) ? sequenceOf(childrenOf(rest[0])[0]) : []
  const number = extensionValue(extensions, CRL_NUMBER)
  return {
    number: number === undefined ? null : smallInteger(readBer(number), MOST_CRL_NUMBER),
    thisUpdate: readTime(thisUpdate),
    nextUpdate,
    revoked: entries.map((entry) => {
      const [serial, when, inner] = sequenceOf(entry)
      if (serial?.tag !== TAG.integer) throw new BerError('expected a serial number')
      const code = inner === undefined ? undefined : extensionValue(sequenceOf(inner), REASON_CODE)
      return { serial: serial.content, time: readTime(when), reason: reasonOf(code) }
    }),
  }
}

/** Whether the list was signed by this certificate's key and names it as its issuer. */
export function crlIsFrom(der: Buffer, issuer: X509Certificate): boolean {
  try {
    const [toBeSigned, , signature] = sequenceOf(readBer(der))
    if (toBeSigned === undefined || signature?.tag !== TAG.bitString) return false
    const fields = sequenceOf(toBeSigned)
    const name = fields[fields[0]?.tag === TAG.integer ? 2 : 1]
    if (name === undefined || !name.bytes.equals(subjectOf(issuer))) return false
    const algorithm = algorithmOf(issuer.publicKey, 'the issuer')
    const digest = {
      'ECDSA-P256-SHA256': 'sha256',
      'ECDSA-P384-SHA384': 'sha384',
      Ed25519: null,
      'RSA-SHA256': 'sha256',
    }
    return verify(digest[algorithm], toBeSigned.bytes, issuer.publicKey, signature.content.subarray(1))
  } catch {
    return false
  }
}

/** The certificate's entry on the list, if it has one. Serial numbers are compared as numbers: leading zeros don't count. */
export function revocationOf(certificate: X509Certificate, crl: Crl): Revocation | null {
  const serial = certificate.serialNumber.replace(/^0+/, '').toLowerCase()
  return crl.revoked.find((one) => one.serial.toString('hex').replace(/^0+/, '') === serial) ?? null
}

/** The subject of a certificate, as it is encoded there: re-encoding could change it. */
export function subjectOf(certificate: X509Certificate): Buffer {
  const fields = sequenceOf(sequenceOf(readBer(certificate.raw))[0])
  const subject = fields[fields[0]?.tag === context(0) ? 5 : 4]
  if (subject === undefined) throw new BerError('a certificate without a subject')
  return subject.bytes
}

function reasonOf(code: Buffer | undefined): Revocation['reason'] {
  if (code === undefined) return 'unspecified'
  const value = code.at(-1) ?? 0
  const known = Object.entries(REVOCATION_REASONS).find(([, one]) => one === value)
  return known === undefined ? `reason ${value}` : (known[0] as RevocationReason)
}

function extensionValue(extensions: readonly BerValue[], id: string): Buffer | undefined {
  for (const one of extensions) {
    const parts = sequenceOf(one)
    if (oidOf(parts[0]) === id) return octetsOf(parts.at(-1))
  }
  return undefined
}

const isTime = ({ tag }: BerValue) => tag === 0x17 || tag === 0x18

function readTime(value: BerValue | undefined): number {
  if (value === undefined || !isTime(value)) throw new BerError('expected a time')
  const text = value.content.toString('latin1')
  const century = value.tag === 0x18 ? '' : Number(text.slice(0, 2)) >= 50 ? '19' : '20'
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text)
  const millis =
    parts === null ? Number.NaN : Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`)
  if (Number.isNaN(millis)) throw new BerError('a time that is none')
  return millis
}
