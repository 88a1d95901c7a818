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

function certificateOverview({ x509, notBefore, notAfter, der }: Certificate): CertificateOverview {
  return {
    subject: nameText(x509.subject),
    issuer: nameText(x509.issuer),
    serial: x509.serialNumber,
    not_before: isoTime(notBefore.getTime()),
    not_after: isoTime(notAfter.getTime()),
    sha256: createHash('sha256').update(der).digest('hex'),
  }
}

/** Node gives `O=…\nCN=…`, a line for each part. Common name first, then the rest as it stands. */
function nameText(name: string): string {
  const parts = name.split('\n')
  const common = parts.filter((part) => part.startsWith('CN=')).map((part) => part.slice('CN='.length))
  const organisation = parts.filter((part) => part.startsWith('O=')).map((part) => part.slice('O='.length))
  const known = [...common, ...organisation]
  return known.length > 0 ? known.join(', ') : parts.join(', ')
}
