import type { GroupEntry, GroupError, GroupSnapshot } from '../../archive/groups.ts'
import { CofferError, type ErrorCode, isCofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { GroupCapture } from '../../contract/results.ts'
import type { Cluster, CommittedOffset } from '../../kafka/cluster.ts'
import { forEachConcurrent } from '../concurrency.ts'

/** Groups asked for at a time. Each takes two small requests to its coordinator. */
const ASKED_AT_ONCE = 4
/**
 * A coordinator that is gone costs a minute of patience for each of its groups. After this long since the first such
 * failure the groups not asked yet are told as failed, so that a thousand groups do not take a day.
 */
const PATIENCE_MS = 180_000

export interface CapturedGroups {
  /** For the archive (archive/groups.ts). */
  snapshot: GroupSnapshot
  /** For a job's result. */
  capture: GroupCapture
}

/**
 * Reads the committed offsets of all consumer groups, each from its own coordinator, and keeps those on `topics`.
 * Groups without a position on them are left out. A group that could not be read is never left out in silence: it is
 * in `snapshot.errors` and in `capture.failed`.
 * @param topics names of the topics that the archive holds
 * @throws KAFKA_… where the groups can't even be listed; INTERRUPTED
 */
export async function captureGroups(
  cluster: Cluster,
  topics: readonly string[],
  context: JobContext,
): Promise<CapturedGroups> {
  const snapshotTime = Date.now()
  const wanted = new Set(topics)
  const groups: GroupEntry[] = []
  const failed: { group_id: string; code: ErrorCode; message: string }[] = []
  let unavailableSince: number | null = null
  const ids = await cluster.groups()
  await warnOfHidden(cluster, context)
  await forEachConcurrent(ids, ASKED_AT_ONCE, async (id) => {
    if (context.signal.aborted) {
      throw new CofferError('INTERRUPTED', 'the snapshot of consumer groups was stopped before its end')
    }
    try {
      if (unavailableSince !== null && Date.now() - unavailableSince > PATIENCE_MS) throw notAsked(id)
      const committed = (await cluster.committedOffsets(id)).filter(({ topic }) => wanted.has(topic))
      if (committed.length > 0) groups.push(await describe(cluster, id, committed, context))
    } catch (error) {
      if (!(error instanceof CofferError)) throw error
      if (error.code === 'KAFKA_UNAVAILABLE') unavailableSince ??= Date.now()
      failed.push({ group_id: id, code: error.code, message: error.message })
    }
  })
  groups.sort((a, b) => byText(a.group_id, b.group_id))
  failed.sort((a, b) => byText(a.group_id, b.group_id))
  for (const { group_id, message } of failed) context.log('error', `consumer group "${group_id}": ${message}`)
  const errors: GroupError[] = failed.map((one) => ({ ...one }))
  return {
    snapshot: { snapshot_time: snapshotTime, groups, ...(errors.length === 0 ? {} : { errors }) },
    capture: { groups: groups.length, offsets: groups.reduce((sum, group) => sum + countOffsets(group), 0), failed },
  }
}

/** Committed positions of a group, over all topics. */
export function countOffsets(group: Pick<GroupEntry, 'offsets'>): number {
  return Object.values(group.offsets).reduce((sum, partitions) => sum + Object.keys(partitions).length, 0)
}

/** The group as the archive keeps it. Its state is no more than a remark: without it the positions are just as good. */
async function describe(
  cluster: Cluster,
  id: string,
  committed: readonly CommittedOffset[],
  context: JobContext,
): Promise<GroupEntry> {
  const entry: GroupEntry = { group_id: id, offsets: byPartition(committed, ({ offset }) => offset) }
  const described = committed.filter(({ metadata }) => metadata !== null && metadata !== '')
  if (described.length > 0) entry.metadata = byPartition(described, ({ metadata }) => metadata as string)
  const epochs = committed.filter(({ leaderEpoch }) => leaderEpoch !== null && leaderEpoch >= 0)
  if (epochs.length > 0) entry.leader_epochs = byPartition(epochs, ({ leaderEpoch }) => leaderEpoch as number)
  try {
    const { state, members } = await cluster.describeGroup(id)
    entry.state = state
    entry.members = members
  } catch (error) {
    if (!isCofferError(error)) throw error
    context.log('warn', `the state of consumer group "${id}" is not known: ${error.message}`)
  }
  return entry
}

/** topic → partition → value. Without a prototype, since `__proto__` is a legal topic name. */
function byPartition<T>(
  committed: readonly CommittedOffset[],
  value: (one: CommittedOffset) => T,
): Record<string, Record<string, T>> {
  const topics: Record<string, Record<string, T>> = Object.create(null)
  const sorted = [...committed].sort((a, b) => byText(a.topic, b.topic) || a.partition - b.partition)
  for (const one of sorted) {
    topics[one.topic] ??= {}
    ;(topics[one.topic] as Record<string, T>)[String(one.partition)] = value(one)
  }
  return topics
}

/**
 * A broker lists only the groups that a user may describe and does not say how many it left out (KIP-229). Whoever may
 * describe the cluster is shown all.
 */
async function warnOfHidden(cluster: Cluster, context: JobContext): Promise<void> {
  try {
    if ((await cluster.authorized({ type: 'cluster' })).has('describe')) return
  } catch (error) {
    if (isCofferError(error, 'UNSUPPORTED')) return
    throw error
  }
  context.log(
    'warn',
    'this user may not describe the cluster: consumer groups that it may not describe either are not shown to it and are not in the snapshot',
  )
}

function notAsked(id: string): CofferError {
  return new CofferError(
    'KAFKA_UNAVAILABLE',
    `the offsets of consumer group "${id}" were not asked for, since coordinators have not answered for ${PATIENCE_MS / 60_000} minutes`,
  )
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
