import type { Manifest, TopicConfigEntry } from '../../archive/types.ts'
import { literalTopics, selectTopics } from '../../contract/config/topics.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ConfigEntry, TopicMetadata, TopicPartition } from '../../kafka/types.ts'
import type { ClusterCut } from './plan.ts'

/** The topics that the configuration asks for, as they are on the cluster now. @throws NOTHING_MATCHED */
export async function chooseTopics(cluster: Cluster, config: BackupConfig): Promise<TopicMetadata[]> {
  const all = await cluster.topics()
  const { include_internal_topics, internal_topics } = config.backup
  // OSO's rule: a list narrows include_internal_topics down to what it names.
  const anyInternal = include_internal_topics && internal_topics.length === 0
  const candidates = all.filter((topic) => !isInternal(topic) || anyInternal || internal_topics.includes(topic.name))
  const wanted = new Set(
    selectTopics(
      candidates.map((topic) => topic.name),
      config.source.topics,
    ),
  )
  for (const name of internal_topics) wanted.add(name)
  const chosen = candidates.filter((topic) => wanted.has(topic.name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  if (chosen.length === 0) {
    const asked = config.source.topics.include.join(', ') || '*'
    throw new CofferError('NOTHING_MATCHED', `no topic on the cluster matches "${asked}"`, {
      hint: `The cluster shows ${candidates.length} topics to this user. Check the names, and that the user may describe them.`,
    })
  }
  return chosen
}

/**
 * A topic that was asked for by its name and is not there must not be left out in silence: the backup would look
 * complete. Patterns, and topics excluded by the same file, ask for nothing by name.
 * @throws NOTHING_MATCHED naming them
 */
export function requireNamed(chosen: readonly TopicMetadata[], config: BackupConfig): void {
  const { topics } = config.source
  const named = [...selectTopics(literalTopics(topics), topics), ...config.backup.internal_topics]
  const missing = named.filter((name) => !chosen.some((topic) => topic.name === name))
  if (missing.length === 0) return
  const names = missing.map((name) => `"${name}"`).join(', ')
  throw new CofferError('NOTHING_MATCHED', `the cluster shows no topic ${names}, which the configuration names`, {
    hint: "Check the names, and that the user may describe them. Kafka's own topics go under backup.internal_topics.",
    details: { missing },
  })
}

/**
 * Takes the cut: where every partition starts and ends at one moment, as near as one request for each broker gets.
 * The ends are asked for last, so that nothing written before the job began is left out.
 */
export async function takeCut(
  cluster: Cluster,
  topics: TopicMetadata[],
  isolation: BackupConfig['backup']['isolation_level'],
  clusterId: string | null,
): Promise<ClusterCut> {
  const partitions: TopicPartition[] = topics.flatMap((topic) =>
    topic.partitions.map(({ partition }) => ({ topic: topic.name, partition })),
  )
  const logStart = await cluster.offsets(partitions, 'earliest')
  const highWatermark = await cluster.offsets(partitions, 'latest')
  const end = isolation === 'read_committed' ? await cluster.offsets(partitions, 'last_stable') : highWatermark
  return { clusterId, topics, logStart, highWatermark: atLeast(highWatermark, end), end }
}

/** Where the terms ended that the last archived batches of these partitions are of (`RunCut`). */
export async function takeEpochEnds(cluster: Cluster, cut: ClusterCut, manifest: Manifest | null): Promise<ClusterCut> {
  const known = manifest?.coffer?.run.cut ?? {}
  const epochs = cut.topics.flatMap((topic) =>
    topic.partitions.flatMap(({ partition }) => {
      const epoch = known[`${topic.name}/${partition}`]?.leader_epoch
      return epoch === undefined ? [] : [{ topic: topic.name, partition, epoch }]
    }),
  )
  return epochs.length === 0 ? cut : { ...cut, epochEnd: await cluster.epochEnds(epochs) }
}

/** The high watermark is asked for before the last stable offset, which can have moved past it by then. */
function atLeast(marks: ReadonlyMap<string, number>, floor: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...marks].map(([key, mark]) => [key, Math.max(mark, floor.get(key) ?? mark)]))
}

/** A topic's configuration as the archive keeps it: every value but the sensitive ones. */
export function archivedConfiguration(entries: readonly ConfigEntry[]): TopicConfigEntry[] {
  return entries
    .filter((entry) => !entry.sensitive)
    .map(({ name, value, source }) => ({ name, value, overridden: source === DYNAMIC_TOPIC_CONFIG }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Whether compaction may take records out of the topic's middle. */
export function compacts(entries: readonly ConfigEntry[]): boolean {
  return entries.some((entry) => entry.name === 'cleanup.policy' && (entry.value ?? '').includes('compact'))
}

/** ConfigSource of the Kafka protocol (DescribeConfigs response): set on the topic itself. */
const DYNAMIC_TOPIC_CONFIG = 1

/** Kafka's own topics. */
export function isInternal(topic: TopicMetadata): boolean {
  return topic.internal || topic.name === '__consumer_offsets' || topic.name === '__transaction_state'
}
