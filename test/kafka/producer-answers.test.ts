import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import type { ByteReader } from '../../src/kafka/protocol/byte-reader.ts'
import {
  type Answer,
  cleanupPolicyAnswer,
  type FakeBroker,
  fetchAnswer,
  KEY,
  produceAnswer,
  producerIdAnswer,
  startFakeBroker,
  topicConfigAnswer,
} from './fake-broker.ts'
import { endpointOf, numbered, viewOf } from './support.ts'

/** What a request says of its first topic's first partition, behind that one's number. */
function firstPartition<T>(request: ByteReader, read: (partition: ByteReader) => T): T {
  const [topic] = request.array((one) => {
    one.string()
    return one.array((partition) => {
      partition.int32()
      return read(partition)
    })
  })
  return topic?.[0] as T
}

/** The batch in a Produce request. */
function batchIn(request: ByteReader): Buffer {
  request.nullableString()
  request.int16()
  request.int32()
  return Buffer.from(firstPartition(request, (partition) => partition.nullableBytes()) as Buffer)
}

const baseSequence = (batch: Buffer) => batch.readInt32BE(53)

/** The offset that a Fetch request asks for. */
function askedOffset(request: ByteReader): number {
  for (let i = 0; i < 4; i++) request.int32()
  request.int8()
  request.int32()
  request.int32()
  return firstPartition(request, (partition) => {
    partition.int32()
    const asked = partition.safeInt64()
    partition.int64()
    partition.int32()
    return asked
  })
}

