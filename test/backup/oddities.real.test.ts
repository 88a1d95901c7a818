import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { recordTimestamp } from '../../src/contract/record.ts'
import { asArchived, ID, sameAsKafka } from '../failures/support.ts'
import { storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { DumpedRecord, JavaClient, OffsetRow } from '../rig/java-client.ts'
import type { DumpedBytes } from '../rig/java-types.ts'
import type { ArchivedRecord } from '../rig/kbak.ts'
import { makeOddities, type Oddities } from '../rig/oddities.ts'
import { useJava, useKafka } from '../rig/shared.ts'
import { manifestOf, redoAccounts, run, type Settings, sha256 } from './support.ts'

/** Every oddity of a Kafka topic, archived and compared with what Kafka's own read_committed consumer is given. */
describe('a backup of every oddity', () => {
  let java: JavaClient
  let odd: Oddities
  let base: Omit<Settings, 'path'>
  let committed: DumpedRecord[]
  let everything: DumpedRecord[]
  let ends: Map<string, OffsetRow>

  before(async () => {
    java = await useJava()
    odd = await makeOddities(java, { seed: 20 })
    base = { bootstrap: (await useKafka()).bootstrap, topics: [`${odd.prefix}*`] }
    committed = await java.records(odd.names)
    everything = await java.records(odd.names, { isolation: 'read_uncommitted' })
    ends = new Map((await java.listOffsets(odd.names)).map((row) => [`${row.topic}/${row.partition}`, row]))
  })

  for (const [compression, level] of [
    ['zstd', 'adaptive'],
    ['zstd', 6],
    ['none', 3],
  ] as const) {
    test(`with ${compression} at ${level}: record by record, and the account redone`, async () => {
      const path = await temporaryFolder()
      // Small segments, so that oddities lie at their borders as well.
      const backup = { compression, compression_level: level, segment_max_bytes: level === 6 ? 20_000 : 1_000_000 }
      const result = await run({ ...base, path, backup })
      assert.equal(await sameAsKafka({ ...base, topics: odd.names, path }, java), committed.length)
      assert.equal(result.records, committed.length)
      await accountsAreKafkas(path)
      assert.deepEqual(result.gaps_total, result.gaps.length)
      assert.ok(result.gaps.every(({ kind }) => kind === 'deleted_before'))
      assert.equal(result.warnings.length, 1, result.warnings.join())
      assert.match(result.warnings[0] as string, /^18 offsets in 2 partitions lie behind a transaction/)
    })
  }

  test('with lz4: record by record', async () => {
    const path = await temporaryFolder()
    await run({ ...base, path, backup: { compression: 'lz4', segment_max_bytes: 100_000 } })
    assert.deepEqual(await readWithOurs(path), committed.map(asArchived))
    const { exitCode, result } = await validate(await storageAt(path), ID)
    assert.equal(exitCode, 0, JSON.stringify(result.findings))
    assert.equal(result.verdict, 'PASSED')
  })

  /** Not only does the account add up: its kinds are what the log itself shows. */
  async function accountsAreKafkas(path: string): Promise<void> {
    const accounts = await redoAccounts(path)
    for (const { name, partitions } of odd.topics) {
      for (let partition = 0; partition < partitions; partition++) {
        const key = `${name}/${partition}`
        const row = ends.get(key)
        assert.ok(row !== undefined)
        if (row.stable === 0) {
          assert.equal(accounts.get(key), undefined, key)
          continue
        }
        const of = (records: DumpedRecord[]) =>
          records.filter((one) => one.topic === name && one.partition === partition && one.offset < row.stable).length
        const [seen, onLog] = [of(committed), of(everything)]
        const account = accounts.get(key)
        assert.ok(account !== undefined, key)
        const { deleted_before = 0, aborted = 0, control = 0, compacted = 0, ...other } = account.absent
        assert.deepEqual([account.from, account.to, account.archived], [0, row.stable, seen], key)
        assert.deepEqual(other, {}, key)
        assert.equal(deleted_before, row.earliest, key)
        assert.equal(aborted, onLog - seen, key)
        assert.equal(control + compacted, row.stable - row.earliest - onLog, key)
        assert.ok(compacted === 0 || name === odd.named('compacted'), key)
      }
    }
    const holes = [0, 1].map(
      (partition) => accounts.get(`${odd.named('compacted')}/${partition}`)?.absent.compacted ?? 0,
    )
    assert.ok(holes.every((count) => count > 0))
  }

  /** The rig's own reader knows no LZ4: this one goes through src/archive. */
  async function readWithOurs(path: string): Promise<ArchivedRecord[]> {
    const records: ArchivedRecord[] = []
    for (const { name, partitions } of (await manifestOf(path)).topics) {
      for (const { partition_id, segments } of partitions) {
        for (const entry of segments) {
          assert.equal(entry.key.endsWith('.bin.lz4'), true)
          for await (const record of openSegment(await readFile(join(path, entry.key)), entry).records()) {
            const slice = (start: number, length: number): DumpedBytes => {
              if (length < 0) return null
              const bytes = record.buf.subarray(start, start + length)
              return length > 4096 ? { length, sha256: sha256(bytes) } : bytes.toString('base64')
            }
            const headers: ArchivedRecord['headers'] = []
            for (let i = 0; i < record.headerCount * 4; i += 4) {
              const [key, keyLength, value, valueLength] = record.headers.slice(i, i + 4) as [
                number,
                number,
                number,
                number,
              ]
              headers.push([record.buf.toString('utf8', key, key + keyLength), slice(value, valueLength)])
            }
            records.push({
              topic: name,
              partition: partition_id,
              offset: record.offset,
              timestamp: String(recordTimestamp(record)),
              key: slice(record.keyStart, record.keyLen),
              value: slice(record.valStart, record.valLen),
              headers,
            })
          }
        }
      }
    }
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
    return records.sort((a, b) => order(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset)
  }
})
