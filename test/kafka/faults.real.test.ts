import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import type { KafkaRig } from '../rig/kafka.ts'
import { type FaultyProxy, startKafkaBehindProxy } from '../rig/proxy.ts'
import { uniqueName } from '../rig/shared.ts'
import { endpointOf, records, viewOf } from './support.ts'

/** Writes `count` numbered records and returns what the acknowledgements said. */
async function writeNumbers(
  cluster: Cluster,
  topic: string,
  count: number,
  during: (written: number, acked: () => number) => Promise<void>,
  // A broker that dies forgets producers whose newest record is older than a day.
  daysAgo = 0,
) {
  const producer = await cluster.producer({ compression: 'none' })
  let next = 0
  const now = BigInt(Date.now() - daysAgo * 86_400_000)
  const writer = producer.partition(topic, 0, {
    startOffset: 0,
    onBatchAcked: (first, last, base, size) => {
      assert.deepEqual([first, last, base], [next, next + size - 1, next])
      next += size
    },
  })
  for (let i = 0; i < count; i++) {
    const value = Buffer.from(`number ${i} `.padEnd(1000, '.'))
    await writer.append(
      viewOf({ offset: i, timestamp: now + BigInt(i), key: Buffer.from(String(i)), value, headers: [] }),
    )
    if (i % 1000 === 0) await during(i, () => next)
  }
  const { endOffset } = await writer.flush()
  await producer.close()
  return { endOffset, acked: next }
}

async function readNumbers(cluster: Cluster, topic: string, to: number, during: (read: number) => Promise<void>) {
  const seen: number[] = []
  const reader = cluster.reader({ topic, partition: 0, from: 0, to, isolation: 'read_committed', maxBytes: 200_000 })
  for await (const step of reader) {
    assert.equal(step.type, 'batch')
    if (step.type !== 'batch') continue
    for (const view of records(step.batch.records)) {
      assert.equal(view.buf.toString('utf8', view.keyStart, view.keyStart + view.keyLen), String(view.offset))
      seen.push(view.offset)
    }
    await during(seen.length)
  }
  return seen
}

const COUNT = 20_000
const ALL = Array.from({ length: COUNT }, (_, i) => i)

