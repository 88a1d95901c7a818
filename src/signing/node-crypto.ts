import { constants, createHash, createPublicKey, hash, verify } from 'node:crypto'
import type { HashAlgorithm, SignatureScheme, VerifyCrypto } from '../verify/crypto.ts'

const NAMES: Readonly<Record<HashAlgorithm, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/** VerifyCrypto with Node's own cryptography. */
export const nodeCrypto: VerifyCrypto = {
  sha256: (data) => hash('sha256', data, 'buffer'),
  hash: (algorithm, data) => hash(NAMES[algorithm], data, 'buffer'),
  sha256Stream: () => {
    const stream = createHash('sha256')
    return { update: (chunk) => void stream.update(chunk), digest: () => stream.digest() }
  },
  verify: async (scheme, spki, signature, data) => verifyNow(scheme, spki, signature, data),
}

/** `VerifyCrypto.verify` without waiting. */
export function verifyNow(scheme: SignatureScheme, spki: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    // RFC 8017 sections 8.1.2 and 8.2.2, step 1: exactly as long as the modulus; OpenSSL takes one without its leading zeros
    const bits = key.asymmetricKeyDetails?.modulusLength
    if (bits !== undefined && signature.length !== Math.ceil(bits / 8)) return false
    return verify(scheme.kind === 'ed25519' ? null : NAMES[scheme.hash], data, { key, ...settings(scheme) }, signature)
  } catch {
    // a key or a value that OpenSSL can't use is no signature
    return false
  }
}

function settings(scheme: SignatureScheme): object {
  switch (scheme.kind) {
    case 'ecdsa':
      return { dsaEncoding: 'ieee-p1363' }
    case 'rsa-pkcs1':
      return { padding: constants.RSA_PKCS1_PADDING }
    case 'rsa-pss':
      return {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: scheme.saltLength,
      }
    case 'ed25519':
      return {}
  }
}
