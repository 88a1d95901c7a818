import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'

const LEAST_RSA_BITS = 2048

/**
 * The one signature algorithm that a key is used with.
 * @param where names the key in the error: `"key.pem"`
 * @throws UNSUPPORTED for other curves and algorithms, and for RSA below 2048 bits
 */
export function algorithmOf(key: KeyObject, where: string): SignatureAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return 'Ed25519'
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ECDSA-P256-SHA256'
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return 'ECDSA-P384-SHA384'
  const bits = details?.modulusLength ?? 0
  if (type === 'rsa' && bits >= LEAST_RSA_BITS) return 'RSA-SHA256'
  const found = type === 'rsa' ? `RSA of ${bits} bits` : (details?.namedCurve ?? type ?? 'an unknown algorithm')
  throw new CofferError(
    'UNSUPPORTED',
    `can't sign with the key in ${where}: expected P-256, P-384, Ed25519 or RSA of at least ${LEAST_RSA_BITS} bits, got "${found}"`,
    {
      hint: 'Make a key with "coffer keys create".',
    },
  )
}

/** SubjectPublicKeyInfo, DER, of a private or public key. */
export function publicKeyDerOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ type: 'spki', format: 'der' })
}

export interface OrderedCertificates {
  /** DER: the key's own first, then its issuers up to the root as far as they are there. Empty where none was given. */
  chain: Buffer[]
  /** How many were given that don't belong to the chain. */
  superfluous: number
}

/**
 * Puts the certificates that lay beside a key into the order of the chain.
 * @param certificates DER, in any order, repeated ones too
 * @throws KEY_UNREADABLE when one is no certificate, or none of them is for this key
 */
export function orderCertificates(
  privateKey: KeyObject,
  certificates: readonly Buffer[],
  where: string,
): OrderedCertificates {
  const all = certificates.map((der) => readCertificate(der, where))
  const unique = all.filter((one, index) => all.findIndex((other) => other.raw.equals(one.raw)) === index)
  if (unique.length === 0) return { chain: [], superfluous: 0 }
  const spki = publicKeyDerOf(privateKey)
  const chain = unique.filter((one) => publicKeyDerOf(one.publicKey).equals(spki)).slice(0, 1)
  if (chain[0] === undefined) {
    throw new CofferError('KEY_UNREADABLE', `none of the certificates in ${where} belongs to its private key`, {
      hint: 'A certificate belongs to a key when both have the same public key: put the right one beside it.',
    })
  }
  for (let last = chain[0]; ; ) {
    const issuer = unique.find((one) => !chain.includes(one) && last.checkIssued(one) && last.verify(one.publicKey))
    if (issuer === undefined) break
    chain.push(issuer)
    last = issuer
  }
  return { chain: chain.map((one) => one.raw), superfluous: unique.length - chain.length }
}

function readCertificate(der: Buffer, where: string): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch (cause) {
    throw new CofferError('KEY_UNREADABLE', `a certificate in ${where} can't be read`, { cause })
  }
}
