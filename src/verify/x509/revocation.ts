import { equalBytes, indexOfBytes } from '../bytes.ts'
import type { VerifyCrypto } from '../crypto.ts'
import { Der, TAG } from '../der/reader.ts'
import { readBitBytes } from '../der/values.ts'
import { Finding } from '../finding.ts'
import { moment } from '../words.ts'
import { schemeOf } from './algorithm.ts'
import { type Certificate, certificateScheme, EKU } from './certificate.ts'
import type { Revocation, RevocationList } from './crl.ts'
import { shownName } from './names.ts'
import type { OcspAnswer, OcspResponse } from './ocsp.ts'
import type { Pool } from './pool.ts'
import { isSignedBy } from './signed-by.ts'

/** What the file's own revocation data say about a certificate at a time. */
export type RevocationState =
  | { state: 'good'; source: string }
  | { state: 'revoked'; revocation: Revocation; source: string }
  | { state: 'unknown'; finding: Finding }

/** Clocks that differ by less than this are the same. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * EN 319 102-1 clause 5.2.5 (freshness) and RFC 5280 section 6.3: an answer counts when the certificate's issuer gave it,
 * when it is not from the future, and when it was still the latest one due at `at` (at most its nextUpdate).
 * @param at milliseconds: the time to judge for
 * @param latest milliseconds: when the judging is done; nothing can be newer
 */
export async function revocationOf(
  certificate: Certificate,
  issuer: Certificate,
  pool: Pool,
  at: number,
  latest: number,
  crypto: VerifyCrypto,
): Promise<RevocationState> {
  const reasons: string[] = []
  let good: string | null = null
  const name = shownName(certificate.subject)
  const judge = (thisUpdate: number, nextUpdate: number | null, source: string): boolean => {
    if (thisUpdate > latest + CLOCK_TOLERANCE_MS) reasons.push(`${source} is from the future (${moment(thisUpdate)})`)
    else if ((nextUpdate ?? thisUpdate) < at)
      reasons.push(`${source} was due for renewal on ${moment(nextUpdate ?? thisUpdate)}`)
    else return true
    return false
  }
  for (const list of pool.lists) {
    if (!equalBytes(list.issuer.der, certificate.issuer.der)) continue
    const source = `the revocation list of ${moment(list.thisUpdate)}`
    const problem = await listProblem(list, certificate, issuer, crypto)
    if (problem !== null) {
      reasons.push(`${source} can't be used: ${problem}`)
      continue
    }
    const revocation = list.revoked.get(certificate.serial)
    // a revocation counts however old the list is
    if (revocation !== undefined && list.thisUpdate <= latest + CLOCK_TOLERANCE_MS) {
      return { state: 'revoked', revocation, source }
    }
    if (judge(list.thisUpdate, list.nextUpdate, source)) good = source
  }
  for (const response of pool.answers) {
    const answer = await answerFor(response, certificate, issuer, crypto)
    if (answer === null) continue
    const source = `the OCSP answer of ${moment(answer.thisUpdate)}`
    const problem = await responseProblem(response, issuer, crypto)
    if (problem !== null) reasons.push(`${source} can't be used: ${problem}`)
    else if (answer.state === 'revoked' && answer.revocation !== null) {
      return { state: 'revoked', revocation: answer.revocation, source }
    } else if (answer.state === 'unknown') reasons.push(`${source} says that the responder does not know it`)
    else if (judge(answer.thisUpdate, answer.nextUpdate, source)) good = source
  }
  if (good !== null) return { state: 'good', source: good }
  const why =
    reasons.length === 0
      ? `The file holds no revocation list or OCSP answer for the certificate of ${name}, so nobody can say from it whether that certificate had been withdrawn.`
      : `Whether the certificate of ${name} had been withdrawn by ${moment(at)} can't be said: ${reasons.join('; ')}.`
  return { state: 'unknown', finding: new Finding('TRY_LATER', why) }
}

