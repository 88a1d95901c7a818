import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { OffsetChange } from '../../contract/results.ts'
import { count } from '../../contract/words.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'
import { readBack, refuseActive } from '../restore/groups.ts'
import { takeSnapshot } from './snapshot.ts'

/** Where a group is to stand: an offset, the start of the log, or null with a reason: it is left alone there. */
export interface WantedPosition {
  group_id: string
  topic: string
  partition: number
  offset: number | 'start' | null
  metadata: string | null
  reason?: string
}

/** What putting groups there would change, by what the cluster says now. Nothing is written. */
export async function planChanges(cluster: Cluster, wanted: readonly WantedPosition[]): Promise<OffsetChange[]> {
  const bounds = await boundsOf(cluster, wanted)
  const current = new Map<string, number>()
  for (const id of new Set(wanted.map((one) => one.group_id))) {
    for (const { topic, partition, offset } of await cluster.committedOffsets(id)) {
      current.set(JSON.stringify([id, topic, partition]), offset)
    }
  }
  return wanted.map(({ group_id, topic, partition, offset: asked, reason }) => {
    const now = current.get(JSON.stringify([group_id, topic, partition])) ?? null
    const place = { group_id, topic, partition, current: now }
    const log = bounds.get(`${topic}/${partition}`)
    const left = (why: string): OffsetChange => ({ ...place, wanted: null, state: 'left', reason: why })
    if (asked === null) return left(reason ?? 'nothing to put it to')
    if (log === undefined) return left('the cluster has no such partition')
    const offset = asked === 'start' ? log.start : asked
    if (offset > log.end) return left(`offset ${count(offset)} lies past the end of the log (${count(log.end)})`)
    const early = offset < log.start ? `before the start of the log (${count(log.start)})` : undefined
    const said = reason ?? early
    const state = offset === now ? 'same' : 'changed'
    return { ...place, wanted: offset, state, ...(said === undefined ? {} : { reason: said }) }
  })
}

/** First and next offset of every partition that is there. */
async function boundsOf(cluster: Cluster, wanted: readonly WantedPosition[]) {
  const names = new Set(wanted.map(({ topic }) => topic))
  const topics = (await cluster.topics()).filter(({ name }) => names.has(name))
  const partitions = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  )
  const start = await cluster.offsets(partitions, 'earliest')
  const end = await cluster.offsets(partitions, 'latest')
  return new Map(
    partitions.map(({ topic, partition }) => {
      const key = `${topic}/${partition}`
      return [key, { start: start.get(key) ?? 0, end: end.get(key) ?? 0 }]
    }),
  )
}

/**
 * Puts the groups there: refuses active ones, notes where they stand, commits at each coordinator and reads it back.
 * @returns the snapshot that leads back
 * @throws GROUP_ACTIVE, TARGET_DIFFERS, KAFKA_…, STORAGE_…; once something is committed the hint names the way back
 */
export async function applyChanges(
  cluster: Cluster,
  storage: Storage,
  changes: readonly OffsetChange[],
  wanted: readonly WantedPosition[],
  facts: { bootstrap: string[]; description: string; restoreId: string | null },
): Promise<string> {
  const groups = [...new Set(changes.filter(({ state }) => state === 'changed').map((one) => one.group_id))]
  await refuseActive(
    cluster,
    groups.map((group_id) => ({ group_id })),
    'Stop their consumers and run it again.',
  )
  const undo = await takeSnapshot(cluster, storage, { ...facts, groups, mayBeNew: true })
  const metadata = new Map(
    wanted.map((one) => [JSON.stringify([one.group_id, one.topic, one.partition]), one.metadata]),
  )
  try {
    for (const id of groups) {
      const commits = changes.flatMap(({ group_id, topic, partition, wanted: offset, state }) => {
        if (group_id !== id || state !== 'changed' || offset === null) return []
        return [{ topic, partition, offset, metadata: metadata.get(JSON.stringify([id, topic, partition])) ?? null }]
      })
      await cluster.commitOffsets(id, commits)
      await readBack(cluster, id, commits)
    }
  } catch (error) {
    if (!isCofferError(error)) throw error
    throw new CofferError(error.code, error.message, {
      cause: error,
      hint: `Some positions may be changed. Back to where they were: coffer offset-rollback rollback --snapshot-id ${undo.snapshot_id} …`,
      details: { ...error.details, undo_snapshot_id: undo.snapshot_id },
    })
  }
  return undo.snapshot_id
}
