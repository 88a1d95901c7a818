import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { ANY_TIME, oddRecords } from './oddities.ts'
import { endpointOf, readAll } from './support.ts'

describe('reading, compared with the Java consumer', () => {
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

  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`every oddity, ${codec}`, async () => {
      const topic = uniqueName(`odd-${codec}`)
      await java.createTopics([{ name: topic, partitions: 2, configs: ANY_TIME }])
      const records = [...oddRecords(topic, 0, 1), ...oddRecords(topic, 1, 2)]
      await java.produce(records, {
        producer: { 'compression.type': codec, 'linger.ms': '20', 'batch.size': '100000' },
      })
      const expected = await java.records([topic])
      assert.ok(expected.length > 400)
      // by its id and by its name
      for (const [maxBytes, topicId] of [
        [2_000_000, null],
        [30_000, (await cluster.topics([topic]))[0]?.topicId as string],
      ] as const) {
        const readings = [
          await readAll(cluster, topic, 0, { maxBytes, topicId }),
          await readAll(cluster, topic, 1, { maxBytes, topicId }),
        ]
        assert.deepEqual(
          readings.flatMap(({ records }) => records),
          expected,
        )
        assert.ok(readings[0]?.codecs.has(codec))
      }
    })
  }

  test('failure 1: aborted transactions and control markers are told apart from data', async () => {
    const topic = uniqueName('tx')
    await java.createTopics([{ name: topic }])
    const record = (value: string) => ({ topic, partition: 0, timestamp: 1, key: 'k', value })
    const two = (name: string) => [record(`${name} 1`), record(`${name} 2`)]
    await java.produce(two('plain'))
    for (let i = 0; i < 4; i++) {
      const end = i % 2 === 0 ? 'commit' : 'abort'
      await java.produce(two(`${end} ${i}`), { transactionalId: `${topic}-${i % 3}`, end })
    }
    // Interleaved: one open transaction around a committed and an aborted one.
    await java.produce(two('outer'), { transactionalId: `${topic}-outer`, end: 'open' })
    await java.produce(two('inner commit'), { transactionalId: `${topic}-0`, end: 'commit' })
    await java.produce(two('inner abort'), { transactionalId: `${topic}-1`, end: 'abort' })
    await java.endTransaction(`${topic}-outer`, 'abort')
    await java.produce(two('after'))
    const committed = await java.records([topic])
    const reading = await readAll(cluster, topic, 0)
    assert.deepEqual(reading.records, committed)
    assert.equal(reading.control.length, 7)
    assert.equal(reading.aborted.length, 4)
    const small = await readAll(cluster, topic, 0, { maxBytes: 200 })
    assert.deepEqual(small, reading)
    const uncommitted = await readAll(cluster, topic, 0, { isolation: 'read_uncommitted' })
    assert.deepEqual(uncommitted.records, await java.records([topic], { isolation: 'read_uncommitted' }))
    assert.equal(uncommitted.aborted.length, 0)
  })

  test('an open transaction holds back the last stable offset', async () => {
    const topic = uniqueName('open')
    await java.createTopics([{ name: topic }])
    const record = (value: string) => ({ topic, partition: 0, timestamp: 1, value })
    await java.produce([record('before')])
    await java.produce([record('open')], { transactionalId: topic, end: 'open' })
    await java.produce([record('behind')])
    const where = [{ topic, partition: 0 }]
    assert.equal((await cluster.offsets(where, 'last_stable')).get(`${topic}/0`), 1)
    assert.equal((await cluster.offsets(where, 'latest')).get(`${topic}/0`), 3)
    assert.deepEqual((await readAll(cluster, topic, 0)).records, await java.records([topic]))
    await assert.rejects(readAll(cluster, topic, 0, { from: 0, to: 3, stallTimeoutMs: 1500 }), {
      code: 'KAFKA_UNAVAILABLE',
    })
    await java.endTransaction(topic, 'abort')
  })

  test('LogAppendTime', async () => {
    const topic = uniqueName('append-time')
    await java.createTopics([{ name: topic, configs: { 'message.timestamp.type': 'LogAppendTime' } }])
    for (const codec of ['none', 'zstd']) {
      const list = Array.from({ length: 20 }, (_, i) => ({ topic, partition: 0, timestamp: i, value: `v${i}` }))
      await java.produce(list, { producer: { 'compression.type': codec, 'linger.ms': '20' } })
    }
    const { records } = await readAll(cluster, topic, 0)
    assert.deepEqual(records, await java.records([topic]))
    assert.equal(records[0]?.timestampType, 'LogAppendTime')
  })

  test('begins and ends inside a batch', async () => {
    const topic = uniqueName('inside')
    await java.createTopics([{ name: topic }])
    const list = Array.from({ length: 100 }, (_, i) => ({ topic, partition: 0, timestamp: i, value: `v${i}` }))
    await java.produce(list, { producer: { 'linger.ms': '50', 'batch.size': '1000000' } })
    const { records } = await readAll(cluster, topic, 0, { from: 17, to: 42 })
    assert.deepEqual(
      records.map(({ offset }) => offset),
      Array.from({ length: 25 }, (_, i) => 17 + i),
    )
  })

  test('records of 8 MB', async () => {
    const topic = uniqueName('eight')
    await java.createTopics([{ name: topic, configs: { 'max.message.bytes': '12000000' } }])
    const value = Buffer.alloc(8_000_000, 'large ')
    const list = ['a', 'b', 'c'].map((key) => ({ topic, partition: 0, timestamp: 5, key, value }))
    for (const codec of ['none', 'lz4', 'snappy', 'zstd', 'gzip']) {
      await java.produce(list, { producer: { 'max.request.size': '12000000', 'compression.type': codec } })
    }
    assert.deepEqual((await readAll(cluster, topic, 0)).records, await java.records([topic]))
  })

  test('DeleteRecords before and under the reader', async () => {
    const topic = uniqueName('deleted')
    await java.createTopics([{ name: topic }])
    const list = Array.from({ length: 60 }, (_, i) => ({
      topic,
      partition: 0,
      timestamp: i,
      value: Buffer.alloc(2000, 'x'),
    }))
    await java.produce(list, { flushEach: true })
    await cluster.deleteRecords([{ topic, partition: 0, offset: 10 }])
    const reading = await readAll(cluster, topic, 0, { from: 0, to: 60 })
    assert.deepEqual(reading.deleted, [[0, 10]])
    assert.deepEqual(reading.records, await java.records([topic]))
    const offsets: number[] = []
    const gaps: number[][] = []
    const reader = cluster.reader({
      topic,
      partition: 0,
      from: 10,
      to: 60,
      isolation: 'read_committed',
      maxBytes: 5000,
    })
    for await (const step of reader) {
      if (step.type === 'deleted') gaps.push([step.from, step.to])
      else if (step.type === 'batch') offsets.push(step.batch.baseOffset)
      if (offsets.length === 1) await java.deleteRecords([{ topic, partition: 0, before: 40 }])
    }
    assert.equal(gaps.length, 1)
    assert.equal(gaps[0]?.[1], 40)
    assert.deepEqual(
      offsets.slice(-20),
      Array.from({ length: 20 }, (_, i) => 40 + i),
    )
    assert.equal(offsets.length + 40 - (gaps[0]?.[0] ?? 0), 50)
    assert.deepEqual(await readAll(cluster, topic, 0, { from: 0, to: 30 }), {
      ...reading,
      records: [],
      codecs: new Set(),
      deleted: [[0, 30]],
    })
  })

  test('holes of compaction', async () => {
    const topic = uniqueName('compacted')
    const configs = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '0',
      'max.compaction.lag.ms': '100',
    }
    await java.createTopics([{ name: topic, configs }])
    const stable = { topic, partition: 0 }
    const rounds = Array.from({ length: 30 }, (_, i) => ({
      ...stable,
      timestamp: 1000 + i,
      key: `k${i % 3}`,
      value: `v${i}`,
    }))
    await java.produce(rounds, { flushEach: true })
    const deadline = Date.now() + 30_000
    let reading = await readAll(cluster, topic, 0)
    for (let i = 0; reading.records.length > 12 && Date.now() < deadline; i++) {
      // A segment is rolled by the next write only.
      await java.produce([{ ...stable, timestamp: Date.now(), key: 'tick', value: String(i) }])
      await new Promise((resolve) => setTimeout(resolve, 500))
      reading = await readAll(cluster, topic, 0)
    }
    assert.ok(reading.records.length <= 12, `${reading.records.length} records are left`)
    assert.ok(reading.passed.length > 0)
    const offsets = reading.records.map(({ offset }) => offset)
    const expected = await java.records([topic])
    assert.deepEqual(
      reading.records,
      expected.filter(({ offset }) => offset <= (offsets.at(-1) as number)),
    )
  })

  test('100 partitions over a few connections', async () => {
    const topic = uniqueName('hundred')
    await java.createTopics([{ name: topic, partitions: 100 }])
    await java.generate(topic, 3000, { partitions: 100, size: 100 })
    const all = await Promise.all(Array.from({ length: 100 }, (_, partition) => readAll(cluster, topic, partition)))
    assert.deepEqual(
      all.flatMap(({ records }) => records),
      await java.records([topic]),
    )
  })

  test('memory does not grow with the topic', async () => {
    const topic = uniqueName('long')
    await java.createTopics([{ name: topic }])
    await java.generate(topic, 120_000, {
      size: 1000,
      producer: { 'compression.type': 'zstd', 'batch.size': '200000' },
    })
    const to = (await cluster.offsets([{ topic, partition: 0 }], 'last_stable')).get(`${topic}/0`) as number
    let peak = 0
    let count = 0
    const before = process.memoryUsage().rss
    for await (const step of cluster.reader({ topic, partition: 0, from: 0, to, isolation: 'read_committed' })) {
      if (step.type === 'batch') while (step.batch.records.next()) count++
      peak = Math.max(peak, process.memoryUsage().rss)
    }
    assert.equal(count, 120_000)
    assert.ok(peak - before < 100_000_000, `${peak - before} bytes more`)
  })

  test('a log that ends before the asked offset', async () => {
    const topic = uniqueName('short')
    await java.createTopics([{ name: topic }])
    await java.produce([{ topic, partition: 0, timestamp: 1, value: 'only' }])
    const reading = readAll(cluster, topic, 0, { from: 500, to: 600 })
    await assert.rejects(reading, (error: { code: string; details: object }) => {
      assert.equal(error.code, 'OFFSETS_LOST')
      assert.deepEqual(error.details, { topic, partition: 0, offset: 500, logStart: 0, logEnd: 1 })
      return true
    })
  })

  test('failure 16: a topic that is made again while it is read gives no record of the new one', async () => {
    const topic = uniqueName('again')
    const values = async (name: string, count: number) => {
      // a batch for each record, so that the reader has one or two of them ahead
      for (let i = 0; i < count; i++) await java.produce([{ topic, partition: 0, timestamp: 1, value: `${name} ${i}` }])
    }
    await java.createTopics([{ name: topic }])
    await values('old', 8)
    const [described] = await cluster.topics([topic])
    const read: string[] = []
    const options = { topic, topicId: described?.topicId ?? null, partition: 0, from: 0, to: 8, maxBytes: 1 }
    const reading = async () => {
      for await (const step of cluster.reader({ ...options, isolation: 'read_committed' })) {
        if (step.type !== 'batch') continue
        while (step.batch.records.next()) read.push(String(step.batch.records.view.offset))
        if (read.length > 1) continue
        await java.deleteTopics([topic])
        await java.createTopics([{ name: topic }])
        await values('new', 8)
      }
    }
    await assert.rejects(reading(), { code: 'TOPIC_RECREATED' })
    assert.ok(read.length <= 3, `${read.length} records`)
    // an id that is asked for is heeded from the first request on
    await assert.rejects(readAll(cluster, topic, 0, { ...options, from: 0 }), { code: 'TOPIC_RECREATED' })
  })

  test('a topic that is not there, and an interruption', async () => {
    const topic = uniqueName('none')
    const from = { from: 0, to: 10 }
    await assert.rejects(readAll(cluster, topic, 0, from), { code: 'TOPIC_MISSING' })
    await assert.rejects(cluster.topics([topic]), { code: 'TOPIC_MISSING' })
    await assert.rejects(cluster.topicConfigs([topic]), { code: 'TOPIC_MISSING' })
    await java.createTopics([{ name: topic }])
    const controller = new AbortController()
    const waiting = readAll(cluster, topic, 0, { ...from, signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    await assert.rejects(waiting, (error: { code: string }) => ['INTERRUPTED', 'OFFSETS_LOST'].includes(error.code))
  })
})
