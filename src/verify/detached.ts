import { CofferError } from '../contract/errors.ts'
import type { SignatureFacts, VerifyCheck } from '../contract/evidence/verdict.ts'
import type { VerifyOptions } from './crypto.ts'

/** A signature that lies beside its file: what there is of docs/evidence-package.md section 3. */
export interface DetachedInput {
  /** What was signed: `report.json`. */
  subject: string
  /** The exact bytes that were signed. */
  data: Uint8Array
  /** `.sig`, OSO's text. At least one of `text` and `der` is there. */
  text: Uint8Array | null
  /** `.sig.der` */
  der: Uint8Array | null
  /** `.sig.tst` */
  token: Uint8Array | null
  /** PEM (or one DER): the signer's certificate, its issuers; the authority's may be among them. */
  chain: Uint8Array | null
  /** Further certificates: `tsa-chain.pem`. */
  tsaChain?: Uint8Array | null
  /** PEM (or one DER). */
  crls: Uint8Array | null
  /** The signer's key as it lies beside the file; it vouches for nothing by itself. */
  publicKey: Uint8Array | null
  /** What `Report-ID` in the text must be; null: not known. */
  id: string | null
  /** The signer's own time for it (the report's `generated_at`), milliseconds; null: none is claimed. */
  claimedTime: number | null
}

/** The facts, and each check behind them. */
export type CheckedSignature = SignatureFacts & { checks: VerifyCheck[] }

/** Checks a detached signature: intact? whose? since when? Never throws for what the files hold. */
export async function verifyDetached(_input: DetachedInput, _options: VerifyOptions): Promise<CheckedSignature> {
  throw new CofferError('UNSUPPORTED', 'detached signatures are being built')
}
