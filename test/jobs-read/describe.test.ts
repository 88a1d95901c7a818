import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { stringifyJson } from '../../src/archive/manifest/json.ts'
import type { AccountRange } from '../../src/archive/types.ts'
import { runDescribe } from '../../src/jobs/describe/run.ts'
import { addGeneration, records, withCode } from '../archive/support.ts'
import { context, FIXTURE_IDS, FIXTURES, fixtureCopy, rewrite, storageAt, temporaryFolder } from './support.ts'

test('the manifest of another program is given as it stands, beside a checksum for each segment', async () => {
  const storage = await storageAt(FIXTURES)
  for (const id of FIXTURE_IDS) {
    const { exitCode, result } = await runDescribe(storage, id, context())
    const bytes = await readFile(join(FIXTURES, id, 'manifest.json'))
    assert.equal(exitCode, 0)
    assert.deepEqual(result.manifest, JSON.parse(String(bytes)))
    assert.equal(result.manifest_sha256, createHash('sha256').update(bytes).digest('hex'))
    assert.equal(Object.keys(result.checksums).length, 9)
    assert.ok(Object.values(result.checksums).every((hash) => hash === null))
    assert.equal(result.account, null)
    assert.equal(result.overview.statistics.records, 866)
    const trimmed = result.topics.find(({ topic }) => topic === 'ledger-trimmed')
    assert.deepEqual(
      trimmed?.partitions.map(({ start_offset, end_offset, records }) => [start_offset, end_offset, records]),
      [[20, 49, 30]],
    )
  }
})

test('checksums are those of the objects', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'b', [
    { from: 0, to: 30, records: records(5, 25), absent: [['deleted_before', 0, 5]] },
    { from: 30, to: 45, records: records(30, 10), absent: [['unexplained', 40, 45]] },
  ])
  const { result } = await runDescribe(storage, 'b', context())
  const keys = Object.keys(result.checksums)
  assert.equal(keys.length, 2)
  for (const key of keys) {
    const bytes = await readFile(join(folder, key))
    assert.equal(result.checksums[key], createHash('sha256').update(bytes).digest('hex'))
  }
  assert.deepEqual(result.account, { offsets: 45, archived: 35, absent: { deleted_before: 5, unexplained: 5 } })
  assert.equal(result.gaps_total, 2)
  assert.deepEqual(
    result.gaps.map(({ kind, from, to }) => [kind, from, to]),
    [
      ['deleted_before', 0, 5],
      ['unexplained', 40, 45],
    ],
  )
})

test('timestamps beyond what JavaScript counts exactly are given exactly', async () => {
  const storage = await storageAt(await temporaryFolder())
  const [largest, smallest] = [2n ** 63n - 1n, -(2n ** 63n)]
  await addGeneration(storage, 'b', [
    {
      from: 0,
      to: 2,
      records: [
        { offset: 0, timestamp: largest },
        { offset: 1, timestamp: smallest },
      ],
    },
  ])
  const { result } = await runDescribe(storage, 'b', context())
  assert.equal(result.topics[0]?.partitions[0]?.first_timestamp, String(smallest))
  assert.equal(result.overview.statistics.last_timestamp, String(largest))
  // As it crosses a thread, and as it is printed.
  assert.match(stringifyJson(structuredClone(result.manifest)), /"min_timestamp": -9223372036854775808,/)
})

test('fields that this version does not know stay in the description', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-lz4')
  await rewrite(join(folder, 'oso-ledger-lz4', 'manifest.json'), (bytes) => {
    const manifest = JSON.parse(String(bytes))
    manifest.pruned = { before: '12345678901234567890' }
    manifest.topics[0].partitions[0].segments[0].storage_class = 'COLD'
    return Buffer.from(JSON.stringify(manifest))
  })
  const { result } = await runDescribe(storage, 'oso-ledger-lz4', context())
  const text = JSON.stringify(result.manifest)
  assert.match(text, /"pruned":\{"before":"12345678901234567890"\}/)
  assert.match(text, /"storage_class":"COLD"/)
})

test('failure 16: gaps are told, also those too many for the manifest, and where their list is lost', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  const absent: AccountRange[] = Array.from({ length: 300 }, (_, i) => ['deleted_during', i * 3, i * 3 + 1])
  const kept = Array.from({ length: 300 }, (_, i) => records(i * 3 + 1, 2)).flat()
  await addGeneration(storage, 'b', [{ from: 0, to: 900, records: kept, absent }])
  const whole = (await runDescribe(storage, 'b', context())).result
  assert.equal(whole.gaps_total, 300)
  assert.equal(whole.gaps.length, 100, 'the list is bounded, the count is not')
  assert.deepEqual(whole.gaps[1], {
    topic: 'ledger',
    partition: 0,
    kind: 'deleted_during',
    from: 3,
    to: 4,
    reason: whole.gaps[1]?.reason,
  })
  for await (const { key } of storage.list('b/topics/')) if (key.includes('.account')) await rm(join(folder, key))
  const lost = (await runDescribe(storage, 'b', context())).result
  assert.deepEqual([lost.gaps_total, lost.gaps[0]?.from, lost.gaps[0]?.to], [1, 0, 900])
})

test('gaps that another program noted are told', async () => {
  const { folder, storage } = await fixtureCopy('oso-ledger-none')
  await rewrite(join(folder, 'oso-ledger-none', 'manifest.json'), (bytes) => {
    const manifest = JSON.parse(String(bytes))
    const trimmed = manifest.topics.find(({ name }: { name: string }) => name === 'ledger-trimmed')
    const gap = { start_offset: 0, end_offset: 20, reason: 'offset_out_of_range', detected_at: 1795382391389 }
    trimmed.partitions[0].gaps = [gap]
    return Buffer.from(JSON.stringify(manifest))
  })
  const { result } = await runDescribe(storage, 'oso-ledger-none', context())
  assert.deepEqual(
    result.gaps.map(({ topic, from, to }) => [topic, from, to]),
    [['ledger-trimmed', 0, 20]],
  )
})

test('a backup that is not there is an error', async () => {
  await assert.rejects(runDescribe(await storageAt(FIXTURES), 'none', context()), withCode('ARCHIVE_MISSING'))
})
