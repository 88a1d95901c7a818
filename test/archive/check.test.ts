import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type IntegrityReport, integrityCheck } from '../../src/archive/check/integrity.ts'
import { serializeManifest } from '../../src/archive/manifest/parse.ts'
import { requireManifest } from '../../src/archive/manifest/store.ts'
import type { AccountEntry, Manifest, SegmentEntry } from '../../src/archive/types.ts'
import { FaultyStorage, onNth } from '../rig/faulty-storage.ts'
import { addGeneration, deepCheck, freshStorage, records, sealed, withCode } from './support.ts'

/** Two runs, three segments, holes, and ranges in an object of their own. */
async function archive() {
  const { storage, folder } = await freshStorage()
  await addGeneration(storage, 'b', [
    { from: 0, to: 120, records: records(20, 100), absent: [['deleted_before', 0, 20]] },
    {
      from: 120,
      to: 180,
      records: records(120, 50),
      absent: [
        ['aborted', 170, 179],
        ['control', 179, 180],
      ],
    },
  ])
  await addGeneration(storage, 'b', [
    { from: 180, to: 1180, records: records(180, 500, 2) },
    {
      from: 1180,
      to: 1190,
      records: [],
      absent: [
        ['aborted', 1180, 1189],
        ['control', 1189, 1190],
      ],
    },
  ])
  const check = () => deepCheck(storage, 'b')
  const rewrite = async (change: (manifest: Manifest, segments: SegmentEntry[], account: AccountEntry[]) => void) => {
    const { manifest } = await requireManifest(storage, 'b')
    const partition = manifest.topics[0]?.partitions[0]
    change(manifest, partition?.segments ?? [], partition?.account ?? [])
    await storage.put('b/manifest.json', serializeManifest(manifest))
  }
  const { manifest } = await requireManifest(storage, 'b')
  const segments = manifest.topics[0]?.partitions[0]?.segments ?? []
  return { storage, folder, check, rewrite, manifest, segments }
}

function codes(report: IntegrityReport): string[] {
  return report.findings.map(({ severity, code }) => `${severity} ${code}`)
}

test('an archive that is as it was written passes, and every number is there', async () => {
  const { storage, manifest } = await archive()
  for (const threads of [0, 2]) {
    const progress: { segments: number; records: number; bytes: number }[] = []
    const onProgress = (done: (typeof progress)[number]) => progress.push(done)
    const report = await integrityCheck(storage, 'b', { deep: true, threads, onProgress })
    assert.deepEqual(report.findings, [])
    assert.equal(report.valid, true)
    assert.equal(report.foreign, false)
    assert.equal(report.segments_checked, 3)
    assert.equal(report.records_checked, 650)
    const hashes = [manifest.coffer?.previous?.sha256]
    assert.deepEqual(report.chain, { generations: 2, verified: 1, hashes })
    assert.deepEqual(report.account, {
      offsets: 1190,
      archived: 650,
      absent: { deleted_before: 20, aborted: 18, control: 2, compacted: 500 },
    })
    assert.equal(progress.length, 3)
    assert.deepEqual(progress.at(-1), { segments: 3, records: 650, bytes: report.bytes_checked })
  }
  const shallow = await integrityCheck(storage, 'b', { deep: false })
  assert.equal(shallow.valid, true)
  assert.equal(shallow.segments_checked, 3)
  assert.equal(shallow.records_checked, 0)
})

test('a missing object and a wrong size are found without reading', async () => {
  const { storage, folder, segments } = await archive()
  const [first, second] = segments
  await rm(join(folder, first?.key ?? ''))
  const path = join(folder, second?.key ?? '')
  await writeFile(path, (await readFile(path)).subarray(1))
  for (const deep of [false, true]) {
    const report = await integrityCheck(storage, 'b', { deep, threads: 0 })
    assert.equal(report.valid, false)
    assert.deepEqual(
      report.findings.map(({ code, segment, offset }) => ({ code, segment, offset })),
      [
        { code: 'OBJECT_MISSING', segment: first?.key, offset: 20 },
        { code: 'SEGMENT_DAMAGED', segment: second?.key, offset: 120 },
      ],
    )
  }
})

