import type { RestoreConfig } from '../../contract/config/types.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobResult } from '../../contract/jobs.ts'
import type {
  ClusterFacts,
  ConfigurationDifference,
  RestoredGroup,
  RestorePlanResult,
  RestoreResult,
  RestoreTopicResult,
} from '../../contract/results.ts'
import { because, type Said, say, warned } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { ClusterIdentity } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Checks } from './checks.ts'
import type { FlowTally } from './flow.ts'
import type { TopicPlan } from './plan.ts'
import type { Preflight } from './preflight.ts'
import type { Prepared } from './prepare.ts'
import type { Standing } from './standing.ts'
import { describeWindow } from './window.ts'
import type { Written } from './write.ts'

/** What a restore on an ordinary machine reaches, bytes a second: for the dry run's estimate of time. */
const USUAL_BYTES_PER_SECOND = 100_000_000

export interface ResultInput {
  session: {
    config: RestoreConfig
    storage: Storage
    prepared: Prepared
    startedAt: number
    warnings: (string | Said)[]
  }
  found: Preflight
  standing: Standing
  restoreId: string
  differences: ConfigurationDifference[]
  created: ReadonlySet<string>
  /** null where nothing had to be done. */
  written: Written | null
  groups: RestoredGroup[] | null
  offsetMap: string | null
  interrupted?: boolean
}

export function restoreResult(input: ResultInput): RestoreResult {
  const { session, found, standing, written } = input
  const { plan } = session.prepared
  const endedAt = Date.now()
  const topics = plan.topics.map((topic) => topicResult(topic, input))
  const tallies = [...(written?.tallies.values() ?? [])]
  const total = (amount: (topic: RestoreTopicResult) => number) => topics.reduce((sum, one) => sum + amount(one), 0)
  const repeated = tallies.reduce((sum, tally) => sum + tally.repeated, 0)
  const suspect = total((topic) => topic.records_suspect)
  const warnings = [...session.warnings]
  if (repeated > 0) warnings.push(say('restore.repeated', { records: repeated }))
  if (suspect > 0) {
    warnings.push(say('restore.suspects', { count: suspect }))
  }
  const tracked = tallies.flatMap((tally) => tally.tracked)
  if (tracked.length > 0) {
    warnings.push(say('restore.tracked', { partitions: say('many.partitions', { count: tracked.length }) }))
  }
  for (const group of input.groups ?? []) {
    const clamped = group.positions.filter((position) => position.clamped).length
    if (clamped > 0) warnings.push(say('restore.clamped', { positions: clamped, group: group.group_id }))
  }
  return {
    kind: 'restore',
    dry_run: false,
    backup_id: session.config.backup_id,
    restore_id: input.restoreId,
    location: session.storage.location,
    state: input.interrupted === true ? 'interrupted' : 'complete',
    resumed: standing.resumed,
    started_at: isoTime(session.startedAt),
    ended_at: isoTime(endedAt),
    duration_seconds: (endedAt - session.startedAt) / 1000,
    target: clusterFacts(found.identity),
    window: describeWindow(plan.window),
    records: total((topic) => topic.records),
    bytes: total((topic) => topic.bytes),
    records_already_there: total((topic) => topic.records_already_there),
    records_filtered: total((topic) => topic.records_filtered),
    records_ruled_out: tallies.reduce((sum, tally) => sum + tally.ruledOut, 0),
    records_suspect: suspect,
    segments_read: tallies.reduce((sum, tally) => sum + tally.segmentsRead, 0),
    segments_skipped: plan.segmentsSkipped,
    topics,
    configuration_differences: input.differences,
    consumer_groups: input.groups,
    offset_map: input.offsetMap,
    ...warned(warnings),
  }
}

function topicResult(topic: TopicPlan, { written, standing, created }: ResultInput): RestoreTopicResult {
  const tallies = topic.flows.flatMap((flow): FlowTally[] => {
    const tally = written?.tallies.get(flow)
    return tally === undefined ? [] : [tally]
  })
  const total = (amount: (tally: FlowTally) => number) => tallies.reduce((sum, tally) => sum + amount(tally), 0)
  const present = topic.flows.flatMap((flow) =>
    flow.partitions.map((partition) => standing.starts.get(`${flow.target}/${partition}`)?.present ?? 0),
  )
  return {
    source: topic.source,
    target: topic.target,
    created: created.has(topic.target),
    partitions: topic.flows.reduce((sum, flow) => sum + flow.partitions.length, 0),
    records: total((tally) => tally.records),
    bytes: total((tally) => tally.bytes),
    records_already_there: present.reduce((sum, count) => sum + count, 0),
    records_filtered: total((tally) => tally.filtered) + topic.recordsFiltered,
    records_suspect: total((tally) => tally.suspect),
  }
}

export interface PlanResultInput {
  config: RestoreConfig
  storage: Storage
  prepared: Prepared
  /** null where the cluster can't be reached. */
  preflight: Preflight | null
  checks: Checks
  warnings: (string | Said)[]
}

/** A dry run's result. */
export function planResult(input: PlanResultInput): JobResult<RestorePlanResult> {
  const { config, storage, prepared, preflight, checks } = input
  const { plan } = prepared
  const failed = checks.failed
  const present = [...(preflight?.standing?.starts.values() ?? [])].reduce((sum, start) => sum + start.present, 0)
  const records = plan.records - Math.min(present, plan.records)
  // what is there already is neither written again nor waited for
  const bytes = plan.records === 0 ? 0 : Math.round((plan.bytes * records) / plan.records)
  const result: RestorePlanResult = {
    kind: 'restore',
    dry_run: true,
    verdict: failed ? 'FAILED' : 'PASSED',
    backup_id: config.backup_id,
    location: storage.location,
    target: preflight === null ? unreachedTarget(config) : clusterFacts(preflight.identity),
    window: describeWindow(plan.window),
    topics:
      preflight?.topics ??
      plan.topics.map((topic) => ({
        source: topic.source,
        target: topic.target,
        action: 'refused' as const,
        source_partitions: topic.sourcePartitions,
        target_partitions: topic.partitions,
        records_estimate: topic.records,
        bytes_estimate: topic.bytes,
        ...because('restore.notReached'),
      })),
    records_estimate: records,
    bytes_estimate: bytes,
    segments_to_read: plan.segmentsToRead,
    segments_skipped: plan.segmentsSkipped,
    seconds_estimate: secondsFor(config, records, bytes),
    configuration_differences: preflight?.differences ?? [],
    checks: checks.steps,
    ...warned(input.warnings),
  }
  return { exitCode: failed ? checks.exitCode : EXIT.done, result }
}

function secondsFor(config: RestoreConfig, records: number, bytes: number): number {
  const { rate_limit_bytes_per_sec: byBytes, rate_limit_records_per_sec: byRecords } = config.restore
  return Math.ceil(
    Math.max(
      bytes / USUAL_BYTES_PER_SECOND,
      byBytes === null ? 0 : bytes / byBytes,
      byRecords === null ? 0 : records / byRecords,
    ),
  )
}

function unreachedTarget(config: RestoreConfig): ClusterFacts {
  return { cluster_id: null, kafka_version: null, brokers: config.target.bootstrap_servers }
}

function clusterFacts(identity: ClusterIdentity): ClusterFacts {
  return {
    cluster_id: identity.clusterId,
    kafka_version: identity.kafkaVersion,
    brokers: identity.brokers.map((broker) => `${broker.host}:${broker.port}`),
  }
}
