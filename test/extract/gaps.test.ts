import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import type { ExtractResult } from '../../src/contract/results/extract.ts'
import type { PlainRecord } from '../archive/support.ts'
import { type Asked, extract, ID, type Made, makeArchive, orders, START, temporaryFolder } from './support.ts'
import { unpacked } from './unpack.ts'
import { verified } from './verified.ts'

/** What an extraction does not cover is said: in the report, and where it concerns these records, when it is made. */

interface Told {
  exitCode: number
  result: ExtractResult
  report: EvidenceReport
  files: Map<string, Buffer>
}

async function told(folder: string, asked: Omit<Asked, 'output'>, environment = {}): Promise<Told> {
  const output = join(await temporaryFolder(), 'case.zip')
  const { exitCode, result } = await extract(folder, { ...asked, output }, environment)
  const files = await unpacked(output)
  return { exitCode, result, files, report: JSON.parse(String(files.get('report.json'))) as EvidenceReport }
}

async function archive(topics: Made, configuration: Record<string, string> = {}): Promise<string> {
  const folder = await temporaryFolder()
  await makeArchive(folder, topics, configuration)
  return folder
}

interface RawManifest {
  topics: { partitions: { segments: unknown[]; account: unknown[] }[] }[]
  coffer: { run: Record<string, unknown> }
}

