import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Manifest, SegmentEntry } from '../../src/archive/types.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import { splitInt64 } from '../../src/contract/record.ts'
import { ByteBudget } from '../../src/jobs/restore/byte-budget.ts'
import { murmur2, partitionerFor } from '../../src/jobs/restore/partitioner.ts'
import { type PlanOptions, planRestore } from '../../src/jobs/restore/plan.ts'
import { rateLimit } from '../../src/jobs/restore/rate-limit.ts'
import { mayHold, windowTest } from '../../src/jobs/restore/window.ts'

const OPTIONS: PlanOptions = {
  time_window_start: null,
  time_window_end: null,
  source_partitions: null,
  partition_mapping: new Map(),
  topic_mapping: new Map(),
  repartitioning: new Map(),
}

function segment(start: number, end: number, more: Partial<SegmentEntry> = {}): SegmentEntry {
  return {
    key: `b/topics/t/partition=0/segment-${start}`,
    start_offset: start,
    end_offset: end,
    start_timestamp: 0,
    end_timestamp: 0,
    record_count: end - start + 1,
    uncompressed_size: 100 * (end - start + 1),
    compressed_size: 100,
    ...more,
  }
}

function manifest(topics: Record<string, Record<number, SegmentEntry[]>>, count: number | null = null): Manifest {
  return {
    backup_id: 'b',
    created_at: 0,
    source_cluster_id: null,
    source_brokers: [],
    compression: 'zstd',
    topics: Object.entries(topics).map(([name, partitions]) => ({
      name,
      original_partition_count: count,
      partitions: Object.entries(partitions).map(([partition, segments]) => ({
        partition_id: Number(partition),
        segments,
      })),
    })),
  }
}

function throwsCode(work: () => unknown, code: Parameters<typeof isCofferError>[1]): void {
  assert.throws(work, (error) => isCofferError(error, code as never))
}

