import { randomBytes } from 'node:crypto'
import { CofferError, isCofferError } from '../contract/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { count, type Fields, int32, object, orElse, text } from './manifest/fields.ts'
import { stringifyJson } from './manifest/json.ts'
import { parseDocument } from './manifest/parse.ts'
import { offsetSnapshotKey, offsetSnapshotMetadataKey, offsetSnapshotOf, offsetSnapshotsPrefix } from './paths.ts'

/**
 * Where consumer groups of one cluster stood at a moment, so that they can be put back: OSO's objects
 * (`offset-snapshots/ID/snapshot.json` and `metadata.json` beside it), in no backup's folder.
 */
export interface OffsetSnapshot {
  snapshot_id: string
  /** ISO 8601 UTC. */
  created_at: string
  group_offsets: Record<string, GroupOffsetState>
  restore_id: string | null
  /** OSO's program leaves it null. */
  cluster_id: string | null
  bootstrap_servers: string[]
  description: string | null
}

export interface GroupOffsetState {
  group_id: string
  /** topic → partition (as text) → position. */
  offsets: Record<string, Record<string, { offset: number; metadata: string | null; timestamp: number | null }>>
  partition_count: number
}

export interface SnapshotPosition {
  group_id: string
  topic: string
  partition: number
  offset: number
  metadata: string | null
}

const MAX_BYTES = 64 * 1024 * 1024

/** Sorts by its time, and two of one millisecond differ. */
export function newSnapshotId(now: number): string {
  return `snap-${now}-${randomBytes(4).toString('hex')}`
}

/** @throws OBJECT_EXISTS, STORAGE_… */
export async function writeOffsetSnapshot(storage: Storage, snapshot: OffsetSnapshot): Promise<void> {
  const options = { ifAbsent: true, contentType: 'application/json' }
  const { snapshot_id, created_at, restore_id, description } = snapshot
  await storage.put(offsetSnapshotKey(snapshot_id), Buffer.from(stringifyJson(snapshot)), options)
  const positions = positionsOf(snapshot)
  const metadata = {
    snapshot_id,
    created_at,
    group_count: Object.keys(snapshot.group_offsets).length,
    offset_count: positions.length,
    restore_id,
    description,
  }
  await storage.put(offsetSnapshotMetadataKey(snapshot_id), Buffer.from(stringifyJson(metadata)), options)
}

/** @throws OBJECT_MISSING where there is none of this name; MANIFEST_DAMAGED, PATH_ESCAPES */
export async function readOffsetSnapshot(storage: Storage, id: string): Promise<OffsetSnapshot> {
  try {
    return parseOffsetSnapshot((await storage.get(offsetSnapshotKey(id), { maxBytes: MAX_BYTES })).body)
  } catch (cause) {
    if (!isCofferError(cause, 'OBJECT_MISSING')) throw cause
    throw new CofferError('OBJECT_MISSING', `no offset snapshot "${id}" in ${storage.location}`, {
      hint: 'List those that are there with "coffer offset-rollback list".',
      cause,
    })
  }
}

/** Ids of the snapshots in a place, newest first, as the storage dates them. */
export async function offsetSnapshotIds(storage: Storage): Promise<string[]> {
  const found: { id: string; at: number }[] = []
  for await (const { key, lastModified } of storage.list(offsetSnapshotsPrefix())) {
    const id = offsetSnapshotOf(key)
    if (id !== null) found.push({ id, at: lastModified })
  }
  return found.sort((a, b) => b.at - a.at).map(({ id }) => id)
}

/** Its positions last: what is half deleted is no snapshot any more. @throws STORAGE_NOT_ALLOWED where a lock holds it */
export async function deleteOffsetSnapshot(storage: Storage, id: string): Promise<void> {
  await storage.delete(offsetSnapshotMetadataKey(id))
  await storage.delete(offsetSnapshotKey(id))
}

/** A snapshot from hostile bytes. @throws MANIFEST_DAMAGED with the field's path */
export function parseOffsetSnapshot(bytes: Buffer): OffsetSnapshot {
  const root = object(parseDocument(bytes, 'the offset snapshot'), 'snapshot')
  text(root.snapshot_id, 'snapshot_id')
  text(root.created_at, 'created_at')
  for (const name of ['restore_id', 'cluster_id', 'description']) {
    orElse(root, name, null)
    if (root[name] !== null) text(root[name], name)
  }
  orElse(root, 'bootstrap_servers', [])
  for (const [id, value] of Object.entries(object(root.group_offsets, 'group_offsets'))) {
    const group = object(value, `group_offsets.${id}`)
    text(group.group_id, `group_offsets.${id}.group_id`)
    checkOffsets(group, `group_offsets.${id}`)
  }
  return root as unknown as OffsetSnapshot
}

function checkOffsets(group: Fields, path: string): void {
  for (const [topic, partitions] of Object.entries(object(group.offsets, `${path}.offsets`))) {
    for (const [partition, value] of Object.entries(object(partitions, `${path}.offsets.${topic}`))) {
      const at = `${path}.offsets.${topic}.${partition}`
      int32(/^\d{1,10}$/.test(partition) ? Number(partition) : partition, at)
      const position = object(value, at)
      count(position.offset, `${at}.offset`)
      orElse(position, 'metadata', null)
      if (position.metadata !== null) text(position.metadata, `${at}.metadata`)
    }
  }
}

/** By group, topic and partition. */
export function positionsOf(snapshot: OffsetSnapshot): SnapshotPosition[] {
  const positions = Object.values(snapshot.group_offsets).flatMap(({ group_id, offsets }) =>
    Object.entries(offsets).flatMap(([topic, partitions]) =>
      Object.entries(partitions).map(([partition, { offset, metadata }]) => {
        return { group_id, topic, partition: Number(partition), offset, metadata }
      }),
    ),
  )
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return positions.sort((a, b) => order(a.group_id, b.group_id) || order(a.topic, b.topic) || a.partition - b.partition)
}
