import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JavaError } from './java-process.ts'
import { uniqueName, useJava } from './shared.ts'

test('what is produced is dumped byte for byte, with headers in their order', async () => {
  const java = await useJava()
  const topic = uniqueName('rig')
  await java.createTopics([
    { name: topic, partitions: 2, configs: { 'message.timestamp.after.max.ms': '9223372036854775807' } },
  ])
  await java.produce([
    {
      topic,
      partition: 1,
      timestamp: '9223372036854775807',
      key: Uint8Array.of(0, 255),
      value: 'wert',
      headers: [
        ['b', 'x'],
        ['a', null],
        ['b', ''],
        ['ключ', Uint8Array.of(254)],
      ],
    },
    { topic, partition: 1, timestamp: 0, key: null, value: null },
    { topic, partition: 1, timestamp: 5, key: '', value: Buffer.alloc(5000, 7) },
  ])
  const records = await java.records([topic])
  const common = { topic, partition: 1, timestampType: 'CreateTime' }
  assert.equal(records.length, 3)
  assert.deepEqual(records[0], {
    ...common,
    offset: 0,
    timestamp: '9223372036854775807',
    key: 'AP8=',
    value: 'd2VydA==',
    headers: [
      ['b', 'eA=='],
      ['a', null],
      ['b', ''],
      ['ключ', '/g=='],
    ],
  })
  assert.deepEqual(records[1], { ...common, offset: 1, timestamp: '0', key: null, value: null, headers: [] })
  assert.equal(records[2]?.key, '')
  assert.deepEqual(records[2]?.value, {
    length: 5000,
    sha256: 'f302a3f85503eeb1a105c81a5fbea0aa461417fb3893919572949cadbfee86a7',
  })
})

test('transactions commit, abort and stay open', async () => {
  const java = await useJava()
  const topic = uniqueName('rig')
  await java.createTopics([{ name: topic }])
  const record = (value: string) => [{ topic, partition: 0, value }]
  await java.produce(record('kept'), { transactionalId: `${topic}-a`, end: 'commit' })
  await java.produce(record('dropped'), { transactionalId: `${topic}-a`, end: 'abort' })
  await java.produce(record('undecided'), { transactionalId: `${topic}-b`, end: 'open' })
  const values = async (isolation: 'read_committed' | 'read_uncommitted') =>
    (await java.records([topic], { isolation })).map((row) => Buffer.from(String(row.value), 'base64').toString())
  assert.deepEqual(await values('read_committed'), ['kept'])
  assert.deepEqual(await values('read_uncommitted'), ['kept', 'dropped', 'undecided'])
  assert.deepEqual(await java.listOffsets([topic]), [{ topic, partition: 0, earliest: 0, latest: 5, stable: 4 }])
  await java.endTransaction(`${topic}-b`, 'commit')
  assert.deepEqual(await values('read_committed'), ['kept', 'undecided'])
})

test('digest tells content, not offsets', async () => {
  const java = await useJava()
  const [one, two] = [uniqueName('rig'), uniqueName('rig')]
  await java.createTopics([
    { name: one, partitions: 2 },
    { name: two, partitions: 2 },
  ])
  await java.produce([{ topic: two, partition: 0, timestamp: 1, value: 'before' }])
  await java.deleteRecords([{ topic: two, partition: 0, before: 1 }])
  for (const topic of [one, two]) await java.generate(topic, 1000, { partitions: 2, seed: 5 })
  const [a, b] = [await java.digest([one]), await java.digest([two])]
  assert.deepEqual(
    a.map((row) => row.count),
    [500, 500],
  )
  assert.deepEqual(
    a.map((row) => row.sha256),
    b.map((row) => row.sha256),
  )
  assert.deepEqual(
    b.map((row) => row.beginning),
    [1, 0],
  )
  assert.notEqual(a[0]?.sha256, a[1]?.sha256)
})

test('groups: positions are committed and read back, a member keeps its group active', async () => {
  const java = await useJava()
  const [topic, group] = [uniqueName('rig'), uniqueName('group')]
  await java.createTopics([{ name: topic }])
  await java.produce([{ topic, partition: 0, value: 'x' }])
  await java.commitOffsets(group, [{ topic, partition: 0, offset: 1, metadata: 'note' }])
  assert.deepEqual(await java.groupOffsets(group), [
    { topic, partition: 0, offset: 1, metadata: 'note', leaderEpoch: null },
  ])
  await java.joinGroup(group, [topic], `${group}-member`)
  assert.equal((await java.describeGroup(group)).members, 1)
  await java.leaveGroup(`${group}-member`)
  assert.deepEqual(await java.describeGroup(group), { state: 'Empty', members: 0 })
})

test("a refusal carries the name of Kafka's exception", async () => {
  const java = await useJava()
  const topic = uniqueName('rig')
  await java.createTopics([{ name: topic }])
  await assert.rejects(java.createTopics([{ name: topic }]), (error: unknown) => {
    assert.ok(error instanceof JavaError)
    assert.equal(error.errorClass, 'TopicExistsException')
    return true
  })
})
