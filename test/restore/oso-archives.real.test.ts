import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { JavaClient } from '../rig/java-client.ts'
import type { DumpedBytes, DumpedRecord } from '../rig/java-types.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/oso')

interface Expected {
  topic: string
  partition: number
  timestamp: number | string
  key: { length: number; sha256: string } | null
  value: { length: number; sha256: string } | null
  /** The first twelve. */
  headers: [string, string | null][]
  header_count: number
}

function digest(value: DumpedBytes): { length: number; sha256: string } | null {
  if (value === null || typeof value === 'object') return value
  const bytes = Buffer.from(value, 'base64')
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function hex(value: DumpedBytes): string | null {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('hex') : null
}

/** Control markers as OSO archives them: told apart here by their bytes, not by our own rule. */
const MARKER_KEY_BYTES = 4
const MARKER_VALUE_BYTES = 6

function isMarker(record: Expected): boolean {
  return (
    record.topic === 'ledger-transfers-tx' &&
    record.key?.length === MARKER_KEY_BYTES &&
    record.value?.length === MARKER_VALUE_BYTES
  )
}

function compare(found: readonly DumpedRecord[], expected: readonly Expected[], mapped: Map<string, string>): void {
  const keyOf = (topic: string, partition: number) => `${topic}/${partition}`
  const byPartition = Map.groupBy(found, (record) => keyOf(record.topic, record.partition))
  const wanted = Map.groupBy(expected, (record) => keyOf(mapped.get(record.topic)!, record.partition))
  assert.deepEqual([...byPartition.keys()].sort(), [...wanted.keys()].sort())
  for (const [partition, records] of wanted) {
    const there = byPartition.get(partition)!
    assert.equal(there.length, records.length, partition)
    for (const [i, record] of records.entries()) {
      const got = there[i]!
      assert.equal(got.offset, i, partition)
      assert.equal(got.timestamp, String(record.timestamp), `${partition} ${i}`)
      assert.deepEqual(digest(got.key), record.key, `${partition} ${i}`)
      assert.deepEqual(digest(got.value), record.value, `${partition} ${i}`)
      assert.equal(got.headers.length, record.header_count, `${partition} ${i}`)
      const headers = got.headers.slice(0, record.headers.length).map(([name, value]) => [name, hex(value)])
      assert.deepEqual(headers, record.headers, `${partition} ${i}`)
    }
  }
}

describe('archives of OSO Kafka Backup', () => {
  let java: JavaClient
  let bootstrap: string
  let expected: Expected[]
  let folder: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    const lines = (await readFile(join(FIXTURES, 'expected-records.ndjson'), 'utf8')).trim().split('\n')
    expected = lines.map((line) => JSON.parse(line) as Expected)
    folder = await temporaryFolder()
    await cp(FIXTURES, folder, { recursive: true })
  })
  after(() => java.stop())

  const restoreAll = async (backupId: string, more: Record<string, unknown> = {}) => {
    const names = [...new Set(expected.map((record) => record.topic)), 'ledger-empty']
    const mapped = new Map(names.map((name) => [name, uniqueName(name)]))
    const config = restoreConfig({
      bootstrap,
      path: folder,
      backupId,
      restore: { create_topics: true, topic_mapping: Object.fromEntries(mapped), ...more },
    })
    const { exitCode, result } = await restore(config, recordingContext())
    return { exitCode, result, mapped, found: await java.records([...mapped.values()]) }
  }

  for (const compression of ['zstd', 'lz4', 'none']) {
    it(`failure 1: restores oso-ledger-${compression} record by record, without the markers archived as data`, async () => {
      const { exitCode, result, found, mapped } = await restoreAll(`oso-ledger-${compression}`)
      assert.equal(exitCode, 0)
      assert.equal(result.records_suspect, 8)
      assert.ok(result.warnings.some((warning) => warning.startsWith('8 records look like transaction markers')))
      const users = expected.filter((record) => !isMarker(record))
      assert.equal(users.length, expected.length - 8)
      assert.equal(result.records, users.length)
      compare(found, users, mapped)
      const empty = (await java.describeTopics([mapped.get('ledger-empty')!]))[0]!
      assert.equal(empty.partitions, 2)
    })
  }

  it('restores the markers too where that is asked for', async () => {
    const { result, found, mapped } = await restoreAll('oso-ledger-none', { suspect_records: 'restore' })
    assert.equal(result.records_suspect, 0)
    compare(found, expected, mapped)
  })

  it('brings consumer groups along', async () => {
    const group = 'ledger-settlement'
    const { result, mapped } = await restoreAll('oso-ledger-lz4', { auto_consumer_groups: true })
    const target = mapped.get('ledger-payments')!
    assert.equal(result.consumer_groups?.[0]?.group_id, group)
    const there = (await java.groupOffsets(group)).filter((one) => one.topic === target)
    assert.deepEqual(there.map(({ partition, offset }) => [partition, offset]).sort(), [
      [0, 74],
      [1, 109],
      [2, 157],
    ])
  })
})
