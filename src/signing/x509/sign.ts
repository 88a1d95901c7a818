import { createHash, type KeyObject, sign } from 'node:crypto'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'
import { readBer, sequenceOf, TAG } from '../store/ber.ts'
import { algorithmOf, publicKeyDerOf } from '../store/key-kinds.ts'
import { bitString, nothing, oid, sequence } from './der.ts'

/** RFC 5758 (ECDSA: no parameters), RFC 8410 (Ed25519: none), RFC 4055 (RSA: NULL). */
const ALGORITHMS: Readonly<Record<SignatureAlgorithm, { identifier: Buffer; digest: string | null }>> = {
  'ECDSA-P256-SHA256': { identifier: sequence(oid('1.2.840.10045.4.3.2')), digest: 'sha256' },
  'ECDSA-P384-SHA384': { identifier: sequence(oid('1.2.840.10045.4.3.3')), digest: 'sha384' },
  Ed25519: { identifier: sequence(oid('1.3.101.112')), digest: null },
  'RSA-SHA256': { identifier: sequence(oid('1.2.840.113549.1.1.11'), nothing()), digest: 'sha256' },
}

/** The AlgorithmIdentifier of signatures made with this key; it stands in the signed part too (RFC 5280, 4.1.1.2). */
export function signatureIdentifier(key: KeyObject): Buffer {
  return ALGORITHMS[algorithmOf(key, 'the issuer')].identifier
}

/** A certificate or a CRL from its part to be signed (RFC 5280, 4.1.1 and 5.1.1). */
export function signedStructure(toBeSigned: Buffer, key: KeyObject): Buffer {
  const { identifier, digest } = ALGORITHMS[algorithmOf(key, 'the issuer')]
  return sequence(toBeSigned, identifier, bitString(sign(digest, toBeSigned, key)))
}

/**
 * The key identifier of RFC 5280, 4.2.1.2, method (1): SHA-1 of the key's bits. It tells keys apart and proves
 * nothing, so SHA-1 does; other tools that compute one compute this one.
 */
export function keyIdentifier(key: KeyObject): Buffer {
  const bits = sequenceOf(readBer(publicKeyDerOf(key))).find(({ tag }) => tag === TAG.bitString)
  return createHash('sha1')
    .update(bits?.content.subarray(1) ?? Buffer.alloc(0))
    .digest()
}
