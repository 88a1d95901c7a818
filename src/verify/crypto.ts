/**
 * The cryptography that the verifier needs, handed in: Node's own in the program (signing/node-crypto.ts), noble's in
 * the page that lies in a package (noble-crypto.ts). Everything around it (DER, padding of values, which key may do what)
 * is decided in this folder, so that both give the same verdicts.
 */
export interface VerifyCrypto {
  sha256(data: Uint8Array): Uint8Array
  hash(algorithm: HashAlgorithm, data: Uint8Array): Uint8Array
  sha256Stream(): HashStream
  /**
   * @param spki SubjectPublicKeyInfo in DER
   * @param signature ECDSA: r‖s, both as long as the curve's order; RSA: as long as the modulus; Ed25519: 64 bytes
   * @returns false also for a key or a signature that can't be what the scheme asks for; never throws
   */
  verify(scheme: SignatureScheme, spki: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean>
}

/** SHA-1 is for names in `/VRI` and in old timestamps only; nothing signed with it is accepted. */
export type HashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

export interface HashStream {
  update(chunk: Uint8Array): void
  digest(): Uint8Array
}

export type SignatureScheme =
  | { kind: 'ecdsa'; hash: HashAlgorithm }
  | { kind: 'rsa-pkcs1'; hash: HashAlgorithm }
  | { kind: 'rsa-pss'; hash: HashAlgorithm; saltLength: number }
  | { kind: 'ed25519' }

/** What every check of a signature is given. */
export interface VerifyOptions {
  trust: Trust
  /** Milliseconds: when to judge certificates for, where no timestamp proves an earlier time; null: now. */
  at: number | null
  /** The clock, milliseconds; for tests. */
  now?: number
  crypto: VerifyCrypto
}

/** Whom the verifier was told to believe. Empty lists: nobody, and nothing passes. */
export interface Trust {
  /** Roots (or any certificate that is believed by itself), DER and where it came from. */
  certificates: readonly { der: Uint8Array; name: string }[]
  /** Bare public keys, SubjectPublicKeyInfo in DER. */
  keys: readonly { spki: Uint8Array; name: string }[]
}

export const TRUST_NOBODY: Trust = { certificates: [], keys: [] }

export function trustsNobody(trust: Trust): boolean {
  return trust.certificates.length === 0 && trust.keys.length === 0
}
