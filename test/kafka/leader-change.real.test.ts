import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { KafkaEndpoint } from '../../src/contract/config/endpoint.ts'
import type { JobContext, Progress } from '../../src/contract/jobs.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import type { RestorePlan } from '../../src/jobs/restore/plan.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'
import { readEnds } from '../../src/jobs/restore/standing.ts'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { asArchived, ID } from '../failures/support.ts'
import { backupConfig } from '../jobs-read/real-support.ts'
import { context, storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import { makeArchive, plainRecords } from '../restore/archive-maker.ts'
import { restoreConfig } from '../restore/support.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaPair, NODES, startKafkaPair, untilLeaders } from '../rig/kafka-pair.ts'
import { readArchive } from '../rig/kbak.ts'
import { uniqueName } from '../rig/shared.ts'
import { endpointOf, records, viewOf } from './support.ts'

async function untilEqual<T>(found: () => Promise<T>, expected: T): Promise<void> {
  for (let i = 0; i < 1200 && !isDeepStrictEqual(await found(), expected); i++) await delay(50)
  assert.deepEqual(await found(), expected)
}

const OFFSETS_TOPIC = '__consumer_offsets'

const text = (base64: string) => Buffer.from(base64, 'base64').toString()

/** Two real brokers; whatever runs, the lead moves by Kafka's own tools and by the death of the broker that has it. */
describe('leaders that change', () => {
  let pair: KafkaPair
  let java: JavaClient
  let cluster: Cluster
  /** What the cluster said of failures that it got over. */
  const said: string[] = []

  before(async () => {
    // Quotas are watched over two seconds instead of eleven, so that a job that is slowed down goes on evenly.
    pair = await startKafkaPair({ extraProperties: { 'quota.window.num': '2' } })
    java = await startJavaClient(pair.bootstrap.join(','))
    cluster = await openCluster(endpoint(), { log: (level, message) => level !== 'debug' && said.push(message) })
  })

  after(async () => {
    await cluster?.close()
    await java?.stop()
    await pair?.stop()
  })

  const endpoint = (): KafkaEndpoint => ({ ...endpointOf(''), bootstrap_servers: [...pair.bootstrap] })

  /**
   * Moves the lead of all partitions of the topics to the broker that does not lead partition 0 of the first one, kills
   * that broker, waits until the other one leads, and starts it again. @param onMoved after the last change of leaders
   */
  async function upheaval(topics: string[], onMoved: () => Promise<void> | void = () => {}): Promise<void> {
    const rows = await java.leaders(topics)
    const leader = rows.find(({ topic, partition }) => topic === topics[0] && partition === 0)?.leader
    const [one, other] = leader === 1 ? ([1, 2] as const) : ([2, 1] as const)
    await pair.lead(rows, other)
    await untilLeaders(java, topics, (row) => row.leader === other)
    await pair.kill9(other)
    try {
      await untilLeaders(java, topics, (row) => row.leader === one)
      await onMoved()
    } finally {
      await pair.restart(other)
    }
    await untilLeaders(java, topics, (row) => row.leader === one && row.inSync.length === NODES.length)
  }

  /** A value that is changed while others await it. */
  const running = (work: Promise<void>) => {
    const state = { over: false }
    const done = work.finally(() => {
      state.over = true
    })
    done.catch(() => {})
    return { state, done }
  }

  test('a reader and a writer follow: each record once, in order', async () => {
    const [read, written] = [uniqueName('read'), uniqueName('written')]
    const configs = { 'max.message.bytes': '10000' }
    await java.createTopics([
      { name: read, partitions: 2, configs },
      { name: written, partitions: 2, configs },
    ])
    const count = 5000
    await java.generate(read, 2 * count, { size: 300, partitions: 2, producer: { 'batch.size': '8000' } })
    // The one that is led as partition 0 of the other topic is, so that it moves with it.
    const rows = await java.leaders([read, written])
    const leader = rows.find((row) => row.topic === written && row.partition === 0)?.leader
    const moved = rows.find((row) => row.topic === read && row.leader === leader)
    assert.ok(moved !== undefined, JSON.stringify(rows))
    const { partition } = moved
    const { state, done } = running(upheaval([written, read]))

    const readOnce = async () => {
      const offsets: number[] = []
      const options = { topic: read, partition, from: 0, to: count, isolation: 'read_committed' as const }
      for await (const step of cluster.reader({ ...options, maxBytes: 20_000 })) {
        assert.equal(step.type, 'batch')
        if (step.type === 'batch') for (const { offset } of records(step.batch.records)) offsets.push(offset)
        await delay(6)
      }
      return offsets
    }
    const reading = async () => {
      const all = Array.from({ length: count }, (_, i) => i)
      let passes = 0
      do {
        assert.deepEqual(await readOnce(), all)
        passes++
      } while (!state.over)
      return passes
    }
    const producer = await cluster.producer({ compression: 'none' })
    const writing = async (partition: number) => {
      const acked: number[] = []
      const onBatchAcked = (first: number, last: number, base: number) => {
        assert.equal(base, first)
        for (let i = first; i <= last; i++) acked.push(i)
      }
      const writer = producer.partition(written, partition, { onBatchAcked })
      let next = 0
      while (!state.over) {
        for (let i = 0; i < 20; i++, next++) {
          const value = Buffer.alloc(500, next)
          await writer.append(
            viewOf({ offset: next, timestamp: BigInt(next), key: Buffer.from(`${next}`), value, headers: [] }),
          )
        }
        await delay(15)
      }
      assert.deepEqual(await writer.flush(), { endOffset: next })
      return acked
    }
    const [, passes, ...acked] = await Promise.all([done, reading(), writing(0), writing(1)])
    await producer.close()
    // Both were hit by each change: the broker that is no leader any more, and the one that died.
    for (const refused of [`reading topic "${read}"`, `writing topic "${written}"`]) {
      assert.ok(
        said.some((line) => line.startsWith(refused) && /NOT_LEADER_OR_FOLLOWER|FENCED_LEADER_EPOCH/.test(line)),
        `${refused} met no change of leaders: ${said.join('\n')}`,
      )
    }
    assert.ok(said.some((line) => line.startsWith('lost the connection')))
    assert.ok(passes > 0)
    const found = await java.records([written])
    for (const [partition, offsets] of acked.entries()) {
      const seen = found.filter((record) => record.partition === partition)
      assert.ok(offsets.length > 1000, `${offsets.length} records`)
      assert.deepEqual(
        offsets,
        offsets.map((_, i) => i),
      )
      assert.deepEqual(
        seen.map(({ offset }) => offset),
        offsets,
      )
      assert.deepEqual(
        seen.map(({ key }) => Number(text(key as string))),
        offsets,
      )
    }
  })

  /** Starts a job; `begun` resolves when it has moved its first records, and fails when it ends before that. */
  function start<T>(run: (job: JobContext) => Promise<T>) {
    const { promise: moving, resolve } = Promise.withResolvers<void>()
    const progress = (told: Progress) => {
      job.records = told.recordsDone
      if (told.recordsDone > 0) resolve()
    }
    const job = { ended: false, records: 0, begun: moving, done: run({ ...context(), progress }) }
    job.done = job.done.finally(() => {
      job.ended = true
    })
    job.begun = Promise.race([moving, job.done.then(() => assert.fail('the job ended before anything moved'))])
    job.begun.catch(() => {})
    return job
  }

  /** How fast the broker lets Coffer read and write; so a job lasts as long as the leaders change. */
  async function quota(...change: string[]): Promise<void> {
    const where = [
      '--bootstrap-server',
      pair.bootstrap.join(','),
      '--entity-type',
      'clients',
      '--entity-name',
      'coffer',
    ]
    const { code, stdout, stderr } = await pair.exec('kafka.admin.ConfigCommand', [...where, '--alter', ...change])
    assert.equal(code, 0, stdout + stderr)
  }

  const filesystem = (path: string) => ({ backend: 'filesystem', path })
  const first = () => pair.bootstrap[0] as string

  async function startBackup(topic: string, path: string, more: Record<string, unknown> = {}) {
    const backup = { stop_at_current_offsets: true, ...more }
    const storage = filesystem(path)
    const config = backupConfig({ bootstrap: first(), backupId: ID, topics: [topic], storage, backup })
    config.source.bootstrap_servers = [...pair.bootstrap]
    return start((job) => runBackup(config, { dryRun: false }, job))
  }

  async function startRestore(path: string) {
    const restore = { create_topics: true, produce_compression: 'none' }
    const config = restoreConfig({ bootstrap: first(), path, backupId: ID, restore })
    config.target.bootstrap_servers = [...pair.bootstrap]
    return start((job) => runRestore(config, { dryRun: false, directory: '.' }, job))
  }

  test('a backup and a restore go through: both sides hold each record once, in order', async () => {
    const [ledger, restored] = [uniqueName('ledger'), uniqueName('restored')]
    const [archive, source] = [await temporaryFolder(), await temporaryFolder()]
    const count = 24_000
    // small batches, so that each is held back: the restore must not be through before the leaders are
    const configs = { 'max.message.bytes': '50000' }
    await java.createTopics([
      { name: ledger, partitions: 4 },
      { name: restored, partitions: 3, configs },
    ])
    await java.generate(ledger, count, { size: 1000, partitions: 4, producer: { 'batch.size': '50000' } })
    const partitions = [0, 1, 2]
    const rows = plainRecords(0, 6000).map((record) => ({ ...record, value: `${record.value} ${'y'.repeat(1000)}` }))
    const segments = Object.fromEntries(partitions.map((partition) => [partition, [{ records: rows, ours: true }]]))
    await makeArchive(source, ID, [{ name: restored, partitions: segments }])

    await quota('--add-config', 'consumer_byte_rate=300000,producer_byte_rate=150000')
    const backup = await startBackup(ledger, archive)
    const restore = await startRestore(source)
    await Promise.all([backup.begun, restore.begun])
    await upheaval([restored, ledger], async () => {
      assert.deepEqual([backup.ended, restore.ended], [false, false], 'a job ended before the last change of leaders')
      await quota('--delete-config', 'consumer_byte_rate,producer_byte_rate')
    })

    const backedUp = (await backup.done).result
    assert.ok(!backedUp.dry_run && backedUp.records === count)
    assert.deepEqual(await readArchive(archive, ID), (await java.records([ledger])).map(asArchived))
    const { exitCode, result } = await validate(await storageAt(archive), ID)
    assert.equal(exitCode, 0, JSON.stringify(result.findings))
    // Leaders that came to it as they should have cut nothing back.
    const again = (await (await startBackup(ledger, archive)).done).result
    assert.ok(!again.dry_run && again.records === 0 && again.archive.records === count)

    const wrote = (await restore.done).result
    assert.ok(!wrote.dry_run && wrote.state === 'complete' && wrote.records === partitions.length * rows.length)
    const found = await java.records([restored])
    for (const partition of partitions) {
      const keys = found.filter((record) => record.partition === partition).map(({ key }) => text(key as string))
      assert.deepEqual(
        keys,
        rows.map(({ key }) => key),
      )
    }
  })

  test('failure 10: a restore that goes on counts what an earlier run has written and a follower does not have yet', async () => {
    const topic = uniqueName('behind')
    await java.createTopics([{ name: topic }])
    const key = `${topic}/0`
    const [row] = await java.leaders([topic])
    const follower = row?.leader === 1 ? 2 : 1
    const where = [{ topic, partition: 0 }]
    const ends = () => Promise.all([cluster.offsets(where, 'latest'), cluster.offsets(where, 'log_end')])
    const producer = await cluster.producer({ compression: 'none', acks: 1 })
    const writer = producer.partition(topic, 0)
    const write = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await writer.append(viewOf({ offset: i, timestamp: 1n, key: null, value: null, headers: [] }))
      }
      await writer.flush()
    }
    // From here on nobody but the leader is asked.
    await write(1)
    await untilEqual(async () => (await ends()).map((found) => found.get(key)), [1, 1])
    const existing = new Map((await cluster.topics([topic])).map((one) => [topic, one]))
    const plan = { topics: [{ target: topic, flows: [{ partitions: [0] }] }] } as unknown as RestorePlan
    pair.hold(follower, true)
    try {
      await write(200)
      assert.deepEqual(
        (await ends()).map((found) => found.get(key)),
        [1, 201],
      )
      const { promise, resolve: waits } = Promise.withResolvers<string>()
      const reading = readEnds(cluster, plan, existing, waits)
      assert.match(await promise, /^waiting for the replicas of/)
      pair.hold(follower, false)
      assert.equal((await reading).end.get(key), 201)
    } finally {
      pair.hold(follower, false)
      await producer.close()
    }
  })

  /**
   * A topic of `old` records, of which one broker has 100 and is down. `lose`: it leads, and takes others until there are
   * `fresh`; `end`: both run.
   */
  async function uncleanElection(topic: string, { old, fresh, size }: { old: number; fresh: number; size: number }) {
    // a batch that is larger than a quota allows in its window would never come
    const how = { size, producer: { 'batch.size': '50000' } }
    await java.createTopics([{ name: topic, configs: { 'unclean.leader.election.enable': 'true' } }])
    const [row] = await java.leaders([topic])
    const [one, other] = row?.leader === 1 ? ([1, 2] as const) : ([2, 1] as const)
    const led = (leader: number, inSync: number) =>
      untilLeaders(java, [topic], (now) => now.leader === leader && now.inSync.length === inSync)
    await led(one, 2)
    await java.generate(topic, 100, how)
    // a follower that lagged behind would not have them
    await led(one, 2)
    await pair.kill9(other)
    await led(one, 1)
    await java.generate(topic, old - 100, how)
    return {
      async lose() {
        await pair.kill9(one)
        await pair.restart(other, 1)
        await led(other, 1)
        // More than before: by its offsets alone it goes on where the old one ended.
        await java.generate(topic, fresh - 100, how)
      },
      async end() {
        await pair.restart(one)
        await led(other, 2)
        assert.equal((await java.listOffsets([topic]))[0]?.latest, fresh)
      },
    }
  }

  test('failure 16: an unclean election under a run that is at work stops it where the logs part', {
    timeout: 300_000,
  }, async () => {
    const topic = uniqueName('parted')
    const path = await temporaryFolder()
    const [old, fresh] = [20_000, 20_500]
    const election = await uncleanElection(topic, { old, fresh, size: 1000 })
    try {
      // so slowly that the old leader dies when more was read than the new one has, and less than there was
      await quota('--add-config', 'consumer_byte_rate=300000')
      const run = await startBackup(topic, path, { fetch_max_bytes: 200_000 })
      await run.begun
      await untilEqual(async () => run.records > 100, true)
      await election.lose()
      await quota('--delete-config', 'consumer_byte_rate')
      await assert.rejects(run.done, (error: { code: string; message: string }) => {
        assert.equal(error.code, 'OFFSETS_LOST')
        assert.match(error.message, /was cut back to offset 100 since it was archived up to \d{3,5}$/)
        return true
      })
      // nothing of the other log stands behind what there was
      for (const { topic: name, offset } of await readArchive(path, ID)) assert.ok(name === topic && offset < old)
    } finally {
      await election.end()
    }
  })

  test('failure 16: a continuous run that has read all there is sees that the log was cut back before it has grown again', {
    timeout: 300_000,
  }, async () => {
    const topic = uniqueName('shorter')
    const election = await uncleanElection(topic, { old: 200, fresh: 120, size: 50 })
    try {
      const run = await startBackup(topic, await temporaryFolder(), {
        stop_at_current_offsets: false,
        continuous: true,
      })
      await run.begun
      await untilEqual(async () => run.records, 200)
      await election.lose()
      await assert.rejects(run.done, (error: { code: string; message: string }) => {
        assert.equal(error.code, 'OFFSETS_LOST')
        assert.match(error.message, /was cut back to offset 100 since it was archived up to 200/)
        return true
      })
    } finally {
      await election.end()
    }
  })

  test('failure 16: a log that an unclean election cut back, and that grew again, is refused and not read on', async () => {
    const topic = uniqueName('unclean')
    const path = await temporaryFolder()
    const election = await uncleanElection(topic, { old: 200, fresh: 250, size: 50 })
    const first = await (await startBackup(topic, path)).done
    assert.ok(!first.result.dry_run && first.result.records === 200)
    await election.lose()
    await election.end()
    const second = await startBackup(topic, path)
    await assert.rejects(second.done, (error: { code: string; message: string }) => {
      assert.equal(error.code, 'OFFSETS_LOST')
      assert.match(error.message, /was cut back to offset 100 since it was archived up to 200/)
      return true
    })
    assert.equal((await validate(await storageAt(path), ID)).exitCode, 0)
  })

  test('failure 17: committed offsets follow the coordinator that moves, and no group is ever out of sight', async () => {
    const topic = uniqueName('positions')
    await java.createTopics([{ name: topic }])
    const groups = Array.from({ length: 8 }, (_, i) => uniqueName(`group-${i}`)).sort()
    const position = (offset: number) => ({ topic, partition: 0, offset, metadata: `at ${offset}` })
    for (const group of groups) await cluster.commitOffsets(group, [position(1)])
    const coordinators = new Set((await java.leaders([OFFSETS_TOPIC])).map(({ leader }) => leader))
    assert.deepEqual([...coordinators].sort(), [...NODES])
    const { state, done } = running(upheaval([OFFSETS_TOPIC]))
    let last = 1
    const following = async () => {
      do {
        for (const group of groups) {
          assert.deepEqual(
            (await cluster.committedOffsets(group)).map(({ offset, metadata }) => [offset, metadata]),
            [[last, `at ${last}`]],
            group,
          )
          await cluster.commitOffsets(group, [position(last + 1)])
        }
        last++
        const seen = new Set(await cluster.groups())
        assert.deepEqual(
          groups.filter((group) => !seen.has(group)),
          [],
        )
        await delay(100)
      } while (!state.over)
    }
    await Promise.all([done, following()])
    assert.ok(last > 10, `${last} rounds`)
    for (const group of groups) {
      const [found, ...others] = await java.groupOffsets(group)
      assert.deepEqual([found?.offset, found?.metadata, others], [last, `at ${last}`, []])
    }
  })
})
