import { CofferError } from '../../contract/errors.ts'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'
import type { KeysRequest } from '../../contract/jobs.ts'
import { createIdentity } from '../../signing/issue/identity.ts'
import { checkedNamePart } from '../../signing/issue/names.ts'
import type { KeyFacts } from '../../signing/store/store.ts'
import type { KeysPlace } from './run.ts'

/** What people call the algorithms of new keys. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  'p-256': 'ECDSA-P256-SHA256',
  'p-384': 'ECDSA-P384-SHA384',
  ed25519: 'Ed25519',
}

/**
 * Makes a private root, a signing certificate under it and a revocation list, and keeps the private keys.
 * @throws USAGE, UNSUPPORTED, and what the key store throws
 */
export async function createKey(
  { name, owner, organisation, algorithm }: Extract<KeysRequest, { action: 'create' }>,
  { store, now }: KeysPlace,
): Promise<KeyFacts> {
  const chosen = algorithmNamed(algorithm ?? 'P-256')
  const subject = {
    commonName: checkedNamePart(owner ?? name, 'owner'),
    organisation: organisation === null ? null : checkedNamePart(organisation, 'organisation'),
  }
  await store.mustBeFree(name)
  const { privateKey, rootPrivateKey, certificates, crl } = createIdentity(subject, chosen, now)
  return store.add({ name, origin: 'created', privateKey, rootPrivateKey, certificates, crls: [crl] }, now)
}

function algorithmNamed(text: string): SignatureAlgorithm {
  const found = ALGORITHMS[text.toLowerCase()]
  if (found !== undefined) return found
  if (/^rsa/i.test(text)) {
    throw new CofferError('UNSUPPORTED', `Coffer makes no keys of "${text}"`, {
      hint: 'An RSA key that your firm already has: "coffer keys import". Else take P-256.',
    })
  }
  throw new CofferError('USAGE', `expected P-256, P-384 or Ed25519 for the algorithm, got "${text}"`)
}
