import { CofferError } from '../../contract/errors.ts'
import type { Signer } from '../signer.ts'
import type { TimestampAuthority } from '../timestamp.ts'

export interface SignedPdf {
  pdf: Buffer
  /** Of EN 319 142-1: with B-LT everything is in the file to check it offline. */
  level: 'B-B' | 'B-T' | 'B-LT'
  /** One sentence: why there is no timestamp though an authority is configured. */
  timestampProblem: string | null
}

/**
 * Signs a PDF that has a placeholder (`addSignaturePlaceholder`).
 * @param options.authority a failing one never throws: it gives `timestampProblem`
 * @param options.time when it is signed, as the placeholder has it
 * @throws CofferError UNSUPPORTED for a key whose algorithm PAdES has no place for (Ed25519)
 */
export async function signPdf(
  _pdf: Buffer,
  _options: { signer: Signer; authority: TimestampAuthority | null; time: Date },
): Promise<SignedPdf> {
  throw new CofferError('UNSUPPORTED', 'signing is being built')
}
