import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaEndpoint } from '../contract/config/endpoint.ts'
import { CofferError, isCofferError } from '../contract/errors.ts'
import { Brokers, PATIENCE_MS, type WireLog } from './brokers.ts'
import {
  commitOffsets,
  committedOffsets,
  describeGroup,
  type GroupDescription,
  groupOperations,
  listGroups,
} from './coordinator.ts'
import { brokerError } from './errors.ts'
import { partitionSizes } from './log-dirs.ts'
import { epochEnds, listOffsets, type WhichOffset } from './offsets.ts'
import { openProducer, type Producer, type ProducerOptions } from './producer/producer.ts'
import { API } from './protocol/api.ts'
import { decodeApiVersions, encodeApiVersions, kafkaReleaseOf } from './protocol/api-versions.ts'
import { decodeDescribeCluster, encodeDescribeCluster, type Operation, operationsOf } from './protocol/cluster.ts'
import type { CommittedOffset, OffsetToCommit } from './protocol/groups.ts'
import type { NewTopic, RecordsBefore } from './protocol/topics.ts'
import { type ReaderOptions, readPartition } from './reader/partition-reader.ts'
import { pauseMs, retrying } from './retry.ts'
import { alterTopicConfigs, createTopics, deleteRecords, describeTopicConfigs, describeTopics } from './topics.ts'
import type { ClusterIdentity, ConfigEntry, ReadStep, TopicMetadata, TopicPartition } from './types.ts'

export type { GroupDescription } from './coordinator.ts'
export type { WhichOffset } from './offsets.ts'
export type { BatchAcked, PartitionProducer, Producer, ProducerOptions } from './producer/producer.ts'
export type { Operation } from './protocol/cluster.ts'
export type { CommittedOffset, OffsetToCommit } from './protocol/groups.ts'
export type { NewTopic, RecordsBefore } from './protocol/topics.ts'
export type { ReaderOptions } from './reader/partition-reader.ts'

/** What somebody may want to do something with. */
export type Resource = { type: 'topic'; name: string } | { type: 'group'; id: string } | { type: 'cluster' }

/** A Kafka cluster, reached. All requests are repeated across lost connections and leader changes, up to a deadline. */
export interface Cluster {
  identity(): Promise<ClusterIdentity>
  /** All that may be seen when `names` is omitted. @throws TOPIC_MISSING, KAFKA_NOT_AUTHORIZED for an asked name */
  topics(names?: readonly string[]): Promise<TopicMetadata[]>
  /** By topic. Values of sensitive entries are null. @throws TOPIC_MISSING, KAFKA_NOT_AUTHORIZED */
  topicConfigs(names: readonly string[]): Promise<Map<string, ConfigEntry[]>>
  /** Bytes on the brokers' disks, by `topic/partition`; null where the brokers don't tell this user. */
  sizes(): Promise<Map<string, number> | null>
  /** By `topic/partition`. */
  offsets(partitions: readonly TopicPartition[], which: WhichOffset): Promise<Map<string, number>>
  /** Where a leader's term ended in each partition's log as it is now, by `topic/partition`; -1 where nobody knows. */
  epochEnds(epochs: readonly (TopicPartition & { epoch: number })[]): Promise<Map<string, number>>
  /**
   * Reads one partition from `from` to `to` (exclusive), and ends only when every offset below `to` has been passed.
   * Batches are handed on whole, even where they begin before `from` or reach beyond `to`. A batch's cursor is good
   * until the next step is asked for.
   * @throws BATCH_DAMAGED, OFFSETS_LOST, TOPIC_MISSING, KAFKA_NOT_AUTHORIZED, UNSUPPORTED, INTERRUPTED (signal),
   *   KAFKA_UNAVAILABLE without progress for `stallTimeoutMs`
   */
  reader(options: ReaderOptions): AsyncIterable<ReadStep>
  /** An idempotent producer with a producer id of its own. */
  producer(options: ProducerOptions): Promise<Producer>
  createTopics(topics: readonly NewTopic[], options?: { validateOnly?: boolean }): Promise<void>
  /** Changes what is named; null goes back to the default. */
  alterTopicConfigs(name: string, changes: Readonly<Record<string, string | null>>): Promise<void>
  /** Deletes the records before the given offsets. */
  deleteRecords(partitions: readonly RecordsBefore[]): Promise<void>
  groups(): Promise<string[]>
  /** A group that does not exist has state `Dead`. */
  describeGroup(id: string): Promise<GroupDescription>
  committedOffsets(groupId: string): Promise<CommittedOffset[]>
  /** @throws GROUP_ACTIVE while the group has members; any partition's error */
  commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void>
  /**
   * What this user may do with the resource; nothing where it may not even be described; `NOT_TOLD` where the broker does
   * not say. @throws TOPIC_MISSING
   */
  authorized(resource: Resource): Promise<ReadonlySet<Operation>>
  close(): Promise<void>
}

/** How long a job that may run at night, with nobody watching, waits for brokers that are just being restarted. */
export const JOB_PATIENCE_MS = 10_000

export interface OpenOptions {
  clientId?: string
  log?: WireLog
  /** How long connecting is tried again while no broker can be reached; 0 unless told. */
  patienceMs?: number
  /** Ends the waiting. */
  signal?: AbortSignal
}

/**
 * Connects to a cluster.
 * @throws KAFKA_DNS, KAFKA_UNREACHABLE, KAFKA_TLS, KAFKA_AUTHENTICATION, UNSUPPORTED, CONFIG_INVALID_VALUE, INTERRUPTED
 */
