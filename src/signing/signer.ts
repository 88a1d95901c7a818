import { CofferError } from '../contract/errors.ts'
import type { SignatureAlgorithm, SigningConfig } from '../contract/evidence/signing.ts'

/** A key that signs, with all that goes beside its signatures. The private key itself stays inside. */
export interface Signer {
  algorithm: SignatureAlgorithm
  publicKeyPem: string
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Buffer
  /** SHA-256 of `publicKeyDer`, lowercase hex. */
  keyId: string
  /** DER, the signer's own first, its issuers after it. A bare key has one that was made for it. */
  certificates: Buffer[]
  /** Whether the certificate was made here for a bare key: nobody but the key itself vouches for it. */
  selfMade: boolean
  /** DER revocation lists for the chain (the authority's may be among them). */
  crls: Buffer[]
  /** For people: who signs. */
  name: string
  /**
   * Signs `data` (it is hashed here).
   * @returns ECDSA: ECDSA-Sig-Value in DER; RSA and Ed25519: the algorithm's own bytes
   */
  sign(data: Buffer): Promise<Buffer>
}

/** Where keys and variables come from. */
export interface SigningPlace {
  environment: Record<string, string>
  /** Folder of the user's profile, with the key store. */
  profile: string
}

/**
 * Opens the key that `evidence.signing` names.
 * @throws CofferError when the key, its certificate or both can't be used, or don't belong together
 */
export async function openSigner(_config: SigningConfig, _place: SigningPlace): Promise<Signer> {
  throw new CofferError('UNSUPPORTED', 'signing is being built')
}
