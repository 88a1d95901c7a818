import { crlUrls, ocspUrls, readCertificate } from '../../signing/certificate.ts'
import type { EvidenceSigner } from './produce.ts'

/**
 * What the signatures of a report will not be able to show for the long term, by how signing is configured: each a sentence
 * with the way to mend it. It stands in the report itself, since later nobody can add it.
 */
export function signatureGaps({ signer, authority }: Pick<EvidenceSigner, 'signer' | 'authority'>): string[] {
  const gaps: string[] = []
  if (authority === null) {
    gaps.push(
      'No timestamp proves when this was signed: the time is by the signer\'s own clock (PAdES B-B). Set "evidence.signing.timestamp_url", or get one later with "coffer evidence timestamp".',
    )
  }
  if (signer.selfMade) {
    gaps.push(
      'The signing key has no certificate that anybody issued, so nobody vouches for its holder, nobody can withdraw it, and the PDF can\'t reach PAdES B-LT. Sign with a key of "coffer keys create", which has a root and a revocation list, or name "certificate_path" and "crl_path".',
    )
  } else if (signer.crls.length === 0 && !namesRevocation(signer.certificates)) {
    gaps.push(
      'No revocation list for the signer\'s certificate was at hand, and it names no address for one: from this report alone nobody can tell that it had not been withdrawn (PAdES B-LT is not reached). Name the list with "evidence.signing.crl_path".',
    )
  }
  return gaps
}

function namesRevocation(certificates: readonly Buffer[]): boolean {
  const [leaf] = certificates.map(readCertificate)
  return leaf !== undefined && crlUrls(leaf).length + ocspUrls(leaf).length > 0
}