export async function openCluster(endpoint: KafkaEndpoint, options: OpenOptions = {}): Promise<Cluster> {
  const log = options.log ?? (() => {})
  const brokers = new Brokers(endpoint, options.clientId ?? 'coffer', log)
  try {
    await reach(brokers, { ...options, log })
  } catch (error) {
    await brokers.close()
    throw error
  }
  return new ConnectedCluster(brokers)
}

async function reach(brokers: Brokers, { log, patienceMs = 0, signal }: OpenOptions & { log: WireLog }): Promise<void> {
  const until = Date.now() + patienceMs
  for (let n = 1; ; n++) {
    try {
      return await brokers.start()
    } catch (error) {
      if (!isCofferError(error, 'KAFKA_UNREACHABLE') || Date.now() >= until) throw error
      if (n === 1) log('warn', `${error.message}; trying again for ${Math.round(patienceMs / 1000)} s`)
    }
    await sleep(pauseMs(n), undefined, signal === undefined ? {} : { signal }).catch(() => {})
    if (signal?.aborted === true) throw new CofferError('INTERRUPTED', 'connecting to the cluster was interrupted')
  }
}

export { NOT_TOLD } from './protocol/cluster.ts'

class ConnectedCluster implements Cluster {
  readonly #brokers: Brokers

  constructor(brokers: Brokers) {
    this.#brokers = brokers
  }

  async identity(): Promise<ClusterIdentity> {
    const brokers = this.#brokers
    return retrying('asking who the cluster is', { deadlineMs: PATIENCE_MS }, async () => {
      await brokers.metadata([])
      const { finalizedFeatures } = await brokers.callAny({
        api: API.apiVersions,
        encode: encodeApiVersions,
        decode: (answer, version) => ({ throttleMs: 0, ...decodeApiVersions(answer, version) }),
      })
      const level = finalizedFeatures.get('metadata.version')
      return {
        clusterId: brokers.clusterId,
        controllerId: brokers.controllerId,
        brokers: [...brokers.addresses].sort((a, b) => a.id - b.id),
        kafkaVersion: level === undefined ? null : kafkaReleaseOf(level),
      }
    })
  }

  topics(names?: readonly string[]): Promise<TopicMetadata[]> {
    return describeTopics(this.#brokers, names ?? null)
  }

  topicConfigs(names: readonly string[]): Promise<Map<string, ConfigEntry[]>> {
    return describeTopicConfigs(this.#brokers, names)
  }

  async sizes(): Promise<Map<string, number> | null> {
    await this.#brokers.metadata([])
    return partitionSizes(this.#brokers)
  }

  offsets(partitions: readonly TopicPartition[], which: WhichOffset): Promise<Map<string, number>> {
    return listOffsets(this.#brokers, partitions, which)
  }

  epochEnds(epochs: readonly (TopicPartition & { epoch: number })[]): Promise<Map<string, number>> {
    return epochEnds(this.#brokers, epochs)
  }

  reader(options: ReaderOptions): AsyncIterable<ReadStep> {
    const partition = { topic: options.topic, partition: options.partition }
    const key = `${options.topic}/${options.partition}`
    const bounds = async () => {
      const [start, end] = await Promise.all([
        this.offsets([partition], 'earliest'),
        this.offsets([partition], 'latest'),
      ])
      return { start: start.get(key) as number, end: end.get(key) as number }
    }
    const compacts = async () => {
      try {
        const configs = await this.topicConfigs([options.topic])
        const policy = configs.get(options.topic)?.find((entry) => entry.name === 'cleanup.policy')
        return policy?.value?.includes('compact') === true
      } catch (error) {
        if (isCofferError(error)) return false
        throw error
      }
    }
    return readPartition({ brokers: this.#brokers, bounds, compacts }, options)
  }

  producer(options: ProducerOptions): Promise<Producer> {
    return openProducer(this.#brokers, options)
  }

  createTopics(topics: readonly NewTopic[], options: { validateOnly?: boolean } = {}): Promise<void> {
    return createTopics(this.#brokers, topics, options.validateOnly ?? false)
  }

  alterTopicConfigs(name: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    return alterTopicConfigs(this.#brokers, name, changes)
  }

  deleteRecords(partitions: readonly RecordsBefore[]): Promise<void> {
    return deleteRecords(this.#brokers, partitions)
  }

  groups(): Promise<string[]> {
    return listGroups(this.#brokers)
  }

  describeGroup(id: string): Promise<GroupDescription> {
    return describeGroup(this.#brokers, id)
  }

  committedOffsets(groupId: string): Promise<CommittedOffset[]> {
    return committedOffsets(this.#brokers, groupId)
  }

  commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void> {
    return commitOffsets(this.#brokers, groupId, offsets)
  }

  async authorized(resource: Resource): Promise<ReadonlySet<Operation>> {
    try {
      return operationsOf(await this.#operationBits(resource))
    } catch (error) {
      if (isCofferError(error, 'KAFKA_NOT_AUTHORIZED')) return new Set()
      throw error
    }
  }

  async #operationBits(resource: Resource): Promise<number> {
    if (resource.type === 'group') return groupOperations(this.#brokers, resource.id)
    if (resource.type === 'topic') {
      const { topics } = await this.#brokers.metadata([resource.name], true)
      const topic = topics[0]
      if (topic === undefined) return 0
      const what = `asking what is allowed with topic "${resource.name}"`
      if (topic.errorCode !== 0) throw brokerError(topic.errorCode, what, { topic: resource.name })
      return topic.authorizedOperations
    }
    const answer = await this.#brokers.callAny({
      api: API.describeCluster,
      encode: encodeDescribeCluster,
      decode: decodeDescribeCluster,
    })
    if (answer.errorCode !== 0)
      throw brokerError(answer.errorCode, 'asking what is allowed with the cluster', {}, answer.said)
    return answer.authorizedOperations
  }

  close(): Promise<void> {
    return this.#brokers.close()
  }
}
