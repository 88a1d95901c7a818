import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { type ClusterCut, planBackup } from '../../src/jobs/backup/plan.ts'

const EARLIEST = { at: 'earliest' } as const

function cut(parts: Record<string, { start: number; end: number; high?: number }>, topicId = 'id-1'): ClusterCut {
  const names = [...new Set(Object.keys(parts).map((key) => key.split('/')[0]!))]
  const map = (of: (one: { start: number; end: number; high?: number }) => number) =>
    new Map(Object.entries(parts).map(([key, one]) => [key, of(one)]))
  return {
    clusterId: 'cluster-a',
    topics: names.map((name) => ({
      name,
      topicId,
      internal: false,
      partitions: Object.keys(parts)
        .filter((key) => key.startsWith(`${name}/`))
        .map((key) => ({ partition: Number(key.split('/')[1]), leader: 1, leaderEpoch: 0, replicas: [1], isr: [1] })),
    })),
    logStart: map((one) => one.start),
    highWatermark: map((one) => one.high ?? one.end),
    end: map((one) => one.end),
  }
}

function archived(to: number, over: Partial<Manifest['topics'][number]> = {}): Manifest {
  return {
    backup_id: 'b',
    created_at: 1,
    source_cluster_id: 'cluster-a',
    source_brokers: [],
    compression: 'zstd',
    topics: [
      {
        name: 't',
        original_partition_count: 1,
        topic_id: 'id-1',
        partitions: [
          { partition_id: 0, segments: [], account: [{ from: 0, to, generation: 1, archived: to, absent: {} }] },
        ],
        ...over,
      },
    ],
    coffer: {
      format: 1,
      generation: 1,
      previous: null,
      abandoned: [],
      run: {
        run_id: 'r',
        state: 'complete',
        mode: 'snapshot',
        isolation_level: 'read_committed',
        include_offset_headers: false,
        started_at: 1,
        ended_at: 2,
        tool: { name: 'coffer', version: '0' },
        operator: { os_user: 'u', host: 'h' },
        source: { cluster_id: 'cluster-a', brokers: [], kafka_version: null },
        clock: { offset_ms: null, method: '' },
        cut: {},
        records: 0,
        bytes: 0,
      },
    },
  }
}

test('a first run accounts for everything from offset 0, also for what retention took before it', () => {
  const [plan] = planBackup(cut({ 't/0': { start: 20, end: 50 } }), null, EARLIEST)
  assert.equal(plan!.from, 0)
  assert.equal(plan!.readFrom, 20)
  assert.equal(plan!.to, 50)
  assert.equal(plan!.lostFrom, 20)
})

test('a later run begins where the archive ends, and says what was deleted in between', () => {
  const [plan] = planBackup(cut({ 't/0': { start: 60, end: 90 } }), archived(50), EARLIEST)
  assert.deepEqual([plan!.from, plan!.lostFrom, plan!.readFrom, plan!.to], [50, 50, 60, 90])
})

test('everything deleted since the last run is on the books, and nothing is read', () => {
  const [plan] = planBackup(cut({ 't/0': { start: 90, end: 90 } }), archived(50), EARLIEST)
  assert.deepEqual([plan!.from, plan!.lostFrom, plan!.readFrom, plan!.to], [50, 50, 90, 90])
})

test('nothing new: an empty range at the archive’s end', () => {
  const [plan] = planBackup(cut({ 't/0': { start: 0, end: 50 } }), archived(50), EARLIEST)
  assert.deepEqual([plan!.from, plan!.lostFrom, plan!.readFrom, plan!.to], [50, 50, 50, 50])
})

test('an open transaction that holds the end back behind the archive is no loss', () => {
  const [plan] = planBackup(cut({ 't/0': { start: 0, end: 40, high: 60 } }), archived(50), EARLIEST)
  assert.deepEqual([plan!.from, plan!.readFrom, plan!.to], [50, 50, 50])
})