async function listProblem(
  list: RevocationList,
  certificate: Certificate,
  issuer: Certificate,
  crypto: VerifyCrypto,
): Promise<string | null> {
  if (list.unusable !== null) return list.unusable
  if (list.nextUpdate === null) return 'it does not say when the next one was due'
  const authority = certificate.basic?.ca === true
  if (list.scope.userOnly && authority) return 'it does not cover authorities'
  if (list.scope.authoritiesOnly && !authority) return 'it covers authorities only'
  const { point } = list.scope
  if (point !== null && indexOfBytes(certificate.distributionPoints ?? new Uint8Array(), point) < 0) {
    return 'it covers another part of the certificates'
  }
  // RFC 5280 section 5: an expired certificate may have been dropped from the list
  if (
    list.thisUpdate > certificate.notAfter &&
    (list.expiredSince ?? Number.POSITIVE_INFINITY) > certificate.notAfter
  ) {
    return 'it was made after the certificate had expired, and lists need not name expired certificates'
  }
  if (issuer.usage !== null && !issuer.usage.has('cRLSign')) return 'its issuer may not sign revocation lists'
  return (await signedBy(list, issuer.spki, crypto)) ? null : 'it was not signed by the issuer of the certificate'
}

export async function signedBy(
  list: Pick<RevocationList, 'algorithm' | 'signature' | 'tbs'>,
  spki: Uint8Array,
  crypto: VerifyCrypto,
): Promise<boolean> {
  const what = 'revocation data'
  try {
    return await isSignedBy(spki, schemeOf(list.algorithm, what), list.signature, list.tbs, what, crypto)
  } catch (error) {
    if (error instanceof Finding) return false
    throw error
  }
}

async function answerFor(
  response: OcspResponse,
  certificate: Certificate,
  issuer: Certificate,
  crypto: VerifyCrypto,
): Promise<OcspAnswer | null> {
  const found = response.answers.filter(
    (answer) =>
      answer.serial === certificate.serial &&
      equalBytes(crypto.hash(answer.hash, certificate.issuer.der), answer.issuerNameHash) &&
      equalBytes(crypto.hash(answer.hash, keyBits(issuer)), answer.issuerKeyHash),
  )
  // where one response says two things of a certificate, the worse counts
  return (
    found.find(({ state }) => state === 'revoked') ?? found.find(({ state }) => state === 'unknown') ?? found[0] ?? null
  )
}

/** RFC 6960 section 4.2.2.2: the issuer itself, or somebody whom it made a certificate for just that. */
async function responseProblem(
  response: OcspResponse,
  issuer: Certificate,
  crypto: VerifyCrypto,
): Promise<string | null> {
  const candidates = [issuer, ...response.certificates]
  for (const responder of candidates) {
    const { responder: id } = response
    const named =
      'name' in id
        ? equalBytes(responder.subject.der, id.name)
        : equalBytes(crypto.hash('SHA-1', keyBits(responder)), id.keyHash)
    if (!named || !(await signedBy(response, responder.spki, crypto))) continue
    if (equalBytes(responder.spki, issuer.spki)) return null
    const delegated =
      equalBytes(responder.issuer.der, issuer.subject.der) &&
      responder.extendedUsage?.oids.includes(EKU.ocspSigning) === true &&
      responder.notBefore <= response.producedAt &&
      response.producedAt <= responder.notAfter &&
      responder.unknownCritical.length === 0 &&
      (await certificateSignedBy(responder, issuer.spki, crypto))
    if (!delegated) return 'its responder may not speak for the issuer'
    return responder.noCheck ? null : "its responder's own certificate might have been withdrawn"
  }
  return 'nobody who may speak for the issuer has signed it'
}

export async function certificateSignedBy(
  certificate: Certificate,
  spki: Uint8Array,
  crypto: VerifyCrypto,
): Promise<boolean> {
  const what = `certificate of ${shownName(certificate.subject)}`
  return isSignedBy(spki, certificateScheme(certificate), certificate.signature, certificate.tbs, what, crypto)
}

/** The BIT STRING's bytes, which RFC 6960 hashes. */
function keyBits(certificate: Certificate): Uint8Array {
  const fields = Der.parse(certificate.spki, 'public key').fields()
  fields.next(TAG.sequence, 'algorithm')
  return readBitBytes(fields.next(TAG.bitString, 'key'))
}
