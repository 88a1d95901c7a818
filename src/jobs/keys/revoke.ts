import { CofferError } from '../../contract/errors.ts'
import type { KeysRequest } from '../../contract/jobs.ts'
import { isoTime } from '../../contract/time.ts'
import { REVOCATION_REASONS, type RevocationReason } from '../../signing/crl.ts'
import { issueCrl } from '../../signing/issue/crl.ts'
import type { KeyFacts } from '../../signing/store/store.ts'
import type { KeysPlace } from './run.ts'

/**
 * Issues a new revocation list that names the key's certificate, with the time and the reason. From then on nothing is
 * signed with it.
 * @throws USAGE: an unknown reason; KEY_REVOKED: it was revoked before, and the first date stands; UNSUPPORTED: somebody
 *   else issued its certificate; LOCKED; what the key store throws
 */
export async function revokeKey(
  { name, reason }: Extract<KeysRequest, { action: 'revoke' }>,
  { store, now }: KeysPlace,
): Promise<KeyFacts> {
  const why = reasonNamed(reason ?? 'unspecified')
  mustNotBeRevoked(await store.facts(name))
  return store.replaceCrl(name, (key, root) => {
    const [certificate] = key.certificates
    if (certificate === undefined) throw new CofferError('KEY_UNREADABLE', `the key "${name}" has no certificate`)
    mustNotBeRevoked(key)
    const numbers = key.crls.map(({ number }) => number ?? 0)
    return issueCrl({
      issuer: root,
      number: Math.max(0, ...numbers) + 1,
      thisUpdate: now,
      // as long as the root: the word on a revoked key must not run out before its signatures do
      nextUpdate: root.certificate.notAfter.getTime(),
      since: root.certificate.notBefore.getTime(),
      revoked: [{ serial: certificate.serial, time: now, reason: why }],
    })
  })
}

function mustNotBeRevoked({ name, revocation }: KeyFacts): void {
  if (revocation === null) return
  const { time, reason } = revocation
  throw new CofferError(
    'KEY_REVOKED',
    `the key "${name}" was revoked before, on ${isoTime(time.getTime())} (${reason})`,
    {
      hint: 'The first date stands. "coffer keys export-public" writes the revocation list out.',
    },
  )
}

function reasonNamed(text: string): RevocationReason {
  const found = Object.keys(REVOCATION_REASONS).find((one) => one === text.toLowerCase())
  if (found !== undefined) return found as RevocationReason
  const known = Object.keys(REVOCATION_REASONS).join(', ')
  throw new CofferError('USAGE', `unknown reason "${text}"`, { hint: `Expected one of: ${known}.` })
}
