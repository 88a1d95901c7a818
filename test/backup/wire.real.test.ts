import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ID, type Ledger, sameAsKafka, segmentsIn, startBackup, until } from '../failures/support.ts'
import { storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import type { KafkaRig } from '../rig/kafka.ts'
import { readArchive } from '../rig/kbak.ts'
import { type FaultyProxy, startKafkaBehindProxy } from '../rig/proxy.ts'
import { uniqueName } from '../rig/shared.ts'
import { manifestOf, partitionOf, redoAccounts, redoChain, rows, run } from './support.ts'

/** Records of a partition with much to catch up on. */
const LARGE = 100_000

/** A broker that goes away, and a network that is no better: with a broker of its own behind a proxy. */
describe('a backup over a bad wire', () => {
  let kafka: KafkaRig
  let proxy: FaultyProxy
  let java: JavaClient

  before(async () => {
    const rig = await startKafkaBehindProxy()
    kafka = rig.kafka
    proxy = rig.proxy
    java = await startJavaClient(kafka.direct)
  })
  after(async () => {
    await java.stop()
    await kafka.stop()
    await proxy.stop()
  })

  async function passes(path: string): Promise<void> {
    const { exitCode, result } = await validate(await storageAt(path), ID)
    assert.deepEqual([exitCode, result.verdict, result.findings], [0, 'PASSED', []])
  }

  test('continuous: new records, topics and partitions, a restarted broker, and an end at a durable point', async () => {
    const prefix = uniqueName('ledger')
    const [payments, cards, gone] = [`${prefix}-payments`, `${prefix}-cards`, `${prefix}-gone`]
    const one: Ledger = {
      topics: [`${prefix}*`],
      bootstrap: kafka.bootstrap,
      path: await temporaryFolder(),
      backup: { continuous: true, poll_interval_ms: 50, sync_interval_secs: 1, segment_max_interval_ms: 300 },
    }
    await java.createTopics([{ name: payments, partitions: 2 }, { name: gone }])
    await java.produce([...rows(payments, 0, 500), ...rows(payments, 0, 300, 1), ...rows(gone, 0, 10)])
    // Open when the run starts: its cut is held back, and goes on by itself.
    const tx = uniqueName('tx')
    await java.produce(rows(payments, 500, 20), { transactionalId: tx, end: 'open' })
    const { child, ended } = await startBackup(one)
    const archived = async (): Promise<Map<string, number>> => {
      const counts = new Map<string, number>()
      for (const { name, partitions } of (await manifestOf(one.path).catch(() => null))?.topics ?? []) {
        for (const { partition_id, segments } of partitions) {
          counts.set(
            `${name}/${partition_id}`,
            segments.reduce((sum, segment) => sum + segment.record_count, 0),
          )
        }
      }
      return counts
    }
    const holds = (key: string, records: number) =>
      until(`${records} records of ${key}`, async () => ((await archived()).get(key) ?? 0) >= records)
    try {
      await holds(`${payments}/0`, 500)
      await holds(`${gone}/0`, 10)
      await java.endTransaction(tx, 'commit')
      await holds(`${payments}/0`, 520)
      const started = Date.now()
      await java.produce(rows(payments, 520, 5))
      await holds(`${payments}/0`, 525)
      // Closed by the interval, and named in the manifest by the next save.
      assert.ok(Date.now() - started < 10_000)

      await java.createTopics([{ name: cards }])
      await java.produce(rows(cards, 0, 30))
      await java.createPartitions(payments, 4)
      await java.produce(rows(payments, 0, 40, 3))
      await java.deleteTopics([gone])
      await holds(`${cards}/0`, 30)
      await holds(`${payments}/3`, 40)

      await java.produce(rows(cards, 30, 10))
      await kafka.kill9()
      await kafka.restart()
      await java.produce(rows(cards, 40, 10))
      await java.produce(rows(payments, 300, 10, 1))
      await holds(`${cards}/0`, 50)
      await holds(`${payments}/1`, 310)
      await java.produce(rows(cards, 50, 100))
    } finally {
      child.kill('SIGINT')
    }
    const { code, out, err } = await ended
    assert.equal(code, 0, err)
    const result = JSON.parse(out)
    assert.deepEqual([result.state, result.mode, result.warnings], ['complete', 'continuous', []])
    assert.ok(result.segments >= 8)
    await redoAccounts(one.path)
    await passes(one.path)
    // What came between the last look and the signal is the next run's.
    const last = await run({ ...one, backup: {} })
    assert.equal(last.generation, 2)
    assert.deepEqual(
      last.warnings.map((warning) => warning.split(' is ')[0]),
      [`topic "${gone}"`],
    )
    const counts = await archived()
    assert.equal(counts.get(`${gone}/0`), 10)
    assert.equal(counts.get(`${cards}/0`), 150)
    const theirs = await java.records([payments, cards])
    const ours = (await readArchive(one.path, ID)).filter(({ topic }) => topic !== gone)
    assert.deepEqual(
      ours,
      theirs.map(({ timestampType: _, ...record }) => record),
    )
    assert.equal(await redoChain(one.path), 2)
    await passes(one.path)
  })

  test('continuous: a topic that is deleted and made again ends the run by its name', async () => {
    const topic = uniqueName('ledger')
    const one: Ledger = {
      topics: [topic],
      bootstrap: kafka.bootstrap,
      path: await temporaryFolder(),
      backup: { continuous: true, poll_interval_ms: 50, sync_interval_secs: 1, segment_max_interval_ms: 100 },
    }
    await java.createTopics([{ name: topic }])
    await java.produce(rows(topic, 0, 10))
    const { child, ended } = await startBackup(one)
    try {
      await until('the first segment', async () => (await segmentsIn(one.path)).length > 0)
      await java.deleteTopics([topic])
      await java.createTopics([{ name: topic }])
      // More than before: by its offsets alone it goes on where the old one ended.
      await java.produce(rows(topic, 1000, 50))
      const { code, err } = await ended
      assert.equal(code, 4, err)
      assert.match(err, /deleted and made again.*\[TOPIC_RECREATED\]/)
    } finally {
      child.kill('SIGKILL')
    }
    const { segments } = await partitionOf(one.path, topic)
    assert.equal(
      segments.reduce((sum, segment) => sum + segment.record_count, 0),
      10,
    )
    assert.equal((await manifestOf(one.path)).coffer?.run.state, 'failed')
    assert.equal((await validate(await storageAt(one.path), ID)).result.verdict, 'PASSED')
  })

  test('continuous: one partition with much to catch up on keeps nobody waiting, and a broker out of reach no end', async () => {
    const prefix = uniqueName('ledger')
    const [large, small] = [`${prefix}-large`, `${prefix}-small`]
    await java.createTopics([{ name: large }, { name: small }])
    // Three of the run's turns, of 2 s each, pass before the small one is durable; the large one takes many.
    await java.generate(large, LARGE, { size: 1000 })
    const backup = {
      continuous: true,
      poll_interval_ms: 50,
      sync_interval_secs: 1,
      segment_max_interval_ms: 500,
      fetch_max_bytes: 65_536,
    }
    const one = { topics: [`${prefix}*`], bootstrap: kafka.bootstrap, path: await temporaryFolder(), backup }
    const archived = async (topic: string) => {
      const entry = (await manifestOf(one.path).catch(() => null))?.topics.find(({ name }) => name === topic)
      return (entry?.partitions[0]?.segments ?? []).reduce((sum, segment) => sum + segment.record_count, 0)
    }
    proxy.delay(25)
    const { child, ended } = await startBackup(one)
    try {
      await until('the first of the large', async () => (await archived(large)) > 0)
      await java.produce(rows(small, 0, 10))
      await until('the small one', async () => (await archived(small)) === 10)
      const meanwhile = await archived(large)
      assert.ok(meanwhile < LARGE, `${meanwhile}`)
      proxy.refuse(true)
      proxy.cutAll()
      child.kill('SIGINT')
      const started = Date.now()
      const { code, err } = await ended
      assert.equal(code, 0, err)
      assert.ok(Date.now() - started < 15_000)
    } finally {
      child.kill('SIGKILL')
      proxy.heal()
    }
    await passes(one.path)
    const last = await run({ ...one, backup: {} })
    assert.equal(last.archive.records, LARGE + 10)
    assert.equal(await sameAsKafka({ ...one, topics: [large, small] }, java), LARGE + 10)
    await redoAccounts(one.path)
  })

  test('cut at random again and again: complete and equal', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 3 }])
    await java.generate(topic, 30_000, { size: 1000, partitions: 3 })
    const one = { topics: [topic], bootstrap: kafka.bootstrap, path: await temporaryFolder() }
    const cutBefore = proxy.counters.cut
    proxy.cutRandomly({ seed: 9, minBytes: 100_000, maxBytes: 4_000_000, atMost: 15 })
    try {
      const result = await run({ ...one, backup: { segment_max_bytes: 1_000_000, fetch_max_bytes: 500_000 } })
      assert.deepEqual(result.account, { offsets: 30_000, archived: 30_000, absent: {} })
    } finally {
      proxy.heal()
    }
    assert.ok(proxy.counters.cut - cutBefore >= 5, `${proxy.counters.cut - cutBefore} cuts`)
    assert.equal(await sameAsKafka(one, java), 30_000)
    await redoAccounts(one.path)
  })

  test('what is deleted while a slow backup reads is told as lost, by offset', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.generate(topic, 10_000, { size: 1000 })
    const one = { topics: [topic], bootstrap: kafka.bootstrap, path: await temporaryFolder() }
    const backup = { segment_max_bytes: 200_000, fetch_max_bytes: 65_536 }
    proxy.delay(25)
    try {
      const running = run({ ...one, backup })
      running.catch(() => {})
      await until('the first segments', async () => (await segmentsIn(one.path)).length >= 2)
      await java.deleteRecords([{ topic, partition: 0, before: 9000 }])
      const { account, gaps, gaps_total } = await running
      assert.equal(gaps_total, 1)
      const [gap] = gaps
      assert.ok(gap !== undefined && gap.from > 0 && gap.from < 9000)
      assert.deepEqual([gap.kind, gap.to], ['deleted_during', 9000])
      const lost = 9000 - gap.from
      assert.deepEqual(account, { offsets: 10_000, archived: 10_000 - lost, absent: { deleted_during: lost } })
      const entry = await partitionOf(one.path, topic)
      assert.deepEqual(
        entry.gaps?.map(({ start_offset, end_offset, reason }) => [start_offset, end_offset, reason]),
        [[gap.from, 9000, 'offset_out_of_range']],
      )
    } finally {
      proxy.heal()
    }
    await redoAccounts(one.path)
    await passes(one.path)
  })
})
