import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { endpointOf } from './support.ts'

describe('cluster, topics and groups, compared with the Java clients', () => {
  let java: JavaClient
  let cluster: Cluster

  before(async () => {
    java = await useJava()
    cluster = await openCluster(endpointOf((await useKafka()).bootstrap))
  })

  after(async () => {
    await cluster?.close()
    await java?.stop()
  })

  test('identity', async () => {
    const identity = await cluster.identity()
    const expected = await java.describeCluster()
    assert.equal(identity.clusterId, expected.clusterId)
    assert.equal(identity.brokers.length, expected.brokers)
    assert.equal(identity.kafkaVersion, '4.1')
  })

  test('topics are created, described, configured and checked', async () => {
    const name = uniqueName('made')
    const topic = {
      name,
      partitions: 3,
      replicationFactor: -1,
      configs: { 'retention.ms': '1000', 'cleanup.policy': 'compact' },
    }
    await cluster.createTopics([topic], { validateOnly: true })
    assert.ok(!(await java.listTopics()).includes(name))
    await cluster.createTopics([topic])
    const [described] = await cluster.topics([name])
    const [expected] = await java.describeTopics([name])
    assert.equal(described?.topicId, expected?.topicId)
    assert.deepEqual(
      described?.partitions.map(({ partition }) => partition),
      [0, 1, 2],
    )
    assert.equal(described?.internal, false)
    assert.ok((await cluster.topics()).some((one) => one.name === name))
    await assert.rejects(cluster.createTopics([topic]), (error: { code: string; details: Record<string, unknown> }) => {
      assert.equal(error.code, 'KAFKA_REJECTED')
      assert.equal(error.details.brokerError, 'TOPIC_ALREADY_EXISTS')
      return true
    })
    const wrong = { ...topic, name: uniqueName('wrong'), configs: { 'no.such.key': '1' } }
    await assert.rejects(cluster.createTopics([wrong]), { code: 'KAFKA_REJECTED' })
    await cluster.alterTopicConfigs(name, { 'retention.ms': null, 'max.message.bytes': '5000' })
    // the controller answers before the broker has heard of it
    const wanted = { 'cleanup.policy': 'compact', 'max.message.bytes': '5000' }
    let shown = await java.describeConfigs(name)
    for (let i = 0; i < 200 && !isDeepStrictEqual(shown.own, wanted); i++) {
      await delay(50)
      shown = await java.describeConfigs(name)
    }
    const { all, own } = shown
    assert.deepEqual(own, wanted)
    const entries = (await cluster.topicConfigs([name])).get(name) ?? []
    assert.deepEqual(Object.fromEntries(entries.map((entry) => [entry.name, entry.value])), all)
    const dynamicTopic = 1
    const mine = entries.filter(({ source }) => source === dynamicTopic).map((entry) => entry.name)
    assert.deepEqual(mine.sort(), Object.keys(own).sort())
  })

  test('offsets of many partitions at once', async () => {
    const name = uniqueName('offsets')
    await java.createTopics([{ name, partitions: 10 }])
    await java.generate(name, 1000, { partitions: 10, size: 50 })
    await java.deleteRecords([{ topic: name, partition: 3, before: 7 }])
    const partitions = Array.from({ length: 10 }, (_, partition) => ({ topic: name, partition }))
    const [earliest, latest, stable] = await Promise.all(
      (['earliest', 'latest', 'last_stable'] as const).map((which) => cluster.offsets(partitions, which)),
    )
    for (const row of await java.listOffsets([name])) {
      const key = `${name}/${row.partition}`
      assert.deepEqual([earliest?.get(key), latest?.get(key), stable?.get(key)], [row.earliest, row.latest, row.stable])
    }
    assert.equal(earliest?.get(`${name}/3`), 7)
  })

  test('failure 17: committed offsets come from the coordinator, with metadata', async () => {
    const topic = uniqueName('committed')
    await java.createTopics([{ name: topic, partitions: 2 }])
    for (let i = 0; i < 6; i++) {
      const group = uniqueName(`group-${i}`)
      const offsets = [
        { topic, partition: 0, offset: 17 + i, metadata: 'note', leaderEpoch: 0 },
        { topic, partition: 1, offset: 4, metadata: '', leaderEpoch: null },
      ]
      await java.commitOffsets(group, offsets)
      assert.deepEqual(await cluster.committedOffsets(group), offsets)
      assert.ok((await cluster.groups()).includes(group))
      assert.deepEqual(await cluster.describeGroup(group), { id: group, state: 'Empty', members: 0 })
    }
    assert.deepEqual(await cluster.committedOffsets(uniqueName('unknown')), [])
    const unknown = uniqueName('unknown')
    assert.deepEqual(await cluster.describeGroup(unknown), { id: unknown, state: 'Dead', members: 0 })
  })

  test('commits are read back; a partition that does not exist is an error', async () => {
    const topic = uniqueName('commit')
    const group = uniqueName('group')
    await java.createTopics([{ name: topic, partitions: 2 }])
    await cluster.commitOffsets(group, [
      { topic, partition: 0, offset: 5, metadata: 'ünï' },
      { topic, partition: 1, offset: 0 },
    ])
    const rows = (await java.groupOffsets(group)).map(({ partition, offset, metadata }) => ({
      partition,
      offset,
      metadata,
    }))
    rows.sort((a, b) => a.partition - b.partition)
    assert.deepEqual(rows, [
      { partition: 0, offset: 5, metadata: 'ünï' },
      { partition: 1, offset: 0, metadata: '' },
    ])
    const wrong = cluster.commitOffsets(group, [{ topic: uniqueName('missing'), partition: 0, offset: 1 }])
    await assert.rejects(wrong, { code: 'TOPIC_MISSING' })
  })

  for (const protocol of ['classic', 'consumer']) {
    test(`an active group of the ${protocol} protocol is refused`, async () => {
      const topic = uniqueName('active')
      const group = uniqueName('active')
      await java.createTopics([{ name: topic }])
      await java.joinGroup(group, [topic], group, { 'group.protocol': protocol })
      const described = await cluster.describeGroup(group)
      assert.equal(described.members, 1)
      assert.equal(described.state, 'Stable')
      await assert.rejects(cluster.commitOffsets(group, [{ topic, partition: 0, offset: 1 }]), { code: 'GROUP_ACTIVE' })
      await java.leaveGroup(group)
      await cluster.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
      assert.equal((await java.groupOffsets(group))[0]?.offset, 1)
    })
  }

  test('without an authorizer everything is allowed', async () => {
    const topic = uniqueName('free')
    await java.createTopics([{ name: topic }])
    assert.ok((await cluster.authorized({ type: 'topic', name: topic })).has('write'))
    assert.ok((await cluster.authorized({ type: 'group', id: 'any' })).has('read'))
    assert.ok((await cluster.authorized({ type: 'cluster' })).has('create'))
    await assert.rejects(cluster.authorized({ type: 'topic', name: uniqueName('no') }), { code: 'TOPIC_MISSING' })
  })
})
