import { createHash } from 'node:crypto'
import type { CertificateOverview, KeyOverview } from '../../contract/results/keys.ts'
import { isoTime } from '../../contract/time.ts'
import { type Certificate, isSelfSigned } from '../../signing/certificate.ts'
import type { KeyFacts } from '../../signing/store/store.ts'

/** What people and scripts are told of a key. @param now milliseconds, for its status */
export function keyOverview(key: KeyFacts, now: number): KeyOverview {
  const [own] = key.certificates
  const root = key.certificates.find(isSelfSigned)
  const crl = key.crls[0]
  return {
    name: key.name,
    status: statusOf(key, now),
    algorithm: key.algorithm,
    key_id: key.keyId,
    origin: key.origin,
    created_at: key.created,
    kept_in: key.keptIn,
    certificate: own === undefined ? null : certificateOverview(own),
    root: root === undefined ? null : certificateOverview(root),
    crl:
      crl === undefined
        ? null
        : {
            number: crl.number,
            this_update: isoTime(crl.thisUpdate.getTime()),
            next_update: crl.nextUpdate === null ? null : isoTime(crl.nextUpdate.getTime()),
            revoked: crl.revoked.size,
          },
    revoked:
      key.revocation === null ? null : { at: isoTime(key.revocation.time.getTime()), reason: key.revocation.reason },
    can_revoke: key.hasRootKey && key.revocation === null,
  }
}

function statusOf({ certificates, revocation }: KeyFacts, now: number): KeyOverview['status'] {
  const [own] = certificates
  if (own === undefined) return 'bare'
  if (revocation !== null) return 'revoked'
  if (now > own.notAfter.getTime()) return 'expired'
  return now < own.notBefore.getTime() ? 'not_yet_valid' : 'usable'
}

function certificateOverview({ x509, strict, notBefore, notAfter, der }: Certificate): CertificateOverview {
  return {
    subject: nameText(strict.subject),
    issuer: nameText(strict.issuer),
    serial: x509.serialNumber,
    not_before: isoTime(notBefore.getTime()),
    not_after: isoTime(notAfter.getTime()),
    sha256: createHash('sha256').update(der).digest('hex'),
  }
}

/** Common name and organisation; where there is neither, all of it. */
function nameText({ commonName, organisation, text }: Certificate['strict']['subject']): string {
  const known = [commonName, organisation].filter((one) => one !== null)
  return known.length > 0 ? known.join(', ') : text
}
