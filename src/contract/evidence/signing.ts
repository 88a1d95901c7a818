import type { Secret } from '../secret.ts'

/** `evidence.signing` of a configuration file, as the jobs get it. */
export interface SigningConfig {
  enabled: boolean
  /** PKCS#8 PEM (clear or encrypted) or PKCS#12; null where `key` names one. */
  private_key_path: string | null
  /** Checked against the private key where it is given. */
  public_key_path: string | null
  /** PEM, the signer's certificate first and its issuers after it; null: in the PKCS#12, the key store, or self-made. */
  certificate_path: string | null
  /** PEM or DER revocation list to put into signed PDFs; null: what the key store has. */
  crl_path: string | null
  /** Name of a key in Coffer's key store. */
  key: string | null
  passphrase: Secret | null
  /** RFC 3161 authority; null: no timestamp (B-B). */
  timestamp_url: string | null
  /** PEM roots that the authority's certificate must lead to; null: its chain is kept, and trusted by nobody yet. */
  timestamp_ca_path: string | null
  /** 21 CFR 11.50: who signs, in what role, and what the signature means. */
  signer_name: string | null
  signer_role: string | null
  meaning: string | null
}

/** How `.sig` files name algorithms; OSO's program knows the first. */
export type SignatureAlgorithm = 'ECDSA-P256-SHA256' | 'ECDSA-P384-SHA384' | 'Ed25519' | 'RSA-SHA256'

/**
 * What lies beside a signed file. For `report.json`: `report.json.sig` (or `<id>.sig` beside a report in an archive) …
 * docs/evidence-package.md, section 3.
 */
export const SIGNATURE_SUFFIX = {
  /** OSO's text: header, algorithm, report id, SHA-256, base64 of raw r‖s. */
  text: '.sig',
  /** The same signature in DER, for `openssl dgst -verify`. */
  der: '.sig.der',
  /** RFC 3161 TimeStampToken (DER) over SHA-256 of the `.sig.der` bytes. */
  token: '.sig.tst',
} as const
