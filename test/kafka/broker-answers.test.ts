import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { checkEndpoint } from '../../src/kafka/check.ts'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { WireConnection } from '../../src/kafka/kafkajs.ts'
import { batchOf } from './batches.ts'
import {
  cleanupPolicyAnswer,
  commitAnswer,
  committedAnswer,
  coordinatorAnswer,
  type FakeBroker,
  fetchAnswer,
  groupsAnswer,
  KEY,
  listOffsetsAnswer,
  produceAnswer,
  producerIdAnswer,
  startFakeBroker,
  topicConfigAnswer,
  topicMadeAnswer,
} from './fake-broker.ts'
import { endpointOf, numbered, readAll, viewOf } from './support.ts'

/** A batch of `count` records from `offset` on. */
async function batchAt(offset: number, count: number): Promise<Buffer> {
  const batch = await batchOf(Array.from({ length: count }, (_, i) => numbered(offset + i)))
  batch.writeBigInt64BE(BigInt(offset), 0)
  return batch
}

describe('answers that a healthy broker seldom gives', () => {
  let broker: FakeBroker
  let cluster: Cluster

  beforeEach(async () => {
    broker = await startFakeBroker()
    cluster = await openCluster(endpointOf(broker.address))
  })

  afterEach(async () => {
    await cluster.close()
    await broker.stop()
  })

  const read = (from: number, to: number, stallTimeoutMs = 5000) =>
    readAll(cluster, 't', 0, { from, to, stallTimeoutMs })
  const offsetsOf = (reading: Awaited<ReturnType<typeof read>>) => reading.records.map(({ offset }) => offset)

  test('failure 5: empty answers are no end', async () => {
    const empty = fetchAnswer({})
    const some = fetchAnswer({ records: await batchAt(0, 3) })
    const rest = fetchAnswer({ records: await batchAt(3, 2) })
    broker.script.set(KEY.fetch, [empty, empty, some, empty, empty, empty, rest])
    assert.deepEqual(offsetsOf(await read(0, 5)), [0, 1, 2, 3, 4])
  })

  test('failure 5: a broker that stays empty is unavailable, not finished', async () => {
    broker.script.set(KEY.fetch, [fetchAnswer({})])
    broker.script.set(KEY.describeConfigs, [cleanupPolicyAnswer('delete')])
    await assert.rejects(read(0, 5, 4500), { code: 'KAFKA_UNAVAILABLE' })
  })

  test('failure 16: the end of a compacted log may hold nothing', async () => {
    broker.script.set(KEY.fetch, [fetchAnswer({ records: await batchAt(0, 3) }), fetchAnswer({ end: 10 })])
    broker.script.set(KEY.describeConfigs, [cleanupPolicyAnswer('compact,delete')])
    const reading = await read(0, 10, 20_000)
    assert.deepEqual([offsetsOf(reading), reading.passed], [[0, 1, 2], [[3, 10]]])
  })

  test('a hole between batches is passed, a batch from before is left out', async () => {
    const bytes = Buffer.concat([await batchAt(0, 3), await batchAt(5, 1), await batchAt(9, 4)])
    broker.script.set(KEY.fetch, [fetchAnswer({ records: bytes })])
    const reading = await read(4, 8)
    assert.deepEqual(offsetsOf(reading), [5])
    assert.deepEqual(reading.passed, [
      [4, 5],
      [6, 8],
    ])
  })

  test('throttled: the partition is missing from the answer, and the time is waited for', async () => {
    broker.script.set(KEY.fetch, [
      fetchAnswer({ absent: true, throttleMs: 400 }),
      fetchAnswer({ records: await batchAt(0, 2) }),
    ])
    const started = Date.now()
    assert.deepEqual(offsetsOf(await read(0, 2)), [0, 1])
    assert.ok(Date.now() - started >= 400)
  })

  test('a leader that is none any more, fenced epochs, a log that is not there yet: asked again', async () => {
    const codes = [6, 74, 75, 3, 78]
    const good = fetchAnswer({ records: await batchAt(0, 2) })
    broker.script.set(KEY.fetch, [...codes.map((errorCode) => fetchAnswer({ errorCode })), () => 'close', good])
    const before = broker.counts.get(KEY.metadata) ?? 0
    assert.deepEqual(offsetsOf(await read(0, 2, 30_000)), [0, 1])
    assert.ok((broker.counts.get(KEY.metadata) ?? 0) - before >= codes.length)
  })

  test('the leader moves to another broker, while reading and while writing; the old one goes away', async () => {
    const other = await startFakeBroker()
    broker.view.ports.set(2, other.port)
    other.script.set(KEY.metadata, broker.script.get(KEY.metadata) ?? [])
    broker.script.set(KEY.fetch, [
      fetchAnswer({ records: await batchAt(0, 2) }),
      () => {
        broker.view.leader = 2
        return fetchAnswer({ errorCode: 6 })()
      },
    ])
    other.script.set(KEY.fetch, [fetchAnswer({ records: await batchAt(2, 3) })])
    assert.deepEqual(offsetsOf(await read(0, 5)), [0, 1, 2, 3, 4])

    for (const one of [broker, other]) {
      one.script.set(KEY.initProducerId, [producerIdAnswer])
      one.script.set(KEY.describeConfigs, [cleanupPolicyAnswer('delete')])
      one.script.set(KEY.fetch, [fetchAnswer({})])
    }
    other.script.set(KEY.produce, [
      produceAnswer(0, 0),
      () => {
        broker.view.leader = 1
        return 'close'
      },
    ])
    broker.script.set(KEY.produce, [produceAnswer(0, 1), produceAnswer(0, 2)])
    const producer = await cluster.producer({ compression: 'none' })
    const bases: number[] = []
    const writer = producer.partition('t', 0, { onBatchAcked: (_first, _last, base) => bases.push(base) })
    for (let i = 0; i < 3; i++) {
      await writer.append(viewOf(numbered(i)))
      await writer.flush()
    }
    assert.deepEqual(bases, [0, 1, 2])
    await producer.close()
    await other.stop()
  })

  test('a batch larger than what was asked for', async () => {
    const large = await batchAt(0, 50)
    broker.script.set(KEY.fetch, [
      (request) => {
        for (let i = 0; i < 3; i++) request.int32()
        const asked = request.int32()
        return fetchAnswer({ records: large.subarray(0, Math.min(asked, large.length)) })()
      },
    ])
    const reading = await readAll(cluster, 't', 0, { from: 0, to: 50, maxBytes: 300 })
    assert.equal(reading.records.length, 50)
  })

  test('damaged data names where: a wrong checksum, and what the broker itself found', async () => {
    const bad = await batchAt(2, 2)
    bad[70] = (bad[70] as number) ^ 1
    const expect = (offset: number) => (error: { code: string; details: Record<string, unknown> }) => {
      assert.equal(error.code, 'BATCH_DAMAGED')
      const { topic, partition } = error.details
      assert.deepEqual([topic, partition, error.details.offset], ['t', 0, offset])
      return true
    }
    broker.script.set(KEY.fetch, [fetchAnswer({ records: Buffer.concat([await batchAt(0, 2), bad]) })])
    await assert.rejects(read(0, 4), expect(2))
    broker.script.set(KEY.fetch, [fetchAnswer({ errorCode: 2 })])
    await assert.rejects(read(3, 4), expect(3))
    const backwards = await batchAt(0, 2)
    backwards.writeInt32BE(-5, 23)
    broker.script.set(KEY.fetch, [fetchAnswer({ records: backwards })])
    await assert.rejects(read(0, 2), expect(0))
  })

  test('out of range at both ends', async () => {
    broker.script.set(KEY.fetch, [fetchAnswer({ errorCode: 1 }), fetchAnswer({ records: await batchAt(7, 3) })])
    broker.script.set(KEY.listOffsets, [listOffsetsAnswer(7), listOffsetsAnswer(10)])
    const reading = await read(0, 10)
    assert.deepEqual([reading.deleted, offsetsOf(reading)], [[[0, 7]], [7, 8, 9]])
  })

  test('failure 17: groups without a coordinator are waited for, not left out', async () => {
    broker.view.topic = '__consumer_offsets'
    broker.view.leader = -1
    broker.script.set(KEY.listGroups, [groupsAnswer('payroll')])
    const listing = cluster.groups()
    while ((broker.counts.get(KEY.metadata) ?? 0) < 4) await delay(5)
    assert.equal(broker.counts.get(KEY.listGroups), undefined)
    broker.view.leader = 1
    assert.deepEqual(await listing, ['payroll'])
  })

  test('failure 17: a coordinator that is none any more, or still loads, is found again; that is not "no offsets"', async () => {
    broker.script.set(KEY.findCoordinator, [coordinatorAnswer(1)])
    const moved = [14, 15, 16]
    broker.script.set(KEY.offsetFetch, [...moved.map((code) => committedAnswer(code, -1)), committedAnswer(0, 42)])
    assert.deepEqual(
      (await cluster.committedOffsets('payroll')).map(({ offset }) => offset),
      [42],
    )
    broker.script.set(KEY.offsetCommit, [...moved, 0].map(commitAnswer))
    await cluster.commitOffsets('payroll', [{ topic: 't', partition: 0, offset: 43, metadata: '' }])
    assert.equal(broker.counts.get(KEY.offsetCommit), 4)
    assert.equal(broker.counts.get(KEY.findCoordinator), 8)
  })

  test('a topic that was made although the answer was lost is made; one that others made is refused', async () => {
    const topic = { name: 't', partitions: 1, replicationFactor: 1, configs: {} }
    broker.script.set(KEY.createTopics, [() => 'close', topicMadeAnswer(36)])
    await cluster.createTopics([topic])
    broker.script.set(KEY.createTopics, [topicMadeAnswer(36)])
    await assert.rejects(cluster.createTopics([topic]), { code: 'KAFKA_REJECTED' })
    broker.script.set(KEY.createTopics, [topicMadeAnswer(41), topicMadeAnswer(36)])
    await assert.rejects(cluster.createTopics([topic]), { code: 'KAFKA_REJECTED' })
  })

  test('the configurations of very many topics are asked for in portions', async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `topic-${i}`)
    broker.script.set(KEY.describeConfigs, [
      (request) => {
        const asked = request.array((resource) => {
          resource.int8()
          const name = resource.string()
          resource.int32()
          return name
        })
        return topicConfigAnswer({ 'retention.ms': '7' }, asked)()
      },
    ])
    const configs = await cluster.topicConfigs(names)
    assert.deepEqual([...configs.keys()], names)
    assert.equal(configs.get('topic-2499')?.[0]?.value, '7')
    assert.equal(broker.counts.get(KEY.describeConfigs), 3)
  })

  test('not allowed is said at once', async () => {
    broker.script.set(KEY.fetch, [fetchAnswer({ errorCode: 29 })])
    await assert.rejects(read(0, 2), { code: 'KAFKA_NOT_AUTHORIZED' })
  })
})

