import type { SignatureScheme, VerifyCrypto } from '../crypto.ts'
import { Finding } from '../finding.ts'
import { CURVE_BYTES, ecdsaFromDer, type PublicKey, parsePublicKey } from './key.ts'

/**
 * Whether a key made a signature as X.509 and CMS have it (ECDSA in DER).
 * @param what for messages: `certificate of X`
 * @throws Finding for a key or an algorithm that won't do, or a signature value that is no signature at all
 */
export async function isSignedBy(
  spki: Uint8Array,
  scheme: SignatureScheme,
  signature: Uint8Array,
  data: Uint8Array,
  what: string,
  crypto: VerifyCrypto,
): Promise<boolean> {
  const key = parsePublicKey(spki, `public key behind the ${what}`)
  return crypto.verify(scheme, spki, rawSignature(key, scheme, signature, what), data)
}

/**
 * The signature as VerifyCrypto wants it, with key and scheme belonging together.
 * @throws Finding SIG_CRYPTO_FAILURE
 */
export function rawSignature(key: PublicKey, scheme: SignatureScheme, signature: Uint8Array, what: string): Uint8Array {
  const mismatch = () =>
    new Finding('SIG_CRYPTO_FAILURE', `The ${what} names an algorithm that does not belong to its key.`)
  switch (scheme.kind) {
    case 'ecdsa':
      if (key.kind !== 'ec') throw mismatch()
      return ecdsaFromDer(signature, key.curve, what)
    case 'ed25519':
      if (key.kind !== 'ed25519') throw mismatch()
      return lengthIs(signature, 64, what)
    default:
      if (key.kind !== 'rsa') throw mismatch()
      return lengthIs(signature, Math.ceil(key.bits / 8), what)
  }
}

/** The same for r‖s, as OSO's `.sig` has it. */
export async function isSignedByRaw(
  key: PublicKey,
  scheme: SignatureScheme,
  signature: Uint8Array,
  data: Uint8Array,
  what: string,
  crypto: VerifyCrypto,
): Promise<boolean> {
  if (key.kind !== 'ec' || scheme.kind !== 'ecdsa') {
    return isSignedBy(key.spki, scheme, signature, data, what, crypto)
  }
  return crypto.verify(scheme, key.spki, lengthIs(signature, CURVE_BYTES[key.curve] * 2, what), data)
}

function lengthIs(signature: Uint8Array, expected: number, what: string): Uint8Array {
  if (signature.length === expected) return signature
  throw new Finding(
    'SIG_CRYPTO_FAILURE',
    `The signature value of the ${what} has ${signature.length} bytes instead of ${expected}.`,
  )
}
