import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { withCode } from '../archive/support.ts'
import { ID, sameAsKafka, segmentsIn } from '../failures/support.ts'
import { context, FIXTURES, fixtureCopy, storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { expireBefore, untilStable } from '../rig/oddities.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import {
  configFor,
  dryRun,
  manifestOf,
  partitionOf,
  redoAccounts,
  redoChain,
  rows,
  run,
  type Settings,
} from './support.ts'

/** What a second run makes of the archive that the first one left, and of a cluster that has changed meanwhile. */
describe('backups that go on', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function ledger(partitions = 1, configs: Record<string, string> = {}): Promise<Settings & { topic: string }> {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions, configs }])
    return { topic, topics: [topic], bootstrap, path: await temporaryFolder() }
  }

  async function passes(path: string): Promise<void> {
    const { exitCode, result } = await validate(await storageAt(path), ID)
    assert.deepEqual([exitCode, result.verdict, result.findings], [0, 'PASSED', []])
  }

  test('records, a partition and a topic added between runs; nothing new; and the chain of generations', async () => {
    const prefix = uniqueName('ledger')
    const [payments, cards] = [`${prefix}-payments`, `${prefix}-cards`]
    const one: Settings = { topics: [`${prefix}*`], bootstrap, path: await temporaryFolder() }
    const same = () => sameAsKafka({ ...one, topics: [payments, cards] }, java)
    await java.createTopics([{ name: payments, partitions: 2 }])
    await java.produce([...rows(payments, 0, 100), ...rows(payments, 0, 50, 1)])
    const first = await run(one)
    assert.deepEqual([first.generation, first.records, first.topics.map((topic) => topic.new)], [1, 150, [true]])
    const before = await Promise.all(
      (await segmentsIn(one.path)).map(async (file) => ({ file, bytes: await readFile(file) })),
    )

    await java.produce(rows(payments, 100, 30))
    await java.createPartitions(payments, 4)
    // To a partition that the first run has never seen.
    await java.produce(rows(payments, 0, 20, 3))
    const second = await run(one)
    assert.deepEqual([second.generation, second.records, second.archive.records], [2, 50, 200])
    assert.equal((await manifestOf(one.path)).topics[0]?.original_partition_count, 4)

    await java.createTopics([{ name: cards }])
    await java.produce(rows(cards, 0, 10))
    const third = await run(one)
    assert.deepEqual([third.generation, third.records], [3, 10])
    assert.deepEqual(
      third.topics.map((topic) => [topic.topic, topic.new, topic.partitions, topic.records]),
      [
        [cards, true, 1, 10],
        [payments, false, 4, 0],
      ],
    )

    const segments = await segmentsIn(one.path)
    const fourth = await run(one)
    assert.deepEqual([fourth.generation, fourth.records, fourth.segments, fourth.state], [4, 0, 0, 'complete'])
    assert.deepEqual(fourth.account, { offsets: 0, archived: 0, absent: {} })
    assert.deepEqual(await segmentsIn(one.path), segments)
    for (const { file, bytes } of before) assert.ok((await readFile(file)).equals(bytes), file)

    assert.equal(await redoChain(one.path), 4)
    await redoAccounts(one.path)
    assert.equal(await same(), 210)
    await passes(one.path)
  })

  test('an open transaction holds the cut back; committed or aborted, the next run has it on its books', async () => {
    for (const end of ['commit', 'abort'] as const) {
      const one = await ledger()
      const tx = uniqueName('tx')
      await java.produce(rows(one.topic, 0, 10))
      const open = { transactionalId: tx, end: 'open', producer: { 'transaction.timeout.ms': '600000' } } as const
      await java.produce(rows(one.topic, 10, 5), open)
      await java.produce(rows(one.topic, 15, 5))
      const first = await run(one)
      assert.equal(first.records, 10)
      assert.match(first.warnings.join(), /^10 offsets in 1 partitions lie behind a transaction that was open/)
      assert.deepEqual((await manifestOf(one.path)).coffer?.run.cut[`${one.topic}/0`], {
        from: 0,
        to: 10,
        high_watermark: 20,
        log_start: 0,
        leader_epoch: 0,
        epoch_end: 10,
      })
      assert.equal(await sameAsKafka(one, java), 10)
      await java.endTransaction(tx, end)
      await untilStable(java, one.topic)
      const second = await run(one)
      assert.deepEqual(second.warnings, [])
      const absent = end === 'commit' ? { control: 1 } : { aborted: 5, control: 1 }
      assert.deepEqual(second.account, { offsets: 11, archived: end === 'commit' ? 10 : 5, absent })
      assert.equal(await sameAsKafka(one, java), end === 'commit' ? 20 : 15)
      await redoAccounts(one.path)
      await passes(one.path)
    }
  })

  test('what retention took between the runs is said, in the account and in the field that other tools read', async () => {
    const one = await ledger(1, { 'segment.ms': '20' })
    await java.produce(rows(one.topic, 0, 10))
    await run(one)
    await java.produce(rows(one.topic, 10, 20))
    // Retention goes by whole segments of the log: these 30 are in one that the next record closes.
    await java.produce([{ topic: one.topic, partition: 0, timestamp: Date.now(), key: 'kept', value: 'kept' }])
    await expireBefore(java, one.topic, 30)
    const plan = await dryRun(one)
    assert.match(plan.warnings.join(), /^20 offsets of ".*\/0" were deleted since the last backup and are lost$/)
    const { gaps, gaps_total, account } = await run(one)
    assert.deepEqual(account, { offsets: 21, archived: 1, absent: { deleted_during: 20 } })
    assert.equal(gaps_total, 1)
    assert.deepEqual(gaps, [
      {
        topic: one.topic,
        partition: 0,
        kind: 'deleted_during',
        from: 10,
        to: 30,
        reason: 'deleted by retention or DeleteRecords before this backup could read it',
      },
    ])
    const entry = await partitionOf(one.path, one.topic)
    assert.deepEqual(
      entry.gaps?.map(({ start_offset, end_offset, reason }) => [start_offset, end_offset, reason]),
      [[10, 30, 'offset_out_of_range']],
    )
    const redone = await redoAccounts(one.path)
    assert.deepEqual(redone.get(`${one.topic}/0`), { from: 0, to: 31, archived: 11, absent: { deleted_during: 20 } })
    await passes(one.path)
  })

  test('everything deleted since the last run leaves an account and no segment', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await run(one)
    await java.produce(rows(one.topic, 10, 10))
    await java.deleteRecords([{ topic: one.topic, partition: 0, before: 20 }])
    const { records, segments, gaps } = await run(one)
    assert.deepEqual([records, segments, gaps.map(({ from, to }) => [from, to])], [0, 0, [[10, 20]]])
    await redoAccounts(one.path)
    await passes(one.path)
  })

  test('a topic that was deleted and made again is refused, and the archive stays as it is', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await run(one)
    await java.deleteTopics([one.topic])
    const manifest = await readFile(join(one.path, ID, 'manifest.json'))
    await assert.rejects(run(one), withCode('NOTHING_MATCHED'))
    await java.createTopics([{ name: one.topic }])
    // As long as before and longer: its offsets alone would not show it.
    await java.produce(rows(one.topic, 50, 30))
    await assert.rejects(run(one), withCode('TOPIC_RECREATED'))
    await assert.rejects(dryRun(one), withCode('TOPIC_RECREATED'))
    assert.ok((await readFile(join(one.path, ID, 'manifest.json'))).equals(manifest))
    await passes(one.path)
  })

  test('a topic that has gone, chosen by a pattern, is told; what was archived of it stays', async () => {
    const prefix = uniqueName('ledger')
    const [kept, gone] = [`${prefix}-kept`, `${prefix}-gone`]
    const one: Settings = { topics: [`${prefix}*`], bootstrap, path: await temporaryFolder() }
    await java.createTopics([{ name: kept }, { name: gone }])
    await java.produce([...rows(kept, 0, 10), ...rows(gone, 0, 10)])
    assert.deepEqual((await run(one)).warnings, [])
    await java.deleteTopics([gone])
    const second = await run(one)
    assert.deepEqual(second.warnings, [
      `topic "${gone}" is in the archive and no longer on the cluster, or hidden from this user: nothing of it was read`,
    ])
    assert.equal(second.archive.records, 20)
    await passes(one.path)
  })

  test('the archive of another program is not added to', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    const { folder } = await fixtureCopy('oso-ledger-zstd')
    const manifest = await readFile(join(FIXTURES, 'oso-ledger-zstd', 'manifest.json'))
    const config = { ...configFor({ ...one, path: folder }), backup_id: 'oso-ledger-zstd' }
    await assert.rejects(runBackup(config, { dryRun: false }, context()), withCode('UNSUPPORTED'))
    assert.ok((await readFile(join(folder, 'oso-ledger-zstd', 'manifest.json'))).equals(manifest))
  })

  test('start_offset latest: later runs go on from where the first one was made, not from the beginning', async () => {
    const one = await ledger(2)
    await java.produce([...rows(one.topic, 0, 40), ...rows(one.topic, 0, 30, 1)])
    const backup = { start_offset: 'latest' }
    assert.equal((await run({ ...one, backup })).records, 0)
    // Nothing new either: the place must be kept over any number of such runs.
    assert.equal((await run({ ...one, backup })).records, 0)
    await java.produce([...rows(one.topic, 40, 5), ...rows(one.topic, 30, 4, 1)])
    const third = await run({ ...one, backup })
    assert.equal(third.records, 9)
    const redone = await redoAccounts(one.path)
    assert.deepEqual(redone.get(`${one.topic}/0`), { from: 40, to: 45, archived: 5, absent: {} })
    assert.deepEqual(redone.get(`${one.topic}/1`), { from: 30, to: 34, archived: 4, absent: {} })
    await passes(one.path)
  })
})
