import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import { loadOffsetMap } from '../../src/jobs/offsets/store.ts'
import { FilesystemStorage } from '../../src/storage/filesystem.ts'
import { dropIndexes, ID, makeArchive as makeLedger, orders, START } from '../extract/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import type { DumpedRecord } from '../rig/java-types.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { type MadeRecord, type MadeTopic, makeArchive, plainRecords, segmentObject } from './archive-maker.ts'
import { assertSame, base64 } from './same-content.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

describe('restored records', () => {
  let java: JavaClient
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  /** Makes an archive of one topic under a name of its own, and says how to restore it. */
  const archiveOf = async (topic: Omit<MadeTopic, 'name'>) => {
    const folder = await temporaryFolder()
    const name = uniqueName('restored')
    await makeArchive(folder, 'made', [{ name, ...topic }])
    const config = (more: Record<string, unknown> = {}) =>
      restoreConfig({ bootstrap, path: folder, backupId: 'made', restore: { create_topics: true, ...more } })
    return { folder, name, config }
  }

  it('failure 8: keeps headers in order, repeated, empty, null-valued, non-ASCII, and many', async () => {
    const records: MadeRecord[] = [
      { offset: 0, timestamp: 1, key: null, value: null },
      { offset: 1, timestamp: 0, key: '', value: '' },
      {
        offset: 2,
        timestamp: 1_700_000_000_000,
        key: 'k',
        value: null,
        headers: [
          ['b', '1'],
          ['a', null],
          ['b', '2'],
          ['b', '1'],
          ['', ''],
          ['überweisung-€-口座', Buffer.from([0, 255, 254])],
        ],
      },
      {
        offset: 3,
        timestamp: 4_102_444_800_000,
        value: Buffer.from([0xff, 0x00, 0xc3]),
        headers: Array.from({ length: 300 }, (_, i): [string, string] => [`h${i % 7}`, String(i)]),
      },
    ]
    const { name, config } = await archiveOf({ partitions: { 0: [{ records }] } })
    await restore(config())
    assertSame(await java.records([name]), records)
  })

  it("failure 9: leaves users' own x-original-offset alone, and adds none", async () => {
    const offset = Buffer.alloc(8)
    offset.writeBigInt64LE(99n)
    const records = plainRecords(7, 3).map((record) => ({
      ...record,
      headers: [['x-original-offset', offset] as [string, Buffer], ['x-original-offset', 'text'] as [string, string]],
    }))
    const { name, config } = await archiveOf({ partitions: { 0: [{ records }] } })
    await restore(config())
    assertSame(await java.records([name]), records)
  })

  it('adds the tracking headers of OSO after the own ones where that is asked for', async () => {
    const records = plainRecords(5, 2, { headers: [['own', 'x']] })
    const { name, config } = await archiveOf({ partitions: { 3: [{ records }] } })
    await restore(config({ include_original_offset_header: true }))
    const number = (value: number | bigint, bytes: 4 | 8) => {
      const out = Buffer.alloc(bytes)
      if (bytes === 8) out.writeBigInt64LE(BigInt(value))
      else out.writeInt32LE(Number(value))
      return out
    }
    const tracked = records.map((record) => ({
      ...record,
      headers: [
        ...record.headers!,
        ['x-original-offset', number(record.offset, 8)] as [string, Buffer],
        ['x-original-timestamp', number(record.timestamp, 8)] as [string, Buffer],
        ['x-source-partition', number(3, 4)] as [string, Buffer],
      ],
    }))
    assertSame(await java.records([name]), tracked)
    const again = await restore(config({ include_original_offset_header: true }))
    assert.equal(again.result.records, 0)
    // OSO's other way to ask for the same
    const byStrategy = await archiveOf({ partitions: { 3: [{ records }] } })
    await restore(byStrategy.config({ consumer_group_strategy: 'header-based' }))
    assertSame(await java.records([byStrategy.name]), tracked)
  })

  it('failure 2: restores 100 records once that overlapping segments hold twice', async () => {
    const records = plainRecords(0, 100)
    const { name, config } = await archiveOf({
      partitions: {
        0: [
          { records: records.slice(0, 60) },
          { records: records.slice(40), name: 'later' },
          { records: records.filter((record) => record.offset % 3 === 0), name: 'thin' },
        ],
      },
    })
    const { result } = await restore(config())
    assert.equal(result.records, 100)
    assert.ok(result.warnings.some((warning) => warning.includes('stored more than once')))
    assertSame(await java.records([name]), records)
  })

  it('failure 2: restores 100 records once after a second run has overwritten a segment and kept its old entry', async () => {
    const records = plainRecords(0, 100)
    const { folder, name, config } = await archiveOf({
      partitions: { 0: [{ records: records.slice(0, 40) }, { records: records.slice(40) }] },
    })
    const manifest = JSON.parse(await readFile(join(folder, 'made/manifest.json'), 'utf8'))
    await writeFile(join(folder, manifest.topics[0].partitions[0].segments[0].key), segmentObject(records).object)
    const { result } = await restore(config())
    assert.equal(result.records, 100)
    assert.ok(result.warnings.some((warning) => warning.startsWith('the manifest is out of date')))
    assertSame(await java.records([name]), records)
  })

  it("takes off the tracking headers of the archive's tool where that is asked for, and only those", async () => {
    const number = (value: number | bigint) => {
      const out = Buffer.alloc(8)
      out.writeBigInt64LE(BigInt(value))
      return out
    }
    const own: [string, string | Buffer | null][] = [
      ['x-original-offset', number(3)],
      ['trace', 'a'],
    ]
    const plain = plainRecords(40, 3, { headers: own })
    const tracked = plain.map((record) => ({
      ...record,
      headers: [
        ...own,
        ['x-original-offset', number(record.offset)] as [string, Buffer],
        ['x-original-timestamp', number(record.timestamp)] as [string, Buffer],
        ['x-source-cluster', 'prod'] as [string, string],
      ],
    }))
    const { name, config } = await archiveOf({ partitions: { 0: [{ records: tracked }] } })
    const as = uniqueName('as-archived')
    const { result } = await restore(config({ topic_mapping: { [name]: as } }))
    assertSame(await java.records([as]), tracked)
    assert.ok(result.warnings.some((warning) => warning.includes('strip_offset_headers')))
    await restore(config({ strip_offset_headers: true }))
    assertSame(await java.records([name]), plain)
  })

  it('stops at a damaged segment, and goes on where it stopped once that is mended', async () => {
    const records = plainRecords(0, 300)
    const { folder, name, config } = await archiveOf({
      partitions: { 0: [0, 100, 200].map((from) => ({ records: records.slice(from, from + 100), ours: true })) },
    })
    const manifest = JSON.parse(await readFile(join(folder, 'made/manifest.json'), 'utf8'))
    const file = join(folder, manifest.topics[0].partitions[0].segments[1].key)
    const good = await readFile(file)
    const bad = Buffer.from(good)
    bad[200]! ^= 0x20
    await writeFile(file, bad)
    await assert.rejects(
      restore(config()),
      (error) => isCofferError(error, 'SEGMENT_DAMAGED') && error.message.includes('segment-00000000000000000100'),
    )
    assertSame(await java.records([name]), records.slice(0, 100))
    await writeFile(file, good)
    const { result } = await restore(config())
    assert.equal(result.records_already_there, 100)
    assertSame(await java.records([name]), records)
  })

  it('refuses segments that disagree about an offset', async () => {
    const { config } = await archiveOf({
      partitions: { 0: [{ records: plainRecords(0, 10) }, { records: plainRecords(5, 10, { value: 'other' }) }] },
    })
    await assert.rejects(restore(config()), (error) => isCofferError(error, 'ARCHIVE_DIFFERS'))
  })

  for (const ours of [false, true]) {
    it(`failure 6: finds every record of a window, out of order too (${ours ? 'stated' : 'unknown'} minimum and maximum)`, async () => {
      const at = (offset: number, timestamp: number): MadeRecord => ({ offset, timestamp, value: `v${offset}` })
      const first = [at(0, 9000), at(1, 1000), at(2, 2000), at(3, 9000)]
      const second = [at(4, 5000), at(5, 4000), at(6, 999), at(7, 5000)]
      const third = [at(8, 2001), at(9, 1999), at(10, 7000)]
      const { name, config } = await archiveOf({
        partitions: { 0: [first, second, third].map((records) => ({ records, ours })) },
      })
      const { result } = await restore(config({ time_window_start: 1000, time_window_end: 2000 }))
      const held = [...first, ...second, ...third].filter(({ timestamp }) => timestamp >= 1000 && timestamp <= 2000)
      assert.equal(held.length, 3)
      assertSame(await java.records([name]), held)
      assert.equal(result.records_filtered, 8)
      assert.deepEqual(result.window, { start: '1970-01-01T00:00:01.000Z', end: '1970-01-01T00:00:02.000Z' })
    })
  }

  it('a small window opens only the segments that can hold it', async () => {
    const segments = Array.from({ length: 50 }, (_, i) => ({ records: plainRecords(i * 10, 10), ours: true }))
    const { name, folder, config } = await archiveOf({ partitions: { 0: segments } })
    const start = 1_700_000_000_000 + 200 * 1000
    // Were any other segment opened, this would fail.
    const manifest = JSON.parse(await readFile(join(folder, 'made/manifest.json'), 'utf8'))
    for (const [i, entry] of manifest.topics[0].partitions[0].segments.entries()) {
      if (i !== 20) await writeFile(join(folder, entry.key), 'damaged')
    }
    const { result } = await restore(config({ time_window_start: start, time_window_end: start + 9_999 }))
    assert.equal(result.segments_read, 1)
    assert.equal(result.segments_skipped, 49)
    assertSame(await java.records([name]), plainRecords(200, 10))
  })

  it('a window within a segment is found by its index, and is what reading all of the segment gives', async () => {
    const folder = await temporaryFolder()
    const storage = await makeLedger(folder, { orders: [[orders(0, 9000)]] })
    const [start, end] = [START + 4_000_000, START + 4_200_000]
    const into = async (target: string) => {
      const options = { create_topics: true, topic_mapping: { orders: target } }
      const window = { time_window_start: start, time_window_end: end }
      const given = { bootstrap, path: folder, backupId: ID, restore: { ...options, ...window } }
      const { result } = await restore(restoreConfig(given))
      const map = await loadOffsetMap(new FilesystemStorage(folder), ID, result.restore_id)
      return { result, runs: map?.entries.flatMap(({ runs }) => [...runs]) }
    }
    const [quick, whole] = [uniqueName('by-index'), uniqueName('whole')]
    const fast = await into(quick)
    await dropIndexes(folder, storage)
    const slow = await into(whole)

    const shown = (records: readonly DumpedRecord[]) => records.map(({ topic: _, ...record }) => record)
    const found = await java.records([quick])
    assert.equal(found.length, 201)
    assert.ok(found.every(({ timestamp }) => Number(timestamp) >= start && Number(timestamp) <= end))
    assert.deepEqual(shown(found), shown(await java.records([whole])))
    assert.deepEqual(fast.runs, slow.runs)
    assert.deepEqual([fast.result.records, fast.result.records_filtered], [201, 9000 - 201])
    assert.deepEqual([slow.result.records, slow.result.records_filtered], [201, 9000 - 201])
    const { records_ruled_out: ruledOut } = fast.result
    assert.ok(ruledOut > 5000 && ruledOut <= 9000 - 201, `${ruledOut}`)
    assert.equal(slow.result.records_ruled_out, 0)
  })

  it('failure 16: counts holes as holes: each record has its place, and the map says which', async () => {
    const records = [3, 4, 10, 11, 12, 500].map((offset) => plainRecords(offset, 1)[0]!)
    const { name, folder, config } = await archiveOf({ partitions: { 0: [{ records }] } })
    const { result } = await restore(config())
    assertSame(await java.records([name]), records)
    const map = await loadOffsetMap(new FilesystemStorage(folder), 'made', result.restore_id)
    assert.deepEqual(
      [...map!.entries[0]!.runs],
      [
        { start: 3, count: 2, before: 0 },
        { start: 10, count: 3, before: 2 },
        { start: 500, count: 1, before: 5 },
      ],
    )
  })

  it('maps topics and partitions, and filters partitions', async () => {
    const folder = await temporaryFolder()
    const [source, target] = [uniqueName('from'), uniqueName('to')]
    const [zero, one, two] = [plainRecords(0, 5), plainRecords(100, 6), plainRecords(200, 7)]
    await makeArchive(folder, 'made', [
      {
        name: source,
        partitionCount: 3,
        partitions: { 0: [{ records: zero }], 1: [{ records: one }], 2: [{ records: two }] },
      },
    ])
    const { result } = await restore(
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'made',
        restore: {
          create_topics: true,
          topic_mapping: { [source]: target },
          partition_mapping: { 0: 4, 2: 1 },
          source_partitions: [0, 1, 2].filter((partition) => partition !== 1),
        },
      }),
    )
    assert.equal(result.records_filtered, 6)
    const found = await java.records([target])
    assertSame(
      found.filter((record) => record.partition === 4),
      zero,
    )
    assertSame(
      found.filter((record) => record.partition === 1),
      two,
    )
    assert.equal(found.length, 12)
  })

  it("repartitions as Kafka's own partitioner does, each key's order kept", async () => {
    const keyed = plainRecords(0, 500).map((record) => ({ ...record, key: `customer-${(record.offset * 7919) % 120}` }))
    const { name, config } = await archiveOf({
      partitions: { 0: [{ records: keyed.slice(0, 250) }], 1: [{ records: keyed.slice(250) }] },
    })
    const target = uniqueName('spread')
    const settings = {
      topic_mapping: { [name]: target },
      repartitioning: { [target]: { strategy: 'murmur2', target_partitions: 5 } },
    }
    const { result } = await restore(config(settings))
    assert.equal(result.records, 500)
    const oracle = uniqueName('oracle')
    await java.createTopics([{ name: oracle, partitions: 5 }])
    await java.produce(keyed.map(({ key, value, timestamp }) => ({ topic: oracle, key, value: value!, timestamp })))
    const strip = (records: DumpedRecord[]) =>
      records.map(({ partition, offset, key, value, timestamp }) => ({ partition, offset, key, value, timestamp }))
    assert.deepEqual(strip(await java.records([target])), strip(await java.records([oracle])))
    const again = await restore(config(settings))
    assert.equal(again.result.records, 0)
  })

  it('spreads null keys evenly', async () => {
    const { name, config } = await archiveOf({ partitions: { 0: [{ records: plainRecords(0, 30, { key: null }) }] } })
    await restore(config({ repartitioning: { [name]: { strategy: 'murmur2', target_partitions: 3 } } }))
    const found = await java.records([name])
    assert.deepEqual(
      [0, 1, 2].map((partition) => found.filter((record) => record.partition === partition).length),
      [10, 10, 10],
    )
  })

  it('failure 13: restores records of 8 MB, and thousands of small ones behind them', async () => {
    const large = (offset: number, byte: number): MadeRecord => ({
      offset,
      timestamp: 1_700_000_000_000,
      key: 'large',
      value: Buffer.alloc(8 * 1024 * 1024, byte),
    })
    const records = [large(0, 1), ...plainRecords(1, 3000), large(3001, 2), large(3002, 3)]
    const { name, config } = await archiveOf({ partitions: { 0: [{ records }] } })
    const { result } = await restore(config({ produce_compression: 'none' }))
    assert.equal(result.records, 3003)
    const difference = result.configuration_differences.find((one) => one.name === 'max.message.bytes')
    assert.ok(Number(difference?.applied) > 8 * 1024 * 1024)
    const found = await java.records([name], { inlineLimit: 10 })
    assert.deepEqual(
      found
        .filter((record) => record.key === base64('large'))
        .map((record) => [record.offset, (record.value as { length: number }).length]),
      [0, 3001, 3002].map((offset) => [offset, 8 * 1024 * 1024]),
    )
  })

  it('failure 36: tells records, bytes, rate, time left and the partitions at work', async () => {
    const { config } = await archiveOf({
      partitions: { 0: [{ records: plainRecords(0, 3000) }], 1: [{ records: plainRecords(0, 300) }] },
    })
    const context = recordingContext()
    await restore(config({ rate_limit_records_per_sec: 1500 }), context)
    const last = context.told.at(-1)!
    assert.equal(last.recordsDone, 3300)
    assert.equal(last.recordsTotal, 3300)
    assert.ok(last.bytesDone > 0 && last.bytesDone === last.bytesTotal)
    assert.ok(context.told.length >= 3, `${context.told.length} events`)
    assert.ok(
      context.told.some((one) => one.recordsPerSecond > 0 && one.secondsLeft !== null && one.partitions.length > 0),
    )
  })

  it('holds a rate limit over all partitions together', async () => {
    const partitions = Object.fromEntries(
      [0, 1, 2, 3].map((partition) => [partition, [{ records: plainRecords(0, 250) }]]),
    )
    const { config } = await archiveOf({ partitions })
    const begun = performance.now()
    await restore(config({ rate_limit_records_per_sec: 500 }))
    const seconds = (performance.now() - begun) / 1000
    assert.ok(seconds > 1.7, `1000 records at 500/s took ${seconds} s`)
  })
})
