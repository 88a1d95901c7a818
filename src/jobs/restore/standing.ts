import { setTimeout as sleep } from 'node:timers/promises'
import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import type { Cluster, RecordsBefore } from '../../kafka/cluster.ts'
import type { TopicMetadata, TopicPartition } from '../../kafka/types.ts'
import type { FlowPlan, RestorePlan, TopicPlan } from './plan.ts'
import type { SinkStart } from './present.ts'
import type { RestoreState } from './state.ts'

/** Log start and end of the target partitions that exist, by `topic/partition`. */
export interface Ends {
  start: ReadonlyMap<string, number>
  end: ReadonlyMap<string, number>
}

/** Where a restore begins: what is in the target already, and what has to go before. */
export interface Standing {
  /** By `topic/partition`, for every partition that is to be filled. */
  starts: Map<string, SinkStart>
  /** To be deleted, once every needed segment has been verified. */
  purge: RecordsBefore[]
  /** Flows whose targets hold records that no kept state vouches for: to be compared whole, before anything is written. */
  toProve: FlowPlan[]
  /** An earlier run of this restore wrote something. */
  resumed: boolean
  /** The state that this run goes on with; null where it begins anew. */
  state: RestoreState | null
  /** All of it has been written by an earlier run. */
  complete: boolean
}

/** Two readings of the end offsets this far apart must agree: a request of a killed run may still be landing. */
const QUIET_MS = 500
const PATIENCE_MS = 15_000
/** A follower that is gone is waited for by Kafka itself for up to one and a half `replica.lag.time.max.ms` (30 s). */
const REPLICAS_MS = 60_000
/** With a kept state, so many of the last records that are there are read back and compared. */
const TAIL = 200

export function targetPartitions(topic: TopicPlan): TopicPartition[] {
  return topic.flows.flatMap((flow) => flow.partitions.map((partition) => ({ topic: topic.target, partition })))
}

/**
 * Start and end of every target partition that exists, once they hold still and all replicas have what the leader has: a
 * killed run's last records count, though nobody can read them yet.
 * @param log is told when that takes time
 * @throws TARGET_NOT_EMPTY where somebody keeps writing; KAFKA_UNAVAILABLE where replicas stay behind
 */
export async function readEnds(
  cluster: Cluster,
  plan: RestorePlan,
  existing: ReadonlyMap<string, TopicMetadata>,
  log: (message: string) => void,
): Promise<Ends> {
  const partitions = plan.topics.flatMap((topic) => {
    const count = existing.get(topic.target)?.partitions.length ?? 0
    return targetPartitions(topic).filter(({ partition }) => partition < count)
  })
  if (partitions.length === 0) return { start: new Map(), end: new Map() }
  const began = performance.now()
  let { end, behind } = await endsNow(cluster, partitions)
  const start = await cluster.offsets(partitions, 'earliest')
  if (behind !== null) log(`waiting for the replicas of "${behind.partition}"`)
  while (behind !== null || [...end].some(([key, offset]) => offset > (start.get(key) ?? 0))) {
    await sleep(QUIET_MS)
    const later = await endsNow(cluster, partitions)
    const moved = [...later.end].find(([key, offset]) => offset !== end.get(key))
    ;({ end, behind } = later)
    if (moved === undefined && behind === null) break
    const spent = performance.now() - began
    if (behind !== null && spent > REPLICAS_MS) throw staysBehind(behind)
    if (behind === null && moved !== undefined && spent > PATIENCE_MS) throw movesOn(moved)
  }
  return { start, end }
}

interface Behind {
  partition: string
  /** What all replicas in sync have. */
  end: number
  logEnd: number
}

async function endsNow(cluster: Cluster, partitions: readonly TopicPartition[]) {
  const logEnds = await cluster.offsets(partitions, 'log_end')
  const end = await cluster.offsets(partitions, 'latest')
  const late = [...logEnds].find(([key, logEnd]) => logEnd > (end.get(key) ?? 0))
  const behind: Behind | null =
    late === undefined ? null : { partition: late[0], end: end.get(late[0]) ?? 0, logEnd: late[1] }
  return { end, behind }
}

function movesOn([partition, end]: [string, number]): CofferError {
  return new CofferError('TARGET_NOT_EMPTY', say('restore.moved', { partition, end }), {
    hint: 'Stop every producer on the target topics, another restore included, and start again.',
    details: { partition, end },
  })
}

function staysBehind(behind: Behind): CofferError {
  return new CofferError('KAFKA_UNAVAILABLE', say('restore.behind', { ...behind }), {
    hint: 'See to the brokers that should be in sync, and start again.',
    details: { ...behind },
  })
}

