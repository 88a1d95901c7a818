import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import { MapEntry, mergePositions, translatePosition } from '../../src/jobs/offsets/map.ts'
import { OffsetRuns } from '../../src/jobs/offsets/runs.ts'
import { SpillFile } from '../../src/jobs/offsets/spill.ts'
import { decodeOffsetMap, encodeOffsetMap, loadOffsetMap, offsetMapKey } from '../../src/jobs/offsets/store.ts'
import { FilesystemStorage } from '../../src/storage/filesystem.ts'
import { temporaryFolder } from './support.ts'

function entryOf(offsets: number[], targetFirst: number, sourcePartition = 0): MapEntry {
  const entry = new MapEntry({
    sourceTopic: 'a',
    sourcePartition,
    targetTopic: 'b',
    targetPartition: 0,
    targetFirst,
  })
  for (const offset of offsets) entry.add({ offset, tsHi: 0, tsLo: offset } as never)
  return entry
}

describe('runs of offsets', () => {
  it('give back every offset that was added, in a few bytes for each run', () => {
    const runs = new OffsetRuns()
    const offsets: number[] = []
    let offset = 7
    for (let i = 0; i < 20_000; i++) {
      offset += i % 17 === 0 ? 1 + ((i * 2_654_435_761) % 300) : 1
      if (i === 9999) offset = 9_007_199_254_000_000
      offsets.push(offset)
      runs.add(offset)
    }
    const back: number[] = []
    for (const run of runs) for (let i = 0; i < run.count; i++) back.push(run.start + i)
    assert.deepEqual(back, offsets)
    assert.equal(runs.records, offsets.length)
    assert.equal(runs.firstOffset, offsets[0])
    assert.equal(runs.lastOffset, offsets.at(-1))
    assert.ok(runs.size < runs.runs * 4, `${runs.size} bytes for ${runs.runs} runs`)
    for (const index of [0, 1, 500, 9998, 9999, 19_999]) assert.equal(runs.countBefore(offsets[index]!), index)
    assert.equal(runs.countBefore(offsets.at(-1)! + 1), offsets.length)
    assert.equal(runs.countBefore(0), 0)
  })

  it('stay small in memory, whatever their number, and give the same answers from the file', () => {
    const spill = new SpillFile()
    const [inFile, inMemory] = [new OffsetRuns(spill), new OffsetRuns()]
    const offsets: number[] = []
    for (let i = 0; i < 300_000; i++) offsets.push(i * 3 + (i % 2))
    for (const offset of offsets) {
      inFile.add(offset)
      inMemory.add(offset)
    }
    assert.ok(inFile.size < 70_000, `${inFile.size} bytes`)
    const answers = (runs: OffsetRuns) =>
      [0, 1, 2, 3, 150_000, 150_001, 449_999, 899_990, 899_998, 10_000_000].map((at) => runs.countBefore(at))
    assert.deepEqual(answers(inFile), answers(inMemory))
    inFile.done()
    assert.equal(inFile.size, 0)
    assert.deepEqual(answers(inFile), answers(inMemory))
    let index = 0
    for (const run of inFile) {
      assert.equal(run.before, index)
      for (let i = 0; i < run.count; i++) assert.equal(run.start + i, offsets[index++])
    }
    assert.equal(index, offsets.length)
    spill.close()
    spill.close()
  })

  it('count the records before a position in a hole', () => {
    const runs = new OffsetRuns()
    for (const offset of [10, 11, 20, 21, 22]) runs.add(offset)
    assert.deepEqual(
      [10, 11, 12, 15, 20, 22, 23].map((at) => runs.countBefore(at)),
      [0, 1, 2, 2, 2, 4, 5],
    )
  })
})

