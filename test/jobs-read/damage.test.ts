import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { addGeneration, records } from '../archive/support.ts'
import { FIXTURE_IDS, fixtureCopy, flipped, rewrite, storageAt, temporaryFolder, validate } from './support.ts'

/** A small archive of two runs, with an account in the manifest and one in an object of its own. */
async function ours(): Promise<{ folder: string; storage: Storage; files: string[] }> {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'b', [
    { from: 0, to: 30, records: records(10, 18), absent: [['deleted_before', 0, 10]] },
    { from: 30, to: 40, records: [], absent: [['aborted', 30, 39]] },
  ])
  await addGeneration(storage, 'b', [{ from: 40, to: 500, records: records(40, 230, 2) }])
  const found = await readdir(join(folder, 'b'), { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return { folder, storage, files: files.filter((file) => !file.includes('.coffer-')).sort() }
}

/** Asserts that an archive fails, and that what is said of it names the place. */
async function fails(storage: Storage, id: string, what: string, deep = true): Promise<void> {
  const { exitCode, result } = await validate(storage, id, deep)
  assert.equal(exitCode, 4, `${what}: ${result.verdict}, ${result.reason}`)
  assert.equal(result.verdict, 'FAILED')
  const error = result.findings.find((finding) => finding.severity === 'error')
  assert.ok(error !== undefined && error.reason !== '', what)
  assert.match(error.code, /^[A-Z_]+$/)
  if (error.topic !== undefined) assert.ok(error.offset !== undefined && error.offset >= 0, `${what} names no offset`)
  if (error.code === 'SEGMENT_DAMAGED' || error.code === 'OBJECT_MISSING')
    assert.ok(error.segment?.startsWith(`${id}/`))
}

test('one flipped bit anywhere in a segment, its account or an earlier manifest fails the archive', async () => {
  const { storage, files } = await ours()
  assert.equal((await validate(storage, 'b')).exitCode, 0)
  let flips = 0
  for (const file of files.filter((name) => !name.endsWith('/b/manifest.json'))) {
    const before = await readFile(file)
    const bits = file.endsWith('.json') ? spread(before.length * 8, 60) : segmentBits(before.length, 60)
    for (const bit of bits) {
      await writeFile(file, flipped(before, bit))
      await fails(storage, 'b', `bit ${bit} of ${file}`)
      flips++
    }
    await writeFile(file, before)
  }
  assert.equal(files.length, 5)
  assert.ok(flips > 1000, `${flips} flips`)
  assert.equal((await validate(storage, 'b')).exitCode, 0)
})

test('one flipped bit anywhere in a segment of another program fails the archive', async () => {
  for (const id of FIXTURE_IDS) {
    const { folder, storage } = await fixtureCopy(id)
    const manifest = join(folder, id, 'manifest.json')
    // One small topic, so that each of some hundred checks reads little.
    await rewrite(manifest, (bytes) => {
      const parsed = JSON.parse(String(bytes)) as Manifest
      return Buffer.from(
        JSON.stringify({ ...parsed, topics: parsed.topics.filter((t) => t.name === 'ledger-trimmed') }),
      )
    })
    const parsed = JSON.parse(await readFile(manifest, 'utf8')) as Manifest
    const file = join(folder, parsed.topics[0]?.partitions[0]?.segments[0]?.key ?? '')
    assert.equal((await validate(storage, id)).exitCode, 0)
    const before = await readFile(file)
    for (const bit of segmentBits(before.length, 60).filter((_, i) => i % 4 === 0)) {
      await writeFile(file, flipped(before, bit))
      await fails(storage, id, `bit ${bit} of ${file}`)
    }
  }
})

test('a segment cut short or grown fails even the shallow check', async () => {
  const { storage, files } = await ours()
  const file = files.find((name) => name.includes('segment-') && name.includes('.bin')) ?? ''
  const before = await readFile(file)
  for (const bytes of [
    ...spread(before.length, 20).map((end) => before.subarray(0, end)),
    Buffer.concat([before, before]),
  ]) {
    await writeFile(file, bytes)
    await fails(storage, 'b', `${bytes.length} bytes`, false)
    await fails(storage, 'b', `${bytes.length} bytes`)
  }
})

test('an object that is gone fails the archive, each of them', async () => {
  const { storage, files } = await ours()
  for (const file of files.filter((name) => !name.endsWith('/b/manifest.json'))) {
    const before = await readFile(file)
    await rm(file)
    await fails(storage, 'b', `without ${file}`)
    await writeFile(file, before)
  }
})

test('every figure that the manifest states of its records is held to', async () => {
  const { folder, storage } = await ours()
  const file = join(folder, 'b', 'manifest.json')
  const good = await readFile(file)
  const leaves = leavesOf(JSON.parse(String(good)))
  const changed: string[] = []
  const unnoticed: string[] = []
  for (const path of leaves) {
    const manifest = JSON.parse(String(good))
    change(manifest, path)
    await writeFile(file, JSON.stringify(manifest, null, 2))
    const { exitCode } = await validate(storage, 'b')
    ;(exitCode === 4 ? changed : unnoticed).push(path.join('.').replaceAll(/\b\d+\b/g, 'N'))
  }
  // What nothing else in the archive repeats. A signature over the manifest is what would hold these.
  const alone = [
    'created_at',
    'source_cluster_id',
    'source_brokers.N',
    'compression',
    'topics.N.original_partition_count',
    'coffer.run.run_id',
    'coffer.run.mode',
    'coffer.run.state',
    'coffer.run.isolation_level',
    'coffer.run.include_offset_headers',
    'coffer.run.started_at',
    'coffer.run.ended_at',
    'coffer.run.tool.name',
    'coffer.run.tool.version',
    'coffer.run.operator.os_user',
    'coffer.run.operator.host',
    'coffer.run.source.cluster_id',
    'coffer.run.source.brokers.N',
    'coffer.run.source.kafka_version',
    'coffer.run.clock.offset_ms',
    'coffer.run.clock.method',
    'coffer.run.cut.ledger/N.from',
    'coffer.run.cut.ledger/N.high_watermark',
    'coffer.run.cut.ledger/N.log_start',
    'coffer.run.cut.ledger/N.leader_epoch',
    'coffer.run.cut.ledger/N.epoch_end',
    'coffer.run.records',
    'coffer.run.bytes',
    'topics.N.partitions.N.segments.N.generation',
    'topics.N.partitions.N.account.N.generation',
  ]
  assert.deepEqual(
    [...new Set(unnoticed)].filter((path) => !alone.includes(path)),
    [],
  )
  assert.ok(changed.length > 60, `${changed.length} changes noticed`)
})

/** All bits of a segment's header and footer, and `some` of its body's. */
function segmentBits(length: number, some: number): number[] {
  const header = Array.from({ length: 32 * 8 }, (_, bit) => bit)
  const footer = Array.from({ length: 8 * 8 }, (_, bit) => (length - 8) * 8 + bit)
  return [...header, ...spread((length - 40) * 8, some).map((bit) => 32 * 8 + bit), ...footer]
}

/** `count` numbers below `below`, evenly apart but not by a multiple of eight. */
function spread(below: number, count: number): number[] {
  const step = Math.max(1, Math.floor(below / count)) | 1
  return Array.from({ length: Math.floor((below - 1) / step) + 1 }, (_, i) => i * step)
}

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
}

/** Changes one leaf to something of the same kind, as somebody would who wants it to go unnoticed. */
function change(root: Record<string, unknown>, path: string[]): void {
  let at: Record<string, unknown> = root
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  const last = path.at(-1) as string
  const value = at[last]
  if (typeof value === 'number') at[last] = value + 1
  else if (typeof value === 'boolean') at[last] = !value
  else if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))
    at[last] = value.replace(/^./, (c) => (c === '0' ? '1' : '0'))
  else if (value === 'complete') at[last] = 'failed'
  else if (value === 'snapshot') at[last] = 'continuous'
  else if (value === 'read_committed') at[last] = 'read_uncommitted'
  else if (value === 'zstd') at[last] = 'lz4'
  else if (value === null) at[last] = last === 'kafka_version' ? '1' : 1
  else at[last] = `${value}x`
}