test('latest skips what is there on a first run only; a partition that appears later is read from its beginning', () => {
  const latest = { at: 'latest' } as const
  const [first] = planBackup(cut({ 't/0': { start: 0, end: 50 } }), null, latest)
  assert.deepEqual([first!.from, first!.to], [50, 50])
  const later = planBackup(cut({ 't/0': { start: 0, end: 70 }, 't/1': { start: 0, end: 9 } }), archived(50), latest)
  assert.deepEqual([later[1]!.from, later[1]!.to], [0, 9])
})

test('a specific start before the log start shows the rest as deleted; beyond the end it is refused', () => {
  const at = (offset: number) => ({ at: 'specific', offsets: new Map([['t', new Map([[0, offset]])]]) }) as const
  const [plan] = planBackup(cut({ 't/0': { start: 20, end: 50 } }), null, at(10))
  assert.deepEqual([plan!.from, plan!.readFrom, plan!.lostFrom], [10, 20, 20])
  assert.throws(() => planBackup(cut({ 't/0': { start: 20, end: 50 } }), null, at(51)), {
    code: 'CONFIG_INVALID_VALUE',
  })
})

test('a log that ends before the archive does is refused: the topic was truncated', () => {
  assert.throws(() => planBackup(cut({ 't/0': { start: 0, end: 49 } }), archived(50), EARLIEST), {
    code: 'OFFSETS_LOST',
  })
})

test('a log that was cut back is refused by the term of its leader, however long it has grown; what nobody knows is no loss', () => {
  const previous = archived(50)
  const before = { from: 0, to: 50, high_watermark: 50, log_start: 0, leader_epoch: 3, epoch_end: 50 }
  previous.coffer!.run.cut = { 't/0': before }
  const now = (epochEnd?: number) => ({
    ...cut({ 't/0': { start: 0, end: 99 } }),
    ...(epochEnd === undefined ? {} : { epochEnd: new Map([['t/0', epochEnd]]) }),
  })
  for (const end of [50, 99, -1, undefined]) {
    const [plan] = planBackup(now(end), previous, EARLIEST)
    // A run that reads nothing new keeps what it knows.
    assert.deepEqual([plan!.from, plan!.to, plan!.cut.leader_epoch, plan!.cut.epoch_end], [50, 99, 3, 50])
  }
  assert.throws(() => planBackup(now(49), previous, EARLIEST), { code: 'OFFSETS_LOST' })
})

test('a topic that was deleted and made again is refused, however long its log is', () => {
  assert.throws(() => planBackup(cut({ 't/0': { start: 0, end: 99 } }, 'id-2'), archived(50), EARLIEST), {
    code: 'TOPIC_RECREATED',
  })
})

test('another cluster and another program’s archive are refused', () => {
  const other = { ...cut({ 't/0': { start: 0, end: 99 } }), clusterId: 'cluster-b' }
  assert.throws(() => planBackup(other, archived(50), EARLIEST), { code: 'CONFIG_CONFLICT' })
  const { coffer, ...foreign } = archived(50)
  assert.ok(coffer)
  assert.throws(() => planBackup(cut({ 't/0': { start: 0, end: 99 } }), foreign, EARLIEST), { code: 'UNSUPPORTED' })
})

test('a run that archived nothing keeps its place; what was deleted since it looked is a loss', () => {
  const previous = archived(50, { partitions: [] })
  const earlier = (from: number, logStart: number) => {
    previous.coffer!.run.cut = { 't/0': { from, to: from, high_watermark: from, log_start: logStart } }
    return previous
  }
  const [latest] = planBackup(cut({ 't/0': { start: 0, end: 70 } }), earlier(50, 0), { at: 'latest' })
  assert.deepEqual([latest!.from, latest!.lostFrom, latest!.readFrom, latest!.to], [50, 50, 50, 70])
  // Killed before its first segment: [0, 10) had gone before it, [10, 30) has gone since.
  const [killed] = planBackup(cut({ 't/0': { start: 30, end: 70 } }), earlier(0, 10), EARLIEST)
  assert.deepEqual([killed!.from, killed!.lostFrom, killed!.readFrom, killed!.to], [0, 10, 30, 70])
})
