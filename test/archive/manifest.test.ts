import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest, serializeManifest } from '../../src/archive/manifest/parse.ts'
import { beginGeneration, loadManifest, requireManifest } from '../../src/archive/manifest/store.ts'
import type { Manifest } from '../../src/archive/types.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { FaultyStorage, onNth } from '../rig/faulty-storage.ts'
import { addGeneration, freshStorage, records, runEntry, withCode } from './support.ts'

const BIG = '9223372036854775807'

/** A manifest of another program and a later version: small, and with fields that nobody here knows. */
const FOREIGN = `{
  "backup_id": "b",
  "created_at": 1,
  "topics": [
    {
      "name": "t",
      "pruned": [
        {
          "to": 3.5
        }
      ],
      "partitions": [
        {
          "partition_id": 0,
          "segments": [
            {
              "key": "b/topics/t/partition=0/segment-0001.bin",
              "start_offset": 0,
              "end_offset": 9,
              "start_timestamp": -1,
              "end_timestamp": ${BIG},
              "record_count": 10,
              "note": "ä💶",
              "big": ${BIG}
            }
          ]
        }
      ]
    }
  ],
  "later": {
    "list": [],
    "nothing": null
  }
}`

function parse(text: string, id?: string): Manifest {
  return parseManifest(Buffer.from(text), id)
}

test('a foreign manifest keeps every unknown field, and its 64-bit numbers exactly', () => {
  const manifest = parse(FOREIGN, 'b')
  const segment = manifest.topics[0]?.partitions[0]?.segments[0]
  assert.equal(segment?.end_timestamp, BigInt(BIG))
  assert.equal(segment?.compressed_size, 0)
  assert.equal(manifest.topics[0]?.original_partition_count, null)
  const written = serializeManifest(manifest).toString()
  assert.match(written, new RegExp(`"big": ${BIG}`))
  assert.match(written, /"pruned"/)
  assert.match(written, /"later"/)
  // what it writes reads back to the same bytes
  assert.equal(serializeManifest(parse(written)).toString(), written)
})

test('a hostile manifest is refused by code and field', () => {
  const cases: [from: string | RegExp, to: string, code: ErrorCode, field: string][] = [
    ['"backup_id": "b"', '"backup_id": "../b"', 'MANIFEST_DAMAGED', 'backup_id'],
    ['"backup_id": "b"', '"backup_id": 7', 'MANIFEST_DAMAGED', 'backup_id'],
    ['"created_at": 1', '"created_at": "1"', 'MANIFEST_DAMAGED', 'created_at'],
    ['"name": "t"', '"name": "../t"', 'MANIFEST_DAMAGED', 'topics[0].name'],
    ['"partition_id": 0', '"partition_id": -1', 'MANIFEST_DAMAGED', 'partition_id'],
    ['"partition_id": 0', '"partition_id": 4294967296', 'MANIFEST_DAMAGED', 'partition_id'],
    ['b/topics/t', '../topics/t', 'PATH_ESCAPES', ''],
    ['b/topics/t', 'b/../../etc', 'PATH_ESCAPES', ''],
    ['"start_offset": 0', '"start_offset": -5', 'MANIFEST_DAMAGED', 'start_offset'],
    ['"start_offset": 0', '"start_offset": 10', 'MANIFEST_DAMAGED', 'end_offset'],
    ['"start_offset": 0', `"start_offset": ${BIG}`, 'MANIFEST_DAMAGED', 'start_offset'],
    ['"record_count": 10', '"record_count": 1e300', 'MANIFEST_DAMAGED', 'record_count'],
    [/"end_timestamp": \d+/, '"end_timestamp": 9223372036854775808', 'MANIFEST_DAMAGED', 'end_timestamp'],
    [/"end_timestamp": \d+/, '"end_timestamp": 1.5', 'MANIFEST_DAMAGED', 'end_timestamp'],
    ['"note": "ä💶"', '"sha256": "xyz"', 'MANIFEST_DAMAGED', 'sha256'],
    ['"later": {', '"compression": "gzip", "later": {', 'MANIFEST_DAMAGED', 'compression'],
    ['"later": {', '"coffer": {"format": 2}, "later": {', 'MANIFEST_DAMAGED', 'coffer.format'],
    ['"topics": [', '"topics": null, "x": [', 'MANIFEST_DAMAGED', 'topics'],
    ['"later": {', '"later": { "__proto__": {"a": 1},', 'UNEXPECTED', ''],
  ]
  for (const [from, to, code, field] of cases) {
    const text = FOREIGN.replace(from, to)
    assert.notEqual(text, FOREIGN)
    if (code === 'UNEXPECTED') {
      // harmless: it stays a field like any other
      assert.match(serializeManifest(parse(text)).toString(), /"__proto__"/)
      continue
    }
    assert.throws(
      () => parse(text),
      withCode(code, field === '' ? /./ : new RegExp(field.replaceAll(/[[\]]/g, '\\$&'))),
      to,
    )
  }
  assert.throws(() => parse(FOREIGN, 'c'), withCode('MANIFEST_DAMAGED', /"c"/))
  const twice = FOREIGN.replace('"partitions": [', '"partitions": [{"partition_id": 0, "segments": []},')
  assert.throws(() => parse(twice), withCode('MANIFEST_DAMAGED', /each partition once/))
})