describe('a bad network and a broker that dies', () => {
  let kafka: KafkaRig
  let proxy: FaultyProxy
  let java: JavaClient
  let cluster: Cluster

  before(async () => {
    ;({ kafka, proxy } = await startKafkaBehindProxy())
    java = await startJavaClient(kafka.direct)
    cluster = await openCluster(endpointOf(kafka.bootstrap))
  })

  after(async () => {
    await cluster?.close()
    await java?.stop()
    await proxy?.stop()
    await kafka?.stop()
  })

  /** Exactly once and in order, by the Java consumer. */
  const expectNumbers = async (topic: string) => {
    const found = await java.records([topic])
    assert.deepEqual(
      found.map(({ timestamp }) => Number(BigInt(timestamp) - BigInt(found[0]?.timestamp ?? 0))),
      ALL,
    )
    assert.deepEqual(
      found.map(({ offset }) => offset),
      ALL,
    )
  }

  const newTopic = async () => {
    const topic = uniqueName('numbers')
    await java.createTopics([{ name: topic, configs: { 'max.message.bytes': '100000', 'retention.ms': '-1' } }])
    return topic
  }

  test('failure 10: connections cut at random while writing: each record once, in order', async () => {
    const topic = await newTopic()
    const before = proxy.counters.cut
    proxy.cutRandomly({ seed: 11, minBytes: 200_000, maxBytes: 3_000_000, atMost: 12 })
    assert.deepEqual(await writeNumbers(cluster, topic, COUNT, async () => {}), { endOffset: COUNT, acked: COUNT })
    proxy.heal()
    assert.ok(proxy.counters.cut - before >= 5, `${proxy.counters.cut - before} cuts`)
    await expectNumbers(topic)
  })

  test('connections cut at random while reading: each record once', async () => {
    const topic = await newTopic()
    await writeNumbers(cluster, topic, COUNT, async () => {})
    const before = proxy.counters.cut
    proxy.cutRandomly({ seed: 12, minBytes: 100_000, maxBytes: 2_000_000, atMost: 12 })
    assert.deepEqual(await readNumbers(cluster, topic, COUNT, async () => {}), ALL)
    proxy.heal()
    assert.ok(proxy.counters.cut - before >= 5, `${proxy.counters.cut - before} cuts`)
  })

  test('answers that are lost: the broker has the records, the writer does not know', async () => {
    const topic = await newTopic()
    const outcome = await writeNumbers(cluster, topic, COUNT, async (written) => {
      if (written !== 5000) return
      proxy.blackHole('answers')
      setTimeout(() => proxy.blackHole(false), 500)
    })
    assert.deepEqual(outcome, { endOffset: COUNT, acked: COUNT })
    await expectNumbers(topic)
  })

  test('the broker is killed while it is written to, and comes back', async () => {
    const topic = await newTopic()
    let restarted: Promise<void> = Promise.resolve()
    const outcome = await writeNumbers(cluster, topic, COUNT, async (written) => {
      if (written !== 8000) return
      await kafka.kill9()
      restarted = kafka.restart()
    })
    await restarted
    assert.deepEqual(outcome, { endOffset: COUNT, acked: COUNT })
    await expectNumbers(topic)
  })

  test('failure 10: answers are lost, and the broker that dies then forgets the writer, since its records are old', async () => {
    const topic = await newTopic()
    const trouble = async (acked: () => number) => {
      await delay(1000)
      const end = (await java.listOffsets([topic]))[0]?.latest ?? 0
      assert.ok(end > acked(), 'nothing was written whose answer was lost')
      await kafka.kill9()
      proxy.blackHole(false)
      await kafka.restart()
    }
    let restarted: Promise<void> = Promise.resolve()
    const during = async (written: number, acked: () => number) => {
      if (written !== 8000) return
      proxy.blackHole('answers')
      restarted = trouble(acked)
      restarted.catch(() => proxy.blackHole(false))
    }
    const outcome = await writeNumbers(cluster, topic, COUNT, during, 30)
    await restarted
    assert.deepEqual(outcome, { endOffset: COUNT, acked: COUNT })
    await expectNumbers(topic)
  })

  test('failure 5: the broker is restarted under a reader: nothing is cut short', async () => {
    const topic = await newTopic()
    await writeNumbers(cluster, topic, COUNT, async () => {})
    let restarted: Promise<void> | undefined
    const seen = await readNumbers(cluster, topic, COUNT, async (read) => {
      if (read < 5000 || restarted !== undefined) return
      restarted = kafka.restart()
    })
    await restarted
    assert.deepEqual(seen, ALL)
  })

  test('a broker that stays away is unavailable, after the time that was asked for', async () => {
    const topic = await newTopic()
    await writeNumbers(cluster, topic, COUNT, async () => {})
    const producer = await cluster.producer({ compression: 'none', timeoutMs: 1500 })
    const writer = producer.partition(topic, 0)
    await writer.append(viewOf({ offset: 0, timestamp: 1n, key: null, value: null, headers: [] }))
    await writer.flush()
    proxy.refuse(true)
    proxy.cutAll()
    const started = Date.now()
    const reader = cluster.reader({
      topic,
      partition: 0,
      from: 0,
      to: COUNT,
      isolation: 'read_committed',
      stallTimeoutMs: 1500,
    })
    await assert.rejects(
      async () => {
        for await (const _ of reader);
      },
      { code: 'KAFKA_UNAVAILABLE' },
    )
    await writer.append(viewOf({ offset: 1, timestamp: 1n, key: null, value: null, headers: [] }))
    await assert.rejects(writer.flush(), { code: 'KAFKA_UNAVAILABLE' })
    assert.ok(Date.now() - started < 15_000)
    proxy.heal()
    await producer.close()
  })
})
