import type { RestoreOptions } from '../../contract/config/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { ConfigurationDifference } from '../../contract/results.ts'
import { because, type Said, say } from '../../contract/said/said.ts'
import type { Cluster, NewTopic } from '../../kafka/cluster.ts'
import type { ClusterIdentity, TopicMetadata } from '../../kafka/types.ts'
import type { TopicPlan } from './plan.ts'
import type { RecordFacts } from './scan.ts'
import {
  type AdaptationInput,
  adaptConfiguration,
  BEFORE_MAX_MS,
  configurationProblems,
  LONG_MAX,
} from './topic-config.ts'

/** The targets that exist by now, by name. Topics that this user may not describe look as if they didn't. */
export async function existingTargets(
  cluster: Cluster,
  topics: readonly TopicPlan[],
): Promise<Map<string, TopicMetadata>> {
  const wanted = new Set(topics.map((topic) => topic.target))
  const found = (await cluster.topics()).filter((topic) => wanted.has(topic.name))
  return new Map(found.map((topic) => [topic.name, topic]))
}

/** @throws CHECK_FAILED where the topic has fewer partitions than are to be filled, or another number to spread over */
export function checkPartitions(topic: TopicPlan, existing: TopicMetadata): Said {
  const count = existing.partitions.length
  const fits = topic.repartitioning === null ? count >= topic.neededPartitions : count === topic.neededPartitions
  const needed = topic.neededPartitions
  if (fits) return say('restore.partitionsFit', { partitions: say('many.partitions', { count }), needed })
  const id = topic.repartitioning === null ? 'restore.partitionsFew' : 'restore.partitionsOther'
  throw new CofferError('CHECK_FAILED', say(id, { needed, topic: topic.target, got: count }), {
    hint: 'Add partitions, map them with restore.partition_mapping, or spread the records anew with restore.repartitioning.',
    details: { topic: topic.target, expected: topic.neededPartitions, got: count },
  })
}

/** @throws CHECK_FAILED naming every setting that would lose, change or refuse records, and how to change it */
export async function checkConfiguration(
  cluster: Cluster,
  topic: TopicPlan,
  existing: TopicMetadata,
  facts: RecordFacts,
  compression: RestoreOptions['produce_compression'],
): Promise<Said> {
  const entries = (await cluster.topicConfigs([topic.target])).get(topic.target) ?? []
  const current = new Map(entries.map((entry) => [entry.name, entry.value]))
  const largestPartition = topic.flows.reduce((most, flow) => Math.max(most, flow.bytes), 0)
  const problems = configurationProblems(current, {
    span: facts.span,
    largestRecord: trustsSize(topic, Number(current.get('max.message.bytes') ?? 0), compression) ? null : facts.largest,
    bytes: largestPartition,
    replicas: Math.min(...existing.partitions.map((partition) => partition.replicas.length)),
    now: Date.now(),
  })
  if (problems.length === 0) return say('restore.configurationFits')
  const settings = problems.map(({ name, value, said }) => say('restore.setting', { name, value, why: said }))
  const changes = problems.map(({ name, wanted }) => `${name}=${wanted}`).join(',')
  throw new CofferError('CHECK_FAILED', say('restore.configurationWrong', { topic: topic.target, settings }), {
    hint: `Run: kafka-configs --bootstrap-server … --alter --topic ${topic.target} --add-config ${changes}`,
    details: { topic: topic.target, problems: problems.map(({ said: _, ...problem }) => problem) },
  })
}

/**
 * Whether the source accepted these records under a limit that is no higher: then the target will too, since limits
 * are about compressed batches there and here. Without compression they may have grown.
 */
export function trustsSize(
  topic: TopicPlan,
  limit: number,
  compression: RestoreOptions['produce_compression'],
): boolean {
  const archived = archivedLimit(topic)
  return compression !== 'none' && archived !== null && archived <= limit
}

/** The topic's archived `max.message.bytes`; null where the archive doesn't hold it. */
export function archivedLimit(topic: TopicPlan): number | null {
  const value = topic.archived.configuration?.find((entry) => entry.name === 'max.message.bytes')?.value
  return value === undefined || value === null ? null : Number(value)
}

export interface TopicToCreate {
  topic: NewTopic
  differences: ConfigurationDifference[]
}

