import { type Brokers, PATIENCE_MS, REQUEST_TIMEOUT_MS } from './brokers.ts'
import { brokerError, WireError } from './errors.ts'
import { API } from './protocol/api.ts'
import {
  decodeAlterConfigs,
  decodeDescribeConfigs,
  encodeAlterTopicConfigs,
  encodeDescribeTopicConfigs,
} from './protocol/configs.ts'
import {
  decodeCreateTopics,
  decodeDeleteRecords,
  encodeCreateTopics,
  encodeDeleteRecords,
  type NewTopic,
  type RecordsBefore,
} from './protocol/topics.ts'
import { retrying } from './retry.ts'
import type { ConfigEntry, TopicMetadata } from './types.ts'

/** Topics with their partitions, in order. @throws TOPIC_MISSING, KAFKA_NOT_AUTHORIZED for a name that was asked for */
export async function describeTopics(brokers: Brokers, names: readonly string[] | null): Promise<TopicMetadata[]> {
  if (names?.length === 0) return []
  return retrying('reading topic metadata', { deadlineMs: PATIENCE_MS }, async () => {
    const { topics } = await brokers.metadata(names)
    const described: TopicMetadata[] = []
    for (const { errorCode, name, topicId, internal, partitions } of topics) {
      // Without a leader a topic is still a topic.
      const noLeader = 5
      if (errorCode !== 0 && errorCode !== noLeader) {
        if (names === null) continue
        throw missingOrRefused(errorCode, name)
      }
      const plain = partitions.map(({ errorCode: _, ...partition }) => partition)
      plain.sort((a, b) => a.partition - b.partition)
      described.push({ name, topicId, internal, partitions: plain })
    }
    return described.sort((a, b) => (a.name < b.name ? -1 : 1))
  })
}

function missingOrRefused(errorCode: number, topic: string): WireError {
  const unknownTopic = 3
  if (errorCode !== unknownTopic) return brokerError(errorCode, `describing topic "${topic}"`, { topic })
  return new WireError('TOPIC_MISSING', `topic "${topic}" does not exist`, {
    hint: 'Check its spelling. A topic that this user may not describe looks the same.',
    details: { topic },
  })
}

/** Topics asked for at once: one's configuration takes about 4 kB, and a cluster may have tens of thousands. */
const CONFIGS_AT_ONCE = 1000

/** Configurations by topic. Values of sensitive entries are null. */
export async function describeTopicConfigs(
  brokers: Brokers,
  topics: readonly string[],
): Promise<Map<string, ConfigEntry[]>> {
  const configs = new Map<string, ConfigEntry[]>()
  for (let at = 0; at < topics.length; at += CONFIGS_AT_ONCE) {
    const some = topics.slice(at, at + CONFIGS_AT_ONCE)
    await retrying('reading topic configurations', { deadlineMs: PATIENCE_MS }, async () => {
      const { results } = await brokers.callAny({
        api: API.describeConfigs,
        encode: () => encodeDescribeTopicConfigs(some),
        decode: decodeDescribeConfigs,
      })
      for (const { topic, errorCode, said, entries } of results) {
        const unknownTopic = 3
        if (errorCode === unknownTopic) throw missingOrRefused(errorCode, topic)
        if (errorCode !== 0)
          throw brokerError(errorCode, `reading the configuration of topic "${topic}"`, { topic }, said)
        configs.set(topic, entries)
      }
    })
  }
  return configs
}

/** Creates topics and waits until each has its leaders. @throws KAFKA_REJECTED with the broker's reason */
export async function createTopics(
  brokers: Brokers,
  topics: readonly NewTopic[],
  validateOnly: boolean,
): Promise<void> {
  if (topics.length === 0) return
  // An answer that was lost on its way back leaves open whether the topics were made: then they may exist already.
  let mayExist = false
  const recover = async (error: WireError) => {
    mayExist ||= error.code === 'KAFKA_UNREACHABLE' || error.brokerError === 'REQUEST_TIMED_OUT'
    await brokers.metadata([])
  }
  await retrying('creating topics', { deadlineMs: PATIENCE_MS, recover }, async () => {
    const { results } = await brokers.callController({
      api: API.createTopics,
      encode: () => encodeCreateTopics(topics, REQUEST_TIMEOUT_MS, validateOnly),
      decode: decodeCreateTopics,
    })
    for (const { name, errorCode, said } of results) {
      const alreadyExists = 36
      if (errorCode === 0 || (errorCode === alreadyExists && mayExist && !validateOnly)) continue
      throw brokerError(errorCode, `creating topic "${name}"`, { topic: name }, said)
    }
  })
  if (validateOnly) return
  // The controller has made them: a busy cluster only needs its time to tell all brokers.
  await retrying('waiting for the new topics', { deadlineMs: PATIENCE_MS, missingMs: PATIENCE_MS }, async () => {
    const { topics: seen } = await brokers.metadata(topics.map(({ name }) => name))
    for (const { name, errorCode, partitions } of seen) {
      const code = errorCode || partitions.find((partition) => partition.errorCode !== 0)?.errorCode || 0
      if (code !== 0) throw brokerError(code, `waiting for topic "${name}"`, { topic: name })
    }
  })
}

/** Changes what is named and leaves the rest. A null value goes back to the default. */
export async function alterTopicConfigs(
  brokers: Brokers,
  topic: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<void> {
  await retrying(`configuring topic "${topic}"`, { deadlineMs: PATIENCE_MS }, async () => {
    const { results } = await brokers.callAny({
      api: API.incrementalAlterConfigs,
      encode: () => encodeAlterTopicConfigs(topic, changes),
      decode: decodeAlterConfigs,
    })
    for (const { errorCode, said } of results) {
      if (errorCode !== 0) throw brokerError(errorCode, `configuring topic "${topic}"`, { topic }, said)
    }
  })
}

/** Deletes the records before the given offsets, each at its partition's leader. */
export async function deleteRecords(brokers: Brokers, partitions: readonly RecordsBefore[]): Promise<void> {
  for (const target of partitions) {
    const { topic, partition } = target
    const what = `deleting records of topic "${topic}" partition ${partition}`
    await brokers.withLeader(what, target, {}, async (leader) => {
      const { results } = await brokers.callBroker(leader.id, 0, {
        api: API.deleteRecords,
        encode: () => encodeDeleteRecords([target], REQUEST_TIMEOUT_MS),
        decode: decodeDeleteRecords,
      })
      for (const { errorCode } of results) {
        if (errorCode !== 0) throw brokerError(errorCode, what, { topic, partition, offset: target.offset })
      }
    })
  }
}
