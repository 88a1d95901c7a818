import { equalBytes } from '../bytes.ts'
import type { VerifyCrypto } from '../crypto.ts'
import { Finding } from '../finding.ts'
import { moment } from '../words.ts'
import { type Certificate, sameCertificate } from './certificate.ts'
import { shownName } from './names.ts'
import { mayHaveIssued } from './path.ts'
import { type Anchors, anchorFor, MAX_PARTS, type Pool } from './pool.ts'
import { certificateSignedBy, signedBy } from './revocation.ts'

/**
 * Certificates and revocation data beside a signature are not covered by it. Each of them must be genuine all the same,
 * used or not: a file in which one was altered is not the file that was handed over.
 * @param bound certificates that the signature itself is bound to (ESS), or whose key was named as trusted
 * @throws Finding FORMAT_FAILURE where one was altered, CERTIFICATE_CHAIN_GENERAL_FAILURE where nothing vouches for one
 */
export async function checkVouched(
  pool: Pool,
  anchors: Anchors,
  bound: readonly Certificate[],
  crypto: VerifyCrypto,
): Promise<void> {
  const [broken] = pool.broken
  if (broken !== undefined) throw new Finding('FORMAT_FAILURE', broken)
  const known = [...anchors.certificates, ...pool.certificates]
  if (pool.certificates.length + pool.lists.length + pool.answers.length > MAX_PARTS) {
    throw new Finding('LIMIT_REACHED', `There are more than ${MAX_PARTS} certificates and revocation lists.`)
  }
  for (const certificate of pool.certificates) {
    if (anchorFor(certificate, anchors) !== null || bound.some((one) => sameCertificate(one, certificate))) continue
    const issuers = known.filter((one) => mayHaveIssued(one, certificate))
    if (await any(issuers, (issuer) => certificateSignedBy(certificate, issuer.spki, crypto))) continue
    const name = shownName(certificate.subject)
    if (issuers.length > 0) {
      throw new Finding(
        'FORMAT_FAILURE',
        `The certificate of "${name}" beside the signature was altered: "${shownName(certificate.issuer)}" did not sign it as it is.`,
      )
    }
    if (await isForeignAuthority(certificate, known, crypto)) continue
    throw new Finding(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      `There is a certificate of "${name}" beside the signature that nothing vouches for: its issuer "${shownName(certificate.issuer)}" is not there.`,
    )
  }
  const named = (name: Uint8Array) => known.filter((one) => equalBytes(one.subject.der, name))
  for (const list of pool.lists) {
    const issuers = named(list.issuer.der)
    if (await any(issuers, (issuer) => signedBy(list, issuer.spki, crypto))) continue
    throw unsigned(`revocation list of "${shownName(list.issuer)}" (${moment(list.thisUpdate)})`, issuers.length > 0)
  }
  for (const answer of pool.answers) {
    if (await any(known, (one) => signedBy(answer, one.spki, crypto))) continue
    throw unsigned(`OCSP answer of ${moment(answer.producedAt)}`, false)
  }
}

/**
 * An authority whose own issuer was left out, as files may do for roots: it names another key as its issuer's, and its
 * key made one of the certificates that are there.
 */
async function isForeignAuthority(
  certificate: Certificate,
  known: readonly Certificate[],
  crypto: VerifyCrypto,
): Promise<boolean> {
  const { authorityKeyId, subjectKeyId } = certificate
  // whoever has its issuer's name is there, itself above all, should have signed it
  if (known.some((one) => equalBytes(one.subject.der, certificate.issuer.der))) return false
  if (authorityKeyId === null || subjectKeyId === null || equalBytes(authorityKeyId, subjectKeyId)) return false
  const issued = known.filter((one) => one !== certificate && mayHaveIssued(certificate, one))
  return any(issued, (one) => certificateSignedBy(one, certificate.spki, crypto))
}

async function any<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) {
    try {
      if (await test(item)) return true
    } catch (error) {
      if (!(error instanceof Finding)) throw error
    }
  }
  return false
}

function unsigned(what: string, issuerThere: boolean): Finding {
  return issuerThere
    ? new Finding(
        'FORMAT_FAILURE',
        `The ${what} beside the signature was altered: its issuer did not sign it as it is.`,
      )
    : new Finding('CERTIFICATE_CHAIN_GENERAL_FAILURE', `Nothing vouches for the ${what} beside the signature.`)
}
