import type { JavaClient } from '../rig/java-client.ts'
import { JavaError } from '../rig/java-process.ts'
import type { DumpedRecord, GroupOffset, ProduceRecord } from '../rig/java-types.ts'
import { randomBytesFrom } from '../rig/random.ts'

/** Random choices of a round, all from its seed. */
export interface Dice {
  random: () => number
  /** A whole number from `from` up to and without `to`. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

export function dice(random: () => number): Dice {
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from))
  return {
    random,
    between,
    chance: (probability) => random() < probability,
    pick: (list) => list[between(0, list.length)] as (typeof list)[number],
  }
}

interface WorldTopic {
  name: string
  partitions: number
  /** Records are deleted from its beginning now and then. */
  shrinks: boolean
  /** Kafka throws away what a later record of the same key replaces, whenever it likes. */
  compacts: boolean
}

const NOW = 1_764_000_000_000
const COMPACT = { 'cleanup.policy': 'compact', 'segment.ms': '50', 'min.cleanable.dirty.ratio': '0.01' }
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/**
 * What a firm does on its topics while Coffer backs them up: batches, transactions that commit, abort or stay open, new
 * partitions, records deleted from the front. It remembers what was readable before each deletion.
 */
export class World {
  readonly topics: WorldTopic[] = []
  /** `topic/partition/offset` → a record that was readable and is deleted now. */
  readonly deleted = new Map<string, DumpedRecord>()
  readonly #java: JavaClient
  readonly #dice: Dice
  /** Where each group stands, on every partition. */
  readonly groups = new Map<string, GroupOffset[]>()
  readonly #open: string[] = []
  #made = 0
  #stopped = false
  #working: Promise<void> = Promise.resolve()

  constructor(java: JavaClient, dice: Dice) {
    this.#java = java
    this.#dice = dice
  }

  compacts(name: string): boolean {
    return this.topics.some((topic) => topic.name === name && topic.compacts)
  }

  get names(): string[] {
    return this.topics.map(({ name }) => name)
  }

  async make(prefix: string): Promise<void> {
    const { between, chance, pick } = this.#dice
    for (let i = 0, count = between(1, 5); i < count; i++) {
      const compacts = chance(0.2)
      const topic = { name: `${prefix}-${i}`, partitions: between(1, 7), shrinks: !compacts && chance(0.5), compacts }
      const configs = {
        'message.timestamp.type': chance(0.2) ? 'LogAppendTime' : 'CreateTime',
        'message.timestamp.after.max.ms': '9223372036854775807',
        'compression.type': chance(0.3) ? pick(CODECS.slice(1)) : 'producer',
        'segment.bytes': pick(['1048576', '16777216', '1073741824']),
        'retention.ms': '-1',
        ...(compacts ? COMPACT : {}),
      }
      await this.#java.createTopics([{ name: topic.name, partitions: topic.partitions, configs }])
      this.topics.push(topic)
    }
    if (chance(0.25)) {
      const { name, partitions, compacts } = pick(this.topics)
      if (!compacts) await this.#java.generate(name, between(1000, 60_000), { size: pick([10, 300, 1500]), partitions })
    }
    for (let i = 0, count = between(1, 6); i < count; i++) await this.#act()
  }

  /** Goes on by itself until `rest`. */
  live(): void {
    this.#stopped = false
    this.#working = this.#work()
    this.#working.catch(() => {})
  }

  /** Ends what goes on; transactions may stay open. */
  async rest(): Promise<void> {
    this.#stopped = true
    await this.#working
  }

  /** One thing that happens. */
  once(): Promise<void> {
    return this.#act()
  }

