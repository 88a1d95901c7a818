import { equalBytes } from '../bytes.ts'
import { context, Der, malformed, TAG } from '../der/reader.ts'
import { readBitBytes, readBoolean, readInteger, readSmall, readTime } from '../der/values.ts'
import { type Algorithm, parseAlgorithm } from './algorithm.ts'
import { readExtensions } from './certificate.ts'
import { type Name, parseName } from './names.ts'

/** A certificate revocation list (RFC 5280 section 5). */
export interface RevocationList {
  der: Uint8Array
  tbs: Uint8Array
  algorithm: Algorithm
  signature: Uint8Array
  issuer: Name
  /** Milliseconds. */
  thisUpdate: number
  nextUpdate: number | null
  /** Rises with every list of an issuer (RFC 5280 section 5.2.3); null: it has none. */
  number: bigint | null
  /** By serial number. */
  revoked: ReadonlyMap<bigint, Revocation>
  authorityKeyId: Uint8Array | null
  /** What part of the issuer's certificates it speaks of (issuingDistributionPoint). */
  scope: { userOnly: boolean; authoritiesOnly: boolean; point: Uint8Array | null }
  /** It goes on naming certificates that have expired since then (X.509 expiredCertsOnCRL); null: only current ones. */
  expiredSince: number | null
  /** Why it can't be used: a delta, an indirect list, a critical extension that is not known; null: it can. */
  unusable: string | null
}

export interface Revocation {
  at: number
  /** RFC 5280 section 5.3.1; null: not said. */
  reason: number | null
}

/** RFC 5280 section 5.3.1. */
export const REVOCATION_REASON: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'key compromise',
  2: 'compromise of the authority',
  3: 'change of affiliation',
  4: 'superseded',
  5: 'cessation of operation',
  6: 'on hold',
  8: 'removed from the list',
  9: 'privilege withdrawn',
  10: 'compromise of the attribute authority',
}

/** @throws Finding FORMAT_FAILURE */
export function parseRevocationList(bytes: Uint8Array, what = 'revocation list'): RevocationList {
  const der = Der.parse(bytes, what)
  const outer = der.fields()
  const tbs = outer.next(TAG.sequence, 'tbsCertList')
  const outerAlgorithm = outer.next(TAG.sequence, 'signatureAlgorithm')
  const signature = readBitBytes(outer.next(TAG.bitString, 'signature'))
  outer.end()

  const fields = tbs.fields()
  const version = fields.optional(TAG.integer)
  if (version !== null && readSmall(version) !== 1) throw malformed(what, 'it has no version that there is')
  if (!equalBytes(fields.next(TAG.sequence, 'signature').bytes, outerAlgorithm.bytes)) {
    throw malformed(what, 'it names two signature algorithms')
  }
  const issuer = parseName(fields.next(TAG.sequence, 'issuer'))
  const thisUpdate = readTime(fields.next(null, 'thisUpdate'))
  const next = fields.optional(TAG.utcTime) ?? fields.optional(TAG.generalizedTime)
  const entries = fields.optional(TAG.sequence)
  const extensions = fields.optional(context(0))
  fields.end()
  const own = readOwnExtensions(extensions === null ? null : extensions.inner(), what)
  const { revoked, unusable } = readEntries(entries, what)
  return {
    der: der.bytes,
    tbs: tbs.bytes,
    algorithm: parseAlgorithm(outerAlgorithm),
    signature,
    issuer,
    thisUpdate,
    nextUpdate: next === null ? null : readTime(next),
    revoked,
    ...own,
    unusable: own.unusable ?? unusable,
  }
}

function readEntries(entries: Der | null, what: string): { revoked: Map<bigint, Revocation>; unusable: string | null } {
  const revoked = new Map<bigint, Revocation>()
  let unusable: string | null = null
  for (const entry of entries?.children(what) ?? []) {
    const fields = entry.fields()
    const serial = readInteger(fields.next(TAG.integer, 'serial number'))
    const at = readTime(fields.next(null, 'revocation date'))
    const extensions = fields.optional(TAG.sequence)
    fields.end()
    let reason: number | null = null
    for (const { oid, critical, value } of readExtensions(extensions, what)) {
      if (oid === '2.5.29.21') reason = readSmall(Der.parse(value, what), TAG.enumerated)
      else if (critical) unusable = `an entry has a critical extension (${oid}) that is not known here`
    }
    // two dates for one certificate would let whoever reads it choose
    if (revoked.has(serial)) throw malformed(what, 'it names a certificate twice')
    revoked.set(serial, { at, reason })
  }
  return { revoked, unusable }
}

type OwnExtensions = Pick<RevocationList, 'number' | 'authorityKeyId' | 'scope' | 'expiredSince' | 'unusable'>

function readOwnExtensions(der: Der | null, what: string): OwnExtensions {
  const own: OwnExtensions = {
    number: null,
    authorityKeyId: null,
    scope: { userOnly: false, authoritiesOnly: false, point: null },
    expiredSince: null,
    unusable: null,
  }
  for (const { oid, critical, value } of readExtensions(der, what)) {
    const parse = () => Der.parse(value, what)
    if (oid === '2.5.29.35') own.authorityKeyId = parse().fields().optional(context(0, false))?.content ?? null
    else if (oid === '2.5.29.20') own.number = readInteger(parse())
    else if (oid === '2.5.29.60') own.expiredSince = readTime(parse())
    else if (oid === '2.5.29.27') own.unusable = 'it is a delta list, which says only what changed'
    else if (oid === '2.5.29.28') {
      const fields = parse().fields()
      own.scope.point = fields.optional(context(0))?.content ?? null
      const flag = (number: number) => {
        const field = fields.optional(context(number, false))
        return field === null ? false : readBoolean(field.retagged(TAG.boolean))
      }
      own.scope.userOnly = flag(1)
      own.scope.authoritiesOnly = flag(2)
      if (fields.optional(context(3, false)) !== null) own.unusable = 'it covers only some reasons of revocation'
      if (flag(4)) own.unusable = 'it speaks for another authority (an indirect list)'
      if (flag(5)) own.unusable = 'it covers attribute certificates only'
      fields.end()
    } else if (critical) own.unusable = `it has a critical extension (${oid}) that is not known here`
  }
  return own
}
