import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { removeNow, removeOnExit } from './child.ts'
import { JavaError, type JavaProcess, startJavaProcess } from './java-process.ts'
import type {
  AclRow,
  ConsumeOptions,
  DigestedPartition,
  DumpedPartition,
  DumpedRecord,
  GenerateOptions,
  GroupOffset,
  LeaderRow,
  OffsetRow,
  ProducedRange,
  ProduceOptions,
  ProduceRecord,
  TopicSpec,
} from './java-types.ts'

export type * from './java-types.ts'

/**
 * Apache Kafka's own Java clients: the independent oracle of the tests. All calls may run side by side.
 * A call that Kafka refuses rejects with `JavaError`, whose `errorClass` is the name of Kafka's exception.
 */
export class JavaClient {
  readonly #process: JavaProcess
  readonly #base: { bootstrap: string; properties: Record<string, string> }
  readonly #folder: string
  #files = 0

  /** Use `startJavaClient` or `on`. */
  constructor(process: JavaProcess, folder: string, bootstrap: string, properties: Record<string, string>) {
    this.#process = process
    this.#folder = folder
    this.#base = { bootstrap, properties }
  }

  /** The same process talking to another address, or with other client properties (`security.protocol` …). */
  on(bootstrap: string, properties: Record<string, string> = {}): JavaClient {
    return new JavaClient(this.#process, this.#folder, bootstrap, properties)
  }

  async stop(): Promise<void> {
    await this.#process.stop()
    removeNow(this.#folder)
  }

  #call<T>(command: string, more: object = {}): Promise<T> {
    return this.#process.call<T>(command, { ...this.#base, ...more })
  }

  /** Writes every record of the topics, up to their present end (read_committed unless told), as JSON lines to `file`. */
  dump(
    topics: string[],
    file: string,
    options: ConsumeOptions = {},
  ): Promise<{ count: number; partitions: DumpedPartition[] }> {
    return this.#call('dump', { topics, file, ...options })
  }

  /** The records of the topics, in memory, sorted by topic, partition and offset. For topics that fit there. */
  async records(topics: string[], options: ConsumeOptions = {}): Promise<DumpedRecord[]> {
    const file = join(this.#folder, `dump-${this.#files++}.ndjson`)
    await this.dump(topics, file, options)
    const records: DumpedRecord[] = []
    for await (const record of readDump(file)) records.push(record)
    await rm(file)
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
    return records.sort((a, b) => order(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset)
  }

  /** Count and hash of the content of each partition, for topics too large to dump. Offsets are not in the hash. */
  async digest(topics: string[], options: ConsumeOptions = {}): Promise<DigestedPartition[]> {
    const result = await this.#call<{ partitions: DigestedPartition[] }>('digest', { topics, ...options })
    return result.partitions
  }

  /** Writes the records as given. With `transactionalId`, `end: 'open'` leaves the transaction open. */
  async produce(records: Iterable<ProduceRecord>, options: ProduceOptions = {}): Promise<ProducedRange[]> {
    const { flushEach, ...more } = options
    if (flushEach === true) {
      const result = await this.#call<{ partitions: ProducedRange[] }>('produce', {
        records: [...records].map(encodeRecord),
        flushEach,
        ...more,
      })
      return result.partitions
    }
    const file = join(this.#folder, `produce-${this.#files++}.ndjson`)
    const handle = await open(file, 'w')
    try {
      let lines = ''
      for (const record of records) {
        lines += `${JSON.stringify(encodeRecord(record))}\n`
        if (lines.length < 1 << 20) continue
        await handle.write(lines)
        lines = ''
      }
      await handle.write(lines)
    } finally {
      await handle.close()
    }
    const result = await this.#call<{ partitions: ProducedRange[] }>('produce', { file, ...more })
    await rm(file)
    return result.partitions
  }

  endTransaction(transactionalId: string, end: 'commit' | 'abort'): Promise<void> {
    return this.#call('endTransaction', { transactionalId, end })
  }

  /** Many ledger-like records, record i into partition i modulo `partitions`. @returns bytes of keys and values */
  async generate(topic: string, records: number, options: GenerateOptions = {}): Promise<{ bytes: number }> {
    return this.#call('generate', { topic, records, ...options })
  }

  createTopics(topics: TopicSpec[]): Promise<void> {
    return this.#call('createTopics', { topics })
  }

  deleteTopics(topics: string[]): Promise<void> {
    return this.#call('deleteTopics', { topics })
  }

  listTopics(): Promise<string[]> {
    return this.#call('listTopics')
  }

  createPartitions(topic: string, total: number): Promise<void> {
    return this.#call('createPartitions', { topic, total })
  }

  /** A null value removes the topic's own entry. */
  alterConfigs(topic: string, configs: Record<string, string | null>): Promise<void> {
    return this.#call('alterConfigs', { topic, configs })
  }

  /** Dynamic configuration of all brokers. */
  alterBrokerConfigs(configs: Record<string, string | null>): Promise<void> {
    return this.#call('alterConfigs', { configs })
  }

  /** `own` has the entries that were set on the topic itself. */
  describeConfigs(topic: string): Promise<{ all: Record<string, string | null>; own: Record<string, string> }> {
    return this.#call('describeConfigs', { topic })
  }

  describeTopics(topics: string[]): Promise<{ name: string; topicId: string; partitions: number }[]> {
    return this.#call('describeTopics', { topics })
  }

  /** Who leads which partition, and who is in sync. A topic that was made just now is not known to every broker at once. */
  async leaders(topics: string[]): Promise<LeaderRow[]> {
    const deadline = Date.now() + 15_000
    for (;;) {
      try {
        return await this.#call<LeaderRow[]>('leaders', { topics })
      } catch (error) {
        const isYoung = error instanceof JavaError && error.errorClass === 'UnknownTopicOrPartitionException'
        if (!isYoung || Date.now() > deadline) throw error
      }
      await delay(100)
    }
  }

  describeCluster(): Promise<{ clusterId: string; brokers: number }> {
    return this.#call('describeCluster')
  }

  listOffsets(topics: string[]): Promise<OffsetRow[]> {
    return this.#call('listOffsets', { topics })
  }

  deleteRecords(partitions: { topic: string; partition: number; before: number }[]): Promise<void> {
    return this.#call('deleteRecords', { partitions })
  }

  commitOffsets(group: string, offsets: GroupOffset[]): Promise<void> {
    return this.#call('commitOffsets', { group, offsets })
  }

  groupOffsets(group: string): Promise<Required<GroupOffset>[]> {
    return this.#call('groupOffsets', { group })
  }

  describeGroup(group: string): Promise<{ state: string; members: number }> {
    return this.#call('describeGroup', { group })
  }

  deleteGroups(groups: string[]): Promise<void> {
    return this.#call('deleteGroups', { groups })
  }

  /** A member joins and stays until `leaveGroup`. `consumer` may hold `group.protocol: 'consumer'` and the like. */
  joinGroup(group: string, topics: string[], member: string, consumer: Record<string, string> = {}): Promise<void> {
    return this.#call('joinGroup', { group, topics, member, consumer })
  }

  leaveGroup(member: string): Promise<void> {
    return this.#call('leaveGroup', { member })
  }

  createAcls(acls: AclRow[]): Promise<void> {
    return this.#call('createAcls', { acls })
  }

  /** Deletes every ACL of the cluster. */
  deleteAcls(): Promise<{ deleted: number }> {
    return this.#call('deleteAcls')
  }

  createScramUser(
    username: string,
    password: string,
    mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512' = 'SCRAM-SHA-512',
  ): Promise<void> {
    return this.#call('createScramUser', { username, password, mechanism })
  }
}

/**
 * Starts the Java process (about a second) for `bootstrap`.
 * @param options `properties` go to every client it makes; `lasting`: it runs for long, or is measured
 */
export async function startJavaClient(
  bootstrap: string,
  options: { properties?: Record<string, string>; lasting?: boolean } = {},
): Promise<JavaClient> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-java-'))
  removeOnExit(folder)
  return new JavaClient(await startJavaProcess(folder, options.lasting), folder, bootstrap, options.properties ?? {})
}

/** The records of a dump file, in its order (each partition in offset order). */
export async function* readDump(file: string): AsyncGenerator<DumpedRecord> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield JSON.parse(line) as DumpedRecord
  }
}

function encodeRecord(record: ProduceRecord): object {
  return {
    topic: record.topic,
    partition: record.partition,
    timestamp: record.timestamp === undefined ? undefined : String(record.timestamp),
    key: encodeBytes(record.key),
    value: encodeBytes(record.value),
    headers: record.headers?.map(([name, value]) => [name, encodeBytes(value)]),
  }
}

/** Strings are text (UTF-8); Java gets base64. */
function encodeBytes(value: string | Uint8Array | null | undefined): string | null {
  if (value === null || value === undefined) return null
  return Buffer.from(value as Uint8Array).toString('base64')
}
