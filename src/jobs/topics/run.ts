import type { KafkaEndpoint } from '../../contract/config/endpoint.ts'
import { isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { TopicDetails, TopicOverview, TopicsResult } from '../../contract/results.ts'
import { type Cluster, openCluster } from '../../kafka/cluster.ts'
import type { ConfigEntry, TopicMetadata } from '../../kafka/types.ts'
import { isInternal } from '../backup/source.ts'

/** So many topics are told with their details unasked: a question more for each partition would take long for many. */
const FEW = 300

/**
 * What a cluster has to be backed up: names, partitions and sizes of all topics, and offsets and retention of those that
 * are asked for. Reads no record and writes nothing.
 * @param names null: all, with details only where there are few
 * @throws KAFKA_…
 */
export async function runTopics(
  endpoint: KafkaEndpoint,
  names: readonly string[] | null,
  context: JobContext,
): Promise<JobResult<TopicsResult>> {
  const cluster = await openCluster(endpoint, { log: (level, message) => context.log(level, message) })
  try {
    const all = await cluster.topics()
    const wanted = names === null ? null : new Set(names)
    const topics = wanted === null ? all : all.filter(({ name }) => wanted.has(name))
    const sizes = await cluster.sizes()
    const detailed = wanted === null && topics.length > FEW ? [] : topics
    const details = await detailsOf(cluster, detailed)
    const { clusterId } = await cluster.identity()
    const result: TopicsResult = {
      kind: 'topics',
      cluster_id: clusterId,
      sizes_told: sizes !== null,
      topics: topics.map(
        (topic): TopicOverview => ({
          topic: topic.name,
          partitions: topic.partitions.length,
          internal: isInternal(topic),
          stored_bytes:
            sizes === null
              ? null
              : topic.partitions.reduce(
                  (sum, { partition }) => sum + (sizes.get(`${topic.name}/${partition}`) ?? 0),
                  0,
                ),
          details: details.get(topic.name) ?? null,
        }),
      ),
    }
    return { exitCode: EXIT.done, result }
  } finally {
    await cluster.close()
  }
}

async function detailsOf(cluster: Cluster, topics: readonly TopicMetadata[]): Promise<Map<string, TopicDetails>> {
  const found = new Map<string, TopicDetails>()
  if (topics.length === 0) return found
  const partitions = topics.flatMap(({ name, partitions: own }) =>
    own.map(({ partition }) => ({ topic: name, partition })),
  )
  const [start, end] = [await cluster.offsets(partitions, 'earliest'), await cluster.offsets(partitions, 'latest')]
  const configs = await configurations(
    cluster,
    topics.map(({ name }) => name),
  )
  for (const { name, partitions: own } of topics) {
    const entries = configs?.get(name)
    const offsets = own.reduce((sum, { partition }) => {
      const key = `${name}/${partition}`
      return sum + Math.max(0, (end.get(key) ?? 0) - (start.get(key) ?? 0))
    }, 0)
    found.set(name, {
      offsets,
      retention_ms: limit(entries, 'retention.ms'),
      retention_bytes: limit(entries, 'retention.bytes'),
      cleanup_policy: entries?.find((entry) => entry.name === 'cleanup.policy')?.value ?? null,
    })
  }
  return found
}

/** Null where this user may not read them: the topics can be chosen all the same. */
async function configurations(cluster: Cluster, names: string[]): Promise<Map<string, ConfigEntry[]> | null> {
  try {
    return await cluster.topicConfigs(names)
  } catch (error) {
    if (isCofferError(error, 'KAFKA_NOT_AUTHORIZED')) return null
    throw error
  }
}

function limit(entries: readonly ConfigEntry[] | undefined, name: string): number | null {
  const value = Number(entries?.find((entry) => entry.name === name)?.value ?? Number.NaN)
  return Number.isFinite(value) && value >= 0 ? value : null
}
