import {
  type GroupOffsetState,
  newSnapshotId,
  type OffsetSnapshot,
  writeOffsetSnapshot,
} from '../../archive/offset-snapshots.ts'
import { CofferError } from '../../contract/errors.ts'
import { isoTime } from '../../contract/time.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * Notes where groups stand now, each read from its own coordinator. All or nothing: a snapshot that lacks a group would
 * be no way back. @throws NOTHING_MATCHED naming groups that do not exist; KAFKA_…, STORAGE_…
 */
export async function takeSnapshot(
  cluster: Cluster,
  storage: Storage,
  facts: {
    groups: readonly string[]
    bootstrap: string[]
    description: string | null
    restoreId: string | null
    /** As a way back from a change, it may hold groups that only the change will make. */
    mayBeNew?: boolean
  },
): Promise<OffsetSnapshot> {
  const now = Date.now()
  const group_offsets: Record<string, GroupOffsetState> = Object.create(null)
  for (const id of facts.groups) group_offsets[id] = await stateOf(cluster, id)
  const missing = facts.groups.filter((id) => group_offsets[id]?.partition_count === 0)
  if (facts.mayBeNew !== true) for (const id of missing) await requireGroup(cluster, id)
  const snapshot: OffsetSnapshot = {
    snapshot_id: newSnapshotId(now),
    created_at: isoTime(now),
    group_offsets,
    restore_id: facts.restoreId,
    cluster_id: (await cluster.identity()).clusterId,
    bootstrap_servers: facts.bootstrap,
    description: facts.description,
  }
  await writeOffsetSnapshot(storage, snapshot)
  return snapshot
}

async function stateOf(cluster: Cluster, id: string): Promise<GroupOffsetState> {
  const offsets: GroupOffsetState['offsets'] = Object.create(null)
  const committed = await cluster.committedOffsets(id)
  for (const { topic, partition, offset, metadata } of committed) {
    offsets[topic] ??= Object.create(null) as GroupOffsetState['offsets'][string]
    ;(offsets[topic] as GroupOffsetState['offsets'][string])[String(partition)] = { offset, metadata, timestamp: null }
  }
  return { group_id: id, offsets, partition_count: committed.length }
}

/** A group that has committed nothing and is not there either is a misspelt one. */
async function requireGroup(cluster: Cluster, id: string): Promise<void> {
  const { state } = await cluster.describeGroup(id)
  if (state !== 'Dead') return
  throw new CofferError('NOTHING_MATCHED', `the cluster has no consumer group "${id}"`, {
    hint: 'Check the name, and that the user may describe the group.',
  })
}
