import type { VerifiedFile } from '../../src/contract/evidence/verdict.ts'
import { openFileSource } from '../../src/jobs/verify/file-source.ts'
import { nodePackageTools } from '../../src/jobs/verify/package-tools.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { verifyPackage } from '../../src/verify/package/verify.ts'
import { parseTrust } from '../../src/verify/trust.ts'

/** What the verifier, which shares no code with the writer, says of a package. @param trust PEM or DER */
export async function verified(path: string, trust: Buffer[] = []): Promise<VerifiedFile> {
  const source = await openFileSource(path)
  try {
    return await verifyPackage('case.zip', source, {
      trust: parseTrust(trust.map((bytes, i) => ({ name: `trust-${i}`, bytes }))),
      at: null,
      crypto: nodeCrypto,
      tools: nodePackageTools,
    })
  } finally {
    await source.close()
  }
}

/** The checks that did not pass, one line each. */
export function unpassed(file: VerifiedFile): string[] {
  return file.checks
    .filter(({ verdict }) => verdict !== 'passed')
    .map(({ check, subject, verdict, reason }) => `${verdict} ${check} ${subject}: ${reason}`)
}
