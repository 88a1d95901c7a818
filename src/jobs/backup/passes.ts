import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../../archive/lock.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { say } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ClusterIdentity } from '../../kafka/types.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { ProgressMeter } from '../progress.ts'
import type { BegunRun } from './begin.ts'
import { ClockWatch } from './clock.ts'
import { adopt, discover } from './discover.ts'
import { MemoryBudget } from './memory.ts'
import { PartitionArchiver, type PartitionDeps } from './partition.ts'
import { type ClusterCut, checkSameTopics, type PartitionPlan } from './plan.ts'
import { compacts, takeCut } from './source.ts'

/** Bytes that all open and closing segments may hold together before the largest are cut early. */
const MEMORY_BUDGET = 96 * 1024 * 1024
/** One fetch answer; a partition holds two of them at most. */
const FETCH_BYTES = 2 * 1024 * 1024
/** A continuous run looks for new topics and partitions this often. */
const DISCOVER_EVERY_MS = 5_000
const RETRY_AFTER_MS = 2_000
/**
 * A continuous run reads a partition for so long at a time: one with much to catch up on must not keep the others, and
 * what is new, waiting for hours.
 */
const TURN_MS = 2_000
/** During a longer pause, segments whose time is up are closed this often. */
const REST_STEP_MS = 1_000

export interface PassesInput extends BegunRun {
  config: BackupConfig
  cluster: Cluster
  identity: ClusterIdentity
  lease: Lease
  cut: ClusterCut
  plans: PartitionPlan[]
}

export interface Passes {
  /** Stopped by the signal before everything planned was read. */
  interrupted: boolean
  plans: PartitionPlan[]
}

/** Reads what is planned: once for a snapshot, again and again for a continuous run. All that it leaves is durable. */
export async function runPasses(input: PassesInput, context: JobContext): Promise<Passes> {
  const { config, lease, plans, recorder } = input
  const halt = new AbortController()
  const signal = AbortSignal.any([context.signal, halt.signal, lease.lost])
  const planned = plans.reduce((sum, plan) => sum + (plan.to - plan.readFrom), 0)
  const meter = new ProgressMeter(context, {
    phase: say('phase.reading'),
    recordsTotal: config.backup.continuous ? null : planned,
    bytesTotal: null,
  })
  const memory = new MemoryBudget(MEMORY_BUDGET)
  const clock = new ClockWatch()
  const archivers = new Map<string, PartitionArchiver>()
  const open = (plan: PartitionPlan) => {
    const archiver = new PartitionArchiver(plan, partitionOptions(input, plan), {
      ...partitionDeps(input, { meter, memory, clock, signal }),
      meter: meter.partition(plan.topic, plan.partition, plan.to - plan.readFrom),
    })
    archivers.set(`${plan.topic}/${plan.partition}`, archiver)
  }
  for (const plan of plans) open(plan)
  try {
    const all = () => [...archivers.values()]
    if (config.backup.continuous) await follow(input, archivers, open, signal, context)
    else {
      const byPartition = plans.map((plan) => ({ plan, archiver: archivers.get(`${plan.topic}/${plan.partition}`)! }))
      await forEachConcurrent(byPartition, config.backup.max_concurrent_partitions, async ({ plan, archiver }) => {
        try {
          await archiver.readTo(plan.to)
          await archiver.close()
        } catch (error) {
          // The other lanes stop at their next batch; what they have committed stays.
          halt.abort()
          throw error
        }
      })
    }
    lease.check()
    if (!config.backup.continuous && !context.signal.aborted) {
      checkSameTopics(await input.cluster.topics(), input.cut.topics)
    }
    await forEachConcurrent(all(), 4, (archiver) => archiver.close())
    recorder.run.clock = clock.result()
    // A continuous run ends where it was stopped, not at the cut of its last look.
    if (config.backup.continuous) {
      for (const plan of plans) plan.cut.to = archivers.get(`${plan.topic}/${plan.partition}`)?.position ?? plan.cut.to
    }
    return { interrupted: context.signal.aborted && !allRead(plans, archivers), plans }
  } catch (error) {
    halt.abort()
    await Promise.all([...archivers.values()].map((archiver) => archiver.abandon()))
    // A lease also ends with a storage that can't be reached: then that is what to say.
    if (!isCofferError(error, 'STORAGE_UNREACHABLE')) lease.check()
    throw error
  } finally {
    meter.stop()
  }
}

