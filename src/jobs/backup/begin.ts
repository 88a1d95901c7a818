import { writeGroupSnapshot } from '../../archive/groups.ts'
import { beginGeneration, type LoadedManifest } from '../../archive/manifest/store.ts'
import type { RunEntry, TopicEntry } from '../../archive/types.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { GroupCapture } from '../../contract/results.ts'
import { TOOL } from '../../contract/tool.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ClusterIdentity, ConfigEntry, TopicMetadata } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import { captureGroups } from '../groups/capture.ts'
import { findAbandoned } from './abandoned.ts'
import { ClockWatch } from './clock.ts'
import type { PartitionPlan } from './plan.ts'
import { Recorder } from './recorder.ts'
import { archivedConfiguration } from './source.ts'

export interface BeginInput {
  config: BackupConfig
  cluster: Cluster
  storage: Storage
  identity: ClusterIdentity
  loaded: LoadedManifest | null
  plans: PartitionPlan[]
  topics: TopicMetadata[]
  startedAt: number
  runId: string
  operator: { os_user: string; host: string }
}

export interface BegunRun {
  recorder: Recorder
  generation: number
  topicConfigs: Map<string, ConfigEntry[]>
  groups: GroupCapture | null
}

/**
 * Opens a generation: the manifest on storage says that this run is under way before the first segment is written, so
 * that no two runs ever name a segment alike and a run that dies is seen to have died.
 */
export async function beginRun(input: BeginInput, context: JobContext): Promise<BegunRun> {
  const { config, cluster, storage, identity, loaded, plans, topics } = input
  const brokers = identity.brokers.map((broker) => `${broker.host}:${broker.port}`)
  const run: RunEntry = {
    run_id: input.runId,
    state: 'running',
    mode: config.backup.continuous ? 'continuous' : 'snapshot',
    isolation_level: config.backup.isolation_level,
    include_offset_headers: config.backup.include_offset_headers,
    started_at: input.startedAt,
    ended_at: null,
    tool: TOOL,
    operator: input.operator,
    source: { cluster_id: identity.clusterId, brokers, kafka_version: identity.kafkaVersion },
    clock: new ClockWatch().result(),
    cut: Object.fromEntries(plans.map((plan) => [`${plan.topic}/${plan.partition}`, plan.cut])),
    records: 0,
    bytes: 0,
  }
  const abandoned = await findAbandoned(storage, loaded)
  if (abandoned.length > 0) {
    context.log(
      'warn',
      `an earlier run was cut off and left ${abandoned.length} objects that are not part of the backup`,
    )
  }
  const writer = await beginGeneration(storage, loaded, {
    backupId: config.backup_id,
    run,
    compression: config.backup.compression,
    sourceClusterId: config.backup.source_cluster_id ?? identity.clusterId,
    sourceBrokers: brokers,
  })
  const recorder = new Recorder(storage, writer, config.backup.sync_interval_secs * 1000)
  recorder.noteAbandoned(abandoned)
  try {
    const topicConfigs = await cluster.topicConfigs(topics.map((topic) => topic.name))
    for (const topic of topics) recorder.describeTopic(topic, configurationOf(topicConfigs, topic.name))
    const groups = config.backup.consumer_group_snapshot ? await capture(input, writer.generation, context) : null
    return { recorder, generation: writer.generation, topicConfigs, groups }
  } catch (error) {
    await recorder.fail(error)
    throw error
  }
}

/** Notes a topic's configuration; also for topics that a continuous run finds later. */
export function configurationOf(configs: Map<string, ConfigEntry[]>, topic: string): TopicEntry['configuration'] {
  const entries = configs.get(topic)
  return entries === undefined ? undefined : archivedConfiguration(entries)
}

/** @returns null where the run was stopped before all groups were captured: half a snapshot is none */
async function capture(input: BeginInput, generation: number, context: JobContext): Promise<GroupCapture | null> {
  const names = input.topics.map((topic) => topic.name)
  const captured = await captureGroups(input.cluster, names, context).catch((error: unknown) => {
    if (isCofferError(error, 'INTERRUPTED') && context.signal.aborted) return null
    throw error
  })
  if (captured === null) return null
  await writeGroupSnapshot(input.storage, input.config.backup_id, captured.snapshot, generation)
  return captured.capture
}
