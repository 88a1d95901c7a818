import { verifySignature } from './algorithms.ts'
import { type Certificate, readExtensions } from './certificate.ts'
import { type Der, DerError, Fields, readBits, readDer, readInteger, readTime } from './der/read.ts'
import { OID } from './oids.ts'

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

/** A certificate on a list. */
export interface Revocation {
  time: Date
  /** One that isn't in the table above reads as its number. */
  reason: RevocationReason | `reason ${number}`
}

/** A certificate revocation list (RFC 5280 clause 5), as far as signing needs it. */
export interface RevocationList {
  der: Buffer
  issuer: Buffer
  thisUpdate: Date
  /** Null: the list doesn't say when the next one comes, and so never gets stale. */
  nextUpdate: Date | null
  /** Rises with every list of an issuer; null where it has none. */
  number: number | null
  /** By the serial number in hex. */
  revoked: ReadonlyMap<string, Revocation>
  isSignedBy(issuer: Certificate): boolean
}

/** @throws DerError when it is no revocation list */
export function readCrl(der: Buffer): RevocationList {
  const outer = new Fields(readDer(der, 0x30))
  const tbs = outer.take(0x30)
  const identifier = outer.take(0x30)
  const signature = readBits(outer.take(0x03))
  outer.end()
  const fields = new Fields(tbs)
  fields.optional(0x02)
  fields.take(0x30)
  const issuer = fields.take(0x30).bytes
  const thisUpdate = readTime(fields.take())
  const next = fields.optional(0x17, 0x18)
  const revoked = new Map<string, Revocation>()
  const list = fields.optional(0x30)
  if (list !== undefined) {
    const entries = new Fields(list)
    for (let entry = entries.optional(0x30); entry !== undefined; entry = entries.optional(0x30)) {
      const parts = new Fields(entry)
      const serial = readInteger(parts.take(0x02)).toString(16)
      const time = readTime(parts.take())
      const extensions = parts.optional(0x30)
      const code = extensions === undefined ? undefined : readExtensions(extensions.bytes).get(OID.reasonCode)
      revoked.set(serial, { time, reason: code === undefined ? 'unspecified' : reasonOf(readDer(code.value, 0x0a)) })
    }
    entries.end()
  }
  const extensions = fields.optional(0xa0)
  const known = extensions === undefined ? undefined : readExtensions(extensions.contents)
  const number = known?.get(OID.crlNumber)
  fields.end()
  // A delta list has changes alone; who is not on it may be on the one before (RFC 5280 clause 5.2.4).
  if (known?.has(OID.deltaCrlIndicator) === true) throw new DerError('expected a whole revocation list, got a delta')
  return {
    der,
    issuer,
    thisUpdate,
    nextUpdate: next === undefined ? null : readTime(next),
    number: number === undefined ? null : Number(readInteger(readDer(number.value, 0x02))),
    revoked,
    isSignedBy: (by) => {
      try {
        return by.subject.equals(issuer) && verifySignature(identifier, 'sha256', by.publicKey, tbs.bytes, signature)
      } catch (error) {
        // An algorithm that nobody should sign with vouches for nothing.
        if (error instanceof DerError) return false
        throw error
      }
    },
  }
}

/** When and why the list revokes the certificate; null where it doesn't name it. Ask only of a list that its issuer signed. */
export function revocationOf(list: RevocationList, certificate: Certificate): Revocation | null {
  return list.revoked.get(readInteger(readDer(certificate.serial, 0x02)).toString(16)) ?? null
}

function reasonOf(code: Der): Revocation['reason'] {
  const value = code.contents.at(-1) ?? 0
  const known = Object.entries(REVOCATION_REASONS).find(([, one]) => one === value)
  return known === undefined ? `reason ${value}` : (known[0] as RevocationReason)
}

/** Whether the list names the certificate. Ask only of a list that its issuer signed. */
export function isRevoked(list: RevocationList, certificate: Certificate): boolean {
  return revocationOf(list, certificate) !== null
}

/**
 * The list among `lists` that speaks for `certificate` at `at`: its issuer's, begun, not yet due for replacement, and not
 * older than the certificate, of which it could say nothing.
 */
export function listFor(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  at: Date,
): RevocationList | undefined {
  return lists.find(
    (list) =>
      list.issuer.equals(certificate.issuer) &&
      list.thisUpdate <= at &&
      list.thisUpdate >= certificate.notBefore &&
      (list.nextUpdate === null || list.nextUpdate > at) &&
      list.isSignedBy(issuer),
  )
}
