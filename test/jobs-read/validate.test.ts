import assert from 'node:assert/strict'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { runValidate } from '../../src/jobs/validate/run.ts'
import { addGeneration, records, withCode } from '../archive/support.ts'
import { FaultyStorage, onNth } from '../rig/faulty-storage.ts'
import {
  context,
  FIXTURE_IDS,
  FIXTURES,
  fixtureCopy,
  rewrite,
  storageAt,
  temporaryFolder,
  validate,
} from './support.ts'

test('failure 1: archives of another program pass, with their control markers named as suspect', async () => {
  const storage = await storageAt(FIXTURES)
  const before = (await readdir(FIXTURES, { recursive: true })).sort()
  for (const id of FIXTURE_IDS) {
    const shallow = await validate(storage, id, false)
    assert.deepEqual([shallow.exitCode, shallow.result.verdict], [0, 'PASSED'])
    assert.match(shallow.result.reason, /9 segments are there .*; what is in them was not looked at$/)
    assert.equal(shallow.result.checked.records, 0)

    const { exitCode, result } = await validate(storage, id)
    assert.deepEqual([exitCode, result.verdict], [0, 'PASSED'], result.reason)
    assert.match(result.reason, /^all 866 records in 9 segments .* no hashes and no account of offsets; 1 warning/)
    assert.deepEqual(result.checked, {
      topics: 7,
      partitions: 9,
      segments: 9,
      objects: 11,
      records: 866,
      bytes: 1120204,
      stored_bytes: result.checked.stored_bytes,
      generations: 0,
    })
    assert.equal(result.account, null)
    const suspects = result.findings.filter(({ code }) => code === 'SUSPECT_CONTROL_RECORDS')
    assert.equal(suspects.length, 1)
    assert.match(suspects[0]?.reason ?? '', /^8 records look like transaction markers/)
    assert.equal(suspects[0]?.topic, 'ledger-transfers-tx')
    assert.equal(result.findings_total, result.findings.length)
  }
  assert.deepEqual((await readdir(FIXTURES, { recursive: true })).sort(), before, 'reading writes nothing')
})

test('an archive of ours passes with every offset accounted for', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [
    { from: 0, to: 60, records: records(10, 50), absent: [['deleted_before', 0, 10]] },
  ])
  await addGeneration(storage, 'b', [{ from: 60, to: 100, records: records(60, 20, 2) }])
  const told = context()
  const { exitCode, result } = await runValidate(storage, 'b', { deep: true }, told)
  assert.equal(exitCode, 0)
  assert.equal(
    result.reason,
    'all 70 records in 2 segments were read and are what the manifest says, and each of 100 offsets is accounted for',
  )
  assert.deepEqual(result.account, { offsets: 100, archived: 70, absent: { deleted_before: 10, compacted: 20 } })
  assert.equal(result.checked.generations, 1)
  assert.deepEqual(result.findings, [])
  assert.match(result.manifest_sha256 ?? '', /^[0-9a-f]{64}$/)
  const last = told.told.at(-1)
  assert.deepEqual([last?.recordsDone, last?.recordsTotal, last?.bytesDone], [70, 70, last?.bytesTotal])
})

test('failure 2: an archive whose segments overlap fails, where another program calls it valid', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-none')
  await rewrite(join(folder, 'oso-ledger-none', 'manifest.json'), (bytes) => {
    const manifest = JSON.parse(String(bytes)) as Manifest
    const partition = manifest.topics.find(({ name }) => name === 'ledger-trimmed')?.partitions[0]
    const [segment] = partition?.segments ?? []
    assert.ok(partition !== undefined && segment !== undefined)
    partition.segments.push({ ...segment, start_offset: 30 })
    return Buffer.from(JSON.stringify(manifest))
  })
  const { exitCode, result } = await validate(storage, 'oso-ledger-none')
  assert.deepEqual([exitCode, result.verdict], [4, 'FAILED'])
  const overlap = result.findings.find(({ code }) => code === 'SEGMENTS_OVERLAP')
  assert.deepEqual([overlap?.severity, overlap?.topic, overlap?.offset], ['error', 'ledger-trimmed', 30])
})

test('failure 26: a check that looked at nothing has not passed', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-lz4')
  const file = join(folder, 'oso-ledger-lz4', 'manifest.json')
  const good = await rewrite(file, (bytes) => {
    return Buffer.from(JSON.stringify({ ...(JSON.parse(String(bytes)) as Manifest), topics: [] }))
  })
  for (const deep of [false, true]) {
    const { exitCode, result } = await validate(storage, 'oso-ledger-lz4', deep)
    assert.deepEqual([exitCode, result.verdict], [6, 'INDETERMINATE'])
    assert.match(result.reason, /^nothing was checked/)
  }
  // Sizes that an old manifest does not state can't be compared; reading can.
  const manifest = JSON.parse(String(good)) as Manifest
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      for (const segment of partition.segments) delete (segment as Partial<typeof segment>).compressed_size
    }
  }
  await writeFile(file, JSON.stringify(manifest))
  const shallow = await validate(storage, 'oso-ledger-lz4', false)
  assert.deepEqual([shallow.exitCode, shallow.result.verdict], [6, 'INDETERMINATE'])
  assert.match(shallow.result.reason, /no size for 9 segments/)
  assert.equal((await validate(storage, 'oso-ledger-lz4')).exitCode, 0)
})

