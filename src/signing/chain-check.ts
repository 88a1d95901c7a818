import { CofferError } from '../contract/errors.ts'
import { type Certificate, isIssuedBy, subjectName } from './certificate.ts'
import { isRevoked, type RevocationList } from './crl.ts'
import { readDer } from './der/read.ts'
import { OID } from './oids.ts'

/**
 * Refuses to sign with what every verifier would turn down: a certificate that is out of date, is not for signatures, or
 * is on its issuer's revocation list; or a list that its issuer didn't sign.
 * @param chain the signer's certificate first
 * @throws CofferError CERTIFICATE_UNUSABLE
 */
export function checkSigningChain(chain: readonly Certificate[], lists: readonly RevocationList[], at: Date): void {
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
  const usage = certificate.extensions.get(OID.keyUsage)
  if (usage === undefined) return
  const octet = readDer(usage.value, 0x03).contents[1] ?? 0
  if ((octet & 0xc0) === 0) throw unusable(`the certificate of "${subjectName(certificate)}" is not for signatures`)
}

function unusable(message: string, hint?: string): CofferError {
  return new CofferError('CERTIFICATE_UNUSABLE', message, hint === undefined ? {} : { hint })
}