test('bytes that are no manifest are refused', () => {
  const garbage = [
    '',
    'null',
    '[]',
    '{',
    '7',
    '"x"',
    '{"backup_id":"b"',
    `${'['.repeat(100_000)}`,
    `{"a":${'['.repeat(65)}${']'.repeat(65)}}`,
  ]
  for (const text of garbage) assert.throws(() => parse(text), withCode('MANIFEST_DAMAGED'), text.slice(0, 20))
  assert.throws(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d])), withCode('MANIFEST_DAMAGED', /UTF-8/))
})

test('a run keeps the manifest before it byte for byte, and names its hash', async () => {
  const { storage } = await freshStorage()
  assert.equal(await loadManifest(storage, 'b'), null)
  await addGeneration(storage, 'b', [{ from: 0, to: 10, records: records(0, 10) }])
  const first = await requireManifest(storage, 'b')
  assert.equal(first.manifest.coffer?.generation, 1)
  assert.equal(first.manifest.coffer?.previous, null)
  const second = await addGeneration(storage, 'b', [{ from: 10, to: 20, records: records(10, 10) }])
  const previous = second.manifest.coffer.previous
  assert.deepEqual(previous, {
    key: `b/manifests/manifest-000001-${first.sha256.slice(0, 12)}.json`,
    sha256: first.sha256,
    generation: 1,
  })
  assert.deepEqual((await storage.get(previous?.key ?? '')).body, first.bytes)
  const loaded = await requireManifest(storage, 'b')
  assert.equal(loaded.manifest.topics[0]?.partitions[0]?.segments.length, 2)
  assert.equal(loaded.sha256, second.sha256)
  assert.deepEqual(serializeManifest(loaded.manifest), loaded.bytes)
})

test('a run that goes on with a foreign archive keeps that as generation 0', async () => {
  const { storage } = await freshStorage()
  await storage.put('b/manifest.json', Buffer.from(FOREIGN))
  const writer = await begin(storage)
  assert.equal(writer.generation, 1)
  assert.equal(writer.manifest.coffer.previous?.generation, 0)
  assert.match(serializeManifest(writer.manifest).toString(), /"later"/)
})

async function begin(storage: Parameters<typeof loadManifest>[0]) {
  return beginGeneration(storage, await loadManifest(storage, 'b'), {
    backupId: 'b',
    run: runEntry(),
    compression: 'zstd',
    sourceClusterId: null,
    sourceBrokers: [],
  })
}

test('failure 4: an archive that can’t be read for a moment is never taken for a new one', async () => {
  const { storage } = await freshStorage()
  await begin(storage)
  for (const code of ['STORAGE_UNREACHABLE', 'STORAGE_NOT_ALLOWED', 'STORAGE_FAILED'] as const) {
    const faulty = new FaultyStorage(storage, onNth('get', 1, { kind: 'fail', code }))
    await assert.rejects(loadManifest(faulty, 'b'), withCode(code))
  }
  const truncated = new FaultyStorage(storage, onNth('get', 1, { kind: 'truncate', bytes: 40 }))
  await assert.rejects(loadManifest(truncated, 'b'), withCode('MANIFEST_DAMAGED'))
  await assert.rejects(requireManifest(storage, 'none'), withCode('ARCHIVE_MISSING', /"none"/))
})

test('failure 15: of two writers the second is refused, and nothing is overwritten', async () => {
  const { storage } = await freshStorage()
  const one = await begin(storage)
  const loaded = await loadManifest(storage, 'b')
  const two = await begin(storage)
  await assert.rejects(one.save(), withCode('MANIFEST_CHANGED'))
  await assert.rejects(
    beginGeneration(storage, loaded, {
      backupId: 'b',
      run: { ...runEntry(), run_id: 'run-3' },
      compression: 'zstd',
      sourceClusterId: null,
      sourceBrokers: [],
    }),
    withCode('MANIFEST_CHANGED'),
  )
  await two.save()
  assert.equal((await requireManifest(storage, 'b')).manifest.coffer?.generation, 2)
})

test('a save whose answer was lost is recognised as done', async () => {
  const { storage } = await freshStorage()
  await begin(storage)
  let armed = false
  let fired = 0
  const faulty = new FaultyStorage(storage, ({ call, key }) => {
    if (!armed || call !== 'put' || key !== 'b/manifest.json' || fired++ > 0) return undefined
    return { kind: 'fail after', code: 'STORAGE_FAILED' }
  })
  const writer = await begin(faulty)
  armed = true
  writer.manifest.coffer.run.records = 5
  await assert.rejects(writer.save(), withCode('STORAGE_FAILED'))
  // the next try finds its own bytes behind an etag it never got
  await writer.save()
  writer.manifest.coffer.run.records = 6
  await Promise.all([writer.save(), writer.save(), writer.save()])
  assert.equal((await requireManifest(storage, 'b')).manifest.coffer?.run.records, 6)
})
