import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSegment } from '../../src/archive/segment/reader.ts'
import type { SegmentEntry } from '../../src/archive/types.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import { ByteBudget } from '../../src/jobs/restore/byte-budget.ts'
import type { SourcePlan } from '../../src/jobs/restore/plan.ts'
import { type PassedOver, walkSource } from '../../src/jobs/restore/walk.ts'
import { holdsTimes, type Window, windowTest } from '../../src/jobs/restore/window.ts'
import { windowPieces } from '../../src/jobs/restore/window-pieces.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { indexAt, resealed, withoutIndex } from '../archive/segment-index.ts'
import { type PlainRecord, sealed } from '../archive/support.ts'
import { seededRandom } from '../rig/random.ts'

/** Reading a window by a segment's index finds the same records as reading everything, and no false index changes that. */

const START = 1_764_547_200_000
const random = seededRandom(11)
const RECORDS: PlainRecord[] = Array.from({ length: 6000 }, (_, i) => ({
  offset: 2 * i,
  timestamp: START + i * 10 + Math.floor(random() * 900) - (i === 4100 ? 30_000 : 0),
  key: `k${i % 40}`,
  value: JSON.stringify({ number: i, noise: random() }),
}))
const made = await sealed(RECORDS, { chunkBytes: 16 * 1024 })
const entry: SegmentEntry = { key: 'b/topics/t/partition=0/s.bin.zst', ...made.entry, generation: 1 }

/** Offsets in the window, by a filter on the records themselves. */
const inWindow = ({ start, end }: { start: number; end: number }) =>
  RECORDS.filter(({ timestamp }) => Number(timestamp) >= start && Number(timestamp) <= end).map(({ offset }) => offset)

async function read(object: Buffer, of: SegmentEntry, window: Window) {
  const test = windowTest(window)
  const found: number[] = []
  const read: number[] = []
  const passed: { records: number; firstOffset: number }[] = []
  const segment = openSegment(Buffer.from(object), of)
  for await (const piece of windowPieces(segment, of, (min, max) => holdsTimes(window, min, max))) {
    if (piece.passed !== null) passed.push(piece.passed)
    else {
      while (piece.cursor.next()) {
        const { view } = piece.cursor
        read.push(view.offset)
        if (test?.(view.tsHi, view.tsLo) !== false) found.push(view.offset)
      }
    }
  }
  const over = passed.reduce((sum, { records }) => sum + records, 0)
  assert.equal(read.length + over, RECORDS.length, 'each record is read or told to be passed over')
  return { found, read: read.length, passed }
}

test('for any window, the records are those of reading everything', async () => {
  const old = withoutIndex(made.object, entry)
  let over = 0
  for (let i = 0; i < 40; i++) {
    const start = START - 40_000 + Math.floor(random() * 105_000)
    const window = { start, end: start + Math.floor(random() * (i % 3 === 0 ? 40_000 : 700)) }
    const expected = inWindow(window)
    const narrow = await read(made.object, entry, window)
    assert.deepEqual(narrow.found, expected)
    over += RECORDS.length - narrow.read
    assert.deepEqual(await read(old.object, old.entry, window), { found: expected, read: RECORDS.length, passed: [] })
  }
  assert.ok(over > 40 * 2000, `${over} passed over`)
})

test('an index that nothing vouches for is not used', async () => {
  const window = { start: START + 20_000, end: START + 20_100 }
  const { generation: _, ...foreign } = entry
  const { merkle_root: __, ...rootless } = entry
  const { sha256: ___, ...unstated } = entry
  for (const one of [foreign, rootless, unstated, { ...entry, max_timestamp: START + 10_000_000 }] as SegmentEntry[]) {
    assert.equal((await read(made.object, one, window)).read, RECORDS.length)
  }
  assert.ok((await read(made.object, entry, window)).read < 1000)
})

