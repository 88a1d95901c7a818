import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import { startTsa, type TestTsa, type TsaMode } from '../rig/tsa.ts'
import { extract, makeArchive, orders, temporaryFolder } from './support.ts'
import { unpacked } from './unpack.ts'
import { unpassed, verified } from './verified.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PUBLIC = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))

/** An authority that fails at one of the requests of a package: the package verifies, and says what it lacks. */
describe('a package whose timestamps come in part', () => {
  let folder: string
  let tsa: TestTsa
  let failing = 0
  let first = 0
  before(async () => {
    folder = await temporaryFolder()
    tsa = await startTsa(join(folder, 'tsa'))
    const mode = (): TsaMode => (tsa.requests - first === failing ? 'status-500' : 'right')
    Object.defineProperty(tsa, 'mode', { get: mode })
    await makeArchive(folder, { orders: [[orders(0, 20)]] })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(join(folder, 'key.pem'), pem, { mode: 0o600 })
  })
  after(() => tsa?.stop())

  const cases: [what: string, failing: number, report: boolean, pdf: boolean, index: boolean][] = [
    ['all of them', 0, true, true, true],
    ["none, since the report's failed", 1, false, false, false],
    ["but not the PDF's", 2, true, false, true],
    ["but not the index's", 3, true, true, false],
  ]
  for (const [what, at, report, pdf, index] of cases) {
    test(what, async () => {
      failing = at
      first = tsa.requests
      const key = { enabled: 'true', private_key_path: join(folder, 'key.pem'), signer_name: 'A. Counsel' }
      const { result, exitCode } = await extract(folder, {
        evidence: { signing: { ...key, timestamp_url: tsa.url, timestamp_ca_path: tsa.root.rootFile } },
        output: join(folder, `${at}.zip`),
      })
      assert.equal(exitCode, 0)
      const files = await unpacked(result.output)
      assert.equal(files.has('report.json.sig.tst'), report)
      assert.equal(files.has('index.json.sig.tst'), index)
      assert.equal(result.signature_level, pdf ? 'B-T' : 'B-B')
      const told = (JSON.parse(String(files.get('report.json'))) as EvidenceReport).coffer.not_covered.join('\n')
      assert.equal(/authority gave none/.test(told), !report)
      assert.equal(/signature in the PDF has no timestamp/.test(told), report && !pdf)
      assert.equal(
        result.warnings.some((one) => /timestamp/.test(one)),
        at > 0,
      )
      const verdict = await verified(result.output, [PUBLIC, await readFile(tsa.root.rootFile)])
      assert.deepEqual([unpassed(verdict), verdict.verdict], [[], 'passed'])
    })
  }
})