/** A continuous run: pass after pass until the signal, through broker restarts, with topics as they come. */
async function follow(
  input: PassesInput,
  archivers: Map<string, PartitionArchiver>,
  open: (plan: PartitionPlan) => void,
  signal: AbortSignal,
  context: JobContext,
): Promise<void> {
  const { config, cluster, recorder, identity } = input
  let { cut } = input
  let discoveredAt = Date.now()
  while (!signal.aborted) {
    let caughtUp = true
    try {
      if (Date.now() - discoveredAt >= DISCOVER_EVERY_MS) {
        const found = await unlessAborted(discover(input, archivers), signal)
        if (found === null) return
        adopt(found, input, open, context)
        cut = found.cut
        discoveredAt = Date.now()
      } else {
        const { isolation_level } = config.backup
        const next = await unlessAborted(takeCut(cluster, cut.topics, isolation_level, identity.clusterId), signal)
        if (next === null) return
        cut = next
      }
      noteCut(input.plans, cut)
      const behind = [...cut.end].filter(([key, end]) => (archivers.get(key)?.position ?? end) < end)
      const short = [...cut.highWatermark].filter(([key, mark]) => mark < (archivers.get(key)?.position ?? mark))
      if (behind.length + short.length > 0) {
        const names = cut.topics.map((topic) => topic.name)
        const now = await unlessAborted(cluster.topics(names), signal)
        if (now === null) return
        checkSameTopics(now, cut.topics)
      }
      for (const [key] of short) await archivers.get(key)!.checkEnd()
      await forEachConcurrent(behind, config.backup.max_concurrent_partitions, ([key, end]) =>
        archivers.get(key)!.readTo(end, Date.now() + TURN_MS),
      )
      caughtUp = behind.every(([key, end]) => archivers.get(key)!.position >= end)
    } catch (error) {
      if (!isCofferError(error, 'KAFKA_UNREACHABLE', 'KAFKA_UNAVAILABLE', 'KAFKA_DNS', 'TOPIC_MISSING')) throw error
      context.log('warn', `trying again in ${RETRY_AFTER_MS / 1000} s: ${error.message}`)
      // A topic that was deleted is left out from now on; what was archived of it stays.
      if (error.code === 'TOPIC_MISSING') discoveredAt = 0
      await sleep(RETRY_AFTER_MS, undefined, { signal }).catch(() => {})
    }
    for (const archiver of archivers.values()) await archiver.closeIfDue(Date.now())
    await recorder.saveIfDue()
    if (caughtUp) await rest(input, archivers, signal)
  }
}

/** The pause between two looks. However long it is, what was read becomes durable in its time. */
async function rest(
  { config, recorder }: PassesInput,
  archivers: ReadonlyMap<string, PartitionArchiver>,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + config.backup.poll_interval_ms
  for (;;) {
    const left = until - performance.now()
    if (left <= 0 || signal.aborted) return
    await sleep(Math.min(left, REST_STEP_MS), undefined, { signal }).catch(() => {})
    if (left <= REST_STEP_MS) return
    for (const archiver of archivers.values()) await archiver.closeIfDue(Date.now())
    await recorder.saveIfDue()
  }
}

/** A cluster that is away is waited for, but not by somebody who wants to stop: null, and `work` is forgotten. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  let stop = () => {}
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return signal.aborted ? null : await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    work.catch(() => {})
  }
}

/** A continuous run's cut is the last that it has seen: by the first, what it has archived since would lie beyond. */
function noteCut(plans: readonly PartitionPlan[], { end, highWatermark }: ClusterCut): void {
  for (const plan of plans) {
    const key = `${plan.topic}/${plan.partition}`
    plan.to = Math.max(plan.from, end.get(key) ?? plan.to)
    plan.cut.to = plan.to
    plan.cut.high_watermark = highWatermark.get(key) ?? plan.cut.high_watermark
  }
}

function partitionOptions({ config, generation, topicConfigs }: PassesInput, plan: PartitionPlan) {
  const { backup } = config
  return {
    backupId: config.backup_id,
    generation,
    compression: backup.compression,
    level: backup.compression_level,
    limits: {
      maxBytes: backup.segment_max_bytes,
      maxRecords: backup.segment_max_records,
      maxIntervalMs: backup.segment_max_interval_ms,
    },
    isolation: backup.isolation_level,
    holes: compacts(topicConfigs.get(plan.topic) ?? []) ? 'compacted' : 'unexplained',
    offsetHeaders: backup.include_offset_headers ? { sourceClusterId: backup.source_cluster_id } : null,
  } as const
}

function partitionDeps(
  { config, cluster, recorder }: PassesInput,
  {
    meter,
    memory,
    clock,
    signal,
  }: { meter: ProgressMeter; memory: MemoryBudget; clock: ClockWatch; signal: AbortSignal },
): Omit<PartitionDeps, 'meter'> {
  const maxBytes = Math.min(config.backup.fetch_max_bytes, FETCH_BYTES)
  return {
    read: (range) => cluster.reader({ ...range, isolation: config.backup.isolation_level, maxBytes, signal }),
    termEnd: async (of) => (await cluster.epochEnds([of])).get(`${of.topic}/${of.partition}`) ?? -1,
    recorder,
    memory,
    clock,
    signal,
    count: (records, bytes) => meter.add(records, bytes),
  }
}

function allRead(plans: PartitionPlan[], archivers: ReadonlyMap<string, PartitionArchiver>): boolean {
  return plans.every((plan) => (archivers.get(`${plan.topic}/${plan.partition}`)?.position ?? 0) >= plan.to)
}
