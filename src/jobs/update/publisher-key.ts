import { createHash } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { PublisherKey } from '../../contract/results/update.ts'
import { pem } from '../../signing/certificate.ts'
import { parseTrust } from '../../verify/trust.ts'
import { parseCertificate } from '../../verify/x509/certificate.ts'
import { type PublicKey, parsePublicKey } from '../../verify/x509/key.ts'

/** The key that lists of versions are checked by, ready for use. */
export interface KnownPublisherKey extends PublisherKey {
  /** SubjectPublicKeyInfo, PEM and DER. */
  pem: string
  spki: Uint8Array
}

/**
 * Reads the publisher's public key, or takes it out of a certificate: nothing else of the certificate counts here, since
 * the person compares the key itself.
 * @param bytes PEM or DER @param name of the file, for messages
 * @throws CERTIFICATE_UNUSABLE for anything else (a private key above all), USAGE for more than one, UNSUPPORTED for P-521
 */
export function readPublisherKey(bytes: Uint8Array, name: string): KnownPublisherKey {
  const { keys, certificates } = parseTrust([{ name, bytes }])
  const all = [...keys.map((one) => one.spki), ...certificates.map((one) => parseCertificate(one.der).spki)]
  const [spki] = all
  if (spki === undefined || all.length > 1) {
    throw new CofferError('USAGE', `expected one public key in "${name}", got ${all.length}`, {
      hint: 'Give the publisher’s own key alone, without the certificates of others.',
    })
  }
  const key = parsePublicKey(spki)
  if (key.kind === 'ec' && key.curve === 'P-521') {
    throw new CofferError('UNSUPPORTED', `the key in "${name}" lies on P-521, which no list is signed with`)
  }
  return {
    key_id: createHash('sha256').update(spki).digest('hex'),
    algorithm: algorithmOf(key),
    pem: pem('PUBLIC KEY', [Buffer.from(spki)]),
    spki,
  }
}

function algorithmOf(key: PublicKey): string {
  if (key.kind === 'ec') return `ECDSA ${key.curve}`
  return key.kind === 'rsa' ? `RSA ${key.bits}` : 'Ed25519'
}
