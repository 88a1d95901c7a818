import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { equalBytes, joinBytes } from './bytes.ts'
import type { HashAlgorithm, SignatureScheme, VerifyCrypto } from './crypto.ts'
import { type PublicKey, parsePublicKey } from './x509/key.ts'

/** VerifyCrypto without Node and without WebCrypto, which some browsers keep from pages of a `file:` address. */

const HASHES: Readonly<Record<HashAlgorithm, (data: Uint8Array) => Uint8Array>> = {
  'SHA-1': sha1,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
}

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const

export const nobleCrypto: VerifyCrypto = {
  sha256: (data) => sha256(data),
  hash: (algorithm, data) => HASHES[algorithm](data),
  sha256Stream: () => {
    const stream = sha256.create()
    return { update: (chunk) => void stream.update(chunk), digest: () => stream.digest() }
  },
  verify: async (scheme, spki, signature, data) => {
    try {
      return verify(scheme, parsePublicKey(spki), signature, data)
    } catch {
      return false
    }
  },
}

function verify(scheme: SignatureScheme, key: PublicKey, signature: Uint8Array, data: Uint8Array): boolean {
  if (scheme.kind === 'ecdsa') {
    if (key.kind !== 'ec') return false
    const digest = HASHES[scheme.hash](data)
    // both values of s are signatures in X.509; noble by itself asks for the lower
    return CURVES[key.curve].verify(signature, digest, key.point, { lowS: false, prehash: false, format: 'compact' })
  }
  if (scheme.kind === 'ed25519') {
    return key.kind === 'ed25519' && ed25519.verify(signature, data, key.raw, { zip215: false })
  }
  if (key.kind !== 'rsa') return false
  const digest = HASHES[scheme.hash](data)
  const size = Math.ceil(key.bits / 8)
  if (signature.length !== size) return false
  const value = toBig(signature)
  if (value >= key.modulus) return false
  const block = fromBig(power(value, key.exponent, key.modulus), size)
  return scheme.kind === 'rsa-pkcs1'
    ? equalBytes(block, pkcs1Block(scheme.hash, digest, size))
    : pssMatches(block, digest, scheme, key.bits)
}

/** DigestInfo before the digest, RFC 8017 section 9.2 note 1. */
const DIGEST_INFO: Readonly<Record<HashAlgorithm, readonly number[]>> = {
  'SHA-1': [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14],
  'SHA-256': [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20],
  'SHA-384': [0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30],
  'SHA-512': [0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40],
}

/** EMSA-PKCS1-v1_5, RFC 8017 section 9.2: built and compared whole, since parsing it is where forgeries lived. */
function pkcs1Block(hash: HashAlgorithm, digest: Uint8Array, size: number): Uint8Array {
  const info = Uint8Array.from(DIGEST_INFO[hash])
  const padding = new Uint8Array(size - 3 - info.length - digest.length).fill(0xff)
  return joinBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), info, digest)
}

/** EMSA-PSS-VERIFY, RFC 8017 section 9.1.2. */
function pssMatches(
  block: Uint8Array,
  digest: Uint8Array,
  scheme: Extract<SignatureScheme, { kind: 'rsa-pss' }>,
  bits: number,
): boolean {
  const emBits = bits - 1
  const encoded = block.subarray(block.length - Math.ceil(emBits / 8))
  if (block.length > encoded.length && block[0] !== 0) return false
  const { saltLength } = scheme
  const hashLength = digest.length
  if (encoded.length < hashLength + saltLength + 2 || encoded.at(-1) !== 0xbc) return false
  const masked = new Uint8Array(encoded.subarray(0, encoded.length - hashLength - 1))
  const seed = encoded.subarray(masked.length, masked.length + hashLength)
  const unusedBits = 8 * encoded.length - emBits
  if (unusedBits > 0 && (masked[0] as number) >> (8 - unusedBits) !== 0) return false
  const mask = mgf1(scheme.hash, seed, masked.length)
  for (let index = 0; index < masked.length; index++)
    masked[index] = (masked[index] as number) ^ (mask[index] as number)
  masked[0] = (masked[0] as number) & (0xff >> unusedBits)
  const zeros = masked.length - saltLength - 1
  if (masked.subarray(0, zeros).some((byte) => byte !== 0) || masked[zeros] !== 0x01) return false
  const salt = masked.subarray(masked.length - saltLength)
  return equalBytes(HASHES[scheme.hash](joinBytes(new Uint8Array(8), digest, salt)), seed)
}

/** RFC 8017 appendix B.2.1. */
function mgf1(hash: HashAlgorithm, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = []
  let have = 0
  for (let counter = 0; have < length; counter++) {
    const number = Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)
    const part = HASHES[hash](joinBytes(seed, number))
    parts.push(part)
    have += part.length
  }
  return joinBytes(...parts).subarray(0, length)
}

/** Public numbers only: it need not take the same time for all of them. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function toBig(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}

function fromBig(value: bigint, size: number): Uint8Array {
  const hex = value.toString(16).padStart(size * 2, '0')
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index++) bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16)
  return bytes
}