  async endTransactions(): Promise<void> {
    for (const id of this.#open.splice(0)) await this.#end(id)
  }

  /** Some groups, each somewhere between what is left of the front and the end. */
  async commitGroups(): Promise<void> {
    const { between } = this.#dice
    for (let i = 0, count = between(0, 4); i < count; i++) {
      const rows = await this.#java.listOffsets(this.names)
      const positions = rows.map(({ topic, partition, earliest, latest }) => ({
        topic,
        partition,
        offset: between(earliest, latest + 1),
      }))
      const group = `${this.topics[0]?.name}-group-${i}`
      await this.#java.commitOffsets(group, positions)
      this.groups.set(group, positions)
    }
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      await this.#act()
      await new Promise((resolve) => setTimeout(resolve, this.#dice.between(0, 150)))
    }
  }

  async #act(): Promise<void> {
    const { random, chance, between, pick } = this.#dice
    const what = random()
    if (what < 0.5) await this.#java.produce(this.#records(between(1, 400)), { producer: this.#producer() })
    else if (what < 0.8) {
      const end = pick(['commit', 'commit', 'abort'] as const)
      const transactionalId = `${this.topics[0]?.name}-tx-${between(0, 3)}`
      if (this.#open.includes(transactionalId)) await this.#end(transactionalId)
      else
        await this.#java.produce(this.#records(between(1, 200)), { transactionalId, end, producer: this.#producer() })
    } else if (what < 0.88 && this.#open.length < 2) {
      const transactionalId = `${this.topics[0]?.name}-open-${this.#made}`
      await this.#java.produce(this.#records(between(1, 100)), { transactionalId, end: 'open' })
      this.#open.push(transactionalId)
    } else if (what < 0.94) {
      const id = this.#open.shift()
      if (id !== undefined) await this.#end(id)
    } else if (what < 0.96) {
      const topic = pick(this.topics)
      if (topic.partitions < 9) await this.#java.createPartitions(topic.name, ++topic.partitions)
    } else if (chance(0.5)) await this.shrink()
  }

  async #end(transactionalId: string): Promise<void> {
    try {
      await this.#java.endTransaction(transactionalId, this.#dice.pick(['commit', 'abort'] as const))
    } catch (error) {
      // its time ran out while the broker was away, and the broker has ended it
      if (!(error instanceof JavaError)) throw error
    }
  }

  /** Deletes records from the front of one partition, of a topic that allows it. */
  async shrink(): Promise<void> {
    const shrinking = this.topics.filter(({ shrinks }) => shrinks)
    if (shrinking.length === 0) return
    const topic = this.#dice.pick(shrinking)
    const rows = await this.#java.listOffsets([topic.name])
    const { partition, earliest, stable } = this.#dice.pick(rows)
    if (stable <= earliest) return
    const before = this.#dice.between(earliest + 1, stable + 1)
    for (const record of await this.#java.records([topic.name])) {
      if (record.partition === partition && record.offset < before) this.deleted.set(placeOf(record), record)
    }
    await this.#java.deleteRecords([{ topic: topic.name, partition, before }])
  }

  #producer(): Record<string, string> {
    const { pick } = this.#dice
    return {
      'compression.type': pick(CODECS),
      'batch.size': pick(['200', '16384', '500000']),
      'linger.ms': pick(['0', '5']),
    }
  }

  #records(count: number): ProduceRecord[] {
    return Array.from({ length: count }, () => this.#record())
  }

  #record(): ProduceRecord {
    const { between, chance, pick, random } = this.#dice
    const topic = pick(this.topics)
    const number = this.#made++
    const timestamp = chance(0.05) ? pick([0, 1, NOW * 2]) : NOW + number - between(0, 5000)
    const bytes = (text: string) =>
      chance(0.05) ? pick([null, '']) : chance(0.1) ? randomBytesFrom(random, between(1, 300)) : text
    const filler = chance(0.03) ? 'long '.repeat(between(1, 20_000)) : ''
    return {
      topic: topic.name,
      partition: between(0, topic.partitions),
      timestamp,
      key: topic.compacts ? `customer-${between(0, 40)}` : bytes(`customer-${number % 31}`),
      value: bytes(`{"n":${number},"amount":"${random()}","note":"${filler}"}`),
      headers: Array.from({ length: chance(0.3) ? between(1, 6) : 0 }, (): [string, string | Uint8Array | null] => [
        pick(['trace', 'trace', 'source', '', 'ключ']),
        bytes(`h${number}`),
      ]),
    }
  }
}

export function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string {
  return `${topic}/${partition}/${offset}`
}
