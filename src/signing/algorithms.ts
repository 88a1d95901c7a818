import type { SignatureAlgorithm } from '../contract/evidence/signing.ts'
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
