/**
 * Makes java-batches.json anew: what Apache Kafka's Java producer wrote and the broker stored, byte for byte from the
 * log segment, beside what the Java consumer reads from it. Run by hand: node test/kafka/vectors/make.ts
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startJavaClient } from '../../rig/java-client.ts'
import { startKafka } from '../../rig/kafka.ts'
import { ANY_TIME } from '../oddities.ts'

const kafka = await startKafka()
const java = await startJavaClient(kafka.bootstrap)
const vectors: object[] = []

const records = (topic: string) => [
  { topic, partition: 0, timestamp: 1_700_000_000_000, key: 'a', value: 'plain '.repeat(300) },
  { topic, partition: 0, timestamp: 0, key: null, value: null },
  { topic, partition: 0, timestamp: 9_223_372_036_854_775_000n, key: '', value: '' },
  { topic, partition: 0, timestamp: 9_007_199_254_740_993n, key: 'ü', value: Buffer.from([0, 255]) },
  {
    topic,
    partition: 0,
    timestamp: 1,
    key: 'h',
    value: 'headers',
    headers: [
      ['x', 'first'],
      ['x', null],
      ['', ''],
      ['grüße', 'Ω'],
      ['x', 'last'],
    ] as [string, string | null][],
  },
]

const keep = async (name: string, topic: string) => {
  const log = await readFile(join(kafka.dataDir, `${topic}-0`, '00000000000000000000.log'))
  const used = log.subarray(0, log.length)
  vectors.push({ name, log: used.toString('base64'), records: await java.records([topic]) })
}

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  const topic = `vector-${codec}`
  await java.createTopics([{ name: topic, configs: ANY_TIME }])
  await java.produce(records(topic), { producer: { 'compression.type': codec, 'linger.ms': '100' } })
  await keep(codec, topic)
}
await java.createTopics([{ name: 'vector-time', configs: { 'message.timestamp.type': 'LogAppendTime' } }])
await java.produce(records('vector-time').slice(0, 2), { producer: { 'linger.ms': '100' } })
await keep('LogAppendTime', 'vector-time')
await java.createTopics([{ name: 'vector-tx', configs: ANY_TIME }])
await java.produce(records('vector-tx'), { transactionalId: 'vector', end: 'commit' })
await keep('transaction', 'vector-tx')

await writeFile(new URL('java-batches.json', import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`)
await java.stop()
await kafka.stop()
