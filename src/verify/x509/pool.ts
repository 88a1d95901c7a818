import { equalBytes } from '../bytes.ts'
import type { Trust } from '../crypto.ts'
import { asFinding } from '../finding.ts'
import { type Certificate, parseCertificate, sameCertificate } from './certificate.ts'
import { parseRevocationList, type RevocationList } from './crl.ts'
import { type OcspResponse, parseOcspResponse } from './ocsp.ts'

/** Whom to believe, parsed. */
export interface Anchors {
  certificates: readonly Certificate[]
  keys: readonly { spki: Uint8Array; name: string }[]
}

export function anchorsOf(trust: Trust): Anchors {
  return { certificates: trust.certificates.map(({ der }) => parseCertificate(der)), keys: trust.keys }
}

/** How an anchor vouches for a certificate: it is the anchor, or holds a key that is; null: it does not. */
export function anchorFor(certificate: Certificate, anchors: Anchors): string | null {
  const same = anchors.certificates.find((one) => sameCertificate(one, certificate))
  if (same !== undefined) return same.subject.commonName ?? same.subject.text
  return anchors.keys.find(({ spki }) => equalBytes(spki, certificate.spki))?.name ?? null
}

/**
 * Everything that was found to judge signatures by: certificates, revocation lists and OCSP answers of the file. All of
 * it is attacker-controlled until a chain to an anchor vouches for it.
 */
export interface Pool {
  certificates: Certificate[]
  lists: RevocationList[]
  answers: OcspResponse[]
  /** What was there and could not be read. */
  broken: string[]
}

/** More certificates, lists and answers than any evidence has; each costs a few signatures, and is compared with all others. */
export const MAX_PARTS = 64

/** One more than is judged is kept, so that it shows. */
function isFull(parts: readonly unknown[]): boolean {
  return parts.length > MAX_PARTS
}

export function emptyPool(): Pool {
  return { certificates: [], lists: [], answers: [], broken: [] }
}

export function addCertificate(pool: Pool, der: Uint8Array, what: string): void {
  if (!isFull(pool.certificates)) attempt(pool, () => addParsed(pool, parseCertificate(der, what)))
}

export function addParsed(pool: Pool, certificate: Certificate): void {
  if (!isFull(pool.certificates) && !pool.certificates.some((one) => sameCertificate(one, certificate)))
    pool.certificates.push(certificate)
}

export function addList(pool: Pool, der: Uint8Array, what: string): void {
  if (isFull(pool.lists)) return
  attempt(pool, () => {
    const list = parseRevocationList(der, what)
    if (!pool.lists.some((one) => equalBytes(one.der, list.der))) pool.lists.push(list)
  })
}

export function addAnswer(pool: Pool, der: Uint8Array, what: string): void {
  if (isFull(pool.answers)) return
  attempt(pool, () => {
    const answer = parseOcspResponse(der, what)
    if (pool.answers.some((one) => equalBytes(one.der, answer.der))) return
    pool.answers.push(answer)
    for (const certificate of answer.certificates) addParsed(pool, certificate)
  })
}

function attempt(pool: Pool, add: () => void): void {
  try {
    add()
  } catch (error) {
    pool.broken.push(asFinding(error).message)
  }
}
