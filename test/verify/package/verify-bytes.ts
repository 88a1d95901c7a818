import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { nodeCrypto } from '../../../src/signing/node-crypto.ts'
import type { Trust } from '../../../src/verify/crypto.ts'
import { verifyPackage } from '../../../src/verify/package/verify.ts'
import { bytesSource } from '../../../src/verify/source.ts'

export function verifyBytes(zip: Buffer, trust: Trust = { certificates: [], keys: [] }) {
  return verifyPackage('package.zip', bytesSource(zip), {
    trust,
    at: null,
    crypto: nodeCrypto,
    tools: nodePackageTools,
  })
}
