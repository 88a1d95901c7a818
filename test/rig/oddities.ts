import { setTimeout as delay } from 'node:timers/promises'
import type { JavaClient } from './java-client.ts'
import type { ProduceRecord } from './java-types.ts'
import { mixedRecords, oddBytes, oddHeaders, oddTimes } from './odd-records.ts'
import { randomBytesFrom, seededRandom } from './random.ts'
import { uniqueName } from './shared.ts'

export interface OddTopic {
  name: string
  partitions: number
  /** What is odd about it. */
  oddity: string
}

export interface Oddities {
  /** All names begin with it (and with nothing else on the broker): a glob of `prefix*` finds these topics alone. */
  prefix: string
  topics: OddTopic[]
  /** The names of `topics`. */
  names: string[]
  /** The topic called `prefix-what`. */
  named(what: string): string
  /** Ends the transactions that were left open; until then the last stable offset of `open` stays behind its end. */
  endTransactions(end: 'commit' | 'abort'): Promise<void>
}

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const ANY_TIME = { 'message.timestamp.after.max.ms': '9223372036854775807' }
/** A segment is closed as soon as a record comes 20 ms after its first. */
const QUICK_ROLL = { 'segment.ms': '20' }
const COMPACT = { ...QUICK_ROLL, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' }
const NAME_LIMIT = 249

/**
 * Makes topics with everything that a Kafka topic may hold and a careless tool gets wrong. Takes about 15 s.
 * Their content depends on `seed` alone, but for the times of LogAppendTime.
 * @param options.anyTime what lets a topic take any timestamp, where the broker's release has another key for it
 */
export async function makeOddities(
  java: JavaClient,
  options: { seed?: number; prefix?: string; anyTime?: Record<string, string> } = {},
): Promise<Oddities> {
  const seed = options.seed ?? 1
  const prefix = options.prefix ?? uniqueName('odd')
  const maker = new Maker(java, prefix, seed, options.anyTime ?? ANY_TIME)
  await maker.bytesAndTimes()
  await maker.sizes()
  await maker.codecs()
  await maker.shapes()
  const openIds = await maker.transactions()
  await Promise.all([maker.compaction(), maker.deletions()])
  return {
    prefix,
    topics: maker.topics,
    names: maker.topics.map((topic) => topic.name),
    named: (what) => `${prefix}-${what}`,
    async endTransactions(end) {
      for (const id of openIds.splice(0)) await java.endTransaction(id, end)
    },
  }
}

class Maker {
  readonly topics: OddTopic[] = []
  readonly #java: JavaClient
  readonly #prefix: string
  readonly #seed: number
  readonly #anyTime: Record<string, string>

  constructor(java: JavaClient, prefix: string, seed: number, anyTime: Record<string, string>) {
    this.#anyTime = anyTime
    this.#java = java
    this.#prefix = prefix
    this.#seed = seed
  }

  /** A generator of its own for each topic, so that topics do not depend on each other's order. */
  #random(what: string): () => number {
    let mixed = this.#seed
    for (const character of what) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193)
    return seededRandom(mixed)
  }

  async #topic(what: string, oddity: string, partitions = 1, configs: Record<string, string> = {}): Promise<string> {
    const name = `${this.#prefix}-${what}`
    await this.#java.createTopics([{ name, partitions, configs }])
    this.topics.push({ name, partitions, oddity })
    return name
  }

  async bytesAndTimes(): Promise<void> {
    const bytes = await this.#topic('bytes', 'null, empty, binary and deceptive keys and values')
    await this.#java.produce(oddBytes(bytes, this.#random('bytes')))
    const headers = await this.#topic('headers', 'repeated, empty, null and non-ASCII headers; 300 of them')
    await this.#java.produce(oddHeaders(headers, this.#random('headers')))
    const times = await this.#topic('times', 'times from 0 to Long.MAX, out of order', 1, this.#anyTime)
    await this.#java.produce(oddTimes(times))
    await this.#java.produce(oddTimes(times), { flushEach: true })
    const appended = await this.#topic('append-time', 'LogAppendTime', 2, { 'message.timestamp.type': 'LogAppendTime' })
    await this.#java.produce(mixedRecords(appended, 120, this.#random('append-time'), 2))
  }

  async sizes(): Promise<void> {
    const random = this.#random('sizes')
    const megabyte = await this.#topic('megabyte', 'records of 1 MB', 2)
    const large = (partition: number): ProduceRecord => {
      return { topic: megabyte, partition, timestamp: 1, key: 'large', value: randomBytesFrom(random, 1_000_000) }
    }
    await this.#java.produce([large(0), ...mixedRecords(megabyte, 40, random, 2), large(1), large(0), large(0)])
    const huge = await this.#topic('huge', 'records of 8 MB', 1, { 'max.message.bytes': '10485760' })
    const eight: ProduceRecord = { topic: huge, partition: 0, timestamp: 1, value: randomBytesFrom(random, 8_000_000) }
    const text: ProduceRecord = { ...eight, key: 'text', value: 'ledger '.repeat(1_150_000) }
    const rest = mixedRecords(huge, 20, random)
    await this.#java.produce([eight, ...rest, text, eight], { producer: { 'max.request.size': '10485760' } })
    await this.#java.produce([text], { producer: { 'max.request.size': '10485760', 'compression.type': 'zstd' } })
  }

  async codecs(): Promise<void> {
    for (const codec of CODECS) {
      const name = await this.#topic(`codec-${codec}`, `batches compressed with ${codec}`, 2)
      const records = mixedRecords(name, 300, this.#random(codec), 2)
      const producer = { 'compression.type': codec }
      await this.#java.produce(records, { producer: { ...producer, 'batch.size': '65536', 'linger.ms': '50' } })
      await this.#java.produce(records.slice(0, 20), { producer, flushEach: true })
    }
    const mixed = await this.#topic('codec-mixed', 'every codec in one partition, with and without producer ids')
    for (const codec of CODECS) {
      const records = mixedRecords(mixed, 40, this.#random(`mixed ${codec}`))
      const idempotence = codec === 'lz4' || codec === 'none' ? 'false' : 'true'
      await this.#java.produce(records, { producer: { 'compression.type': codec, 'enable.idempotence': idempotence } })
    }
    const broker = await this.#topic('codec-broker', 'compressed anew by the broker', 1, { 'compression.type': 'gzip' })
    await this.#java.produce(mixedRecords(broker, 80, this.#random('broker')), {
      producer: { 'compression.type': 'lz4' },
    })
  }

  async shapes(): Promise<void> {
    await this.#topic('empty', 'no record in any partition', 3)
    const sparse = await this.#topic('sparse', 'some partitions without records', 5)
    await this.#java.produce([
      { topic: sparse, partition: 1, timestamp: 5, value: 'alone' },
      { topic: sparse, partition: 3, timestamp: 6, key: 'k', value: null },
    ])
    const hundred = await this.#topic('hundred', '100 partitions', 100)
    await this.#java.produce(mixedRecords(hundred, 450, this.#random('hundred'), 97))
    const limit = `long_.${'n'.repeat(NAME_LIMIT)}`.slice(0, NAME_LIMIT - this.#prefix.length - 1)
    const long = await this.#topic(limit, 'a name of 249 characters', 2)
    await this.#java.produce(mixedRecords(long, 30, this.#random('long'), 2))
    const single = await this.#topic('single-batches', 'one record a batch')
    await this.#java.produce(mixedRecords(single, 150, this.#random('single')), { flushEach: true })
  }

  /** @returns the transactional ids of those left open */
  async transactions(): Promise<string[]> {
    const topic = await this.#topic('transactions', 'committed and aborted transactions, interleaved', 3)
    const random = this.#random('transactions')
    const id = (name: string) => `${this.#prefix}-${name}`
    const some = (name: string, count: number) => mixedRecords(name, count, random, 3)
    await this.#java.produce(some(topic, 15), { transactionalId: id('a'), end: 'commit' })
    await this.#java.produce(some(topic, 15), { transactionalId: id('a'), end: 'abort' })
    // Two at once, whose batches alternate on the log; one is aborted.
    for (let round = 0; round < 4; round++) {
      await this.#java.produce(some(topic, 9), { transactionalId: id('b'), end: 'open' })
      await this.#java.produce(some(topic, 6), { transactionalId: id('c'), end: 'open' })
      await this.#java.produce(some(topic, 3))
    }
    await this.#java.endTransaction(id('b'), 'abort')
    await this.#java.produce(some(topic, 3))
    await this.#java.endTransaction(id('c'), 'commit')
    await this.#java.produce(some(topic, 300), { transactionalId: id('d'), end: 'abort', flushEach: true })

    const aborted = await this.#topic('all-aborted', 'nothing but aborted transactions and their markers')
    for (let round = 0; round < 5; round++) {
      await this.#java.produce(mixedRecords(aborted, 4, random), { transactionalId: id('e'), end: 'abort' })
    }
    const open = await this.#topic('open', 'an open transaction: records behind the last stable offset', 2)
    await this.#java.produce(mixedRecords(open, 20, random, 2))
    await this.#java.produce(mixedRecords(open, 8, random, 2), {
      transactionalId: id('left-open'),
      end: 'open',
      producer: { 'transaction.timeout.ms': '900000' },
    })
    await this.#java.produce(mixedRecords(open, 10, random, 2))
    return [id('left-open')]
  }

  async compaction(): Promise<void> {
    const compacted = await this.#topic('compacted', 'holes made by compaction; tombstones', 2, COMPACT)
    const random = this.#random('compacted')
    const keyed = (count: number): ProduceRecord[] =>
      mixedRecords(compacted, count, random, 2).map((record, index) => {
        return {
          ...record,
          key: `key-${Math.floor(random() ** 2 * 40)}`,
          value: index % 11 === 10 ? null : (record.value ?? null),
        }
      })
    for (let round = 0; round < 4; round++) await this.#java.produce(keyed(120))
    // One batch a record, all but the last of each key compacted away: long gaps between batches.
    await this.#java.produce(keyed(60), { flushEach: true })
    await this.#java.produce(keyed(30), { transactionalId: `${this.#prefix}-compacted`, end: 'abort' })
    await this.#closeSegments(compacted, 2)
    await this.untilCompacted(compacted, 2, 40)
  }

  /** Appends until the present last segment is closed, so that cleaner and retention may touch it. */
  async #closeSegments(topic: string, partitions: number): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await delay(40)
      for (let partition = 0; partition < partitions; partition++) {
        await this.#java.produce([{ topic, partition, key: 'closing', value: `round ${round}` }])
      }
    }
  }

  /** Waits until each partition holds about one record a key. */
  async untilCompacted(topic: string, partitions: number, keys: number): Promise<void> {
    const most = partitions * (keys + 3)
    await until(`"${topic}" to be compacted to ${most} records`, async () => {
      const rows = await this.#java.digest([topic])
      return rows.reduce((sum, row) => sum + row.count, 0) <= most
    })
  }

  async deletions(): Promise<void> {
    const random = this.#random('deletions')
    const trimmed = await this.#topic('trimmed', 'DeleteRecords: in the middle of a batch, and everything', 3)
    const records = mixedRecords(trimmed, 150, random, 3)
    await this.#java.produce(records, { producer: { 'linger.ms': '200', 'batch.size': '1000000' } })
    await this.#java.deleteRecords([
      { topic: trimmed, partition: 0, before: 17 },
      { topic: trimmed, partition: 1, before: 50 },
    ])
    const retained = await this.#topic('retained', 'its beginning deleted by retention', 1, QUICK_ROLL)
    await this.#java.produce(mixedRecords(retained, 30, random))
    await delay(40)
    const now = Date.now()
    await this.#java.produce([{ topic: retained, partition: 0, timestamp: now, key: 'kept', value: 'kept' }])
    await expireBefore(this.#java, retained, 30)
  }
}

/**
 * Lets retention delete closed segments whose records are all older than an hour, and waits until the log of partition 0
 * begins at `offset`.
 */
export async function expireBefore(java: JavaClient, topic: string, offset: number): Promise<void> {
  await java.alterConfigs(topic, { 'retention.ms': '3600000' })
  await until(`retention to delete "${topic}" up to ${offset}`, async () => {
    const [row] = await java.listOffsets([topic])
    return (row?.earliest ?? 0) >= offset
  })
  await java.alterConfigs(topic, { 'retention.ms': '-1' })
}

/** Asks every 100 ms; gives up after a minute, saying what it waited for. */
export async function until(what: string, condition: () => Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${patienceMs / 1000} s for ${what}`)
    await delay(100)
  }
}

/**
 * Waits until no transaction holds the topic's end back. Kafka answers a commit or an abort before its markers are
 * written (KIP-98: the coordinator writes them afterwards), and until then the last stable offset stays.
 */
export function untilStable(java: JavaClient, topic: string): Promise<void> {
  return until(`the transactions on ${topic} to have ended`, async () =>
    (await java.listOffsets([topic])).every((row) => row.stable === row.latest),
  )
}
