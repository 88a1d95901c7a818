import type { KeyObject } from 'node:crypto'
import { constants, verify } from 'node:crypto'
import type { SignatureAlgorithm } from '../contract/evidence/signing.ts'
import { children, type Der, DerError, Fields, readOid } from './der/read.ts'
import { nothing, oid, sequence } from './der/write.ts'
import { OID } from './oids.ts'

export type HashName = 'sha256' | 'sha384' | 'sha512'

interface Algorithm {
  hash: HashName
  /** AlgorithmIdentifier of the signature, DER (RFC 5754, RFC 8410). */
  identifier: Buffer
}

const ALGORITHMS: Record<SignatureAlgorithm, Algorithm> = {
  'ECDSA-P256-SHA256': { hash: 'sha256', identifier: sequence(oid(OID.ecdsaWithSha256)) },
  'ECDSA-P384-SHA384': { hash: 'sha384', identifier: sequence(oid(OID.ecdsaWithSha384)) },
  'RSA-SHA256': { hash: 'sha256', identifier: sequence(oid(OID.sha256WithRsa), nothing()) },
  // Ed25519 hashes by itself; where a digest of the content is wanted, RFC 8419 asks for SHA-512.
  Ed25519: { hash: 'sha512', identifier: sequence(oid(OID.ed25519)) },
}

export function algorithm(name: SignatureAlgorithm): Algorithm {
  return ALGORITHMS[name]
}

const HASH_OIDS: Record<string, HashName> = { [OID.sha256]: 'sha256', [OID.sha384]: 'sha384', [OID.sha512]: 'sha512' }

/** The hash that an AlgorithmIdentifier names. SHA-1 and MD5 are not among them. */
export function readHash(identifier: Der): HashName {
  const name = readOid(new Fields(identifier).take())
  const hash = HASH_OIDS[name]
  if (hash === undefined) throw new DerError(`expected SHA-256, SHA-384 or SHA-512, got "${name}"`)
  return hash
}

const SIGNATURE_HASHES: Record<string, { type: 'rsa' | 'ec'; hash: HashName }> = {
  [OID.sha256WithRsa]: { type: 'rsa', hash: 'sha256' },
  [OID.sha384WithRsa]: { type: 'rsa', hash: 'sha384' },
  [OID.sha512WithRsa]: { type: 'rsa', hash: 'sha512' },
  [OID.ecdsaWithSha256]: { type: 'ec', hash: 'sha256' },
  [OID.ecdsaWithSha384]: { type: 'ec', hash: 'sha384' },
  [OID.ecdsaWithSha512]: { type: 'ec', hash: 'sha512' },
}

/**
 * Verifies a signature that somebody else made (a timestamp authority, an issuer of revocation lists).
 * @param identifier its AlgorithmIdentifier
 * @param digest the hash beside it, for RSA keys whose identifier names none (RFC 3370 clause 3.2)
 * @throws DerError for algorithms that nobody should sign with
 */
export function verifySignature(
  identifier: Der,
  digest: HashName,
  key: KeyObject,
  data: Buffer,
  signature: Buffer,
): boolean {
  const fields = new Fields(identifier)
  const name = readOid(fields.take())
  if (name === OID.ed25519) return key.asymmetricKeyType === 'ed25519' && verify(null, data, key, signature)
  if (name === OID.rsaPss) {
    const { hash, saltLength } = readPss(fields.take(0x30))
    if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'rsa-pss') return false
    return verify(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature)
  }
  const known = name === OID.rsaEncryption ? ({ type: 'rsa', hash: digest } as const) : SIGNATURE_HASHES[name]
  if (known === undefined) throw new DerError(`expected a signature by RSA, ECDSA or Ed25519 with SHA-2, got "${name}"`)
  return key.asymmetricKeyType === known.type && verify(known.hash, data, key, signature)
}

/** RSASSA-PSS-params (RFC 4055 clause 3.1); its defaults are SHA-1, which is refused. MGF1 must use the same hash. */
function readPss(params: Der): { hash: HashName; saltLength: number } {
  const fields = children(params)
  const inner = (tag: number) => {
    const field = fields.find((one) => one.tag === tag)
    return field === undefined ? undefined : children(field)[0]
  }
  const hashField = inner(0xa0)
  const mask = inner(0xa1)
  if (hashField === undefined || mask === undefined)
    throw new DerError('expected RSASSA-PSS with SHA-2, got its defaults')
  const hash = readHash(hashField)
  const maskFields = new Fields(mask)
  maskFields.take(0x06)
  if (readHash(maskFields.take()) !== hash) throw new DerError('expected RSASSA-PSS with one hash')
  const salt = inner(0xa2)
  return { hash, saltLength: salt === undefined ? 20 : Number.parseInt(salt.contents.toString('hex') || '0', 16) }
}
