import { type Said, say } from '../../contract/said/said.ts'
import { crlUrls, ocspUrls, readCertificate, subjectName } from '../../signing/certificate.ts'
import type { EvidenceSigner } from './produce.ts'

/**
 * What the signatures of a report will not be able to show for the long term, by how signing is configured: each a sentence
 * with the way to mend it. It stands in the report itself, since later nobody can add it.
 */
export function signatureGaps({ signer, authority }: Pick<EvidenceSigner, 'signer' | 'authority'>): Said[] {
  const gaps: Said[] = []
  if (authority === null) {
    gaps.push(say('gap.noTimestamp'))
  }
  const [own] = signer.certificates.map(readCertificate)
  const certified = own === undefined || signer.selfMade ? signer.name : subjectName(own)
  if (certified !== signer.name) gaps.push(say('gap.otherSigner', { named: signer.name, certified }))
  if (signer.selfMade) {
    gaps.push(say('gap.selfMade'))
  } else if (signer.crls.length === 0 && !namesRevocation(signer.certificates)) {
    gaps.push(say('gap.noRevocation'))
  }
  return gaps
}

function namesRevocation(certificates: readonly Buffer[]): boolean {
  const [leaf] = certificates.map(readCertificate)
  return leaf !== undefined && crlUrls(leaf).length + ocspUrls(leaf).length > 0
}
