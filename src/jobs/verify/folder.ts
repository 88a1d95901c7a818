import { CofferError } from '../../contract/errors.ts'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import type { VerifyOptions } from '../../verify/crypto.ts'

/** A folder: an archive with its signed manifests. */
export async function verifyFolder(path: string, _options: VerifyOptions): Promise<VerifiedFile> {
  throw new CofferError('UNSUPPORTED', `can't verify the folder "${path}"`, {
    hint: 'Use "coffer validate --deep" for an archive; give files to "coffer verify".',
  })
}
