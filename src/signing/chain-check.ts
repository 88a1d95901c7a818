import { CofferError } from '../contract/errors.ts'
import { Finding } from '../verify/finding.ts'
import { constrainedPath } from '../verify/x509/path.ts'
import { emptyPool } from '../verify/x509/pool.ts'
import { type Certificate, chainOf, isIssuedBy, subjectName } from './certificate.ts'
import { isRevoked, type RevocationList } from './crl.ts'
import { nodeCrypto } from './node-crypto.ts'
import { messageOf } from './received.ts'

/**
 * Refuses to sign with what every verifier would turn down: a certificate that is out of date, is not for signatures, or
 * is on its issuer's revocation list; or a list that its issuer didn't sign.
 * @param chain the signer's certificate first
 * @throws CofferError CERTIFICATE_UNUSABLE
 */
export async function checkSigningChain(
  chain: readonly Certificate[],
  lists: readonly RevocationList[],
  at: Date,
): Promise<void> {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain.find((one) => isIssuedBy(certificate, one))
    checkDates(certificate, at)
    for (const list of lists) {
      if (issuer === undefined || !list.issuer.equals(issuer.subject)) continue
      if (!list.isSignedBy(issuer)) {
        throw unusable(`the revocation list of "${subjectName(issuer)}" is not signed by it`)
      }
      if (!isRevoked(list, certificate)) continue
      throw unusable(`the certificate of "${subjectName(certificate)}" is revoked`, 'Sign with another key.')
    }
    if (index === 0) checkUsage(certificate)
  }
  await checkConditions(chain, at)
}

/** All that the verifier asks of a chain but revocation: purposes, authorities, path lengths, algorithms, key sizes. */
async function checkConditions(chain: readonly Certificate[], at: Date): Promise<void> {
  const [leaf] = chain
  if (leaf === undefined) return
  const top = chainOf(leaf, chain).at(-1) ?? leaf
  const pool = { ...emptyPool(), certificates: chain.map(({ strict }) => strict) }
  const time = at.getTime()
  const judgement = { purpose: 'signing', at: time, proved: false, claimed: time, latest: time } as const
  try {
    await constrainedPath(leaf.strict, pool, { certificates: [top.strict], keys: [] }, judgement, nodeCrypto)
  } catch (error) {
    if (error instanceof Finding)
      throw unusable(messageOf(error), 'A verifier would turn it down: sign with another key.')
    throw error
  }
}

function checkDates(certificate: Certificate, at: Date): void {
  const name = subjectName(certificate)
  if (at < certificate.notBefore) {
    throw unusable(`the certificate of "${name}" is valid only from ${certificate.notBefore.toISOString()}`)
  }
  if (at <= certificate.notAfter) return
  throw unusable(`the certificate of "${name}" was valid until ${certificate.notAfter.toISOString()}`, 'Renew it.')
}

/** RFC 5280 clause 4.2.1.3: where key usage is stated, digitalSignature or contentCommitment must be in it. */
function checkUsage(certificate: Certificate): void {
  const { usage } = certificate.strict
  if (usage === null || usage.has('digitalSignature') || usage.has('nonRepudiation')) return
  throw unusable(`the certificate of "${subjectName(certificate)}" is not for signatures`)
}

function unusable(message: string, hint?: string): CofferError {
  return new CofferError('CERTIFICATE_UNUSABLE', message, hint === undefined ? {} : { hint })
}
