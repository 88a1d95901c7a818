import { verifySignature } from './algorithms.ts'
import type { Certificate } from './certificate.ts'
import { Fields, readBits, readDer, readInteger, readTime } from './der/read.ts'

/** A certificate revocation list (RFC 5280 clause 5), as far as signing needs it. */
export interface RevocationList {
  der: Buffer
  issuer: Buffer
  thisUpdate: Date
  /** Null: the list doesn't say when the next one comes, and so never gets stale. */
  nextUpdate: Date | null
  /** Hex of the serial numbers. */
  revoked: ReadonlySet<string>
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
  const revoked = new Set<string>()
  const list = fields.optional(0x30)
  if (list !== undefined) {
    const entries = new Fields(list)
    for (let entry = entries.optional(0x30); entry !== undefined; entry = entries.optional(0x30)) {
      revoked.add(readInteger(new Fields(entry).take(0x02)).toString(16))
    }
    entries.end()
  }
  fields.optional(0xa0)
  fields.end()
  return {
    der,
    issuer,
    thisUpdate,
    nextUpdate: next === undefined ? null : readTime(next),
    revoked,
    isSignedBy: (by) =>
      by.subject.equals(issuer) && verifySignature(identifier, 'sha256', by.publicKey, tbs.bytes, signature),
  }
}

/** Whether the list names the certificate. Ask only of a list that its issuer signed. */
export function isRevoked(list: RevocationList, certificate: Certificate): boolean {
  return list.revoked.has(readInteger(readDer(certificate.serial, 0x02)).toString(16))
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