/**
 * Pure: what each target partition holds, whose it is, and what has to be done about it.
 * @throws TARGET_DIFFERS where a partition is shorter than an earlier run of this restore found it
 */
export function decideStanding(
  plan: RestorePlan,
  ends: Ends,
  found: RestoreState | null,
  options: { purge: boolean; allowNonEmpty: boolean },
): Standing {
  const flows = plan.topics.flatMap((topic) => topic.flows)
  const grown = (state: RestoreState) =>
    Object.entries(state.partitions).some(([key, { base, records }]) => (ends.end.get(key) ?? 0) > base + records)
  // Asked to purge what a finished restore wrote and others have added to: that is a new restore.
  const state = found?.state === 'complete' && options.purge && grown(found) ? null : found
  const standing: Standing = {
    starts: new Map(),
    purge: [],
    toProve: [],
    resumed: state !== null && state.state !== 'complete',
    state,
    complete: state?.state === 'complete',
  }
  for (const flow of flows) {
    let unproven = false
    for (const partition of flow.partitions) {
      const key = `${flow.target}/${partition}`
      const logStart = ends.start.get(key) ?? 0
      const logEnd = ends.end.get(key) ?? 0
      const kept = state?.partitions[key]
      if (kept !== undefined && state !== null) {
        standing.starts.set(key, fromState(flow, partition, kept.base, logStart, logEnd, state))
        if (state.phase === 'purging' && logStart < kept.base) {
          standing.purge.push({ topic: flow.target, partition, offset: kept.base })
        }
        continue
      }
      const vacant = logStart === logEnd || options.purge || options.allowNonEmpty
      const base = vacant ? logEnd : logStart
      const present = logEnd - base
      standing.starts.set(key, { topic: flow.target, partition, base, present, compareFrom: 0 })
      if (options.purge && logStart < logEnd) standing.purge.push({ topic: flow.target, partition, offset: logEnd })
      if (present > 0) unproven = true
    }
    if (unproven) {
      standing.toProve.push(flow)
      standing.resumed = true
    }
  }
  // Records that were there and no longer are have to be written again.
  const lost = [...standing.starts].some(([key, start]) => start.present < (state?.partitions[key]?.records ?? 0))
  if (standing.complete && lost) standing.complete = false
  return standing
}

function fromState(
  flow: FlowPlan,
  partition: number,
  base: number,
  logStart: number,
  logEnd: number,
  state: RestoreState,
): SinkStart {
  const { target: topic } = flow
  if (logEnd < base) {
    throw new CofferError(
      'TARGET_DIFFERS',
      say('restore.endsBefore', { partition: `${topic}/${partition}`, end: logEnd, base }),
      {
        hint: 'The target lost records. Delete the topic, and restore again.',
        details: { topic, partition, base, end: logEnd, restore_id: state.restore_id },
      },
    )
  }
  const all = logEnd - base
  // What others appended after the restore was complete is theirs.
  const present = state.state === 'complete' ? Math.min(all, state.partitions[`${topic}/${partition}`]!.records) : all
  const compareFrom = Math.min(present, Math.max(present - TAIL, logStart - base, 0))
  return { topic, partition, base, present, compareFrom }
}

/**
 * Whether every partition now ends where it must, and still begins where it did.
 * @param expected by `topic/partition`
 * @throws TARGET_DIFFERS
 */
export async function verifyEnds(
  cluster: Cluster,
  expected: ReadonlyMap<string, { start: SinkStart; records: number }>,
): Promise<void> {
  const partitions = [...expected.values()].map(({ start }) => ({ topic: start.topic, partition: start.partition }))
  const end = await cluster.offsets(partitions, 'latest')
  const start = await cluster.offsets(partitions, 'earliest')
  for (const [key, { start: began, records }] of expected) {
    const wanted = began.base + records
    const got = end.get(key)
    if (got !== wanted) {
      throw new CofferError(
        'TARGET_DIFFERS',
        say('restore.endDiffers', { partition: key, expected: wanted, got: String(got) }),
        {
          hint: 'Somebody else writes to the target topic, or cut it. Empty it and restore again.',
          details: { partition: key, expected: wanted, got },
        },
      )
    }
    const first = start.get(key) ?? 0
    if (first > began.base && began.compareFrom === 0) {
      throw new CofferError(
        'TARGET_DIFFERS',
        say('restore.deletedMeanwhile', { partition: key, start: first, base: began.base }),
        { hint: "Set the topic's retention.ms and retention.bytes to -1, empty it and restore again." },
      )
    }
  }
}
