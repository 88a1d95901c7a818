import { parseRevocationList, type RevocationList as StrictList } from '../verify/x509/crl.ts'
import { emptyPool } from '../verify/x509/pool.ts'
import { revocationOf as revocationStateOf } from '../verify/x509/revocation.ts'
import type { Certificate } from './certificate.ts'
import { DerError, readDer, readInteger } from './der/read.ts'
import { nodeCrypto } from './node-crypto.ts'
import { isSigned, received } from './received.ts'

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
  /** The verifier's view of it. */
  strict: StrictList
  isSignedBy(issuer: Certificate): boolean
}

/** @throws DerError when it is no revocation list, or only what changed since another (RFC 5280 clause 5.2.4) */
export function readCrl(der: Buffer): RevocationList {
  const strict = received(() => parseRevocationList(der))
  if (strict.unusable?.includes('delta')) throw new DerError('expected a whole revocation list, got a delta')
  const issuer = Buffer.from(strict.issuer.der)
  const revoked = [...strict.revoked].map(
    ([serial, { at, reason }]) => [serial.toString(16), { time: new Date(at), reason: reasonOf(reason ?? 0) }] as const,
  )
  return {
    der,
    issuer,
    thisUpdate: new Date(strict.thisUpdate),
    nextUpdate: strict.nextUpdate === null ? null : new Date(strict.nextUpdate),
    number: strict.number === null ? null : Number(strict.number),
    revoked: new Map(revoked),
    strict,
    isSignedBy: (by) => by.subject.equals(issuer) && isSigned(strict, by.strict.spki),
  }
}

/** When and why the list revokes the certificate; null where it doesn't name it. Ask only of a list that its issuer signed. */
export function revocationOf(list: RevocationList, certificate: Certificate): Revocation | null {
  return list.revoked.get(readInteger(readDer(certificate.serial, 0x02)).toString(16)) ?? null
}

function reasonOf(code: number): Revocation['reason'] {
  const known = Object.entries(REVOCATION_REASONS).find(([, one]) => one === code)
  return known === undefined ? `reason ${code}` : (known[0] as RevocationReason)
}

/** Whether the list names the certificate. Ask only of a list that its issuer signed. */
export function isRevoked(list: RevocationList, certificate: Certificate): boolean {
  return revocationOf(list, certificate) !== null
}

/**
 * The list among `lists` that speaks for `certificate` at `at`, in the verifier's own judgement: its issuer's, whole, for
 * such certificates, not yet due for replacement, and not older than the certificate, of which it could say nothing.
 */
export async function listFor(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  at: Date,
): Promise<RevocationList | undefined> {
  const latest = Math.max(at.getTime(), Date.now())
  for (const list of lists) {
    if (!list.issuer.equals(certificate.issuer) || list.thisUpdate < certificate.notBefore) continue
    const pool = { ...emptyPool(), lists: [list.strict] }
    const { state } = await revocationStateOf(certificate.strict, issuer.strict, pool, at.getTime(), latest, nodeCrypto)
    if (state !== 'unknown') return list
  }
  return undefined
}