test('a byte changed in any segment is found, on this thread and on others', async () => {
  const { storage, folder, segments } = await archive()
  for (const [i, { key, start_offset }] of segments.entries()) {
    const path = join(folder, key)
    const bytes = await readFile(path)
    const broken = Buffer.from(bytes)
    broken.writeUInt8(broken.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    await writeFile(path, broken)
    assert.equal((await integrityCheck(storage, 'b', { deep: false })).valid, true, 'its size is right')
    const report = await integrityCheck(storage, 'b', { deep: true, threads: i % 2 })
    assert.deepEqual(codes(report), ['damaged SEGMENT_DAMAGED'])
    assert.deepEqual([report.findings[0]?.segment, report.findings[0]?.offset], [key, start_offset])
    assert.match(report.findings[0]?.reason ?? '', /SHA-256/)
    await writeFile(path, bytes)
  }
})

test('failure 28: a record forged with all checksums made right is found by what else the manifest says', async () => {
  const { storage, check, rewrite } = await archive()
  const forged = records(120, 50)
  forged[7] = { ...forged[7], offset: 127, value: '{"amount":"1000000.00"}' }
  const { object, entry } = await sealed(forged)
  const { manifest } = await requireManifest(storage, 'b')
  const key = manifest.topics[0]?.partitions[0]?.segments[1]?.key ?? ''
  await storage.put(key, object)
  // the forger makes size, hash and CRC right, and forgets the tree
  await rewrite((_, segments) => {
    const { merkle_root, ...rest } = entry
    Object.assign(segments[1] as SegmentEntry, rest)
  })
  assert.deepEqual(codes(await check()), ['damaged MERKLE_DIFFERS', 'damaged EARLIER_ENTRY_CHANGED'].sort())
  // and if the tree too: the earlier generation, whose hash is in the chain, still tells the truth
  await rewrite((_, segments) => Object.assign(segments[1] as SegmentEntry, entry))
  const report = await check()
  assert.deepEqual(codes(report), ['damaged EARLIER_ENTRY_CHANGED'])
  assert.deepEqual([report.findings[0]?.segment, report.findings[0]?.offset], [key, 120])
})

test('figures of the manifest that are not the records’ are found', async () => {
  const zeros = '0'.repeat(64)
  const cases: [change: (segment: SegmentEntry) => Partial<SegmentEntry>, code: string, reason: RegExp][] = [
    [() => ({ start_timestamp: 1 }), 'TIMESTAMPS_DIFFER', /first timestamp 1,/],
    [() => ({ end_timestamp: 1 }), 'TIMESTAMPS_DIFFER', /last timestamp 1,/],
    [() => ({ min_timestamp: 1 }), 'TIMESTAMPS_DIFFER', /smallest timestamp 1,/],
    [() => ({ max_timestamp: 1 }), 'TIMESTAMPS_DIFFER', /largest timestamp 1,/],
    [() => ({ merkle_root: zeros }), 'MERKLE_DIFFERS', /Merkle root 0000/],
    [() => ({ sha256: zeros }), 'SEGMENT_DAMAGED', /SHA-256 0000/],
    [(s) => ({ uncompressed_size: s.uncompressed_size + 1 }), 'SEGMENT_DAMAGED', /uncompressed bytes/],
    [(s) => ({ uncompressed_size: s.uncompressed_size - 1 }), 'SEGMENT_DAMAGED', /more than the/],
    [(s) => ({ end_offset: s.end_offset + 1 }), 'SEGMENT_DAMAGED', /last offset/],
    [(s) => ({ record_count: s.record_count + 1 }), 'SEGMENT_DAMAGED', /501 records, got 500|expected 501 records/],
  ]
  const { check, rewrite, manifest } = await archive()
  const original = serializeManifest(manifest)
  for (const [change, code, reason] of cases) {
    await rewrite((_, [, , last]) => Object.assign(last ?? {}, change(last as SegmentEntry)))
    const report = await check()
    assert.equal(report.valid, false)
    const found = report.findings.find((finding) => finding.code === code)
    assert.match(found?.reason ?? '', reason, `${code} among ${JSON.stringify(report.findings)}`)
    assert.ok(found?.segment !== undefined)
    await rewrite((copy) => Object.assign(copy, JSON.parse(original.toString())))
  }
  assert.deepEqual((await check()).findings, [])
})

test('failure 16: an account that lies about a record is found, each way', async () => {
  const { check, rewrite } = await archive()
  // says that 170 is archived and 165 aborted: the sums stay right
  await rewrite((_, __, account) => {
    const entry = account[1] as AccountEntry
    entry.ranges = [
      ['aborted', 165, 166],
      ['aborted', 171, 179],
      ['control', 179, 180],
    ]
  })
  const [finding] = (await check()).findings.filter(({ code }) => code === 'ACCOUNT_DIFFERS')
  assert.equal(finding?.offset, 165)
  assert.match(finding?.reason ?? '', /no record at offset 165, which the account calls absent/)
  await rewrite((_, __, account) => {
    const entry = account[1] as AccountEntry
    entry.ranges = [
      ['aborted', 171, 179],
      ['control', 179, 180],
    ]
    entry.absent = { aborted: 8, control: 1 }
    entry.archived = 51
  })
  const reasons = (await check()).findings.map(({ reason }) => reason).join('\n')
  assert.match(reasons, /51 records as the account says, got 50/)
  assert.match(reasons, /expected the archived record 170, got none/)
})

test('an account cut short, a run that never reached its cut, and ranges that were altered are found', async () => {
  const { storage, check, rewrite, manifest } = await archive()
  const original = serializeManifest(manifest)
  await rewrite((_, __, account) => account.pop())
  const short = (await check()).findings.find(({ code }) => code === 'CUT_NOT_REACHED')
  assert.deepEqual([short?.topic, short?.partition, short?.offset], ['ledger', 0, 1180])
  await storage.put('b/manifest.json', original)
  const key = manifest.topics[0]?.partitions[0]?.account?.[2]?.ranges_object?.key ?? ''
  const { body } = await storage.get(key)
  body[20] = (body[20] as number) ^ 1
  await storage.put(key, body)
  const altered = await check()
  assert.deepEqual(codes(altered), ['damaged ACCOUNT_DIFFERS'])
  assert.match(altered.findings[0]?.reason ?? '', /SHA-256/)
  await storage.delete(key)
  assert.deepEqual(codes(await check()), ['damaged OBJECT_MISSING'])
})

/** Without what only we write. */
function asForeign(entry: SegmentEntry): SegmentEntry {
  const { sha256, merkle_root, min_timestamp, max_timestamp, generation, ...rest } = entry
  return rest
}

test('failure 2: segments that claim the same offsets make an archive invalid, also a foreign one', async () => {
  const { storage } = await freshStorage()
  await addGeneration(storage, 'b', [
    { from: 0, to: 100, records: records(0, 100) },
    { from: 100, to: 140, records: records(100, 40) },
  ])
  const { manifest } = await requireManifest(storage, 'b')
  const { coffer: _, ...foreign } = manifest
  const [first, second] = foreign.topics[0]?.partitions[0]?.segments ?? []
  const overlapping = await sealed(records(60, 80))
  const key = 'b/topics/ledger/partition=0/segment-00000000000000000060.bin.zst'
  await storage.put(key, overlapping.object)
  foreign.topics[0]?.partitions.splice(0, 1, {
    partition_id: 0,
    segments: [first as SegmentEntry, { key, ...overlapping.entry }].map(asForeign),
  })
  await storage.put('b/manifest.json', serializeManifest(foreign))
  await storage.delete(second?.key ?? '')
  const report = await deepCheck(storage, 'b')
  assert.equal(report.foreign, true)
  assert.equal(report.valid, false)
  const [overlap] = report.findings.filter(({ severity }) => severity === 'damaged')
  assert.deepEqual([overlap?.code, overlap?.offset, overlap?.segment], ['SEGMENTS_OVERLAP', 60, key])
})

test('a broken chain of generations is found', async () => {
  const { storage, check, manifest } = await archive()
  const key = manifest.coffer?.previous?.key ?? ''
  const { body } = await storage.get(key)
  const altered = Buffer.from(body.toString().replace('"tester"', '"nobody"'))
  await storage.put(key, altered)
  const report = await check()
  assert.deepEqual(codes(report), ['damaged CHAIN_BROKEN'])
  assert.deepEqual(report.chain, { generations: 2, verified: 0, hashes: [] })
  assert.equal(report.findings[0]?.segment, key)
  await storage.delete(key)
  assert.deepEqual(codes(await check()), ['damaged CHAIN_BROKEN'])
  await storage.put(key, body)
  assert.deepEqual((await check()).findings, [])
})

test('objects that no manifest names are told of, and those of interrupted runs as what they are', async () => {
  const { storage, check, rewrite } = await archive()
  const stray = 'b/topics/ledger/partition=0/segment-00000000000000000500-g000002.bin.zst'
  for (const key of [
    stray,
    'b/topics/ledger/partition=0/abandoned.bin',
    'b/lock.json',
    'b/consumer-groups-snapshot.json',
    'b/consumer-groups/snapshot-000001.json',
    'b/restores/r1/report.json',
    'b/offsets.db',
  ]) {
    await storage.put(key, Buffer.from('bytes'))
  }
  await rewrite((manifest) => {
    const key = 'b/topics/ledger/partition=0/abandoned.bin'
    manifest.coffer?.abandoned.push({ key, size: 5, found_in_generation: 2 })
  })
  const report = await check()
  assert.equal(report.valid, true)
  assert.deepEqual(
    report.findings.map(({ severity, code, segment }) => [severity, code, segment]),
    [
      ['warning', 'OBJECT_UNNAMED', stray],
      ['info', 'OBJECT_ABANDONED', 'b/topics/ledger/partition=0/abandoned.bin'],
    ],
  )
})

test('a storage that can’t be read is an error, not damage', async () => {
  const { storage } = await archive()
  const calls = { list: 0, get: 0 }
  const counting = new FaultyStorage(storage, ({ call }) => {
    if (call === 'list' || call === 'get') calls[call]++
    return undefined
  })
  assert.equal((await deepCheck(counting, 'b')).valid, true)
  assert.ok(calls.list > 0 && calls.get > 5, 'manifests, segments and ranges are read')
  for (const call of ['list', 'get'] as const) {
    for (let nth = 1; nth <= calls[call]; nth++) {
      const faulty = new FaultyStorage(storage, onNth(call, nth, { kind: 'fail', code: 'STORAGE_UNREACHABLE' }))
      await assert.rejects(deepCheck(faulty, 'b'), withCode('STORAGE_UNREACHABLE'), `${call} ${nth}`)
    }
  }
  await assert.rejects(deepCheck(storage, 'none'), withCode('ARCHIVE_MISSING'))
})

test('a check can be interrupted', async () => {
  const { storage } = await archive()
  const stop = new AbortController()
  const onProgress = () => stop.abort()
  await assert.rejects(
    integrityCheck(storage, 'b', { deep: true, threads: 0, signal: stop.signal, onProgress }),
    withCode('INTERRUPTED'),
  )
})