test('a false index with right checksums makes no difference to what comes out: all is read', async () => {
  const at = indexAt(made.object) - 32
  const index = openSegment(Buffer.from(made.object), entry).index()
  assert.ok(index !== null && !('broken' in index))
  const row = (i: number) => at + 16 + 32 * i
  const frame = index.frames[10]
  assert.ok(frame)
  const middle = Math.floor((Number(frame.min) + Number(frame.max)) / 2)
  const window = { start: middle - 20, end: middle + 20 }
  assert.ok((await read(made.object, entry, window)).read < 2000)
  const lies: [string, (body: Buffer) => void][] = [
    [
      'a head',
      (body) => body.writeUInt8((body[row(index.frames.length) + 40] as number) ^ 1, row(index.frames.length) + 40),
    ],
    ['a count', (body) => body.writeUInt32LE(body.readUInt32LE(row(2)) + 1, row(2))],
    [
      'a frame’s limits',
      (body) => {
        body.writeUInt32LE(body.readUInt32LE(row(10)) + 1, row(10))
        body.writeUInt32LE(body.readUInt32LE(row(11)) - 1, row(11))
      },
    ],
    ['a first offset', (body) => body.writeBigInt64LE(body.readBigInt64LE(row(10) + 8) + 1n, row(10) + 8)],
    ['a time of a frame that is read', (body) => body.writeBigInt64LE(BigInt(middle + 1), row(10) + 24)],
  ]
  for (const [what, lie] of lies) {
    const forged = resealed(made.object, entry, (body) => {
      lie(body)
      return body
    })
    const got = await read(forged.object, forged.entry, window)
    assert.deepEqual([got.found, got.read, got.passed], [inWindow(window), RECORDS.length, []], what)
  }
})

/** A source of one segment, walked as a restore does. */
async function walk(object: Buffer, window: Window | null, tellsPassed = true) {
  const source = { topic: 't', partition: 0, groups: [[entry]] } as unknown as SourcePlan
  const storage = { get: async () => ({ body: Buffer.from(object) }) } as unknown as Storage
  const from = { storage, backupId: 'b', budget: new ByteBudget(1 << 28), stop: new AbortController().signal, window }
  const visited: { offset: number; bytes: number }[] = []
  const passed: (PassedOver & { after: number })[] = []
  const repeated = await walkSource(source, from, {
    visit: (view) => {
      visited.push({ offset: view.offset, bytes: 0 })
      return undefined
    },
    ...(tellsPassed ? { passedOver: (one) => passed.push({ ...one, after: visited.at(-1)?.offset ?? -1 }) } : {}),
  })
  return { visited: visited.map(({ offset }) => offset), passed, repeated }
}

test('a walk visits the window in order, and tells what it passes over where it lies', async () => {
  const window = { start: START + 20_000, end: START + 21_000 }
  const { visited, passed, repeated } = await walk(made.object, window)
  assert.equal(repeated, 0)
  assert.ok(visited.length < 2000)
  const expected = inWindow(window)
  assert.deepEqual(
    visited.filter((offset) => expected.includes(offset)),
    expected,
  )
  assert.ok(visited.every((offset, i) => i === 0 || offset > (visited[i - 1] as number)))
  const bytes = passed.reduce((sum, one) => sum + one.bytes, 0)
  assert.ok(bytes > entry.uncompressed_size / 2 && bytes < entry.uncompressed_size)
  assert.equal(visited.length + passed.reduce((sum, { records }) => sum + records, 0), RECORDS.length)
  for (const { firstOffset, after } of passed) assert.ok(firstOffset > after)
  // who does not ask what was passed over sees every record, and so does who wants all
  for (const got of [await walk(made.object, window, false), await walk(made.object, null)]) {
    assert.deepEqual([got.visited.length, got.passed.length], [RECORDS.length, 0])
  }
})

test('a byte that was changed in a frame outside the window stops the walk before its first record', async () => {
  const window = { start: START + 20_000, end: START + 21_000 }
  for (const at of [100, made.object.length >> 1, made.object.length - 400]) {
    const changed = Buffer.from(made.object)
    changed[at] = (changed[at] as number) ^ 1
    let visited = -1
    await assert.rejects(
      walk(changed, window).then(({ visited: all }) => {
        visited = all.length
      }),
      (error) => isCofferError(error, 'SEGMENT_DAMAGED'),
    )
    assert.equal(visited, -1)
  }
})
