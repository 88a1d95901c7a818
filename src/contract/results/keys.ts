import type { ErrorCode } from '../errors.ts'
import type { SignatureAlgorithm } from '../evidence/signing.ts'
import type { Said } from '../said/said.ts'

/** What is public about a signing key. */
export interface KeyOverview {
  name: string
  /** `bare`: it has no certificate, and signs with one that it makes for itself. */
  status: 'usable' | 'bare' | 'revoked' | 'expired' | 'not_yet_valid'
  algorithm: SignatureAlgorithm
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  key_id: string
  origin: 'created' | 'imported'
  created_at: string
  /** Where the private key is. */
  kept_in: 'keychain' | 'file'
  certificate: CertificateOverview | null
  /** What a verifier has to trust; null where the chain has no root. */
  root: CertificateOverview | null
  crl: { number: number | null; this_update: string; next_update: string | null; revoked: number } | null
  revoked: { at: string; reason: string } | null
  /** Whether Coffer has the root's private key, so that `keys revoke` can work. */
  can_revoke: boolean
}

export interface CertificateOverview {
  /** Common name and organisation as people write them: `Jane Doe, Example Bank`. */
  subject: string
  issuer: string
  /** Hexadecimal. */
  serial: string
  not_before: string
  not_after: string
  /** Of the whole certificate, lowercase hex: what two people compare over the telephone. */
  sha256: string
}

export interface KeyChangedResult {
  kind: 'keys'
  action: 'create' | 'import' | 'revoke'
  /** Folder of the key store. */
  store: string
  key: KeyOverview
  warnings: string[]
  sayings: Said[]
}

export interface KeysListResult {
  kind: 'keys'
  action: 'list'
  store: string
  keys: KeyOverview[]
  unreadable: { name: string; code: ErrorCode; message: string }[]
  warnings: string[]
  sayings: Said[]
}

export interface KeyExportedResult {
  kind: 'keys'
  action: 'export-public'
  key: KeyOverview
  /** Folder. */
  output: string
  files: {
    name: string
    what: 'public key' | 'certificate chain' | 'root certificate' | 'revocation lists'
    sha256: string
  }[]
  warnings: string[]
}

export type KeysResult = KeyChangedResult | KeysListResult | KeyExportedResult
