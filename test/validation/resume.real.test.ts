import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadValidation } from '../../src/contract/config/load-validation.ts'
import type { TopicPlan } from '../../src/jobs/restore/plan.ts'
import { walkContext } from '../../src/jobs/restore/prepare.ts'
import { checkContent, taskOf } from '../../src/jobs/validation/content/check.ts'
import { Checkpoint } from '../../src/jobs/validation/content/checkpoint.ts'
import { compareFlow, type FlowPosition } from '../../src/jobs/validation/content/flow.ts'
import { emptyTally } from '../../src/jobs/validation/content/tally.ts'
import { readPlaces } from '../../src/jobs/validation/places.ts'
import { findScope } from '../../src/jobs/validation/scope.ts'
import type { Session } from '../../src/jobs/validation/session.ts'
import { openCluster } from '../../src/kafka/cluster.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { run } from '../backup/support.ts'
import { ID } from '../failures/support.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { ledger } from './support.ts'

/** A comparison that is stopped in the middle of a partition goes on there, and comes to the same figures. */
describe('a content check that is stopped', () => {
  let java: JavaClient
  let bootstrap: string
  let path: string
  const source = uniqueName('ledger')
  const COUNT = 4_000

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    path = await temporaryFolder()
    await java.createTopics([{ name: source, partitions: 1 }])
    await java.produce(ledger(source, COUNT))
    await run({ path, bootstrap, topics: [source], backup: { segment_max_records: '500' } })
    const options = { create_topics: 'true', topic_mapping: { [source]: `${source}-restored` } }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: options }))
  })
  after(() => java.stop())

  const session = async (
    profile: string,
    signal = new AbortController().signal,
    segmentRead: () => void = () => {},
  ): Promise<Session> => {
    const text = JSON.stringify({
      backup_id: ID,
      storage: { backend: 'filesystem', path },
      target: { bootstrap_servers: [bootstrap] },
    })
    const config = loadValidation({ text, name: 'test.yaml', directory: '/' }, {})
    const opened = await openStorage(config.storage)
    const get: Storage['get'] = (key, options) => {
      if (key.includes('/topics/')) segmentRead()
      return opened.get(key, options)
    }
    const storage = new Proxy(opened, {
      get: (target, name) => {
        const own = Reflect.get(target, name) as unknown
        return name === 'get' ? get : typeof own === 'function' ? own.bind(target) : own
      },
    })
    const cluster = await openCluster(config.restore.target)
    const scope = await findScope(config, storage, cluster, () => {})
    return {
      config,
      storage,
      cluster,
      scope,
      places: await readPlaces(cluster, scope),
      walk: walkContext(scope.restore, storage, scope.prepared, signal),
      context: recordingContext(signal),
      profile,
      counted: new Map(),
      tallies: new Map(),
    }
  }

  it('goes on at the segment where it was', async () => {
    const profile = await temporaryFolder()
    const stop = new AbortController()
    const first = await session(profile, stop.signal)
    const topic = first.scope.prepared.plan.topics[0]
    const flow = topic?.flows[0]
    assert.ok(topic !== undefined && flow !== undefined)
    const kept = await Checkpoint.open(first)
    let seen = 0
    const task = taskOf(first, topic, flow, false)
    assert.ok(task !== null)
    await compareFlow(task, first.cluster, first.walk, null, {
      tell: () => {},
      checkpoint: (position) => {
        kept.moved('flow', position)
        if (++seen === 3) stop.abort()
      },
    })
    await kept.keep()
    await first.cluster.close()

    const second = await session(profile)
    try {
      const position = (await Checkpoint.open(second)).position('flow') as FlowPosition
      assert.deepEqual([position.group, position.next, position.tally.identical], [3, [1_500], 1_500])
      let records = 0
      const { tally, lanes } = await compareFlow(task, second.cluster, second.walk, position, {
        tell: (some) => {
          records += some
        },
        checkpoint: () => {},
      })
      assert.equal(records, COUNT - 1_500, 'what was compared is not read again')
      assert.deepEqual([tally.expected, tally.found, tally.identical], [COUNT, COUNT, COUNT])
      assert.equal(lanes[0]?.left.missing.length, 0)
    } finally {
      await second.cluster.close()
    }
  })

  it('the whole check, stopped in the middle: the same figures, nothing read twice, and it says so', async () => {
    const profile = await temporaryFolder()
    const stop = new AbortController()
    let [before, after] = [0, 0]
    const first = await session(profile, stop.signal, () => {
      if (++before === 5) stop.abort()
    })
    await assert.rejects(checkContent(first), { code: 'INTERRUPTED' })
    await first.cluster.close()
    const second = await session(profile, undefined, () => after++)
    const { outcome, data, detail } = await checkContent(second)
    await second.cluster.close()
    assert.equal(outcome, 'PASSED', detail)
    assert.deepEqual([data.expected, data.found, data.identical, data.differences_total], [COUNT, COUNT, COUNT, 0])
    assert.match(String(data.resumed_from), /^\d{4}-/)
    assert.ok(after < 8 && after >= 8 - before, `${before} and ${after} of 8 segments`)
    const third = await session(profile)
    assert.equal((await checkContent(third)).data.resumed_from, undefined, 'a check that ended leaves nothing')
    await third.cluster.close()
  })

  it('a topic that was written to since it was compared is compared again', async () => {
    const profile = await temporaryFolder()
    const topicOf = ({ scope }: Session) => scope.prepared.plan.topics[0] as TopicPlan
    const first = await session(profile)
    const kept = await Checkpoint.open(first)
    kept.topicDone(topicOf(first), [], { ...emptyTally(), identical: COUNT })
    await kept.keep()
    await first.cluster.close()
    const second = await session(profile)
    assert.equal((await Checkpoint.open(second)).done(topicOf(second))?.identical, COUNT)
    await second.cluster.close()
    await java.produce(ledger(`${source}-restored`, 1, 0, 90_000))
    const third = await session(profile)
    assert.equal((await Checkpoint.open(third)).done(topicOf(third)), null)
    await third.cluster.close()
  })

  it('is not gone on with once the archive or the target is another', async () => {
    const profile = await temporaryFolder()
    const one = await session(profile)
    const kept = await Checkpoint.open(one)
    kept.moved('flow', { source: 0, group: 1, next: [500], tally: {} as never })
    await kept.keep()
    assert.notEqual((await Checkpoint.open(one)).position('flow'), null)
    await one.cluster.close()
    await java.produce(ledger(source, 10, 0, 50_000))
    await run({ path, bootstrap, topics: [source] })
    const options = { create_topics: 'true', topic_mapping: { [source]: `${source}-again` } }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: options }))
    const other = await session(profile)
    assert.equal((await Checkpoint.open(other)).position('flow'), null)
    await other.cluster.close()
  })
})
