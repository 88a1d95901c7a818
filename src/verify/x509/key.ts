import { Der, malformed, TAG } from '../der/reader.ts'
import { readBitBytes, readInteger, readOid } from '../der/values.ts'
import { Finding } from '../finding.ts'
import { parseAlgorithm } from './algorithm.ts'

/** SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7, RFC 5480, RFC 8410), as far as its key may be used here. */
export type PublicKey = { spki: Uint8Array } & (
  | { kind: 'ec'; curve: Curve; point: Uint8Array }
  | { kind: 'rsa'; modulus: bigint; exponent: bigint; bits: number }
  | { kind: 'ed25519'; raw: Uint8Array }
)

export type Curve = 'P-256' | 'P-384' | 'P-521'

const CURVES: Readonly<Record<string, Curve>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}

/** Bytes of r, of s and of a coordinate. */
export const CURVE_BYTES: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 16_384

/** @throws Finding FORMAT_FAILURE, or CRYPTO_CONSTRAINTS_FAILURE for a key that is weak or of a kind not known */
export function parsePublicKey(spki: Uint8Array, what = 'public key'): PublicKey {
  const fields = Der.parse(spki, what).fields()
  const algorithm = parseAlgorithm(fields.next(TAG.sequence, 'algorithm'))
  const key = readBitBytes(fields.next(TAG.bitString, 'key'))
  fields.end()
  switch (algorithm.oid) {
    case '1.2.840.10045.2.1': {
      const curve = algorithm.parameters === null ? undefined : CURVES[readOid(algorithm.parameters)]
      if (curve === undefined) throw weak(`The ${what} lies on a curve other than P-256, P-384 and P-521.`)
      const { length } = key
      const whole = key[0] === 0x04 && length === 1 + 2 * CURVE_BYTES[curve]
      const compressed = (key[0] === 0x02 || key[0] === 0x03) && length === 1 + CURVE_BYTES[curve]
      if (!whole && !compressed) throw malformed(what, `${length} bytes are no point of ${curve}`)
      return { kind: 'ec', curve, point: key, spki }
    }
    case '1.2.840.113549.1.1.1':
    case '1.2.840.113549.1.1.10': {
      const numbers = Der.parse(key, what).fields()
      const modulus = readInteger(numbers.next(TAG.integer, 'modulus'))
      const exponent = readInteger(numbers.next(TAG.integer, 'exponent'))
      numbers.end()
      const bits = modulus <= 0n ? 0 : modulus.toString(2).length
      if (bits < MIN_RSA_BITS)
        throw weak(`The ${what} is an RSA key of ${bits} bits; below ${MIN_RSA_BITS} is too weak.`)
      if (bits > MAX_RSA_BITS) throw weak(`The ${what} is an RSA key of ${bits} bits, which is more than is read here.`)
      if (exponent < 3n || exponent % 2n === 0n || exponent > 0xffff_ffffn) {
        throw weak(`The ${what} is an RSA key with an unsafe exponent.`)
      }
      return { kind: 'rsa', modulus, exponent, bits, spki }
    }
    case '1.3.101.112':
      if (key.length !== 32 || algorithm.parameters !== null) throw malformed(what, 'it is no Ed25519 key')
      return { kind: 'ed25519', raw: key, spki }
    default:
      throw weak(`The ${what} is of a kind (${algorithm.oid}) that is not known here.`)
  }
}

/**
 * An ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3) as r‖s. DER is the rule of X.509 and CMS; r‖s in its place is what
 * a careless use of WebCrypto gives.
 * @throws Finding SIG_CRYPTO_FAILURE
 */
export function ecdsaFromDer(signature: Uint8Array, curve: Curve, what: string): Uint8Array {
  const size = CURVE_BYTES[curve]
  try {
    const fields = Der.parse(signature, what).fields()
    const r = readInteger(fields.next(TAG.integer, 'r'))
    const s = readInteger(fields.next(TAG.integer, 's'))
    fields.end()
    if (r > 0n && s > 0n && r >> BigInt(size * 8) === 0n && s >> BigInt(size * 8) === 0n) {
      const raw = new Uint8Array(size * 2)
      writeBig(raw, r, size)
      writeBig(raw, s, size * 2)
      return raw
    }
  } catch {
    // said below
  }
  const why = signature.length === size * 2 ? `it is r‖s (${size * 2} bytes) instead` : 'it is something else'
  throw new Finding(
    'SIG_CRYPTO_FAILURE',
    `The signature value of the ${what} is not an ECDSA-Sig-Value in DER: ${why}. The signature is not valid.`,
  )
}

/** The DER of r‖s, as ecdsaFromDer reads it. */
export function ecdsaToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  const r = derInteger(raw.subarray(0, half))
  const s = derInteger(raw.subarray(half))
  const length = r.length + s.length
  const head = length < 0x80 ? [TAG.sequence, length] : [TAG.sequence, 0x81, length]
  return Uint8Array.from([...head, ...r, ...s])
}

function derInteger(bytes: Uint8Array): number[] {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from++
  const digits = [...bytes.subarray(from)]
  if ((digits[0] as number) >= 0x80) digits.unshift(0)
  return [TAG.integer, digits.length, ...digits]
}

/** Big-endian, ending before `end`. */
function writeBig(target: Uint8Array, value: bigint, end: number): void {
  let rest = value
  for (let at = end - 1; rest > 0n; at--) {
    target[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

function weak(reason: string): Finding {
  return new Finding('CRYPTO_CONSTRAINTS_FAILURE', reason)
}
