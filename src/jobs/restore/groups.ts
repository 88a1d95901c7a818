import { type GroupEntry, type GroupSnapshot, readGroupSnapshot } from '../../archive/groups.ts'
import type { RestoreOptions } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import type { RestoredGroup, RestoredPosition } from '../../contract/results.ts'
import { type Said, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { count } from '../../contract/words.ts'
import type { Cluster, OffsetToCommit } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'
import { listedInBrief } from '../names.ts'
import { type MapEntry, mergePositions, type SourceCoverage, translatePosition } from '../offsets/map.ts'
import type { RestorePlan, TopicPlan } from './plan.ts'

/** The groups that a restore is asked to bring along. */
export interface WantedGroups {
  groups: GroupEntry[]
  /** False where groups are named without `reset_consumer_offsets`: positions are translated and told, not committed. */
  commit: boolean
  /** What the snapshot does not hold of what was asked for, a sentence each. */
  notes: Said[]
}

const NAMED = 10

/**
 * @param generation of the backup that is restored; undefined for an archive of another program
 * @returns null where no groups were asked for
 * @throws GROUP_SNAPSHOT_MISSING where the archive has no snapshot, or none of a group that was named
 */
export async function wantedGroups(
  storage: Storage,
  backupId: string,
  options: Pick<RestoreOptions, 'consumer_groups' | 'reset_consumer_offsets' | 'auto_consumer_groups'>,
  generation?: number,
): Promise<WantedGroups | null> {
  const { consumer_groups: named, auto_consumer_groups: all } = options
  if (named.length === 0 && !all) return null
  const snapshot = await readGroupSnapshot(storage, backupId)
  const missing = named.filter((id) => !snapshot.groups.some((group) => group.group_id === id))
  if (missing.length > 0) {
    const known = snapshot.groups.slice(0, NAMED).map((group) => `"${group.group_id}"`)
    const unread = snapshot.errors?.find(({ group_id }) => missing.includes(group_id))
    throw new CofferError(
      'GROUP_SNAPSHOT_MISSING',
      `the snapshot of consumer groups does not hold "${missing.join('", "')}"`,
      {
        hint:
          unread !== undefined
            ? `The backup could not read "${unread.group_id}": ${unread.message}`
            : known.length === 0
              ? 'It holds no group at all.'
              : `It holds ${known.join(', ')}.`,
        details: { missing, groups: snapshot.groups.length },
      },
    )
  }
  return {
    groups: snapshot.groups.filter((group) => all || named.includes(group.group_id)),
    commit: options.reset_consumer_offsets || all,
    notes: shortOf(snapshot, all, generation),
  }
}

/** What a snapshot is short of: groups that the backup could not read, and positions of its later runs. */
function shortOf(snapshot: GroupSnapshot, all: boolean, generation: number | undefined): Said[] {
  const notes: Said[] = []
  const unread = all ? (snapshot.errors ?? []) : []
  if (unread.length > 0) {
    const groups = listedInBrief(unread.map(({ group_id }) => group_id))
    notes.push(say('restore.groupsUnread', { count: unread.length, groups }))
  }
  if (generation !== undefined && snapshot.generation !== undefined && snapshot.generation < generation) {
    const taken = isoTime(snapshot.snapshot_time)
    notes.push(say('restore.snapshotOlder', { taken, generation: snapshot.generation, latest: generation }))
  }
  return notes
}

/** @throws GROUP_ACTIVE naming the groups that somebody is a member of */
export async function refuseActive(
  cluster: Cluster,
  groups: readonly Pick<GroupEntry, 'group_id'>[],
  hint = 'Stop their consumers and start the restore again; it goes on where it is.',
): Promise<void> {
  const active: { group: string; state: string; members: number }[] = []
  for (const { group_id: id } of groups) {
    const { state, members } = await cluster.describeGroup(id)
    if (members > 0 || (state !== 'Empty' && state !== 'Dead')) active.push({ group: id, state, members })
  }
  if (active.length === 0) return
  const names = active.map(({ group, state, members }) => `"${group}" (${state}, ${members} members)`)
  throw new CofferError('GROUP_ACTIVE', `expected consumer groups without members, got ${names.join(', ')}`, {
    hint,
    details: { active },
  })
}

/** What a translation needs to know of the restored records. */
export interface RestoredOffsets {
  plan: RestorePlan
  /** By `source topic/target partition`, in the order in which their records lie there. */
  entries: ReadonlyMap<string, readonly MapEntry[]>
  /** By `target topic/partition`: where its first restored record is, or would be. */
  bases: ReadonlyMap<string, number>
  /** By `source topic/partition`. */
  coverage: ReadonlyMap<string, SourceCoverage>
}

/** Pure: where each of a group's positions belongs on the target. */
export function translateGroup(group: GroupEntry, restored: RestoredOffsets): RestoredPosition[] {
  const positions: RestoredPosition[] = []
  for (const topic of Object.keys(group.offsets).sort()) {
    const committed = new Map(
      Object.entries(group.offsets[topic] ?? {}).map(([partition, offset]) => [Number(partition), offset]),
    )
    const plan = restored.plan.topics.find((one) => one.source === topic)
    if (plan === undefined) {
      for (const [partition, offset] of committed) {
        positions.push(notRestored(topic, partition, offset, 'this topic was not restored'))
      }
    } else positions.push(...translateTopic(plan, committed, restored))
  }
  return positions
}

function translateTopic(
  plan: TopicPlan,
  committed: ReadonlyMap<number, number>,
  restored: RestoredOffsets,
): RestoredPosition[] {
  const positions: RestoredPosition[] = []
  const seen = new Set<number>()
  for (const flow of plan.flows) {
    const sources = flow.sources.map((source) => source.partition)
    const alone = plan.repartitioning === null && sources.length < 2
    for (const target of flow.partitions) {
      const base = restored.bases.get(`${plan.target}/${target}`) ?? 0
      const entries = restored.entries.get(`${plan.source}/${target}`) ?? []
      if (alone) {
        const partition = sources[0] ?? sourceOf(plan, target)
        const offset = committed.get(partition)
        if (offset === undefined) continue
        seen.add(partition)
        const coverage = restored.coverage.get(`${plan.source}/${partition}`) ?? endOf(plan, partition)
        const found = translatePosition(entries[0], coverage, base, offset)
        positions.push(position(plan, partition, target, offset, found))
        continue
      }
      for (const partition of sources) seen.add(partition)
      if (!sources.some((partition) => committed.has(partition))) continue
      const found = mergePositions(entries, committed, base)
      positions.push(position(plan, found.sourcePartition, target, found.sourceOffset, found))
    }
  }
  for (const [partition, offset] of committed) {
    if (!seen.has(partition)) {
      positions.push(notRestored(plan.source, partition, offset, 'this partition was not restored'))
    }
  }
  return positions
}

/** A flow without sources stands for the one partition that maps to it, which the archive has nothing of. */
function sourceOf(plan: TopicPlan, target: number): number {
  return plan.placed.find(([, place]) => place === target)?.[0] ?? target
}

function endOf(plan: TopicPlan, partition: number): SourceCoverage {
  const archived = plan.archived.partitions.find((entry) => entry.partition_id === partition)
  // An empty partition's group stands at its end, which nothing in the archive tells.
  return { end: archived?.account?.at(-1)?.to ?? Number.MAX_SAFE_INTEGER, leftOutAfter: null }
}

function position(
  plan: TopicPlan,
  partition: number,
  target: number,
  offset: number,
  found: { targetOffset: number; clamped: boolean; reason?: string },
): RestoredPosition {
  return {
    topic: plan.source,
    partition,
    target_topic: plan.target,
    target_partition: target,
    source_offset: offset,
    target_offset: found.targetOffset,
    clamped: found.clamped,
    ...(found.reason === undefined ? {} : { reason: found.reason }),
  }
}

function notRestored(topic: string, partition: number, offset: number, reason: string): RestoredPosition {
  return {
    topic,
    partition,
    target_topic: topic,
    target_partition: partition,
    source_offset: offset,
    target_offset: null,
    clamped: false,
    reason,
  }
}

/**
 * Commits each group's positions at its coordinator and reads them back.
 * @throws GROUP_ACTIVE; TARGET_DIFFERS where what is read back is something else
 */
export async function commitGroups(
  cluster: Cluster,
  wanted: WantedGroups,
  restored: RestoredOffsets,
  done: (groupId: string) => Promise<void>,
): Promise<RestoredGroup[]> {
  const results = wanted.groups.map((group) => ({ group, positions: translateGroup(group, restored) }))
  if (!wanted.commit) {
    const reason = 'not committed, since reset_consumer_offsets is off'
    return results.map(({ group, positions }) => ({
      group_id: group.group_id,
      positions: positions.map((one) =>
        one.target_offset === null
          ? one
          : { ...one, target_offset: null, reason: `${reason}; it would be ${count(one.target_offset)}` },
      ),
    }))
  }
  await refuseActive(cluster, wanted.groups)
  for (const { group, positions } of results) {
    const commits = positions.flatMap((one): OffsetToCommit[] => {
      if (one.target_offset === null) return []
      const metadata = group.metadata?.[one.topic]?.[String(one.partition)] ?? null
      return [{ topic: one.target_topic, partition: one.target_partition, offset: one.target_offset, metadata }]
    })
    await cluster.commitOffsets(group.group_id, commits)
    await readBack(cluster, group.group_id, commits)
    await done(group.group_id)
  }
  return results.map(({ group, positions }) => ({ group_id: group.group_id, positions }))
}

/** @throws TARGET_DIFFERS where a position is not what was committed */
export async function readBack(cluster: Cluster, groupId: string, commits: readonly OffsetToCommit[]): Promise<void> {
  const there = new Map(
    (await cluster.committedOffsets(groupId)).map((one) => [`${one.topic}/${one.partition}`, one.offset]),
  )
  for (const { topic, partition, offset } of commits) {
    const got = there.get(`${topic}/${partition}`)
    if (got === offset) continue
    throw new CofferError(
      'TARGET_DIFFERS',
      `expected consumer group "${groupId}" at offset ${offset} of "${topic}/${partition}", got ${got ?? 'no position'}`,
      { details: { group: groupId, topic, partition, expected: offset, got: got ?? null } },
    )
  }
}
