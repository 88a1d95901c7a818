import { CofferError } from '../contract/errors.ts'
import type { Signer } from './signer.ts'
import type { TimestampAuthority } from './timestamp.ts'

/** A detached signature in all its forms (docs/evidence-package.md, section 3). */
export interface DetachedSignature {
  /** OSO's text form, `.sig`. */
  text: Buffer
  /** The same signature in DER, `.sig.der`. */
  der: Buffer
  /** RFC 3161 token over `der`, `.sig.tst`; null without an authority or when it failed. */
  token: Buffer | null
  /** One sentence: why there is no token though an authority is configured. */
  timestampProblem: string | null
  publicKeyPem: string
  chainPem: string
  crlPem: string | null
  /** Certificates of the timestamp authority, and its roots; null without a token. */
  tsaChainPem: string | null
}

/**
 * Signs the exact bytes of a file.
 * @param options.id the report's id, `<backup-id>/manifest-<generation>`, or the package's id
 * @param options.authority a failing one never throws: it gives `timestampProblem`
 */
export async function signDetached(
  _data: Buffer,
  _options: { signer: Signer; id: string; authority: TimestampAuthority | null },
): Promise<DetachedSignature> {
  throw new CofferError('UNSUPPORTED', 'signing is being built')
}

/** The files that lie beside `name` (`report.json` in a package, `<report-id>` in an archive). */
export function signatureFiles(_name: string, _signature: DetachedSignature): { name: string; bytes: Buffer }[] {
  return []
}
