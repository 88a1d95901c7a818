import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import type { Producer } from '../../src/kafka/producer/producer.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { ANY_TIME, oddRecords } from './oddities.ts'
import { endpointOf, type PlainRecord, readAll, viewOf } from './support.ts'

/** The oddities as plain records. */
function plainOddities(seed: number): PlainRecord[] {
  const bytes = (value: string | Uint8Array | null | undefined) => {
    return value === null || value === undefined ? null : Buffer.from(value as Uint8Array)
  }
  return oddRecords('any', 0, seed).map((record, i) => ({
    offset: 1000 + i * 2,
    timestamp: BigInt(record.timestamp ?? 0),
    key: bytes(record.key),
    value: bytes(record.value),
    headers: (record.headers ?? []).map(([name, value]) => [Buffer.from(name), bytes(value)]),
  }))
}

async function write(producer: Producer, topic: string, partition: number, records: readonly PlainRecord[]) {
  const acked: number[][] = []
  const writer = producer.partition(topic, partition, { onBatchAcked: (...batch) => acked.push(batch) })
  for (const record of records) await writer.append(viewOf(record))
  const { endOffset } = await writer.flush()
  return { acked, endOffset }
}

describe('writing, read back by the Java consumer', () => {
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

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`every oddity, ${compression}`, async () => {
      const source = uniqueName('source')
      const target = uniqueName(`target-${compression}`)
      await java.createTopics([source, target].map((name) => ({ name, configs: ANY_TIME })))
      await java.produce(oddRecords(source, 0, 7))
      const producer = await cluster.producer({ compression })
      const records = plainOddities(7)
      const { acked, endOffset } = await write(producer, target, 0, records)
      await producer.close()
      assert.equal(endOffset, records.length)
      const expected = (await java.records([source])).map((record) => ({ ...record, topic: target }))
      assert.deepEqual(await java.records([target]), expected)
      const mine = await readAll(cluster, target, 0)
      assert.deepEqual([...mine.codecs], [compression])
      // The acknowledgements map source offsets to target offsets without a gap.
      let next = 0
      for (const [first, last, base, count] of acked) {
        assert.equal(base, next)
        assert.equal(first, 1000 + next * 2)
        next += count as number
        assert.equal(last, 1000 + (next - 1) * 2)
      }
      assert.equal(next, records.length)
    })
  }

  test('many batches in flight stay in order', async () => {
    const topic = uniqueName('order')
    await java.createTopics([{ name: topic, partitions: 3, configs: { 'max.message.bytes': '20000' } }])
    const producer = await cluster.producer({ compression: 'zstd' })
    const list = Array.from({ length: 5000 }, (_, i) => ({
      offset: i,
      timestamp: BigInt(i),
      key: null,
      value: Buffer.from(String(i).padEnd(i % 700)),
      headers: [],
    }))
    const results = await Promise.all([0, 1, 2].map((partition) => write(producer, topic, partition, list)))
    await producer.close()
    for (const { acked, endOffset } of results) {
      assert.equal(endOffset, 5000)
      assert.ok(acked.length > 50)
    }
    const read = await java.records([topic])
    assert.deepEqual(
      read.map(({ timestamp }) => Number(timestamp)),
      [0, 1, 2].flatMap(() => list.map(({ offset }) => offset)),
    )
  })

  test('a batch holds no more records than asked for, and is sent unfilled when told to', async () => {
    const topic = uniqueName('counted')
    await java.createTopics([{ name: topic }])
    const producer = await cluster.producer({ compression: 'none', maxRecords: 10 })
    const counts: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const writer = producer.partition(topic, 0, {
      onBatchAcked: (_first, _last, _base, count) => {
        counts.push(count)
        if (counts.length === 4) resolve()
      },
    })
    for (let offset = 0; offset < 33; offset++) {
      await writer.append(viewOf({ offset, timestamp: 1n, key: null, value: Buffer.from('x'), headers: [] }))
    }
    writer.send()
    await promise
    assert.deepEqual(counts, [10, 10, 10, 3])
    writer.send()
    assert.equal((await writer.flush()).endOffset, 33)
    await producer.close()
  })

  test('failure 13: a record that the broker refuses is named, and nothing after it is written', async () => {
    const topic = uniqueName('refused')
    await java.createTopics([{ name: topic, configs: { 'max.message.bytes': '5000' } }])
    const producer = await cluster.producer({ compression: 'none' })
    const writer = producer.partition(topic, 0)
    const record = (offset: number, size: number) => {
      return viewOf({ offset, timestamp: 1n, key: null, value: Buffer.alloc(size), headers: [] })
    }
    await writer.append(record(10, 100))
    await writer.append(record(11, 6000))
    const outcome = writer.flush()
    await assert.rejects(outcome, (error: { code: string; details: Record<string, unknown> }) => {
      assert.equal(error.code, 'KAFKA_REJECTED')
      assert.equal(error.details.brokerError, 'MESSAGE_TOO_LARGE')
      assert.equal(error.details.topic, topic)
      assert.equal(error.details.partition, 0)
      assert.equal(error.details.firstSourceOffset, 11)
      assert.equal(error.details.lastSourceOffset, 11)
      return true
    })
    assert.throws(() => writer.append(record(12, 1)), { code: 'KAFKA_REJECTED' })
    await assert.rejects(writer.flush(), { code: 'KAFKA_REJECTED' })
    assert.equal((await java.records([topic])).length, 1)
    await producer.close()
  })

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`failure 13: noise that fills the topic's limit to the last byte is not packed beyond it, ${compression}`, async () => {
      const topic = uniqueName('noise')
      const limit = 300_000
      await java.createTopics([{ name: topic, configs: { ...ANY_TIME, 'max.message.bytes': String(limit) } }])
      const noise = (offset: number, size: number): PlainRecord => {
        return { offset, timestamp: 1n, key: null, value: randomBytes(size), headers: [] }
      }
      // A batch of one record takes 61 bytes, and the record 11 besides its value: both its length and its value's take 3.
      const records = [
        noise(0, limit - 61 - 3 - 5 - 3),
        noise(1, 500),
        ...Array.from({ length: 900 }, (_, i) => noise(2 + i, 1000)),
      ]
      const producer = await cluster.producer({ compression })
      const { acked } = await write(producer, topic, 0, records)
      await producer.close()
      assert.deepEqual(acked[0], [0, 0, 0, 1])
      const found = await java.records([topic])
      assert.deepEqual(
        found.map(({ value }) => (typeof value === 'string' ? value : value?.length)),
        records.map(({ value }) => (value !== null && value.length <= 4096 ? value.toString('base64') : value?.length)),
      )
      if (compression !== 'none')
        await assert.rejects(java.produce([{ topic, partition: 0, value: randomBytes(limit) }]))
    })
  }

  test('failure 12: a timestamp that the topic refuses is an error that says how to allow it', async () => {
    const topic = uniqueName('future')
    await java.createTopics([{ name: topic }])
    const producer = await cluster.producer({ compression: 'lz4' })
    const writer = producer.partition(topic, 0)
    const future = BigInt(Date.now()) + 10n ** 10n
    await writer.append(viewOf({ offset: 0, timestamp: future, key: null, value: null, headers: [] }))
    await assert.rejects(writer.flush(), (error: { code: string; hint: string }) => {
      assert.equal(error.code, 'KAFKA_REJECTED')
      assert.match(error.hint, /message\.timestamp\.after\.max\.ms/)
      return true
    })
    await producer.close()
  })

  test('nothing to flush gives the end of the partition; a topic that is not there is missing', async () => {
    const topic = uniqueName('idle')
    await java.createTopics([{ name: topic }])
    await java.produce([{ topic, partition: 0, value: 'x' }])
    const producer = await cluster.producer({ compression: 'none' })
    assert.deepEqual(await producer.partition(topic, 0).flush(), { endOffset: 1 })
    const lost = producer.partition(uniqueName('nowhere'), 0)
    const record = viewOf({ offset: 0, timestamp: 1n, key: null, value: null, headers: [] })
    await assert.rejects(
      async () => {
        await lost.append(record)
        await lost.flush()
      },
      { code: 'TOPIC_MISSING' },
    )
    assert.throws(() => producer.partition(topic, 0), /has a writer already/)
    await producer.close()
  })
})
