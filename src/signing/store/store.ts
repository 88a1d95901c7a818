import type { KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'

/** A key of the store, opened for signing. */
export interface StoredKey {
  name: string
  privateKey: KeyObject
  /** DER: the key's own certificate first, its root last; empty for a bare key. */
  certificates: Buffer[]
  /** DER, newest of each issuer. */
  crls: Buffer[]
  /** Sentences for the log, such as that others may read the key's file. */
  warnings: string[]
}

/** Where signing keys are kept: `keys/` in the user's profile, their secrets in the OS keychain or encrypted. */
export interface KeyStore {
  /**
   * Opens a key for signing.
   * @throws KEY_MISSING, KEY_REVOKED, KEY_PASSPHRASE, KEY_UNREADABLE, KEYCHAIN_FAILED
   */
  get(name: string): Promise<StoredKey>
}

/** @param place.profile folder of the user's profile; place.environment has the passphrase (passphrase.ts) */
export async function openKeyStore(_place: {
  profile: string
  environment: Readonly<Record<string, string | undefined>>
}): Promise<KeyStore> {
  throw new CofferError('UNSUPPORTED', 'the key store is being built')
}
