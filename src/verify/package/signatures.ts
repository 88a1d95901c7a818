import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import type { SignatureFacts, VerifyCheck } from '../../contract/evidence/verdict.ts'
import type { VerifyOptions } from '../crypto.ts'
import { verifyDetached } from '../detached.ts'
import type { PackageFiles } from './files.ts'
import { failedCheck } from './refusal.ts'

export interface Signed {
  /** What was signed, as it lies in the package. */
  path: string
  bytes: Uint8Array
  /** What its signature must name. */
  id: string
  claimedTime: number | null
  /** Where certificates and key lie: beside it for manifests, in `certificates/` else. */
  certificates: { chain: string; tsaChain: string | null; crls: string; publicKey: string }
}

export const PACKAGE_CERTIFICATES: Signed['certificates'] = {
  chain: 'certificates/chain.pem',
  tsaChain: 'certificates/tsa-chain.pem',
  crls: 'certificates/crl.pem',
  publicKey: 'certificates/public-key.pem',
}

export function certificatesBeside(path: string): Signed['certificates'] {
  return { chain: `${path}.chain.pem`, tsaChain: null, crls: `${path}.crl.pem`, publicKey: `${path}.pub.pem` }
}

export function hasSignature(files: PackageFiles, path: string): boolean {
  return Object.values(SIGNATURE_SUFFIX).some((suffix) => files.has(path + suffix))
}

/**
 * Checks the detached signature of one file. Both of its forms have to be there: a package with one of them taken out is not
 * what was signed.
 */
export async function checkSignature(
  files: PackageFiles,
  signed: Signed,
  options: VerifyOptions,
): Promise<{ signature: SignatureFacts | null; checks: VerifyCheck[] }> {
  const { path, certificates } = signed
  for (const suffix of [SIGNATURE_SUFFIX.text, SIGNATURE_SUFFIX.der]) {
    if (!files.has(path + suffix)) {
      const reason = `${path} has a part of a signature, and "${path}${suffix}" is missing.`
      return { signature: null, checks: [failedCheck('signature', path, 'FILE_MISSING', reason)] }
    }
  }
  const { checks, ...signature } = await verifyDetached(
    {
      subject: path,
      data: signed.bytes,
      text: await files.read(path + SIGNATURE_SUFFIX.text),
      der: await files.read(path + SIGNATURE_SUFFIX.der),
      token: await files.read(path + SIGNATURE_SUFFIX.token),
      chain: await files.read(certificates.chain),
      tsaChain: certificates.tsaChain === null ? null : await files.read(certificates.tsaChain),
      crls: await files.read(certificates.crls),
      publicKey: await files.read(certificates.publicKey),
      id: signed.id,
      claimedTime: signed.claimedTime,
    },
    options,
  )
  return { signature, checks }
}