describe('translation of positions', () => {
  const whole = { end: 30, leftOutAfter: null }

  it('is exact within what was restored, and goes on to the next record from a hole', () => {
    const entry = entryOf([10, 11, 20, 21, 22], 100)
    const at = (offset: number) => translatePosition(entry, whole, 100, offset)
    assert.deepEqual(at(10), { targetOffset: 100, clamped: false })
    assert.deepEqual(at(15), { targetOffset: 102, clamped: false })
    assert.deepEqual(at(21), { targetOffset: 103, clamped: false })
    assert.deepEqual(at(23), { targetOffset: 105, clamped: false })
    // Up to the end of the backup there was nothing more to restore: markers, aborted records.
    assert.deepEqual(at(30), { targetOffset: 105, clamped: false })
  })

  it('failure 18: clamps a position outside of what was restored, and says so', () => {
    const entry = entryOf([10, 11, 12], 5)
    assert.equal(translatePosition(entry, whole, 5, 3).targetOffset, 5)
    assert.equal(translatePosition(entry, whole, 5, 3).clamped, true)
    const beyond = translatePosition(entry, whole, 5, 1_000_000)
    assert.deepEqual([beyond.targetOffset, beyond.clamped], [8, true])
    assert.match(beyond.reason!, /past the end of what was backed up/)
    const leftOut = translatePosition(entry, { end: 30, leftOutAfter: 15 }, 5, 20)
    assert.deepEqual([leftOut.targetOffset, leftOut.clamped], [8, true])
    const before = translatePosition(entry, { end: 30, leftOutAfter: 25 }, 5, 20)
    assert.deepEqual([before.targetOffset, before.clamped], [8, false])
    assert.deepEqual(translatePosition(undefined, whole, 7, 0), { targetOffset: 7, clamped: false })
  })

  it('finds the first unread record where several partitions were laid into one', () => {
    const entries = [entryOf([0, 1, 2], 0, 0), entryOf([0, 1, 2, 3], 3, 1)]
    const at = (a: number | null, b: number | null) =>
      mergePositions(
        entries,
        new Map([...(a === null ? [] : [[0, a] as const]), ...(b === null ? [] : [[1, b] as const])]),
        0,
      )
    assert.equal(at(3, 2).targetOffset, 5)
    assert.equal(at(3, 2).reason, undefined)
    assert.equal(at(3, 4).targetOffset, 7)
    assert.equal(at(1, 2).targetOffset, 1)
    assert.match(at(1, 2).reason!, /2 records .* read again/)
    assert.equal(at(null, 4).targetOffset, 0)
  })
})

describe('stored map', () => {
  it('comes back as it was', async () => {
    const entry = entryOf([10, 11, 20, 9_007_199_254_000_000], 100, 3)
    const map = {
      backupId: 'b',
      restoreId: '0123456789abcdef',
      createdAt: 5,
      sourceClusterId: null,
      targetClusterId: 'x',
      entries: [entry, entryOf([], 0)],
    }
    const storage = new FilesystemStorage(await temporaryFolder())
    await storage.put(offsetMapKey('b', map.restoreId), await encodeOffsetMap(map))
    const back = await loadOffsetMap(storage, 'b', map.restoreId)
    assert.equal(back!.targetClusterId, 'x')
    const [first, second] = back!.entries
    assert.deepEqual([...first!.runs], [...entry.runs])
    assert.deepEqual(first!.span, { min: 10, max: entry.span!.max })
    assert.equal(second!.span, null)
    assert.equal(await loadOffsetMap(storage, 'b', 'f'.repeat(16)), null)
  })

  it('refuses whatever is not one, and ids that lead elsewhere', async () => {
    for (const bad of [null, [], {}, { format: 'coffer-offset-map/1' }, { format: 'x', entries: [] }]) {
      assert.throws(() => decodeOffsetMap(bad))
    }
    assert.throws(
      () => offsetMapKey('b', '../../../etc/passw'),
      (error) => isCofferError(error, 'PATH_ESCAPES'),
    )
    const storage = new FilesystemStorage(await temporaryFolder())
    const key = offsetMapKey('b', '0'.repeat(16))
    await storage.put(key, Buffer.from('nonsense'))
    await assert.rejects(loadOffsetMap(storage, 'b', '0'.repeat(16)), (error) =>
      isCofferError(error, 'MANIFEST_DAMAGED'),
    )
  })
})
