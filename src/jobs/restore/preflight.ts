import type { RestoreConfig } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { ConfigurationDifference, RestorePlanTopic } from '../../contract/results.ts'
import { beside, type Said, say } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ClusterIdentity, TopicMetadata } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import { ProgressMeter } from '../progress.ts'
import type { Checks } from './checks.ts'
import type { FlowContext } from './flow.ts'
import { refuseActive, type WantedGroups, wantedGroups } from './groups.ts'
import type { TopicPlan } from './plan.ts'
import { checkGroupRights, checkSegments, checkTopicRights, type Prepared, refuseHidden } from './prepare.ts'
import { proveFlow } from './prove.ts'
import { type RecordFacts, scanTopic, statedFacts } from './scan.ts'
import { decideStanding, type Ends, readEnds, type Standing } from './standing.ts'
import { type RestoreState, refuseRunning, restoreIdOf, type StateStore } from './state.ts'
import {
  archivedLimit,
  checkConfiguration,
  checkPartitions,
  existingTargets,
  prepareTopic,
  type TopicToCreate,
  trustsSize,
} from './target.ts'

export interface PreflightInput {
  config: RestoreConfig
  storage: Storage
  cluster: Cluster
  states: StateStore
  prepared: Prepared
  walk: Omit<FlowContext, 'limit' | 'meter'>
  checks: Checks
  context: JobContext
}

/** Everything that was found out before anything is written. */
export interface Preflight {
  identity: ClusterIdentity
  existing: Map<string, TopicMetadata>
  toCreate: TopicToCreate[]
  differences: ConfigurationDifference[]
  groups: WantedGroups | null
  ends: Ends
  /** Over the targets that exist; null where a check before it failed. */
  standing: Standing | null
  topics: RestorePlanTopic[]
}

/**
 * Looks at everything that could keep a restore from going through, and changes nothing: segments, topics, rights,
 * partitions, configurations, what the targets hold, consumer groups.
 * @throws the first failed check, unless it is a dry run
 */
export async function preflight(input: PreflightInput): Promise<Preflight> {
  const { config, storage, cluster, prepared, checks } = input
  const { plan } = prepared
  await checks.step('segments', storage.location, () => checkSegments(storage, config.backup_id, plan))
  const identity = await cluster.identity()
  await checks.step('cluster', config.target.bootstrap_servers.join(', '), () => {
    return say('restore.cluster', {
      cluster: identity.clusterId ?? say('restore.withoutId'),
      brokers: say('check.brokers', { count: identity.brokers.length }),
      version: identity.kafkaVersion ?? say('restore.unknownVersion'),
    })
  })
  const existing = await existingTargets(cluster, plan.topics)
  const toCreate: TopicToCreate[] = []
  const refused = new Map<string, Told>()
  for (const topic of plan.topics) {
    const passed = await checkTopic(input, identity, topic, existing.get(topic.target), toCreate)
    if (!passed) refused.set(topic.target, lastFailure(checks) ?? { reason: '' })
  }
  const groups = await checkGroups(input)
  let ends: Ends = { start: new Map(), end: new Map() }
  let standing: Standing | null = null
  if (refused.size === 0) {
    const subject = plan.topics.map((topic) => topic.target).join(', ')
    await checks.step('topics', subject.length > 200 ? `${subject.slice(0, 200)}…` : subject, async () => {
      const state = await keptState(input, identity, existing)
      ends = await readEnds(cluster, plan, existing, (message) => input.context.log('info', message))
      standing = decideStanding(plan, ends, state, {
        purge: config.restore.purge_topics,
        allowNonEmpty: config.restore.allow_non_empty_target,
      })
      if (standing.toProve.length > 0) {
        input.context.log('info', 'the target is not empty: comparing what it holds with the archive, record by record')
      }
      for (const flow of standing.toProve) {
        const starts = flow.partitions.map((partition) => standing!.starts.get(`${flow.target}/${partition}`)!)
        await proveFlow(flow, starts, cluster, input.walk)
      }
      return wordsFor(standing)
    })
  } else checks.skip('topics', 'what the targets hold', say('restore.checkBefore'))
  const topics = plan.topics.map((topic) =>
    describeTopic(topic, existing.has(topic.target), standing, ends, refused.get(topic.target), checks),
  )
  return {
    identity,
    existing,
    toCreate,
    differences: toCreate.flatMap((one) => one.differences),
    groups,
    ends,
    standing,
    topics,
  }
}

