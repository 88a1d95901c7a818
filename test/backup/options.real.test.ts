import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { withCode } from '../archive/support.ts'
import { coffer } from '../cli/program.ts'
import { ID, objectsIn, sameAsKafka } from '../failures/support.ts'
import { storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { readArchive } from '../rig/kbak.ts'
import { mixedRecords } from '../rig/odd-records.ts'
import { untilStable } from '../rig/oddities.ts'
import { seededRandom } from '../rig/random.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { dryRun, manifestOf, partitionOf, redoAccounts, rows, run, type Settings } from './support.ts'

/** The keys of the `backup` section do what docs/configuration.md says of them. */
describe('the options of a backup', () => {
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

  const verdictOf = async (path: string) => (await validate(await storageAt(path), ID)).result.verdict

  test('start_offset latest and specific', async () => {
    const one = await ledger(3)
    for (const partition of [0, 1, 2]) await java.produce(rows(one.topic, 0, 40, partition))
    const none = await run({ ...one, backup: { start_offset: 'latest' } })
    assert.deepEqual([none.records, none.account.offsets], [0, 0])

    const path = await temporaryFolder()
    const specific = { start_offset: { specific: { [one.topic]: { 0: 25, 1: 40 } } } }
    const some = await run({ ...one, path, backup: specific })
    assert.equal(some.records, 15 + 0 + 40)
    await java.produce([...rows(one.topic, 40, 10), ...rows(one.topic, 40, 3, 1)])
    assert.equal((await run({ ...one, path, backup: specific })).records, 13)
    const offsets = (await readArchive(path, ID)).map(({ partition, offset }) => `${partition}:${offset}`)
    assert.deepEqual([offsets[0], offsets[25], offsets[28]], ['0:25', '1:40', '2:0'])
    await redoAccounts(path)
    assert.equal(await verdictOf(path), 'PASSED')

    const beyond = { start_offset: { specific: { [one.topic]: { 0: 51 } } } }
    const away = await temporaryFolder()
    await assert.rejects(run({ ...one, path: away, backup: beyond }), withCode('CONFIG_INVALID_VALUE'))
  })

  test('read_uncommitted archives what was aborted and what is open, and says so', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await java.produce(rows(one.topic, 10, 10), { transactionalId: uniqueName('tx'), end: 'abort' })
    const tx = uniqueName('tx')
    await java.produce(rows(one.topic, 20, 10), { transactionalId: tx, end: 'open' })
    const backup = { isolation_level: 'read_uncommitted' }
    const { warnings, account, isolation_level } = await run({ ...one, backup })
    assert.equal(isolation_level, 'read_uncommitted')
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] as string, /^read_uncommitted: records of aborted and open transactions are archived/)
    assert.deepEqual(account, { offsets: 31, archived: 30, absent: { control: 1 } })
    assert.equal((await manifestOf(one.path)).coffer?.run.isolation_level, 'read_uncommitted')
    const theirs = await java.records([one.topic], { isolation: 'read_uncommitted' })
    assert.deepEqual(
      (await readArchive(one.path, ID)).map(({ offset, value }) => [offset, value]),
      theirs.map(({ offset, value }) => [offset, value]),
    )
    // The next run asks for committed records alone, and stands behind the open transaction's end by then.
    assert.equal((await run(one)).records, 0)
    await java.endTransaction(tx, 'commit')
    await untilStable(java, one.topic)
    await java.produce(rows(one.topic, 40, 5))
    assert.deepEqual((await run(one)).account, { offsets: 6, archived: 5, absent: { control: 1 } })
    await redoAccounts(one.path)
    assert.equal(await verdictOf(one.path), 'PASSED')
  })

  test('segments are closed by records, by bytes and by time, and hold everything', async () => {
    const one = await ledger()
    await java.generate(one.topic, 3000, { size: 500 })
    const segmentsOf = async (path: string) => (await partitionOf(path, one.topic)).segments
    const run3 = async (backup: Record<string, unknown>) => {
      const path = await temporaryFolder()
      await run({ ...one, path, backup })
      assert.equal(await sameAsKafka({ ...one, path }, java), 3000)
      await redoAccounts(path)
      return segmentsOf(path)
    }
    const byRecords = await run3({ segment_max_records: 700 })
    assert.deepEqual(
      byRecords.map((segment) => segment.record_count),
      [700, 700, 700, 700, 200],
    )
    const byBytes = await run3({ segment_max_bytes: 100_000 })
    assert.ok(byBytes.length >= 15)
    for (const { uncompressed_size } of byBytes) assert.ok(uncompressed_size <= 100_000 + 1000)
    for (const { uncompressed_size } of byBytes.slice(0, -1)) assert.ok(uncompressed_size >= 100_000)
    // A millisecond is over by the end of any batch; several fetches make several batches.
    const byTime = await run3({ segment_max_interval_ms: 1, fetch_max_bytes: 65_536 })
    assert.ok(byTime.length > 1)
  })

  test('include_offset_headers appends the tracking headers of OSO Kafka Backup, and states it', async () => {
    const one = await ledger(2)
    await java.produce([
      { topic: one.topic, partition: 1, timestamp: 1_751_000_000_123, value: 'a', headers: [['own', '1']] },
      { topic: one.topic, partition: 1, timestamp: 5, value: null },
    ])
    await run({ ...one, backup: { include_offset_headers: true, source_cluster_id: 'prod-läger' } })
    const le = (value: number) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(BigInt(value))
      return bytes.toString('base64')
    }
    const cluster = Buffer.from('prod-läger').toString('base64')
    assert.deepEqual(
      (await readArchive(one.path, ID)).map(({ headers }) => headers),
      [
        [
          ['own', Buffer.from('1').toString('base64')],
          ['x-original-offset', le(0)],
          ['x-original-timestamp', le(1_751_000_000_123)],
          ['x-source-cluster', cluster],
        ],
        [
          ['x-original-offset', le(1)],
          ['x-original-timestamp', le(5)],
          ['x-source-cluster', cluster],
        ],
      ],
    )
    const manifest = await manifestOf(one.path)
    assert.equal(manifest.coffer?.run.include_offset_headers, true)
    assert.equal(manifest.source_cluster_id, 'prod-läger')
    assert.equal(await verdictOf(one.path), 'PASSED')
  })

  test('topics are chosen by globs and expressions; one that is named and missing is an error, not left out', async () => {
    const prefix = uniqueName('pick')
    const names = ['payments', 'payments-dlq', 'cards', 'audit'].map((name) => `${prefix}-${name}`)
    await java.createTopics(names.map((name) => ({ name })))
    await java.produce(names.flatMap((name) => rows(name, 0, 3)))
    const chosen = async (topics: string[], exclude: string[] = []) => {
      const result = await run({ topics, exclude, bootstrap, path: await temporaryFolder() })
      assert.equal(result.records, result.topics.length * 3)
      return result.topics.map(({ topic }) => topic.slice(prefix.length + 1))
    }
    assert.deepEqual(await chosen([`${prefix}*`]), ['audit', 'cards', 'payments', 'payments-dlq'])
    assert.deepEqual(await chosen([`${prefix}-*`], ['*-dlq', `${prefix}-audit`]), ['cards', 'payments'])
    assert.deepEqual(await chosen([`~^${prefix}-(cards|audit)$`]), ['audit', 'cards'])
    assert.deepEqual(await chosen([`${prefix}-card?`]), ['cards'])
    const path = await temporaryFolder()
    const missing = { topics: [`${prefix}-cards`, `${prefix}-ledgers`], bootstrap, path }
    await assert.rejects(run(missing), (error: unknown) => {
      assert.ok(withCode('NOTHING_MATCHED')(error))
      assert.match(String(error), new RegExp(`shows no topic "${prefix}-ledgers"`))
      return true
    })
    await assert.rejects(dryRun(missing), withCode('NOTHING_MATCHED'))
    assert.deepEqual(await objectsIn(path), [])
  })

  test('internal topics: left out by default, taken by name', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 3))
    // So that the topic of committed positions exists.
    await java.commitOffsets(uniqueName('group'), [{ topic: one.topic, partition: 0, offset: 1 }])
    const internal = '__consumer_offsets'
    await assert.rejects(run({ ...one, topics: [one.topic, internal] }), withCode('NOTHING_MATCHED'))
    const plain = await dryRun({ ...one, topics: [one.topic, '__consumer*'] })
    assert.deepEqual(
      plain.topics.map(({ topic }) => topic),
      [one.topic],
    )
    const { topics } = await run({ ...one, backup: { internal_topics: [internal] } })
    assert.deepEqual(
      topics.map(({ topic }) => topic),
      [internal, one.topic],
    )
    const entry = (await manifestOf(one.path)).topics.find(({ name }) => name === internal)
    assert.equal(entry?.internal, true)
    assert.ok(topics[0] !== undefined && topics[0].records > 0)
    assert.equal(await verdictOf(one.path), 'PASSED')
    // include_internal_topics: they are topics like others, chosen by name and by pattern
    for (const wanted of [internal, '__consumer*']) {
      const all = await dryRun({ ...one, topics: [one.topic, wanted], backup: { include_internal_topics: true } })
      assert.deepEqual(
        all.topics.map(({ topic }) => topic),
        [internal, one.topic],
      )
    }
    // a list of names narrows it down
    const narrowed = { include_internal_topics: true, internal_topics: ['__transaction_state'] }
    await java.produce(rows(one.topic, 3, 1), { transactionalId: uniqueName('tx'), end: 'commit' })
    const few = await dryRun({ ...one, topics: [one.topic, '__*'], backup: narrowed })
    assert.deepEqual(
      few.topics.map(({ topic }) => topic),
      ['__transaction_state', one.topic],
    )
  })

  test('poll_interval_ms: the pause between two looks, in which what was read becomes durable all the same', async () => {
    const archived = async (path: string) =>
      (await manifestOf(path).catch(() => null))?.topics[0]?.partitions[0]?.segments.reduce(
        (sum, segment) => sum + segment.record_count,
        0,
      ) ?? 0
    const until = async (path: string, records: number) => {
      const deadline = Date.now() + 30_000
      while ((await archived(path)) < records) {
        assert.ok(Date.now() < deadline, `${await archived(path)} of ${records} records after 30 s`)
        await delay(100)
      }
    }
    for (const [poll_interval_ms, expected] of [
      [600_000, 10],
      [50, 15],
    ] as const) {
      const one = await ledger()
      await java.produce(rows(one.topic, 0, 10))
      const stop = new AbortController()
      const backup = { continuous: true, poll_interval_ms, segment_max_interval_ms: 200, sync_interval_secs: 1 }
      const running = run({ ...one, backup }, stop.signal)
      try {
        // ten minutes are not waited for
        await until(one.path, 10)
        await java.produce(rows(one.topic, 10, 5))
        if (expected === 15) await until(one.path, 15)
        else await delay(3000)
      } finally {
        stop.abort()
      }
      await running
      // what came after the only look is the next run's
      assert.equal(await archived(one.path), expected)
      assert.equal((await run(one)).archive.records, 15)
      await redoAccounts(one.path)
    }
  })

  test('compression_level: a higher one makes the archive smaller, of the same records', async () => {
    const one = await ledger()
    await java.generate(one.topic, 4000, { size: 500 })
    const stored = async (compression_level: number) => {
      const path = await temporaryFolder()
      const { records, stored_bytes } = await run({ ...one, path, backup: { compression_level } })
      assert.equal(records, 4000)
      return stored_bytes
    }
    const [low, high] = [await stored(1), await stored(19)]
    assert.ok(high < low * 0.97, `${low} at level 1, ${high} at level 19`)
  })

  test('stopped while it captures consumer groups, a run still ends at a durable point', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await java.commitOffsets(uniqueName('group'), [{ topic: one.topic, partition: 0, offset: 1 }])
    const { state, consumer_groups, warnings } = await run(one, AbortSignal.abort())
    assert.deepEqual([state, consumer_groups], ['interrupted', null])
    assert.match(warnings.join(), /stopped before the positions of the consumer groups had been captured/)
    assert.equal((await manifestOf(one.path)).coffer?.run.state, 'interrupted')
    const { records, consumer_groups: groups } = await run(one)
    assert.deepEqual([records, groups?.failed], [10, []])
    assert.ok((groups?.groups ?? 0) >= 1)
    assert.equal(await verdictOf(one.path), 'PASSED')
  })

  test('another cluster under the same id is refused, and so is a backup that only looks the same', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await run(one)
    const manifest = await readFile(join(one.path, ID, 'manifest.json'))
    const other = await startKafka()
    const there = await startJavaClient(other.bootstrap)
    try {
      await there.createTopics([{ name: one.topic }])
      await there.produce(rows(one.topic, 0, 20))
      await assert.rejects(run({ ...one, bootstrap: other.bootstrap }), withCode('CONFIG_CONFLICT'))
      await assert.rejects(dryRun({ ...one, bootstrap: other.bootstrap }), withCode('CONFIG_CONFLICT'))
    } finally {
      await there.stop()
      await other.stop()
    }
    assert.ok((await readFile(join(one.path, ID, 'manifest.json'))).equals(manifest))
  })

  test('a dry run writes nothing, and its estimate is within a factor of two', async () => {
    const prefix = uniqueName('dry')
    const [text, odd, compressed] = [`${prefix}-text`, `${prefix}-odd`, `${prefix}-zstd`]
    await java.createTopics([{ name: text, partitions: 3 }, { name: odd }, { name: compressed }])
    await java.generate(text, 6000, { size: 700, partitions: 3 })
    await java.produce(mixedRecords(odd, 400, seededRandom(3)))
    // Mostly headers.
    const headers = Array.from({ length: 40 }, (_, i) => [`header-${i}`, `value of ${i}`] as [string, string])
    await java.produce(
      Array.from({ length: 500 }, (_, i) => ({ topic: compressed, partition: 0, value: `${i}`, headers })),
      { producer: { 'compression.type': 'zstd' } },
    )
    const path = join(await temporaryFolder(), 'not-there-yet')
    const one: Settings = { topics: [`${prefix}*`], bootstrap, path }
    const plan = await dryRun(one)
    const listed = await coffer(['list', '--path', join(path, '..'), '--json'])
    assert.deepEqual(JSON.parse(listed.out).backups, [])
    assert.deepEqual(await objectsIn(path), [])
    assert.equal(plan.generation, 1)
    const result = await run(one)
    assert.equal(plan.offsets, result.account.offsets)
    // 5 MB
    assert.ok(plan.seconds_estimate !== null && plan.seconds_estimate >= 1 && plan.seconds_estimate < 10)
    const close = (estimate: number | null, bytes: number, what: string) => {
      assert.ok(estimate !== null && estimate > bytes / 2 && estimate < bytes * 2, `${what}: ${estimate} of ${bytes}`)
    }
    close(plan.bytes_estimate, result.bytes, 'all')
    for (const { topic, bytes } of result.topics) {
      close(plan.topics.find((one) => one.topic === topic)?.bytes_estimate ?? null, bytes, topic)
    }
    const objects = await objectsIn(path)
    const again = await dryRun(one)
    assert.deepEqual([again.generation, again.offsets, again.bytes_estimate, again.seconds_estimate], [2, 0, 0, 0])
    assert.deepEqual(await objectsIn(path), objects)
  })
})