describe('what listens is no broker that we can use', () => {
  test('too old, or without what we need', async () => {
    const broker = await startFakeBroker({ maxVersions: { [KEY.fetch]: 4 } })
    const cluster = await openCluster(endpointOf(broker.address))
    await assert.rejects(readAll(cluster, 't', 0, { from: 0, to: 1 }), { code: 'UNSUPPORTED' })
    await cluster.close()
    await broker.stop()
  })

  test('a broker without topic ids still lists its topics', async () => {
    const broker = await startFakeBroker({ maxVersions: { [KEY.metadata]: 8 } })
    const cluster = await openCluster(endpointOf(broker.address))
    const [topic] = await cluster.topics()
    assert.deepEqual([topic?.name, topic?.topicId, topic?.partitions.length], ['t', null, 1])
    await cluster.close()
    await broker.stop()
  })

  const saying = async (bytes: Buffer | null) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => {
        if (bytes !== null) socket.write(bytes)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { server, address: `127.0.0.1:${(server.address() as { port: number }).port}` }
  }

  test('strangers: HTTP, giant sizes, negative sizes, wrong numbers', async () => {
    const before = process.memoryUsage().rss
    for (const bytes of [
      Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      Buffer.from('7fffffff00000001', 'hex'),
      Buffer.from('ffffffff00000001', 'hex'),
      Buffer.from('0000000800000063deadbeef', 'hex'),
    ]) {
      const { server, address } = await saying(bytes)
      await assert.rejects(openCluster(endpointOf(address)), { code: 'KAFKA_PROTOCOL' })
      const [...lines] = await checkEndpoint(endpointOf(address))
      assert.equal(lines.at(-1)?.error?.code, 'KAFKA_PROTOCOL')
      server.close()
    }
    assert.ok(process.memoryUsage().rss - before < 100_000_000)
  })

  test('somebody who accepts and never answers does not hang us', async () => {
    const { server, address } = await saying(null)
    const opening = WireConnection.open({
      host: '127.0.0.1',
      port: Number(address.split(':')[1]),
      clientId: 'test',
      security: { protocol: 'PLAINTEXT', tls: null, sasl: null },
      keepAlive: { enabled: false, initialDelayMs: 0, intervalMs: 0 },
      noDelay: true,
      connectTimeoutMs: 300,
      requestTimeoutMs: 300,
      log: () => {},
    })
    await assert.rejects(opening, { code: 'KAFKA_UNREACHABLE' })
    server.close()
  })

  test('bootstrap servers that are none', async () => {
    for (const server of ['host:notaport', 'host:99999', ':9092', 'a:b:c', '']) {
      await assert.rejects(openCluster(endpointOf(server)), { code: 'CONFIG_INVALID_VALUE' })
    }
    const empty = { ...endpointOf('x'), bootstrap_servers: [] }
    await assert.rejects(openCluster(empty), { code: 'CONFIG_MISSING_KEY' })
  })

  test('the first server that works is enough; when none does, the most telling failure is told', async () => {
    const broker = await startFakeBroker()
    const cluster = await openCluster({ ...endpointOf('x'), bootstrap_servers: ['127.0.0.1:1', broker.address] })
    assert.equal((await cluster.topics()).length, 1)
    await cluster.close()
    await broker.stop()
    const none = { ...endpointOf('x'), bootstrap_servers: ['no-such-host.invalid:1', '127.0.0.1:1'] }
    await assert.rejects(openCluster(none), { code: 'KAFKA_UNREACHABLE' })
  })
})
