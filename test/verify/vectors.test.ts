import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { VerifiedFile } from '../../src/contract/evidence/verdict.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import type { Trust, VerifyCrypto } from '../../src/verify/crypto.ts'
import { nobleCrypto } from '../../src/verify/noble-crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { verifyReport } from '../../src/verify/report.ts'
import { CHAIN_VECTORS } from './vectors/chain-vectors.ts'
import { CMS_VECTORS } from './vectors/cms-vectors.ts'
import { detachedVectors, REPORT } from './vectors/detached-vectors.ts'
import { PDF_VECTORS } from './vectors/pdf-vectors.ts'
import { REVOCATION_VECTORS } from './vectors/revocation-vectors.ts'
import { type Expected, NOW, rootDer, tsaRootDer } from './vectors/world.ts'

/**
 * Each vector declares what a verifier must say of it: verdict and sub-indication. Both cryptographies run all of them:
 * Node's for the command line, noble's for the page in a package.
 */
const CRYPTOS: [string, VerifyCrypto][] = [
  ['Node', nodeCrypto],
  ['noble', nobleCrypto],
]

function trustOf({ trust, trustKeys }: { trust?: Buffer[]; trustKeys?: Buffer[] }): Trust {
  return {
    certificates: (trust ?? [rootDer, tsaRootDer]).map((der, index) => ({ der, name: `root ${index}` })),
    keys: (trustKeys ?? []).map((spki, index) => ({ spki, name: `key ${index}` })),
  }
}

function assertVerdict(result: VerifiedFile, { verdict, sub }: Expected): void {
  const got = { verdict: result.verdict, sub: result.subIndication ?? null }
  assert.deepEqual(got, { verdict, sub }, `${result.reason}\n${JSON.stringify(result.checks, null, 1)}`)
  assert.match(result.reason, /^[A-Z0-9"].*[.]$/s)
  for (const answer of Object.values(result.answers))
    assert.ok(answer.length > 5, 'each of the five questions has its answer')
}

const SETS = [
  ['the file and what came after', PDF_VECTORS],
  ['signatures and timestamps', CMS_VECTORS],
  ['certificates', CHAIN_VECTORS],
  ['revocation', REVOCATION_VECTORS],
] as const

test('there are enough vectors, and each has its own name', () => {
  const names = [...SETS.flatMap(([, vectors]) => vectors), ...detachedVectors()].map((one) => one.name)
  assert.ok(names.length >= 120, `${names.length} vectors`)
  for (const [, vectors] of SETS) assert.equal(new Set(vectors.map((one) => one.name)).size, vectors.length)
})

for (const [title, vectors] of SETS) {
  describe(`vectors: ${title}`, () => {
    for (const vector of vectors) {
      test(`${vector.name}: ${vector.sub ?? vector.verdict}`, async () => {
        const bytes = vector.make()
        for (const [, crypto] of CRYPTOS) {
          const options = { trust: trustOf(vector), at: null, now: vector.now ?? NOW, crypto }
          const input = { name: 'vector.pdf', bytes, ...(vector.report === undefined ? {} : { report: vector.report }) }
          assertVerdict(await verifyPdf(input, options), vector)
        }
      })
    }
  })
}

describe('vectors: detached signatures', () => {
  const nothing = { text: null, der: null, token: null, chain: null, tsaChain: null, crls: null, publicKey: null }
  for (const vector of detachedVectors()) {
    test(`${vector.name}: ${vector.sub ?? vector.verdict}`, async () => {
      for (const [, crypto] of CRYPTOS) {
        const options = { trust: trustOf(vector), at: null, now: vector.now ?? NOW, crypto }
        const input = {
          name: 'report.json',
          data: vector.data ?? REPORT,
          beside: { ...nothing, ...vector.beside },
          isReport: true,
        }
        assertVerdict(await verifyReport(input, options), vector)
      }
    })
  }
})
