import { equalBytes } from '../bytes.ts'
import type { VerifyCrypto } from '../crypto.ts'
import { asFinding, Finding } from '../finding.ts'
import { moment } from '../words.ts'
import { type Certificate, certificateScheme, EKU, sameCertificate } from './certificate.ts'
import { REVOCATION_REASON } from './crl.ts'
import { parsePublicKey } from './key.ts'
import { shownName } from './names.ts'
import { type Anchors, anchorFor, type Pool } from './pool.ts'
import { certificateSignedBy, revocationOf } from './revocation.ts'

/** A chain is at most this long, and not more signatures than this are tried: what is found in a file is hostile. */
const MAX_PATH = 8
const MAX_TRIES = 64

export type Purpose = 'signing' | 'timestamping'

/** What a chain is judged for. All in milliseconds. */
export interface Judgement {
  purpose: Purpose
  /** The time that certificates must have been good at. */
  at: number
  /** Whether a timestamp proves that the signature existed at `at`; else `at` is the time of the judging. */
  proved: boolean
  /** What the signer says; null: nothing. */
  claimed: number | null
  /** When the judging is done. */
  latest: number
}

export interface Chain {
  /** Leaf first, anchor last. */
  path: readonly Certificate[]
  /** The name of who is trusted. */
  anchor: string
  /** Who vouches: the signer's own key or certificate, or an authority above it. */
  direct: boolean
  /** Sentences about revocation, for the check's line. */
  notes: readonly string[]
}

/**
 * RFC 5280 section 6 with revocation: builds chains from `leaf` to an anchor, and judges them.
 * @throws Finding NO_TRUSTED_KEY, NO_CERTIFICATE_CHAIN_FOUND, or of the best chain what is wrong with it
 */
export async function judgeChain(
  leaf: Certificate,
  pool: Pool,
  anchors: Anchors,
  judgement: Judgement,
  crypto: VerifyCrypto,
): Promise<Chain> {
  const name = shownName(leaf.subject)
  if (anchors.certificates.length === 0 && anchors.keys.length === 0) {
    throw new Finding(
      'NO_TRUSTED_KEY',
      `It is intact, but nobody told this verifier whom to trust, so it can't say that "${name}" really signed it.`,
    )
  }
  let first: Finding | null = null
  for (const path of await findPaths(leaf, pool, anchors, crypto)) {
    try {
      return await judgePath(path, pool, anchors, judgement, crypto)
    } catch (error) {
      first ??= asFinding(error)
    }
  }
  if (first !== null) throw first
  const top = await lastKnown(leaf, pool)
  throw new Finding(
    'NO_CERTIFICATE_CHAIN_FOUND',
    `The certificate of "${name}" leads to "${top}", which is not among those that you trust.`,
  )
}

/**
 * The first chain to an anchor that meets every condition but revocation, on which there may be no data yet: what a
 * signer asks of a certificate before it relies on it.
 * @throws Finding as `judgeChain` does
 */
export async function constrainedPath(
  leaf: Certificate,
  pool: Pool,
  anchors: Anchors,
  judgement: Judgement,
  crypto: VerifyCrypto,
): Promise<readonly Certificate[]> {
  let first: Finding | null = null
  for (const path of await findPaths(leaf, pool, anchors, crypto)) {
    try {
      checkConstraints(path, judgement)
      return path
    } catch (error) {
      first ??= asFinding(error)
    }
  }
  throw (
    first ??
    new Finding(
      'NO_CERTIFICATE_CHAIN_FOUND',
      `The certificate of "${shownName(leaf.subject)}" does not lead to one that is trusted.`,
    )
  )
}

/** All chains whose signatures hold, leaf first. */
async function findPaths(
  leaf: Certificate,
  pool: Pool,
  anchors: Anchors,
  crypto: VerifyCrypto,
): Promise<Certificate[][]> {
  const all = [...anchors.certificates, ...pool.certificates]
  const paths: Certificate[][] = []
  const named: Certificate[][] = []
  let tries = 0
  const climb = async (path: Certificate[]): Promise<void> => {
    const top = path.at(-1) as Certificate
    if (anchors.certificates.some((one) => sameCertificate(one, top))) {
      named.push(path)
      return
    }
    if (anchorFor(top, anchors) !== null) paths.push(path)
    if (path.length >= MAX_PATH) return
    for (const issuer of all) {
      if (!mayHaveIssued(issuer, top) || path.some((one) => sameCertificate(one, issuer))) continue
      if (++tries > MAX_TRIES) return
      const holds = await certificateSignedBy(top, issuer.spki, crypto).catch((error: unknown) => {
        if (error instanceof Finding && error.sub !== 'CRYPTO_CONSTRAINTS_FAILURE') return false
        throw error
      })
      if (holds) await climb([...path, issuer])
    }
  }
  await climb([leaf])
  // a certificate vouches for names, a bare key does not
  return [...named, ...paths]
}

export function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (!equalBytes(issuer.subject.der, certificate.issuer.der)) return false
  const { authorityKeyId } = certificate
  return authorityKeyId === null || issuer.subjectKeyId === null || equalBytes(authorityKeyId, issuer.subjectKeyId)
}

function checkConstraints(path: readonly Certificate[], judgement: Judgement): void {
  checkPurpose(path[0] as Certificate, judgement.purpose)
  let below = 0
  for (const [index, certificate] of path.entries()) {
    parsePublicKey(certificate.spki, `key of ${shownName(certificate.subject)}`)
    if (index < path.length - 1) certificateScheme(certificate)
    if (certificate.unknownCritical.length > 0) {
      throw constraint(
        certificate,
        `sets conditions (${certificate.unknownCritical.join(', ')}) that this verifier can't judge`,
      )
    }
    if (index > 0) {
      checkAuthority(certificate, below)
      if (!certificate.selfIssued) below++
    }
    checkValidity(certificate, judgement)
  }
}

