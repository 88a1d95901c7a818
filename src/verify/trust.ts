import { CofferError } from '../contract/errors.ts'
import type { Trust } from './crypto.ts'

/**
 * What `--trust` names, or what was dropped on the page: certificates and public keys, PEM (several in a file) or DER.
 * @throws CofferError CERTIFICATE_UNUSABLE for anything else, a private key above all
 */
export function parseTrust(_files: readonly { name: string; bytes: Uint8Array }[]): Trust {
  throw new CofferError('UNSUPPORTED', 'trust is being built')
}
