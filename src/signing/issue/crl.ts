import type { KeyObject } from 'node:crypto'
import type { Certificate } from '../certificate.ts'
import { REVOCATION_REASONS, type RevocationReason } from '../crl.ts'
import { enumerated, generalizedTime, integer, sequence, tagged, time } from '../der/write.ts'
import { OID } from '../oids.ts'
import { authorityKeyIdentifier, extension } from './certificate.ts'
import { signatureIdentifier, signedStructure } from './sign.ts'

export interface CrlRequest {
  issuer: { certificate: Certificate; key: KeyObject }
  /** Rises with every list. */
  number: number
  /** Milliseconds. */
  thisUpdate: number
  nextUpdate: number
  /** Certificates that expired since then stay on the list: a verifier may come long after. */
  since: number
  /** `serial`: DER of the INTEGER; `time`: milliseconds. */
  revoked: readonly { serial: Buffer; time: number; reason: RevocationReason }[]
}

/** Issues a revocation list, version 2 (RFC 5280, 5.1). @returns DER */
export function issueCrl({ issuer, number, thisUpdate, nextUpdate, since, revoked }: CrlRequest): Buffer {
  const entries = revoked.map((one) => {
    const code = REVOCATION_REASONS[one.reason]
    const reason = code === 0 ? [] : [sequence(extension(OID.reasonCode, enumerated(code), false))]
    return sequence(one.serial, time(new Date(one.time)), ...reason)
  })
  const toBeSigned = sequence(
    integer(1),
    signatureIdentifier(issuer.key),
    issuer.certificate.subject,
    time(new Date(thisUpdate)),
    time(new Date(nextUpdate)),
    // an empty list is left out, never written empty (RFC 5280, 5.1.2.6)
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tagged(
      0,
      sequence(
        authorityKeyIdentifier(issuer.key),
        extension(OID.crlNumber, integer(number), false),
        extension(OID.expiredCertsOnCrl, generalizedTime(new Date(since)), false),
      ),
    ),
  )
  return signedStructure(toBeSigned, issuer.key)
}
