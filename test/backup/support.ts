import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import type { AbsentKind, AccountEntry, Manifest, PartitionEntry } from '../../src/archive/types.ts'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { BackupConfig } from '../../src/contract/config/types.ts'
import type { BackupPlanResult, BackupResult } from '../../src/contract/results.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { ID, type Ledger } from '../failures/support.ts'
import { context } from '../jobs-read/support.ts'
import type { ProduceRecord } from '../rig/java-client.ts'
import { readArchive } from '../rig/kbak.ts'

/** What a test changes of a plain backup of all topics of a ledger into a folder. */
export interface Settings extends Ledger {
  exclude?: string[]
  storage?: Record<string, unknown>
}

export function configFor({ path, bootstrap, topics, exclude, backup, storage }: Settings): BackupConfig {
  const text = JSON.stringify({
    mode: 'backup',
    backup_id: ID,
    source: {
      bootstrap_servers: [bootstrap],
      topics: { include: topics, ...(exclude === undefined ? {} : { exclude }) },
    },
    storage: storage ?? { backend: 'filesystem', path },
    ...(backup === undefined ? {} : { backup }),
  })
  return loadConfig({ text, name: 'test.yaml', directory: '/' }, {}, 'backup')
}

export async function run(settings: Settings, signal?: AbortSignal): Promise<BackupResult> {
  const { result } = await runBackup(configFor(settings), { dryRun: false }, context(signal))
  assert.ok(!result.dry_run)
  return result
}

export async function dryRun(settings: Settings): Promise<BackupPlanResult> {
  const { exitCode, result } = await runBackup(configFor(settings), { dryRun: true }, context())
  assert.equal(exitCode, 0)
  assert.ok(result.dry_run)
  return result
}

export async function manifestOf(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(path, ID, 'manifest.json'), 'utf8')) as Manifest
}

export async function partitionOf(path: string, topic: string, partition = 0): Promise<PartitionEntry> {
  const entry = (await manifestOf(path)).topics.find(({ name }) => name === topic)
  const found = entry?.partitions.find(({ partition_id }) => partition_id === partition)
  assert.ok(found !== undefined, `"${topic}/${partition}" is not in the archive`)
  return found
}

export interface Redone {
  from: number
  to: number
  archived: number
  absent: Partial<Record<AbsentKind, number>>
}

/**
 * The arithmetic of docs/archive-format.md as an auditor redoes it, sharing no line with src/archive: each entry adds
 * up, its segment holds exactly the offsets that no range holds, entries are contiguous, each segment is in one entry.
 * @returns what became of the offsets, by `topic/partition`
 */
export async function redoAccounts(path: string): Promise<Map<string, Redone>> {
  const manifest = await manifestOf(path)
  const offsets = new Map<string, number[]>()
  for (const { topic, partition, offset } of await readArchive(path, ID)) {
    const key = `${topic}/${partition}`
    const known = offsets.get(key)
    if (known === undefined) offsets.set(key, [offset])
    else known.push(offset)
  }
  const redone = new Map<string, Redone>()
  for (const { name, partitions } of manifest.topics) {
    for (const { partition_id, account, segments } of partitions) {
      const key = `${name}/${partition_id}`
      assert.ok(account !== undefined && account.length > 0, key)
      const archived = offsets.get(key) ?? []
      const total: Redone = { from: account[0]?.from ?? -1, to: account[0]?.from ?? -1, archived: 0, absent: {} }
      const expected: number[] = []
      for (const entry of account) {
        assert.equal(entry.from, total.to, `${key}: contiguous`)
        expected.push(...(await presentOf(path, key, entry)))
        const segment = segments.find((one) => one.key === entry.segment)
        assert.equal(segment?.record_count ?? 0, entry.archived, `${key}: the segment's records`)
        total.to = entry.to
        total.archived += entry.archived
        for (const [kind, count] of Object.entries(entry.absent) as [AbsentKind, number][]) {
          total.absent[kind] = (total.absent[kind] ?? 0) + count
        }
      }
      assert.deepEqual(archived, expected, `${key}: the archived offsets are those that no range holds`)
      const named = account.flatMap(({ segment }) => segment ?? [])
      assert.deepEqual(
        named,
        segments.map((segment) => segment.key),
        `${key}: each segment in one entry`,
      )
      redone.set(key, total)
    }
  }
  for (const [key, cut] of Object.entries(manifest.coffer?.run.cut ?? {})) {
    assert.equal(redone.get(key)?.to ?? cut.from, cut.to, `${key}: the account ends at the cut`)
  }
  return redone
}

/** The offsets of an entry that its ranges don't take away; the ranges' sums are held to `absent`. */
async function presentOf(path: string, key: string, entry: AccountEntry): Promise<number[]> {
  let ranges = entry.ranges ?? []
  if (entry.ranges_object !== undefined) {
    const bytes = await readFile(join(path, entry.ranges_object.key))
    assert.equal(sha256(bytes), entry.ranges_object.sha256)
    ranges = JSON.parse(zstdDecompressSync(bytes).toString('utf8'))
  }
  const sums: Record<string, number> = {}
  const present: number[] = []
  let at = entry.from
  for (const [kind, from, to] of ranges) {
    assert.ok(from >= at && to > from && to <= entry.to, `${key}: ranges in order`)
    for (; at < from; at++) present.push(at)
    at = to
    sums[kind] = (sums[kind] ?? 0) + to - from
  }
  for (; at < entry.to; at++) present.push(at)
  assert.deepEqual(sums, entry.absent, `${key}: the ranges' sums`)
  assert.equal(present.length, entry.archived, `${key}: archived`)
  return present
}

/** Follows the hash chain from the manifest to the first generation, over the exact bytes. @returns its length */
export async function redoChain(path: string): Promise<number> {
  let bytes = await readFile(join(path, ID, 'manifest.json'))
  let length = 1
  for (;;) {
    const { coffer } = JSON.parse(bytes.toString('utf8')) as Manifest
    assert.ok(coffer !== undefined)
    if (coffer.previous === null) {
      assert.equal(coffer.generation, 1)
      return length
    }
    const { key, sha256: expected, generation } = coffer.previous
    assert.equal(generation, coffer.generation - 1)
    assert.ok(key.startsWith(`${ID}/manifests/`), key)
    bytes = await readFile(join(path, key))
    assert.equal(sha256(bytes), expected)
    length++
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `count` ledger rows whose content follows from their number. */
export function rows(topic: string, from: number, count: number, partition = 0): ProduceRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    topic,
    partition,
    timestamp: 1_751_000_000_000 + from + i,
    key: `customer-${(from + i) % 7}`,
    value: `{"transfer":${from + i},"amount":"${(from + i) * 3}.00","currency":"EUR"}`,
  }))
}
