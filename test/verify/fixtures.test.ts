import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SubIndication } from '../../src/contract/evidence/verdict.ts'
import { findBeside } from '../../src/jobs/verify/beside.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { nobleCrypto } from '../../src/verify/noble-crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { verifyReport } from '../../src/verify/report.ts'
import { parseTrust } from '../../src/verify/trust.ts'

/** What other programs made and judged: each gets the verdict that is written down beside it. */

const FIXTURES = join(import.meta.dirname, '../fixtures')
/** Within the validity of the revocation lists in the fixtures, so that the verdicts hold in any year. */
const NOW = Date.UTC(2026, 10, 25)
const read = (...path: string[]) => readFileSync(join(FIXTURES, ...path))

/** The class of failure behind the reasons of expected.tsv. */
const SUB: Readonly<Record<string, SubIndication | null>> = {
  'valid-lt.pdf': null,
  'covered-after-signing.pdf': 'CHANGED_AFTER_SIGNING',
  'bit-flipped.pdf': 'HASH_FAILURE',
  'unsorted-attributes.pdf': 'SIG_CRYPTO_FAILURE',
  'raw-ecdsa-signature.pdf': 'SIG_CRYPTO_FAILURE',
  'valid-b-no-revocation-data.pdf': 'TRY_LATER',
}

describe('signed PDFs of the fixtures', () => {
  const lines = read('pdf', 'expected.tsv')
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  test('none is left out', () => assert.equal(lines.length, Object.keys(SUB).length))
  for (const line of lines) {
    const [file = '', roots = '', verdict] = line.split('\t')
    test(`${file}: ${verdict}`, async () => {
      const trust = parseTrust(roots.split(',').map((name) => ({ name, bytes: read('pdf', name) })))
      for (const crypto of [nodeCrypto, nobleCrypto]) {
        const result = await verifyPdf({ name: file, bytes: read('pdf', file) }, { trust, at: null, now: NOW, crypto })
        assert.equal(result.verdict, verdict, result.reason)
        assert.equal(result.subIndication ?? null, SUB[file])
      }
    })
  }
})

describe("OSO's evidence", () => {
  const id = 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f'
  const path = join(FIXTURES, 'oso', 'evidence', `${id}.json`)
  const key = { name: 'public-key.pem', bytes: read('oso', 'evidence', 'public-key.pem') }
  const verify = async (trusted: boolean, change: (data: Buffer) => Buffer = (data) => data) => {
    const options = { trust: parseTrust(trusted ? [key] : []), at: null, now: NOW, crypto: nodeCrypto }
    const input = { name: `${id}.json`, data: change(readFileSync(path)), beside: await findBeside(path, null) }
    return verifyReport({ ...input, isReport: true }, options)
  }

  test('with its key it passes, without a timestamp', async () => {
    const result = await verify(true)
    assert.equal(result.verdict, 'passed', result.reason)
    assert.equal(result.facts?.report_id, id)
    assert.equal(result.signatures[0]?.time?.kind, 'claimed')
  })
  test('without a trusted key it is never verified', async () => {
    const result = await verify(false)
    assert.deepEqual([result.verdict, result.subIndication], ['indeterminate', 'NO_TRUSTED_KEY'])
  })
  test('one figure changed', async () => {
    const result = await verify(true, (data) => Buffer.from(data.toString().replace('620', '621')))
    assert.deepEqual([result.verdict, result.subIndication], ['failed', 'HASH_FAILURE'])
  })
  test('its PDF is not signed', async () => {
    const bytes = read('oso', 'evidence', `${id}.pdf`)
    const options = { trust: parseTrust([key]), at: null, now: NOW, crypto: nodeCrypto }
    const result = await verifyPdf({ name: 'report.pdf', bytes, report: readFileSync(path) }, options)
    assert.deepEqual([result.verdict, result.subIndication], ['indeterminate', 'NOT_SIGNED'])
  })
})