describe('answers to a producer that a healthy broker seldom gives', () => {
  let broker: FakeBroker
  let cluster: Cluster

  beforeEach(async () => {
    broker = await startFakeBroker()
    cluster = await openCluster(endpointOf(broker.address))
    broker.script.set(KEY.initProducerId, [producerIdAnswer])
    broker.script.set(KEY.describeConfigs, [cleanupPolicyAnswer('delete')])
    broker.script.set(KEY.fetch, [fetchAnswer({})])
  })

  afterEach(async () => {
    await cluster.close()
    await broker.stop()
  })

  const write = async (answers: ((request: ByteReader) => Buffer | 'close')[], count = 1, options = {}) => {
    broker.script.set(KEY.produce, answers)
    const acked: number[][] = []
    const producer = await cluster.producer({ compression: 'none', ...options })
    const writer = producer.partition('t', 0, { onBatchAcked: (...batch) => acked.push(batch) })
    try {
      for (let i = 0; i < count; i++) {
        await writer.append(viewOf(numbered(i)))
        await writer.flush()
      }
    } finally {
      await producer.close()
    }
    return acked
  }

  test('a broker is given as long to acknowledge as was asked for', async () => {
    const asked: number[] = []
    const answer = (request: ByteReader) => {
      request.nullableString()
      request.int16()
      asked.push(request.int32())
      return produceAnswer(0, 0)()
    }
    await write([answer], 1)
    await write([answer], 1, { ackTimeoutMs: 4_321 })
    assert.deepEqual(asked, [30_000, 4_321])
  })

  test('what passes is sent again', async () => {
    const codes = [19, 20, 6, 7, 56]
    const acked = await write([...codes.map((code) => produceAnswer(code, -1)), () => 'close', produceAnswer(0, 40)])
    assert.deepEqual(acked, [[0, 0, 40, 1]])
    assert.equal(broker.counts.get(KEY.produce), codes.length + 2)
  })

  test('repeated, and the broker has it already: that is success', async () => {
    const acked = await write([produceAnswer(0, 5), () => 'close', produceAnswer(46, -1)], 2)
    assert.deepEqual(acked, [
      [0, 0, 5, 1],
      [1, 1, 6, 1],
    ])
  })

  test('a duplicate that was sent only once, and a lost sequence, are errors', async () => {
    for (const code of [45, 46, 59]) {
      await assert.rejects(
        write([produceAnswer(0, 5), produceAnswer(code, -1)], 2),
        (error: { code: string; message: string }) => {
          assert.equal(error.code, 'KAFKA_REJECTED')
          assert.match(error.message, /no longer knows the batches before/)
          return true
        },
      )
    }
  })

  // A broker forgets a producer whose records are older than a day once it is started anew, and takes any sequence then.
  for (const how of ['while batches are on their way', 'while nothing is on its way']) {
    test(`a broker that forgot the producer ${how} gets the first batch before the second`, async () => {
      const forgetful = { next: 0 as number | null, log: [] as number[] }
      const taken: Answer = (request) => {
        const base = baseSequence(batchIn(request))
        if (forgetful.next !== null && forgetful.next !== base) return produceAnswer(45, -1)()
        forgetful.next = base + 1
        return produceAnswer(0, forgetful.log.push(base) - 1)()
      }
      const startsAnew: Answer = () => {
        forgetful.next = null
        return produceAnswer(6, -1)()
      }
      const hangsUp: Answer = (request, version) => {
        setImmediate(() => broker.hangUp())
        return taken(request, version)
      }
      const onTheWay = how === 'while batches are on their way'
      broker.script.set(
        KEY.produce,
        onTheWay ? [taken, () => 'close', startsAnew, taken] : [hangsUp, startsAnew, taken],
      )
      const producer = await cluster.producer({ compression: 'none', maxRecords: 1 })
      const writer = producer.partition('t', 0)
      await writer.append(viewOf(numbered(0)))
      await writer.flush()
      if (!onTheWay) await delay(100)
      for (let i = 1; i < 5; i++) await writer.append(viewOf(numbered(i)))
      await writer.flush()
      await producer.close()
      assert.deepEqual(forgetful.log, [0, 1, 2, 3, 4])
    })
  }

  /** A log that takes every batch as it comes, and knows nobody. */
  const forgetfulLog = () => {
    const log: Buffer[] = []
    const take: Answer = (request) => {
      const batch = batchIn(request)
      batch.writeBigInt64BE(BigInt(log.length), 0)
      return produceAnswer(0, log.push(batch) - 1)()
    }
    const takeInSilence: Answer = (request, version) => {
      take(request, version)
      return 'close'
    }
    broker.script.set(KEY.fetch, [
      (request) => fetchAnswer({ records: log[askedOffset(request)] ?? Buffer.alloc(0) })(),
    ])
    return { log, take, takeInSilence }
  }

  for (const first of [true, false]) {
    const which = first ? 'the first' : 'a later'
    test(`failure 10: ${which} batch whose answer was lost is found on the log, not given twice to a broker that forgot`, async () => {
      const { log, take, takeInSilence } = forgetfulLog()
      broker.script.set(KEY.produce, first ? [takeInSilence, take] : [take, takeInSilence, takeInSilence, take])
      const acked: number[][] = []
      const producer = await cluster.producer({ compression: 'none', maxRecords: 1 })
      const onBatchAcked = (...batch: number[]) => acked.push(batch)
      const writer = producer.partition('t', 0, { onBatchAcked, startOffset: 0 })
      for (let i = 0; i < 4; i++) await writer.append(viewOf(numbered(i)))
      assert.deepEqual(await writer.flush(), { endOffset: 4 })
      await producer.close()
      assert.deepEqual(log.map(baseSequence), [0, 1, 2, 3])
      assert.deepEqual(
        acked,
        [0, 1, 2, 3].map((i) => [i, i, i, 1]),
      )
    })
  }

  for (const [what, spoil] of [
    ['another producer', (batch: Buffer) => batch.writeBigInt64BE(8n, 43)],
    ['another place in the order', (batch: Buffer) => batch.writeInt32BE(7, 53)],
    ['another count', (batch: Buffer) => batch.writeInt32BE(3, 23)],
  ] as const) {
    test(`a batch of ${what} at that offset is not taken for this one`, async () => {
      const { log, take } = forgetfulLog()
      broker.script.set(KEY.produce, [
        (request, version) => {
          take(request, version)
          spoil(log[0] as Buffer)
          return 'close'
        },
        take,
      ])
      const producer = await cluster.producer({ compression: 'none' })
      const writer = producer.partition('t', 0, { startOffset: 0 })
      await writer.append(viewOf(numbered(0)))
      await assert.rejects(writer.flush(), (error: { code: string; message: string }) => {
        assert.equal(error.code, 'KAFKA_REJECTED')
        assert.match(error.message, /took a repeated batch at offset 1/)
        return true
      })
      await producer.close()
    })
  }

  test('who may not read the topic sends again, and the broker says what it has', async () => {
    broker.script.set(KEY.fetch, [fetchAnswer({ errorCode: 29 })])
    const acked = await write([produceAnswer(0, 0), () => 'close', produceAnswer(0, 1)], 2)
    assert.deepEqual(acked.at(-1), [1, 1, 1, 1])
  })

  test('batches stay below segment.bytes too', async () => {
    broker.script.set(KEY.describeConfigs, [
      topicConfigAnswer({ 'max.message.bytes': '1048588', 'segment.bytes': '4000' }),
    ])
    const sizes: number[] = []
    broker.script.set(KEY.produce, [
      (request) => {
        const batch = batchIn(request)
        sizes.push(batch.length)
        return produceAnswer(0, baseSequence(batch))()
      },
    ])
    const producer = await cluster.producer({ compression: 'none' })
    const writer = producer.partition('t', 0)
    for (let i = 0; i < 30; i++) await writer.append(viewOf({ ...numbered(i), value: Buffer.alloc(500) }))
    await writer.flush()
    await producer.close()
    assert.ok(sizes.length > 3 && sizes.every((size) => size <= 4000), sizes.join())
  })

  test('an acknowledgement that does not say where is an error when nothing tells it', async () => {
    await assert.rejects(write([produceAnswer(0, -1)]), { code: 'KAFKA_PROTOCOL' })
  })
})
