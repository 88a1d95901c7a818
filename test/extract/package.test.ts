import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { PackageCoverage, PackageRecord } from '../../src/contract/evidence/package.ts'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import { readCustody } from '../../src/journal/custody.ts'
import { withCode } from '../archive/support.ts'
import { context, FIXTURE_IDS, fixtureCopy, flipped, rewrite } from '../jobs-read/support.ts'
import { makeArchive as makeForeign, plainRecords } from '../restore/archive-maker.ts'
import { readArchive } from '../rig/kbak.ts'
import { dryRun, extract, ID, makeArchive, manifestIn, orders, START, temporaryFolder } from './support.ts'
import { linesOf, unpacked } from './unpack.ts'
import { unpassed, verified } from './verified.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PUBLIC = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))

async function signing(folder: string): Promise<Record<string, unknown>> {
  const file = join(folder, 'key.pem')
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { signing: { enabled: 'true', private_key_path: file, signer_name: 'A. Counsel', meaning: 'reviewed' } }
}

describe('an extraction from an archive of ours', () => {
  let folder: string
  before(async () => {
    folder = await temporaryFolder()
    await makeArchive(folder, {
      orders: [[orders(0, 100), orders(100, 100), orders(200, 100)], [orders(0, 50)]],
      other: [[orders(0, 10)]],
    })
  })

  test('holds every record as an independent reader sees it, and the verifier passes it', async () => {
    const { exitCode, result } = await extract(folder, {
      evidence: await signing(folder),
      output: join(folder, 'all.zip'),
    })
    assert.equal(exitCode, 0)
    assert.deepEqual(
      [result.state, result.signed_by, result.custody_recorded, result.warnings],
      ['complete', 'A. Counsel', true, []],
    )
    const files = await unpacked(result.output)
    const found = linesOf<PackageRecord>(files, 'records/records.ndjson').map(
      ({ decoded: _, timestamp, ...record }) => ({ ...record, timestamp: String(timestamp) }),
    )
    assert.deepEqual(
      found,
      (await readArchive(folder, ID)).map(({ topic, partition, offset, timestamp, key, value, headers }) => ({
        topic,
        partition,
        offset,
        key,
        value,
        headers,
        timestamp,
      })),
    )
    assert.equal(
      createHash('sha256')
        .update(files.get('records/records.ndjson') as Buffer)
        .digest('hex'),
      result.content_sha256,
    )
    assert.equal(
      createHash('sha256')
        .update(await readFile(result.output))
        .digest('hex'),
      result.package_sha256,
    )
    const verdict = await verified(result.output, [PUBLIC])
    assert.deepEqual([unpassed(verdict), verdict.verdict], [[], 'passed'])
    assert.equal(verdict.facts?.records_proved, 360)
    // the PDF in it had its proofs added after signing; the package had not
    assert.equal(verdict.answers.changed, 'No: it is byte for byte what was signed.')
    assert.equal((await verified(result.output)).verdict, 'indeterminate')
  })

  test('both ends of the window belong to it, to the millisecond', async () => {
    const window = (start: number, end: number) => ({
      topics: ['orders'],
      time_window_start: String(start),
      time_window_end: String(end),
    })
    const offsets = async (start: number, end: number) => {
      const output = join(await temporaryFolder(), 'w.zip')
      await extract(folder, { extract: window(start, end), output })
      return linesOf<PackageRecord>(await unpacked(output), 'records/records.ndjson')
        .filter(({ partition }) => partition === 0)
        .map(({ offset }) => offset)
    }
    assert.deepEqual(await offsets(START + 110_000, START + 112_000), [110, 111, 112])
    assert.deepEqual(await offsets(START + 110_001, START + 111_999), [111])
  })

  test('a segment that can hold no match is not read: its object may even be gone', async () => {
    const copy = await temporaryFolder()
    const storage = await makeArchive(copy, { orders: [[orders(0, 100), orders(100, 100)]], other: [[orders(0, 10)]] })
    const manifest = await manifestIn(storage)
    await rm(join(copy, manifest.topics[0]?.partitions[0]?.segments[0]?.key as string))
    await rm(join(copy, manifest.topics[1]?.partitions[0]?.segments[0]?.key as string))
    const asked = {
      extract: { topics: ['orders'], time_window_start: String(START + 100_000) },
      output: join(copy, 'late.zip'),
    }
    const plan = await dryRun(copy, asked)
    assert.deepEqual([plan.segments_to_read, plan.segments_skipped, plan.records_at_most], [1, 1, 100])
    assert.ok(!(await readdir(copy)).some((name) => name.includes('zip')), 'a dry run writes nothing')
    const { result } = await extract(copy, { ...asked, evidence: await signing(copy) })
    assert.equal(result.records, 100)
    const coverage = JSON.parse(String((await unpacked(result.output)).get('proofs/coverage.json'))) as PackageCoverage
    assert.deepEqual(
      coverage.partitions.flatMap(({ segments }) =>
        segments.map(({ state, ground, matched }) => [state, ground, matched]),
      ),
      [
        ['skipped', 'outside-window', 0],
        ['read', null, 100],
        ['skipped', 'topic-not-selected', 0],
      ],
    )
    assert.deepEqual(unpassed(await verified(result.output, [PUBLIC])), [])
  })

  test('the same extraction twice has the same content, and only ids, times and signatures differ', async () => {
    const asked = {
      extract: { filter: { json: '$.customer_id', in: ['C1', 'C2'] }, formats: ['csv', 'dat', 'parquet'] },
    }
    const [one, two] = await Promise.all(
      ['one', 'two'].map(
        async (name) =>
          (await extract(folder, { ...asked, output: join(await temporaryFolder(), `${name}.zip`) })).result,
      ),
    )
    assert.equal(one?.content_sha256, two?.content_sha256)
    const [a, b] = [await unpacked(one?.output as string), await unpacked(two?.output as string)]
    for (const [path, bytes] of a) {
      if (/^(records|proofs)\//.test(path)) assert.ok(b.get(path)?.equals(bytes), path)
    }
  })

  test('nothing found is a package too', async () => {
    const { exitCode, result } = await extract(folder, {
      extract: { filter: { key: 'nobody' } },
      evidence: await signing(folder),
      output: join(folder, 'none.zip'),
    })
    assert.deepEqual([exitCode, result.records, result.state], [0, 0, 'complete'])
    const files = await unpacked(result.output)
    assert.equal(files.get('records/records.ndjson')?.length, 0)
    assert.match(String(files.get('README.txt')), /If it holds no record, then nothing in the archive matched/)
    assert.match(String(files.get('README.txt')).replace(/\s+/g, ' '), /could have changed this page too/)
    assert.deepEqual(unpassed(await verified(result.output, [PUBLIC])), [])
  })

  test('redacted records keep the proof of the original; the report has the rules and no secret', async () => {
    const secret = 'a very long secret key'
    const mask = [
      { name: 'customer', json: '$.customer_id', hash: 'true' },
      { json: '$.iban', keep_last: '4' },
      { header: 'trace', remove: 'true' },
    ]
    const { result } = await extract(
      folder,
      { extract: { topics: ['orders'], mask }, evidence: await signing(folder), output: join(folder, 'masked.zip') },
      { COFFER_MASK_KEY: secret },
    )
    assert.equal(result.redacted, 350)
    const files = await unpacked(result.output)
    const [first, other] = linesOf<PackageRecord>(files, 'records/records.ndjson').filter(
      ({ offset }) => offset === 7 || offset === 17,
    )
    assert.deepEqual(first?.redacted, ['customer', 'mask-2', 'mask-3'])
    assert.deepEqual(first?.headers, [])
    const shown = [first, other].map(
      (record) => (record?.decoded?.value as { customer_id: string } | undefined)?.customer_id,
    )
    assert.match(shown[0] as string, /^hmac-sha256:[0-9a-f]{64}$/)
    assert.equal(shown[0], shown[1])
    const report = JSON.parse(String(files.get('report.json'))) as EvidenceReport
    assert.deepEqual(
      report.coffer.extraction?.rules.map(({ id }) => id),
      ['customer', 'mask-2', 'mask-3'],
    )
    assert.ok(report.coffer.not_covered.some((line) => line.includes('whoever can guess')))
    for (const [path, bytes] of files) assert.ok(!bytes.includes(secret), path)
    const verdict = await verified(result.output, [PUBLIC])
    assert.deepEqual([unpassed(verdict), verdict.facts?.records_redacted], [[], 350])
  })

  test('the archive’s chain of custody gets a line, and the package holds the whole chain', async () => {
    const copy = await temporaryFolder()
    const storage = await makeArchive(copy, { orders: [[orders(0, 10)]] })
    await extract(copy, { output: join(copy, 'one.zip') })
    const { result } = await extract(copy, { output: join(copy, 'two.zip') })
    const chain = await readCustody(storage, ID)
    assert.deepEqual([chain.problems, chain.entries.map(({ action }) => action)], [[], ['extracted', 'extracted']])
    assert.equal(chain.entries[1]?.sha256, result.content_sha256)
    const lines = linesOf<{ action: string }>(await unpacked(result.output), 'custody.ndjson')
    assert.deepEqual(
      lines.map(({ action }) => action),
      ['extracted', 'extracted', 'packaged'],
    )
  })

  test('earlier runs’ manifests are in the package', async () => {
    const copy = await temporaryFolder()
    await makeArchive(copy, { orders: [[orders(0, 10)]] })
    await makeArchive(copy, { orders: [[orders(10, 10)]] })
    const { result } = await extract(copy, { evidence: await signing(copy), output: join(copy, 'one.zip') })
    assert.ok((await unpacked(result.output)).has('manifest/previous-000001.json'))
    assert.deepEqual(unpassed(await verified(result.output, [PUBLIC])), [])
  })

  test('broker time is there only where the topic keeps it', async () => {
    await assert.rejects(
      extract(folder, { extract: { time: 'broker' }, output: join(folder, 'b.zip') }),
      withCode('CONFIG_CONFLICT', /"orders"/),
    )
    const copy = await temporaryFolder()
    await makeArchive(copy, { orders: [[orders(0, 10)]] }, { 'message.timestamp.type': 'LogAppendTime' })
    assert.equal(
      (await extract(copy, { extract: { time: 'broker' }, output: join(copy, 'b.zip') })).result.time,
      'broker',
    )
  })

  test('a misspelt topic, an output that is there, an archive that is not, are refused and leave nothing', async () => {
    const place = await temporaryFolder()
    const output = join(place, 'x.zip')
    await assert.rejects(
      extract(folder, { extract: { topics: ['order'] }, output }),
      withCode('NOTHING_MATCHED', /"order"/),
    )
    await assert.rejects(extract(folder, { extract: { topics: ['x*'] }, output }), withCode('NOTHING_MATCHED'))
    await assert.rejects(extract(join(place, 'none'), { output }), withCode('ARCHIVE_MISSING'))
    await assert.rejects(
      extract(folder, { output: join(place, 'no', 'such', 'folder', 'x.zip'), backupId: 'other' }),
      withCode('ARCHIVE_MISSING'),
    )
    assert.deepEqual(await readdir(place), [])
    await writeFile(output, 'mine')
    await assert.rejects(extract(folder, { output }), withCode('CONFIG_CONFLICT', /already a file/))
    assert.equal(await readFile(output, 'utf8'), 'mine')
    assert.deepEqual(await readdir(place), ['x.zip'])
  })

  test('interrupted, it leaves no package, and goes on when it is started again', async () => {
    const output = join(await temporaryFolder(), 'i.zip')
    const stop = new AbortController()
    stop.abort()
    await assert.rejects(extract(folder, { output }, {}, context(stop.signal)), withCode('INTERRUPTED'))
    await assert.rejects(readFile(output), { code: 'ENOENT' })
    const { result } = await extract(folder, { output })
    assert.deepEqual([result.resumed, result.records], [true, 360])
  })
})

describe('damage', () => {
  test('a damaged segment is named, its records are not in the package, and the verdict is not passed', async () => {
    const folder = await temporaryFolder()
    const storage = await makeArchive(folder, { orders: [[orders(0, 100), orders(100, 100)]] })
    const key = (await manifestIn(storage)).topics[0]?.partitions[0]?.segments[1]?.key as string
    await rewrite(join(folder, key), (bytes) => flipped(bytes, 2000))
    const { exitCode, result } = await extract(folder, {
      evidence: await signing(folder),
      output: join(folder, 'd.zip'),
    })
    assert.deepEqual([exitCode, result.state, result.records, result.segments_failed], [4, 'damaged', 100, 1])
    assert.deepEqual([result.failures[0]?.segment, result.failures[0]?.code], [key, 'SEGMENT_DAMAGED'])
    const verdict = await verified(result.output, [PUBLIC])
    assert.equal(verdict.verdict, 'indeterminate')
  })

  test('records that are not those of the manifest’s Merkle root are damage, and leave no line behind', async () => {
    const folder = await temporaryFolder()
    await makeArchive(folder, { orders: [[orders(0, 100)], [orders(0, 10)]] })
    const file = join(folder, ID, 'manifest.json')
    const manifest = JSON.parse(await readFile(file, 'utf8'))
    manifest.topics[0].partitions[0].segments[0].merkle_root = 'ab'.repeat(32)
    await writeFile(file, JSON.stringify(manifest))
    const { exitCode, result } = await extract(folder, { output: join(folder, 'm.zip') })
    assert.deepEqual([exitCode, result.records], [4, 10])
    assert.match(result.failures[0]?.reason ?? '', /expected Merkle root abab/)
    const files = await unpacked(result.output)
    assert.equal(linesOf(files, 'records/records.ndjson').length, 10)
    assert.equal(linesOf(files, 'proofs/proofs.ndjson').length, 10)
  })
})

describe('archives of other programs', () => {
  for (const id of FIXTURE_IDS) {
    test(`${id}: every record is there, proved against computed roots, and the report says that nothing vouches for them`, async () => {
      const place = await temporaryFolder()
      const { result } = await extract((await fixtureCopy(id)).folder, {
        backupId: id,
        evidence: await signing(place),
        output: join(place, 'o.zip'),
      })
      assert.equal(result.foreign, true)
      assert.ok(result.records > 0)
      assert.equal(result.records, result.records_at_most)
      const files = await unpacked(result.output)
      const report = JSON.parse(String(files.get('report.json'))) as EvidenceReport
      assert.ok(report.coffer.not_covered.some((line) => line.includes('nothing in the archive vouches')))
      const verdict = await verified(result.output, [PUBLIC])
      assert.equal(verdict.verdict, 'indeterminate', JSON.stringify(unpassed(verdict)))
      assert.ok(
        unpassed(verdict).every((line) => line.startsWith('indeterminate')),
        JSON.stringify(unpassed(verdict)),
      )
    })
  }

  test('segments that overlap give each offset once', async () => {
    const folder = await temporaryFolder()
    await makeForeign(folder, ID, [
      {
        name: 't',
        partitions: { 0: [{ records: plainRecords(0, 10) }, { records: plainRecords(5, 10), name: 'segment-b' }] },
      },
    ])
    const { result } = await extract(folder, { output: join(folder, 'o.zip') })
    assert.equal(result.records, 15)
    const files = await unpacked(result.output)
    assert.deepEqual(
      linesOf<PackageRecord>(files, 'records/records.ndjson').map(({ offset }) => offset),
      Array.from({ length: 15 }, (_, i) => i),
    )
    assert.ok(unpassed(await verified(result.output)).every((line) => line.startsWith('indeterminate')))
  })

  test('segments that tell two stories of an offset are refused', async () => {
    const folder = await temporaryFolder()
    await makeForeign(folder, ID, [
      {
        name: 't',
        partitions: {
          0: [
            { records: plainRecords(0, 10) },
            { records: plainRecords(5, 10, { value: 'another' }), name: 'segment-b' },
          ],
        },
      },
    ])
    await assert.rejects(extract(folder, { output: join(folder, 'o.zip') }), withCode('ARCHIVE_DIFFERS'))
  })
})