async function judgePath(
  path: readonly Certificate[],
  pool: Pool,
  anchors: Anchors,
  judgement: Judgement,
  crypto: VerifyCrypto,
): Promise<Chain> {
  checkConstraints(path, judgement)
  const notes: string[] = []
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    notes.push(await checkRevocation(certificate, path[index + 1] as Certificate, pool, judgement, crypto))
  }
  return {
    path,
    anchor: anchorFor(path.at(-1) as Certificate, anchors) ?? '',
    direct: path.length === 1,
    notes: notes.filter((note) => note !== ''),
  }
}

/** RFC 5280 section 6.1.4 (k) to (n). @param below authorities between it and the leaf, self-issued ones not counted */
function checkAuthority(certificate: Certificate, below: number): void {
  if (certificate.basic?.ca !== true)
    throw constraint(certificate, 'is not that of an authority, and yet it issued one')
  if (certificate.usage !== null && !certificate.usage.has('keyCertSign')) {
    throw constraint(certificate, 'does not allow it to issue certificates')
  }
  const { pathLength } = certificate.basic
  if (pathLength !== null && below > pathLength) {
    throw constraint(certificate, `allows ${pathLength} authorities below it, and there are ${below}`)
  }
}

function checkPurpose(leaf: Certificate, purpose: Purpose): void {
  const { usage, extendedUsage } = leaf
  if (usage !== null && !usage.has('digitalSignature') && !usage.has('nonRepudiation')) {
    throw constraint(leaf, 'does not allow it to sign')
  }
  if (purpose === 'timestamping') {
    // RFC 3161 section 2.3
    const only = extendedUsage?.oids.length === 1 && extendedUsage.oids[0] === EKU.timeStamping
    if (extendedUsage === null || !only || !extendedUsage.critical) {
      throw constraint(leaf, 'is not one for timestamps alone, as RFC 3161 asks')
    }
    return
  }
  const other: readonly string[] = [EKU.timeStamping, EKU.ocspSigning, EKU.serverAuth]
  if (extendedUsage?.oids.every((oid) => other.includes(oid))) {
    throw constraint(leaf, 'is for another use than signing documents')
  }
}

function checkValidity(certificate: Certificate, { at, proved, claimed }: Judgement): void {
  const name = shownName(certificate.subject)
  const from = `from ${moment(certificate.notBefore)} to ${moment(certificate.notAfter)}`
  if (at < certificate.notBefore) {
    if (proved) {
      throw new Finding(
        'NOT_YET_VALID',
        `A timestamp proves that this existed on ${moment(at)}, before the certificate of "${name}" was valid (${from}).`,
      )
    }
    throw new Finding('OUT_OF_BOUNDS_NO_POE', `The certificate of "${name}" is valid ${from}, not on ${moment(at)}.`)
  }
  if (at <= certificate.notAfter) return
  if (claimed !== null && claimed > certificate.notAfter) {
    throw new Finding(
      'EXPIRED',
      `The signer says that it was signed on ${moment(claimed)}, when the certificate of "${name}" had run out (${from}).`,
    )
  }
  throw new Finding(
    'OUT_OF_BOUNDS_NO_POE',
    `The certificate of "${name}" ran out on ${moment(certificate.notAfter)}, and no timestamp proves that the signature is older.`,
  )
}

/** Reasons after which a timestamp made before the revocation still stands (RFC 3161 section 4, item 1). */
const HARMLESS_REASONS: ReadonlySet<number | null> = new Set([0, 3, 4, 5])

async function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  pool: Pool,
  { purpose, at, proved, claimed, latest }: Judgement,
  crypto: VerifyCrypto,
): Promise<string> {
  const found = await revocationOf(certificate, issuer, pool, at, latest, crypto)
  const name = shownName(certificate.subject)
  if (found.state === 'unknown') throw found.finding
  if (found.state === 'good') return `"${name}" was not withdrawn (${found.source})`
  const { at: when, reason } = found.revocation
  const why = reason === null ? 'no reason given' : (REVOCATION_REASON[reason] ?? `reason ${reason}`)
  const stands = purpose === 'signing' || HARMLESS_REASONS.has(reason)
  if (proved && when > at && stands) {
    return `"${name}" was withdrawn later, on ${moment(when)} (${why}), and the signature is proved to be older`
  }
  const said = `The certificate of "${name}" was withdrawn on ${moment(when)} (${why}; ${found.source})`
  if (purpose === 'signing' && claimed !== null && claimed >= when) {
    throw new Finding('REVOKED', `${said}, before ${moment(claimed)}, when the signer says that this was signed.`)
  }
  throw new Finding('REVOKED_NO_POE', `${said}, and nothing proves that the signature is older than that.`)
}

function constraint(certificate: Certificate, why: string): Finding {
  return new Finding('CHAIN_CONSTRAINTS_FAILURE', `The certificate of "${shownName(certificate.subject)}" ${why}.`)
}

async function lastKnown(leaf: Certificate, pool: Pool): Promise<string> {
  let top = leaf
  for (let step = 0; step < MAX_PATH && !top.selfIssued; step++) {
    const issuer = pool.certificates.find((one) => mayHaveIssued(one, top))
    if (issuer === undefined) return shownName(top.issuer)
    top = issuer
  }
  return shownName(top.subject)
}
