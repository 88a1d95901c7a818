import type { JobContext } from '../../contract/jobs.ts'
import type { ConfigEntry, TopicMetadata } from '../../kafka/types.ts'
import { configurationOf } from './begin.ts'
import type { PartitionArchiver } from './partition.ts'
import type { PassesInput } from './passes.ts'
import { type ClusterCut, type PartitionPlan, planBackup } from './plan.ts'
import { chooseTopics, takeCut, takeEpochEnds } from './source.ts'

/** What a continuous run sees of the cluster, and does not read yet. */
export interface Discovery {
  /** Over all topics that are there now. */
  cut: ClusterCut
  plans: PartitionPlan[]
  /** Topics with something new. */
  topics: TopicMetadata[]
  configs: Map<string, ConfigEntry[]>
}

/**
 * Looks for what a continuous run does not read yet: new topics that match, and new partitions of known ones. They
 * start at the beginning of their log. Only looks: nothing changes before `adopt`.
 * @throws TOPIC_RECREATED, OFFSETS_LOST
 */
export async function discover(
  input: PassesInput,
  archivers: ReadonlyMap<string, PartitionArchiver>,
): Promise<Discovery> {
  const { config, cluster, recorder, identity } = input
  const all = await chooseTopics(cluster, config)
  const taken = await takeCut(cluster, all, config.backup.isolation_level, identity.clusterId)
  const cut = await takeEpochEnds(cluster, taken, recorder.manifest)
  // Planned over everything, since that is also what notices a topic that was deleted and made again.
  const plans = planBackup(cut, recorder.manifest, config.backup.start_offset).filter(
    (plan) => !archivers.has(`${plan.topic}/${plan.partition}`),
  )
  const topics = all.filter((topic) => plans.some((plan) => plan.topic === topic.name))
  const configs = await cluster.topicConfigs(topics.map((topic) => topic.name))
  return { cut, plans, topics, configs }
}

/** Takes what was found onto the run's books. */
export function adopt(
  { plans, topics, configs }: Discovery,
  input: PassesInput,
  open: (plan: PartitionPlan) => void,
  context: JobContext,
): void {
  for (const [name, entries] of configs) input.topicConfigs.set(name, entries)
  for (const plan of plans) {
    const key = `${plan.topic}/${plan.partition}`
    context.log('info', `found "${key}", reading it from now on`)
    input.recorder.run.cut[key] = plan.cut
    input.plans.push(plan)
    open(plan)
  }
  for (const topic of topics) input.recorder.describeTopic(topic, configurationOf(configs, topic.name))
}
