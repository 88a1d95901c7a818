import type { HashAlgorithm, SignatureScheme } from '../crypto.ts'
import { context, type Der, malformed, TAG } from '../der/reader.ts'
import { readOid, readSmall } from '../der/values.ts'
import { Finding } from '../finding.ts'

/** AlgorithmIdentifier: RFC 5280 section 4.1.1.2, RFC 5758, RFC 4055, RFC 8410. */
export interface Algorithm {
  oid: string
  /** null: absent. */
  parameters: Der | null
}

export function parseAlgorithm(der: Der): Algorithm {
  const fields = der.fields()
  const oid = readOid(fields.next(TAG.oid, 'algorithm'))
  const [parameters = null, ...more] = fields.rest
  if (more.length > 0) throw malformed(der.what, 'an algorithm has two parameters')
  return { oid, parameters }
}

const HASHES: Readonly<Record<string, HashAlgorithm>> = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

export const HASH_BYTES: Readonly<Record<HashAlgorithm, number>> = {
  'SHA-1': 20,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
}

/**
 * The digest of an AlgorithmIdentifier, SHA-1 too: who asks decides whether that will do.
 * @throws Finding CRYPTO_CONSTRAINTS_FAILURE for one that nobody should use, or that isn't known
 */
export function hashOf(algorithm: Algorithm, what: string): HashAlgorithm {
  const hash = HASHES[algorithm.oid]
  if (hash === undefined) throw weak(`The ${what} uses a digest (${algorithm.oid}) that is broken or not known.`)
  absentOrNull(algorithm, what)
  return hash
}

/** The same, with SHA-1 refused. */
export function strongHashOf(algorithm: Algorithm, what: string): HashAlgorithm {
  const hash = hashOf(algorithm, what)
  if (hash === 'SHA-1') throw weak(`The ${what} uses SHA-1, for which collisions can be made: it proves nothing.`)
  return hash
}

const ECDSA: Readonly<Record<string, HashAlgorithm>> = {
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
}
const RSA: Readonly<Record<string, HashAlgorithm>> = {
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
}

/**
 * The scheme of a signatureAlgorithm.
 * @param digest for CMS, where the algorithm may be plain rsaEncryption and the digest stands beside it (RFC 3370)
 * @throws Finding CRYPTO_CONSTRAINTS_FAILURE for SHA-1 and for what isn't known
 */
export function schemeOf(algorithm: Algorithm, what: string, digest: HashAlgorithm | null = null): SignatureScheme {
  const { oid } = algorithm
  const ecdsa = ECDSA[oid]
  const rsa = RSA[oid] ?? (oid === '1.2.840.113549.1.1.1' && digest !== null ? digest : undefined)
  const hash = ecdsa ?? rsa
  if (hash === 'SHA-1')
    throw weak(`The ${what} was made with SHA-1, for which collisions can be made: it proves nothing.`)
  if (ecdsa !== undefined) {
    if (algorithm.parameters !== null) throw malformed(what, 'ECDSA takes no parameters')
    return { kind: 'ecdsa', hash: ecdsa }
  }
  if (rsa !== undefined) {
    absentOrNull(algorithm, what)
    return { kind: 'rsa-pkcs1', hash: rsa }
  }
  if (oid === '1.3.101.112') {
    if (algorithm.parameters !== null) throw malformed(what, 'Ed25519 takes no parameters')
    return { kind: 'ed25519' }
  }
  if (oid === '1.2.840.113549.1.1.10') return pss(algorithm, what)
  throw weak(`The ${what} uses an algorithm (${oid}) that is broken or not known.`)
}

/** RSASSA-PSS-params, RFC 4055 section 3.1. */
function pss(algorithm: Algorithm, what: string): SignatureScheme {
  if (algorithm.parameters === null) throw malformed(what, 'RSASSA-PSS needs its parameters')
  const fields = algorithm.parameters.fields()
  const hashField = fields.optional(context(0))
  const maskField = fields.optional(context(1))
  const saltField = fields.optional(context(2))
  const trailer = fields.optional(context(3))
  fields.end()
  // the defaults are SHA-1, which is refused anyway
  if (hashField === null || maskField === null) throw weak(`The ${what} uses RSASSA-PSS with SHA-1: it proves nothing.`)
  const mask = parseAlgorithm(maskField.inner())
  if (mask.oid !== '1.2.840.113549.1.1.8' || mask.parameters === null) {
    throw weak(`The ${what} uses RSASSA-PSS with a mask (${mask.oid}) that is not known.`)
  }
  if (trailer !== null && readSmall(trailer.inner()) !== 1) throw malformed(what, 'the trailer of RSASSA-PSS is not 1')
  const hash = strongHashOf(parseAlgorithm(hashField.inner()), what)
  // nobody signs with two digests, and Node can't check it
  if (strongHashOf(parseAlgorithm(mask.parameters), what) !== hash) {
    throw weak(`The ${what} uses RSASSA-PSS with two different digests.`)
  }
  return { kind: 'rsa-pss', hash, saltLength: saltField === null ? 20 : readSmall(saltField.inner()) }
}

function absentOrNull(algorithm: Algorithm, what: string): void {
  const { parameters } = algorithm
  if (parameters === null) return
  if (parameters.tag !== TAG.null || parameters.content.length > 0) {
    throw malformed(what, 'an algorithm has parameters that it does not take')
  }
}

function weak(reason: string): Finding {
  return new Finding('CRYPTO_CONSTRAINTS_FAILURE', reason)
}