/**
 * The topic to create: the archived configuration, adapted, without what the target does not take. Asks the target
 * whether it would create it, which also shows whether this user may.
 * @throws KAFKA_NOT_AUTHORIZED, KAFKA_REJECTED with the broker's reason
 */
export async function prepareTopic(
  cluster: Cluster,
  identity: ClusterIdentity,
  plan: TopicPlan,
  options: Pick<RestoreOptions, 'default_replication_factor' | 'produce_compression'>,
  facts: RecordFacts,
): Promise<TopicToCreate> {
  const replicationFactor = options.default_replication_factor
  const archived = archivedLimit(plan)
  const trusted = archived !== null && trustsSize(plan, archived, options.produce_compression)
  const replicas = replicationFactor > 0 ? replicationFactor : Math.max(1, identity.brokers.length)
  const adapted = (timestampKeys: AdaptationInput['timestampKeys']) =>
    adaptConfiguration({
      target: plan.target,
      archived: plan.archived.configuration ?? null,
      largestRecord: trusted ? null : facts.largest,
      replicas,
      timestampKeys,
    })
  let { configs, differences } = adapted(isOlderThan(identity.kafkaVersion, 3, 6) ? 'difference' : 'before-after')
  const topicWith = (some: Iterable<[string, string]>): NewTopic => ({
    name: plan.target,
    partitions: plan.partitions,
    replicationFactor,
    configs: Object.fromEntries(some),
  })
  const wouldCreate = (some: Iterable<[string, string]>) =>
    cluster.createTopics([topicWith(some)], { validateOnly: true })
  const refused = async (some: Iterable<[string, string]>) => {
    const error = await wouldCreate(some).catch((reason: unknown) => reason)
    if (error === undefined) return false
    if (!isCofferError(error, 'KAFKA_REJECTED') || error.details?.brokerError !== 'INVALID_CONFIG') throw error
    return true
  }
  let someRefused = await refused(configs)
  // A cluster with ZooKeeper does not tell its release; what it takes does.
  if (someRefused && (await refused([[BEFORE_MAX_MS, LONG_MAX]]))) {
    ;({ configs, differences } = adapted('difference'))
    someRefused = await refused(configs)
  }
  if (someRefused) {
    for (const [name, value] of [...configs]) {
      try {
        await wouldCreate([[name, value]])
      } catch (refusal) {
        if (!isCofferError(refusal, 'KAFKA_REJECTED')) throw refusal
        configs.delete(name)
        const before = plan.archived.configuration?.find((entry) => entry.name === name)?.value ?? null
        const reason = because('restore.notTaken', { why: refusal.said ?? refusal.message })
        const known = differences.findIndex((difference) => difference.name === name)
        if (known >= 0) differences.splice(known, 1)
        differences.push({ topic: plan.target, name, archived: before, applied: null, ...reason })
      }
    }
    await wouldCreate(configs)
  }
  return { topic: topicWith(configs), differences }
}

/**
 * Creates a topic, and lowers `min.insync.replicas` where it came out with fewer replicas than that.
 * @returns what that changed
 */
export async function createTarget(cluster: Cluster, { topic }: TopicToCreate): Promise<ConfigurationDifference[]> {
  try {
    await cluster.createTopics([topic])
  } catch (error) {
    // The answer to an earlier attempt may have been lost; whether it is as wanted shows when it is looked at.
    if (!isCofferError(error, 'KAFKA_REJECTED') || error.details?.brokerError !== 'TOPIC_ALREADY_EXISTS') throw error
  }
  const [created] = await cluster.topics([topic.name])
  const replicas = Math.min(...(created?.partitions.map((partition) => partition.replicas.length) ?? [1]))
  const entries = (await cluster.topicConfigs([topic.name])).get(topic.name) ?? []
  const inSync = entries.find((entry) => entry.name === 'min.insync.replicas')?.value ?? '1'
  if (Number(inSync) <= replicas) return []
  await cluster.alterTopicConfigs(topic.name, { 'min.insync.replicas': String(replicas) })
  return [
    {
      topic: topic.name,
      name: 'min.insync.replicas',
      archived: topic.configs['min.insync.replicas'] ?? null,
      applied: String(replicas),
      ...because('restore.replicasFew', { replicas }),
    },
  ]
}

function isOlderThan(version: string | null, major: number, minor: number): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '')
  if (parts === null) return false
  const [a, b] = [Number(parts[1]), Number(parts[2])]
  return a < major || (a === major && b < minor)
}