describe('time window', () => {
  it('includes both ends, and holds for every 64-bit timestamp', () => {
    const test = windowTest({ start: 1000, end: 2000 })!
    const within = (timestamp: number | bigint) => {
      const { hi, lo } = splitInt64(timestamp)
      return test(hi, lo)
    }
    assert.deepEqual([999, 1000, 1500, 2000, 2001, -1, 2n ** 62n, -(2n ** 62n)].map(within), [
      false,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    const late = windowTest({ start: 1_700_000_000_000, end: null })!
    const { hi, lo } = splitInt64(2n ** 63n - 1n)
    assert.equal(late(hi, lo), true)
    assert.equal(windowTest({ start: null, end: null }), null)
  })

  it('failure 6: rules a segment out by minimum and maximum only, never by first and last', () => {
    const window = { start: 1000, end: 2000 }
    const unordered = segment(0, 9, { start_timestamp: 5000, end_timestamp: 6000 })
    assert.equal(mayHold(window, unordered), true)
    assert.equal(mayHold(window, { ...unordered, min_timestamp: 2001, max_timestamp: 9000 }), false)
    assert.equal(mayHold(window, { ...unordered, min_timestamp: 2000, max_timestamp: 9000 }), true)
    assert.equal(mayHold(window, { ...unordered, min_timestamp: 0, max_timestamp: 1000 }), true)
    assert.equal(mayHold(window, { ...unordered, min_timestamp: 0, max_timestamp: 999 }), false)
  })
})

describe('murmur2', () => {
  // The vectors of Apache Kafka's own UtilsTest.testMurmur2.
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [text, expected] of vectors) {
    it(`hashes "${text}" as Kafka does`, () => {
      const buf = Buffer.from(`..${text}.`)
      assert.equal(murmur2(buf, 2, text.length), expected)
    })
  }

  it('places null keys round robin, and everything with automatic', () => {
    const view = (keyLen: number) => ({ buf: Buffer.from('foobar'), keyStart: 0, keyLen }) as never
    const keyed = partitionerFor('murmur2', 3)
    assert.deepEqual(
      [keyed(view(-1)), keyed(view(-1)), keyed(view(6)), keyed(view(-1)), keyed(view(-1))],
      [0, 1, (-790332482 & 0x7fffffff) % 3, 2, 0],
    )
    const automatic = partitionerFor('automatic', 2)
    assert.deepEqual([automatic(view(6)), automatic(view(6)), automatic(view(6))], [0, 1, 0])
  })
})

describe('plan', () => {
  it('sends each partition where it came from, and names what to read in offset order', () => {
    const plan = planRestore(
      manifest({ t: { 1: [segment(10, 19), segment(0, 9)], 0: [segment(0, 4)] } }, 3),
      ['t'],
      OPTIONS,
    )
    const [topic] = plan.topics
    assert.deepEqual(
      topic!.flows.map((flow) => [flow.partitions, flow.records]),
      [
        [[0], 5],
        [[1], 20],
        [[2], 0],
      ],
    )
    assert.deepEqual(
      topic!.flows[1]!.sources[0]!.groups.map((group) => group.map((one) => one.start_offset)),
      [[0], [10]],
    )
    assert.equal(topic!.partitions, 3)
    assert.equal(plan.records, 25)
  })

  it('failure 2: reads overlapping segments side by side', () => {
    const entries = [segment(0, 59), segment(40, 99, { key: 'b/topics/t/partition=0/x' }), segment(100, 109)]
    const plan = planRestore(manifest({ t: { 0: entries } }), ['t'], OPTIONS)
    const groups = plan.topics[0]!.flows[0]!.sources[0]!.groups
    assert.deepEqual(
      groups.map((group) => group.length),
      [2, 1],
    )
  })

  it('failure 11: matches nothing, and says so', () => {
    throwsCode(() => planRestore(manifest({ t: { 0: [] } }), [], OPTIONS), 'NOTHING_MATCHED')
    throwsCode(
      () => planRestore(manifest({ t: { 0: [] } }), ['t'], { ...OPTIONS, topic_mapping: new Map([['typo', 'x']]) }),
      'NOTHING_MATCHED',
    )
    throwsCode(
      () => planRestore(manifest({ t: { 0: [segment(0, 1)] } }), ['t'], { ...OPTIONS, source_partitions: [7] }),
      'NOTHING_MATCHED',
    )
  })

  it('refuses two sources for one target topic', () => {
    const mapping = { ...OPTIONS, topic_mapping: new Map([['a', 'b']]) }
    throwsCode(() => planRestore(manifest({ a: { 0: [] }, b: { 0: [] } }), ['a', 'b'], mapping), 'CONFIG_CONFLICT')
  })

  it('refuses repartitioning together with partition_mapping, or of a topic that is no target', () => {
    const how = { strategy: 'murmur2', target_partitions: 2 } as const
    const both = { ...OPTIONS, repartitioning: new Map([['t', how]]), partition_mapping: new Map([[0, 1]]) }
    throwsCode(() => planRestore(manifest({ t: { 0: [] } }), ['t'], both), 'CONFIG_CONFLICT')
    const other = { ...OPTIONS, repartitioning: new Map([['other', how]]) }
    throwsCode(() => planRestore(manifest({ t: { 0: [] } }), ['t'], other), 'NOTHING_MATCHED')
  })

  it('lays partitions that are mapped onto one behind each other, by number', () => {
    const options = { ...OPTIONS, partition_mapping: new Map([[0, 1]]) }
    const plan = planRestore(manifest({ t: { 0: [segment(0, 4)], 1: [segment(0, 9)] } }, 2), ['t'], options)
    const [flow] = plan.topics[0]!.flows
    assert.deepEqual(flow!.partitions, [1])
    assert.deepEqual(
      flow!.sources.map((source) => source.partition),
      [0, 1],
    )
    assert.equal(plan.topics[0]!.neededPartitions, 2)
  })

  it('skips segments that the window rules out, and counts their records as filtered', () => {
    const entries = [
      segment(0, 9, { min_timestamp: 0, max_timestamp: 99 }),
      segment(10, 19, { min_timestamp: 100, max_timestamp: 199 }),
    ]
    const plan = planRestore(manifest({ t: { 0: entries } }), ['t'], { ...OPTIONS, time_window_start: 100 })
    assert.equal(plan.segmentsSkipped, 1)
    assert.equal(plan.topics[0]!.recordsFiltered, 10)
    assert.equal(plan.topics[0]!.flows[0]!.sources[0]!.skipped.length, 1)
  })
})

describe('bounds', () => {
  it('grants bytes in order, and what is larger than everything alone', async () => {
    const budget = new ByteBudget(10)
    const first = await budget.take(6)
    const order: string[] = []
    const huge = budget.take(1000).then((release) => {
      order.push('huge')
      return release
    })
    const small = budget.take(1).then((release) => {
      order.push('small')
      return release
    })
    await Promise.resolve()
    assert.deepEqual(order, [])
    first()
    const releaseHuge = await huge
    assert.deepEqual(order, ['huge'])
    releaseHuge()
    releaseHuge()
    ;(await small)()
    assert.deepEqual(order, ['huge', 'small'])
  })

  it('holds the mean of a rate limit, whatever the size of a record', () => {
    let now = 0
    const limit = rateLimit({ recordsPerSecond: null, bytesPerSecond: 1000 }, AbortSignal.abort(), () => now)!
    assert.equal(limit.take(10), undefined)
    const waiting = limit.take(5000)
    assert.ok(waiting instanceof Promise)
    now = 10_000
    assert.equal(limit.take(50), undefined)
    assert.equal(rateLimit({ recordsPerSecond: null, bytesPerSecond: null }, AbortSignal.abort()), null)
  })
})