/** @returns false where a dry run found something */
async function checkTopic(
  input: PreflightInput,
  identity: ClusterIdentity,
  topic: TopicPlan,
  existing: TopicMetadata | undefined,
  toCreate: TopicToCreate[],
): Promise<boolean> {
  const { config, cluster, checks, prepared } = input
  const { restore } = config
  const subject = `topic ${topic.target}`
  if (existing === undefined && !restore.create_topics) {
    return checks.step('topics', subject, async () => {
      await refuseHidden(cluster, topic.target)
      throw new CofferError('TOPIC_MISSING', say('restore.topicMissing', { topic: topic.target }), {
        hint: 'Set restore.create_topics: true, or create it first.',
        details: { topic: topic.target },
      })
    })
  }
  const facts = await factsOf(input, topic, existing)
  if (facts === null) return false
  if (existing === undefined) {
    return checks.step('topic-configuration', subject, async () => {
      const prepared = await prepareTopic(cluster, identity, topic, restore, facts)
      toCreate.push(prepared)
      return say('restore.willCreate', { partitions: say('many.partitions', { count: prepared.topic.partitions }) })
    })
  }
  const needed = new Set<'write' | 'delete'>(['write'])
  if (restore.purge_topics) needed.add('delete')
  const steps = [
    await checks.step('topic-acl', subject, () => checkTopicRights(cluster, topic.target, [...needed])),
    await checks.step('partitions', subject, () => checkPartitions(topic, existing)),
    await checks.step('topic-configuration', subject, () =>
      checkConfiguration(cluster, topic, existing, facts, restore.produce_compression),
    ),
  ]
  return prepared !== undefined && steps.every(Boolean)
}

/**
 * What the records need of the topic. Where the manifest can't tell, or everything has to be verified before a purge,
 * the segments are read for it.
 */
async function factsOf(
  input: PreflightInput,
  topic: TopicPlan,
  existing: TopicMetadata | undefined,
): Promise<RecordFacts | null> {
  const { config, cluster, checks, prepared, walk, context } = input
  const { window } = prepared.plan
  const stated = statedFacts(topic, window)
  const configs = existing === undefined ? undefined : await cluster.topicConfigs([topic.target])
  const limitEntry = configs?.get(topic.target)?.find((entry) => entry.name === 'max.message.bytes')
  const limit = Number(limitEntry?.value ?? archivedLimit(topic) ?? DEFAULT_MAX_MESSAGE_BYTES)
  const sizeKnown = stated.largest <= limit || trustsSize(topic, limit, config.restore.produce_compression)
  const spanKnown = stated.span !== null || existing === undefined
  if (sizeKnown && spanKnown && !config.restore.purge_topics) return stated
  let facts: RecordFacts | null = null
  await checks.step('segments', `topic ${topic.source}`, async () => {
    const meter = new ProgressMeter(context, {
      phase: say('phase.verifying', { name: topic.source }),
      recordsTotal: topic.records,
      bytesTotal: topic.bytes,
    })
    try {
      facts = await scanTopic(topic, window, walk.segments, (records, bytes) => meter.add(records, bytes))
    } finally {
      meter.stop()
    }
    return say('restore.segmentsRead', { segments: topic.segmentsToRead })
  })
  return facts
}

/** Kafka's default of `max.message.bytes`. */
const DEFAULT_MAX_MESSAGE_BYTES = 1048588