test('a manifest that can not be read fails the archive and says why', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-zstd')
  const file = join(folder, 'oso-ledger-zstd', 'manifest.json')
  const good = await rewrite(file, (bytes) => bytes)
  const cases: [content: string | Buffer, code: string, reason: RegExp][] = [
    ['', 'MANIFEST_DAMAGED', /not JSON/],
    [good.subarray(0, good.length / 2), 'MANIFEST_DAMAGED', /not JSON/],
    [Buffer.concat([good, Buffer.from([0xff])]), 'MANIFEST_DAMAGED', /not UTF-8/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'MANIFEST_DAMAGED', /nested/],
    [
      String(good).replace('"oso-ledger-zstd"', '"another"'),
      'MANIFEST_DAMAGED',
      /expected "oso-ledger-zstd"|backup_id/,
    ],
    [
      String(good).replace('oso-ledger-zstd/topics/ledger-append-time', 'oso-ledger-zstd/../../etc'),
      'PATH_ESCAPES',
      /expected a key below/,
    ],
  ]
  for (const [content, code, reason] of cases) {
    await writeFile(file, content)
    const { exitCode, result } = await validate(storage, 'oso-ledger-zstd')
    assert.deepEqual([exitCode, result.verdict, result.manifest_sha256], [4, 'FAILED', null])
    assert.deepEqual(
      [result.findings[0]?.code, result.findings[0]?.segment],
      [code, 'oso-ledger-zstd/manifest.json'],
      result.reason,
    )
    assert.match(result.findings[0]?.reason ?? '', reason)
  }
})

test('a snapshot of consumer groups that is damaged fails the archive', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-zstd')
  await writeFile(join(folder, 'oso-ledger-zstd', 'consumer-groups-snapshot.json'), '{"groups":[{"group_id":7}]}')
  const { exitCode, result } = await validate(storage, 'oso-ledger-zstd', false)
  assert.equal(exitCode, 4)
  assert.deepEqual(
    [result.findings[0]?.code, result.findings[0]?.segment],
    ['MANIFEST_DAMAGED', 'oso-ledger-zstd/consumer-groups-snapshot.json'],
  )
  assert.equal(result.findings_total, result.findings.length)
})

test('failure 4: a backup that is not there, or not readable for now, is never called empty or damaged', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-zstd')
  await assert.rejects(validate(storage, 'no-such-backup'), withCode('ARCHIVE_MISSING'))
  for (const id of ['../oso-ledger-zstd', '', 'a/b', '..']) {
    await assert.rejects(validate(storage, id), (error) => {
      assert.ok(error instanceof CofferError)
      return ['PATH_ESCAPES', 'CONFIG_INVALID_VALUE'].includes(error.code)
    })
  }
  for (const nth of [1, 2, 5]) {
    const down = new FaultyStorage(storage, onNth('get', nth, { kind: 'fail', code: 'STORAGE_UNREACHABLE' }))
    await assert.rejects(validate(down, 'oso-ledger-zstd'), withCode('STORAGE_UNREACHABLE'))
  }
  const stop = AbortSignal.abort()
  await assert.rejects(runValidate(storage, 'oso-ledger-zstd', { deep: true }, context(stop)), withCode('INTERRUPTED'))
  await rm(join(folder, 'oso-ledger-zstd', 'manifest.json'))
  await assert.rejects(validate(storage, 'oso-ledger-zstd'), withCode('ARCHIVE_MISSING'))
})

test('an object that no manifest names fails an archive whose runs ended cleanly, and is named', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'b', [{ from: 0, to: 10, records: records(0, 10) }])
  await mkdir(join(folder, 'b', 'topics', 'ledger', 'partition=0'), { recursive: true })
  await writeFile(join(folder, 'b', 'topics', 'ledger', 'partition=0', 'segment-stray.bin'), 'what is this?')
  const { exitCode, result } = await validate(storage, 'b')
  assert.equal(exitCode, 4)
  assert.deepEqual(
    result.findings.map(({ severity, code, segment }) => ({ severity, code, segment })),
    [{ severity: 'error', code: 'OBJECT_UNNAMED', segment: 'b/topics/ledger/partition=0/segment-stray.bin' }],
  )
})

test('while a run is at work, an object that is not named yet is told and fails nothing', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'b', [{ from: 0, to: 10, records: records(0, 10) }])
  await writeFile(join(folder, 'b', 'lock.json'), '{}')
  await mkdir(join(folder, 'b', 'topics', 'ledger', 'partition=0'), { recursive: true })
  await writeFile(join(folder, 'b', 'topics', 'ledger', 'partition=0', 'segment-new.bin'), 'on its way')
  const { exitCode, result } = await validate(storage, 'b')
  assert.equal(exitCode, 0)
  assert.deepEqual(
    result.findings.map(({ severity, code }) => ({ severity, code })),
    [{ severity: 'warning', code: 'OBJECT_UNNAMED' }],
  )
})
