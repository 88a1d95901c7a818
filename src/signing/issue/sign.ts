import { createHash, type KeyObject, sign } from 'node:crypto'
import { algorithm } from '../algorithms.ts'
import { Fields, readBits, readDer } from '../der/read.ts'
import { bits, sequence } from '../der/write.ts'
import { algorithmOf, publicKeyDerOf } from '../store/key-kinds.ts'

/** The AlgorithmIdentifier of signatures made with this key; it stands in the signed part too (RFC 5280, 4.1.1.2). */
export function signatureIdentifier(key: KeyObject): Buffer {
  return algorithm(algorithmOf(key, 'the issuer')).identifier
}

/** A certificate or a CRL from its part to be signed (RFC 5280, 4.1.1 and 5.1.1). */
export function signedStructure(toBeSigned: Buffer, key: KeyObject): Buffer {
  const name = algorithmOf(key, 'the issuer')
  const { identifier, hash } = algorithm(name)
  return sequence(toBeSigned, identifier, bits(sign(name === 'Ed25519' ? null : hash, toBeSigned, key)))
}

/**
 * The key identifier of RFC 5280, 4.2.1.2, method (1): SHA-1 of the key's bits. It tells keys apart and proves
 * nothing, so SHA-1 does; other tools that compute one compute this one.
 */
export function keyIdentifier(key: KeyObject): Buffer {
  const spki = new Fields(readDer(publicKeyDerOf(key), 0x30))
  spki.take(0x30)
  return createHash('sha1')
    .update(readBits(spki.take(0x03)))
    .digest()
}