async function checkGroups(input: PreflightInput): Promise<WantedGroups | null> {
  const { config, storage, cluster, checks } = input
  let wanted: WantedGroups | null = null
  const asked = config.restore.consumer_groups.length > 0 || config.restore.auto_consumer_groups
  if (!asked) return null
  await checks.step('consumer-groups', 'the snapshot of consumer groups', async () => {
    const { generation } = input.prepared.loaded.manifest.coffer ?? {}
    wanted = await wantedGroups(storage, config.backup_id, config.restore, generation)
    return say('restore.groups', { count: wanted?.groups.length ?? 0 })
  })
  const found = wanted as WantedGroups | null
  if (found === null || !found.commit) return found
  for (const group of found.groups) {
    await checks.step('group-acl', `group ${group.group_id}`, () => checkGroupRights(cluster, group.group_id))
  }
  await checks.step('consumer-groups', 'members', async () => {
    await refuseActive(cluster, found.groups)
    return say('restore.noMembers')
  })
  return found
}

/** The state of an earlier run of this very restore; null where a target is still missing, since its id is part of it. */
async function keptState(
  { config, prepared, states }: PreflightInput,
  identity: ClusterIdentity,
  existing: ReadonlyMap<string, TopicMetadata>,
): Promise<RestoreState | null> {
  if (existing.size < prepared.plan.topics.length) return null
  const state = await states.load(restoreIdFor(config, prepared, identity, existing))
  if (state !== null) refuseRunning(state, Date.now())
  return state
}

export function restoreIdFor(
  config: RestoreConfig,
  prepared: Prepared,
  identity: ClusterIdentity,
  existing: ReadonlyMap<string, TopicMetadata>,
): string {
  return restoreIdOf({
    backupId: config.backup_id,
    manifestSha256: prepared.loaded.sha256,
    targetClusterId: identity.clusterId,
    targets: prepared.plan.topics.map(({ source, target }) => ({
      source,
      target,
      topicId: existing.get(target)?.topicId ?? null,
    })),
    options: config.restore,
  })
}

function wordsFor(standing: Standing): Said {
  if (standing.complete) return say('restore.completedBefore')
  const present = [...standing.starts.values()].reduce((sum, start) => sum + start.present, 0)
  if (present > 0) return say('restore.goesOn', { records: say('many.records', { count: present }) })
  return standing.purge.length > 0
    ? say('restore.willPurge', { count: standing.purge.length })
    : say('restore.nothingInTheWay')
}

function describeTopic(
  topic: TopicPlan,
  exists: boolean,
  standing: Standing | null,
  ends: Ends,
  refusal: Told | undefined,
  checks: Checks,
): RestorePlanTopic {
  const keys = topic.flows.flatMap((flow) => flow.partitions.map((partition) => `${topic.target}/${partition}`))
  const present = keys.some((key) => (standing?.starts.get(key)?.present ?? 0) > 0)
  const holds = keys.some((key) => (ends.end.get(key) ?? 0) > (ends.start.get(key) ?? 0))
  const reason = refusal ?? (checks.failed && (standing === null || holds) ? lastFailure(checks) : undefined)
  let action: RestorePlanTopic['action'] = 'write_to_empty'
  if (reason !== undefined) action = 'refused'
  else if (!exists) action = 'create'
  else if (present || standing?.resumed === true) action = 'resume'
  else if (holds) action = 'write_to_non_empty'
  return {
    source: topic.source,
    target: topic.target,
    action,
    source_partitions: topic.sourcePartitions,
    target_partitions: topic.partitions,
    records_estimate: topic.records,
    bytes_estimate: topic.bytes,
    ...reason,
  }
}

function lastFailure(checks: Checks): Told | undefined {
  const last = checks.steps.findLast((step) => step.outcome === 'failed')
  return last === undefined
    ? undefined
    : { reason: last.message, ...beside(last.said), ...(last.code === undefined ? {} : { code: last.code }) }
}

type Told = Pick<RestorePlanTopic, 'said' | 'code'> & { reason: string }