async function editManifest(folder: string, change: (manifest: RawManifest) => void): Promise<void> {
  const file = join(folder, ID, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as RawManifest
  change(manifest)
  await writeFile(file, JSON.stringify(manifest))
}

const says = ({ report }: Told, pattern: RegExp) => report.coffer.not_covered.filter((line) => pattern.test(line))
const warns = ({ result }: Told, pattern: RegExp) => result.warnings.filter((line) => pattern.test(line))

describe('what a filter could not look into', () => {
  const values = ['{"id":"C1"}', 'id: C17', Buffer.of(0, 0, 0, 0, 1, 0x7b), null, '{"id":"C17"}', '{"id":"C17"']
  const records = values.map((value, offset): PlainRecord => ({ offset, timestamp: START + offset, key: 'k', value }))
  const filter = { json: '$.id', equals: 'C17' }

  test('records that were left out since their value is no JSON are counted', async () => {
    const folder = await archive({ orders: [[records.slice(0, 3), records.slice(3)]] })
    const found = await told(folder, { extract: { filter } })
    assert.equal(found.result.records, 1)
    assert.equal(says(found, /3 records of the window that were left out have values that are none/).length, 1)
    assert.equal(warns(found, /3 records of the window/).length, 1)
    assert.equal(found.report.validation.results[0]?.data?.records_not_json, 3)
    // only of the window
    const one = await told(folder, { extract: { filter, time_window_end: String(START + 1) } })
    assert.equal(warns(one, /1 record of the window that was left out/).length, 1)
  })

  test('records that hold no number where one is compared are counted, and those that do are found', async () => {
    const amounts = ['1500', '"1500.00"', '"1.500,00"', '"1500 EUR"', 'null', '{"value":1500}', '"900"', '900']
    const list = amounts.map(
      (amount, offset): PlainRecord => ({
        offset,
        timestamp: START + offset,
        key: 'k',
        value: `{"id":"C1","amount":${amount}}`,
      }),
    )
    const found = await told(await archive({ orders: [[list]] }), {
      extract: { filter: { json: '$.amount', greater_than: 1000 } },
    })
    assert.equal(found.result.records, 2)
    assert.equal(says(found, /3 records of the window that were left out hold something else there/).length, 1)
    assert.equal(warns(found, /3 records of the window/).length, 1)
    assert.equal(found.report.validation.results[0]?.data?.records_not_comparable, 3)
  })

  test('nothing is said where no path was asked, or all was JSON', async () => {
    const folder = await archive({ orders: [[orders(0, 10)]] })
    const whole = await told(folder, { extract: { filter } })
    assert.deepEqual([whole.result.records, whole.result.warnings], [0, []])
    const text = await told(await archive({ orders: [[records]] }), { extract: { filter: { contains: 'C17' } } })
    assert.deepEqual([text.result.records, text.result.warnings], [3, []])
  })
})

describe('what is hidden', () => {
  const secretive = Array.from({ length: 40 }, (_, i): PlainRecord => {
    const secret = `S3CRET${i}X`
    return {
      offset: i,
      timestamp: START + i,
      key: `key-${secret}`,
      value:
        i % 4 === 3 ? `no JSON, ${secret}` : JSON.stringify({ a: secret, deep: [{ b: `\u00e9${secret}` }], rest: i }),
      headers: [
        ['who', secret],
        ['what', 'kept'],
      ],
    }
  })

  test('stands in no file of the package, in whatever format, and in no file’s name', async () => {
    const folder = await archive({ orders: [[secretive]] })
    const mask = [
      { json: '$.a', hash: 'true' },
      { json: '$.deep[*].b', keep_last: '1' },
      { key: 'true', replace: 'gone' },
      { header: 'who', remove: 'true' },
    ]
    const made = await told(
      folder,
      { extract: { mask, formats: ['csv', 'dat', 'parquet'] } },
      { COFFER_MASK_KEY: 'k'.repeat(32) },
    )
    assert.deepEqual([made.result.redacted, made.result.withheld, made.result.warnings], [40, 10, []])
    assert.ok([...made.files.keys()].some((path) => path.endsWith('.parquet')))
    for (const [path, bytes] of made.files) {
      assert.ok(!path.includes('S3CRET'), path)
      for (const form of ['S3CRET', Buffer.from('S3CRET').toString('hex'), Buffer.from('S3CRET', 'utf16le')]) {
        assert.ok(!bytes.includes(form), path)
      }
      for (const text of bytes.toString('latin1').match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? []) {
        assert.ok(!Buffer.from(text, 'base64').includes('S3CRET'), path)
      }
    }
  })

  test('and stands at another place of the record is told', async () => {
    const folder = await archive({ orders: [[secretive]] })
    const made = await told(folder, { extract: { mask: [{ json: '$.a', remove: 'true' }] } })
    assert.equal(says(made, /^In 30 redacted records what was hidden still stands at another place/).length, 1)
    assert.equal(warns(made, /in 30 redacted records/).length, 1)
  })
})

describe('where the archive ends', () => {
  test('a window that goes on after the last run is told to, one that ends before is not', async () => {
    const folder = await archive({ orders: [[orders(0, 5)]] })
    assert.equal(says(await told(folder, {}), /ends with its last run, from 2025-11-24T16:00:00.000Z to/).length, 1)
    const early = await told(folder, { extract: { time_window_end: '2025-11-24T15:59:59.999Z' } })
    assert.equal(says(early, /last run/).length, 0)
    const verdict = await verified(early.result.output)
    assert.ok(verdict.checks.every(({ reason }) => !reason.includes('last run')))
  })

  test('the verifier says it too, by the manifest', async () => {
    const { result } = await told(await archive({ orders: [[orders(0, 5)]] }), {})
    const coverage = (await verified(result.output)).checks.find(({ check }) => check === 'coverage')
    assert.match(
      coverage?.reason ?? '',
      /last run ran from 2025-11-24 16:00:00 UTC to 2025-11-24 16:00:01 UTC: what came later is not in the archive/,
    )
  })

  test('topics that the last run did not read are named', async () => {
    const folder = await archive({ orders: [[orders(0, 5)]], other: [[orders(0, 5)]] })
    await editManifest(folder, ({ coffer }) => {
      coffer.run.cut = { 'other/0': { from: 0, to: 5, high_watermark: 5, log_start: 0 } }
    })
    assert.equal(warns(await told(folder, {}), /did not read all of orders: what came since an earlier run/).length, 1)
    assert.equal(warns(await told(folder, { extract: { topics: ['other'] } }), /did not read/).length, 0)
  })

  test('an account of offsets that tells of more than the manifest names is damage', async () => {
    for (const change of [
      (one: RawManifest) => one.topics[0]?.partitions[0]?.segments.pop(),
      (one: RawManifest) => {
        one.coffer.run.cut = { 'orders/0': { from: 0, to: 11, high_watermark: 11, log_start: 0 } }
      },
    ]) {
      const folder = await archive({ orders: [[orders(0, 5), orders(5, 5)]] })
      await editManifest(folder, change)
      const made = await told(folder, {})
      assert.deepEqual([made.exitCode, made.result.state], [4, 'damaged'])
      assert.equal(made.report.validation.overall_result, 'FAILED')
      assert.equal(warns(made, /account of offsets does not hold at orders\/0/).length, 1)
      const verdict = await verified(made.result.output)
      assert.deepEqual([verdict.verdict, verdict.subIndication], ['failed', 'COVERAGE_FAILURE'])
    }
  })
})

describe('times', () => {
  test('records without a time are told of where a window leaves them out', async () => {
    const records = orders(0, 3).map((record, i) => (i === 1 ? { ...record, timestamp: -1 } : record))
    const folder = await archive({ orders: [[records]], other: [[orders(0, 3)]] })
    const cut = await told(folder, { extract: { time_window_start: String(START) } })
    assert.equal(cut.result.records, 5)
    assert.equal(warns(cut, /records without a time \(-1\).*there are some in orders$/).length, 1)
    const open = await told(folder, { extract: { time_window_end: String(START + 9000) } })
    assert.deepEqual([open.result.records, warns(open, /without a time/)], [6, []])
    assert.deepEqual(
      warns(await told(folder, { extract: { topics: ['other'], time_window_start: '0' } }), /without a time/),
      [],
    )
  })

  test('broker time is not said of what was archived while the topic kept the producer’s', async () => {
    const folder = await archive({ orders: [[orders(0, 3)]] }, { 'message.timestamp.type': 'CreateTime' })
    await makeArchive(folder, { orders: [[orders(3, 3)]] }, { 'message.timestamp.type': 'LogAppendTime' })
    const made = await told(folder, { extract: { time: 'broker' } })
    assert.equal(says(made, /^An earlier run found orders set to the producer’s time/).length, 1)
    const always = await archive({ orders: [[orders(0, 3)]] }, { 'message.timestamp.type': 'LogAppendTime' })
    assert.equal(says(await told(always, { extract: { time: 'broker' } }), /producer’s time/).length, 0)
  })
})
