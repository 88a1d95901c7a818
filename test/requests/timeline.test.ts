import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TimelineRequest } from '../../src/contract/jobs.ts'
import { runTimeline } from '../../src/jobs/extract/timeline.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { PlainRecord } from '../archive/support.ts'
import { dropIndexes, ID, makeArchive, orders, START, temporaryFolder } from '../extract/support.ts'

const DAY = 86_400_000
/** START is the first midnight of the data. */
const day = (n: number, offset: number): PlainRecord => ({ offset, timestamp: START + n * DAY, key: 'k', value: '{}' })

async function timeline(storage: Storage, asked: Partial<TimelineRequest> = {}) {
  const request = {
    kind: 'timeline' as const,
    archive: { path: '/' },
    backupId: ID,
    topics: null,
    zone: 'UTC',
    range: null,
    readBytes: 0,
    window: null,
    environment: {},
    ...asked,
  }
  return (await runTimeline(storage, request)).result
}

describe('a timeline', () => {
  test('spreads what it has not read, says so, and counts what it may read', async () => {
    const records = [0, 1, 2, 3, 30, 31, 32, 33].map((n, offset) => day(n, offset))
    const storage = await makeArchive(await temporaryFolder(), { orders: [[records]] })
    const spread = await timeline(storage)
    assert.equal(spread.step, '6-hours')
    assert.equal(spread.exact.includes(true), false)
    assert.ok(spread.unread_bytes > 0)
    assert.deepEqual(spread.quiet, [], 'a segment says nothing of what lies in it')
    const counted = await timeline(storage, { readBytes: 1e9 })
    assert.equal(counted.unread_bytes, 0)
    assert.equal(counted.exact.every(Boolean), true)
    assert.equal(
      counted.records.reduce((a, b) => a + b),
      8,
    )
    assert.equal(counted.records[0], 1)
    const [longest] = counted.quiet
    assert.deepEqual(longest, { from: START + 3 * DAY + DAY / 4, to: START + 30 * DAY, lost: 'none' })
  })

  test('counts by the index of a segment what it counts by its records', async () => {
    const folder = await temporaryFolder()
    // a few records out of their order, so that frames reach over several steps
    const records = orders(0, 9000).map((one, i) => (i % 2000 === 7 ? { ...one, timestamp: START + 3_000_000 } : one))
    const storage = await makeArchive(folder, { orders: [[records]] })
    const second = 1000
    const ranges = [
      null,
      ...[1_000, 4_000, 8_000].map((at) => ({ from: START + at * second, to: START + 8_500 * second })),
    ]
    const all = () => Promise.all(ranges.map((range) => timeline(storage, { readBytes: 1e9, range })))
    const [byIndex] = [await all(), await dropIndexes(folder, storage)]
    const byRecords = await all()
    for (const [i, found] of byIndex.entries()) {
      assert.deepEqual([found.records, found.exact], [byRecords[i]?.records, byRecords[i]?.exact])
      assert.equal(found.exact.every(Boolean), true)
    }
    assert.equal(
      byIndex[0]?.records.reduce((a, b) => a + b),
      9000,
    )
  })

  test('is exact where each segment lies in one step', async () => {
    const storage = await makeArchive(await temporaryFolder(), {
      orders: [[orders(0, 5), orders(5, 5)]],
      other: [[orders(0, 3)]],
    })
    const found = await timeline(storage, { range: { from: START, to: START + 400 * DAY } })
    assert.equal(found.unread_bytes, 0)
    assert.equal(found.records[0], 13)
    assert.deepEqual(
      found.streams.map(({ topic, records }) => [topic, records]),
      [
        ['orders', 10],
        ['other', 3],
      ],
    )
    const only = await timeline(storage, { topics: ['other'], readBytes: 1e9 })
    assert.equal(
      only.records.reduce((a, b) => a + b),
      3,
    )
    assert.equal(only.streams_total, 1)
  })

  test('tells between which bounds the records of a window are', async () => {
    const storage = await makeArchive(await temporaryFolder(), { orders: [[orders(0, 100), orders(100, 100)]] })
    // seconds 50 to 199: half of the first segment and all of the second
    const { window } = await timeline(storage, { window: { start: START + 50_000, end: null } })
    assert.equal(window?.least, 100)
    assert.equal(window?.most, 200)
    assert.ok(window !== null && window.about >= 148 && window.about <= 152, String(window?.about))
    const open = (await timeline(storage, { window: { start: null, end: null } })).window
    assert.deepEqual([open?.least, open?.most, open?.segments], [200, 200, 2])
    const none = (await timeline(storage, { window: { start: 0, end: 1 } })).window
    assert.deepEqual([none?.most, none?.segments, none?.segments_total], [0, 0, 2])
  })

  test('shows losses between the records around them', async () => {
    const folder = await temporaryFolder()
    const storage = await makeArchive(folder, { orders: [[[day(0, 0)], [day(40, 9)]]] })
    const path = join(folder, ID, 'manifest.json')
    const manifest = JSON.parse(await readFile(path, 'utf8'))
    const [, entry] = manifest.topics[0].partitions[0].account
    entry.absent = { deleted_during: 8 }
    entry.ranges = [['deleted_during', 1, 9]]
    await writeFile(path, JSON.stringify(manifest))
    const found = await timeline(storage)
    assert.equal(found.losses_total, 1)
    assert.deepEqual([found.losses[0]?.after, found.losses[0]?.before], [START, START + 40 * DAY])
    assert.equal(found.quiet[0]?.lost, 'some')
    assert.equal(found.account?.absent.deleted_during, 8)
  })

  test('names segments that can’t be read, and goes on without them', async () => {
    const folder = await temporaryFolder()
    const storage = await makeArchive(folder, {
      orders: [
        [
          [day(0, 0), day(9, 1)],
          [day(20, 2), day(29, 3)],
        ],
      ],
    })
    const segments = join(folder, ID, 'topics/orders/partition=0')
    const [first] = (await readdir(segments)).filter((name) => name.includes('.bin')).sort()
    assert.ok(first !== undefined)
    const bytes = await readFile(join(segments, first))
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff
    await writeFile(join(segments, first), bytes)
    const found = await timeline(storage, { readBytes: 1e9 })
    assert.equal(found.unreadable, 1)
    assert.equal(found.exact.every(Boolean), false)
    // two are counted, and the two that the manifest states are spread
    assert.ok(Math.abs(found.records.reduce((a, b) => a + b) - 4) < 0.1)
  })
})
