import { CofferError, isCofferError } from '../contract/errors.ts'
import type { Storage, StoredObject } from '../storage/storage.ts'
import { count, damaged, type Fields, int32, integer, list, object, orElse, text } from './manifest/fields.ts'
import { stringifyJson } from './manifest/json.ts'
import { parseDocument } from './manifest/parse.ts'
import { earlierGroupsKey, groupsKey } from './paths.ts'

/**
 * Committed offsets of consumer groups: OSO's object (`snapshot_time`, `groups[].group_id`, `offsets`) with fields of
 * ours beside them, which that program ignores.
 */
export interface GroupSnapshot {
  /** Milliseconds since the epoch. */
  snapshot_time: number
  groups: GroupEntry[]
  /** Ours: the generation (run) that took it. */
  generation?: number
  /** Ours: groups that could not be read; they are not in `groups`. */
  errors?: GroupError[]
}

export interface GroupEntry {
  group_id: string
  /** topic → partition (as text) → committed offset. */
  offsets: Record<string, Record<string, number>>
  /** Ours: the metadata string of a commit, where it is not empty. */
  metadata?: Record<string, Record<string, string>>
  /** Ours: the leader epoch of a commit, where it is known. */
  leader_epochs?: Record<string, Record<string, number>>
  /** Ours, as the coordinator tells them: `Empty`, `Stable` … */
  state?: string
  protocol_type?: string
  members?: number
  /** Ours: broker id of the coordinator that was asked. */
  coordinator?: number
}

export interface GroupError {
  group_id: string
  /** Of the error table. */
  code: string
  message: string
}

export const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024

/**
 * Stores a snapshot as the present one; the one before is kept under `consumer-groups/` by its generation.
 * @param generation of the run that took it
 */
export async function writeGroupSnapshot(
  storage: Storage,
  backupId: string,
  snapshot: GroupSnapshot,
  generation: number,
): Promise<StoredObject> {
  const key = groupsKey(backupId)
  const before = await loadSnapshot(storage, key)
  if (before !== null) await keepEarlier(storage, backupId, before.body)
  const bytes = Buffer.from(stringifyJson({ ...snapshot, generation }))
  return storage.put(key, bytes, {
    ...(before === null ? { ifAbsent: true } : { ifMatch: before.etag }),
    contentType: 'application/json',
  })
}

/**
 * The archive's snapshot of consumer groups.
 * @throws GROUP_SNAPSHOT_MISSING where there is none; MANIFEST_DAMAGED where it is not one
 */
export async function readGroupSnapshot(storage: Storage, backupId: string): Promise<GroupSnapshot> {
  const stored = await loadSnapshot(storage, groupsKey(backupId))
  if (stored !== null) return parseGroupSnapshot(stored.body)
  throw new CofferError('GROUP_SNAPSHOT_MISSING', `no snapshot of consumer groups in the backup "${backupId}"`, {
    hint: 'It was made without "consumer_group_snapshot: true". Restore without consumer groups, or run "coffer snapshot-groups".',
    details: { key: groupsKey(backupId) },
  })
}

/** A snapshot from hostile bytes. @throws MANIFEST_DAMAGED with the field's path */
export function parseGroupSnapshot(bytes: Buffer): GroupSnapshot {
  const root = object(parseDocument(bytes, 'the snapshot of consumer groups'), 'snapshot')
  // OSO's reader takes a snapshot without a time
  orElse(root, 'snapshot_time', 0)
  integer(root.snapshot_time, 'snapshot_time')
  orElse(root, 'groups', [])
  const seen = new Set<string>()
  for (const [i, item] of list(root.groups, 'groups').entries()) {
    const path = `groups[${i}]`
    const group = object(item, path)
    const id = text(group.group_id, `${path}.group_id`)
    if (seen.has(id)) throw damaged(`${path}.group_id`, 'each group once', id)
    seen.add(id)
    orElse(group, 'offsets', {})
    byPartition(group, 'offsets', path, count)
    if (group.metadata !== undefined) byPartition(group, 'metadata', path, text)
    if (group.leader_epochs !== undefined) byPartition(group, 'leader_epochs', path, integer)
    for (const name of ['state', 'protocol_type']) if (group[name] !== undefined) text(group[name], `${path}.${name}`)
    for (const name of ['members', 'coordinator'])
      if (group[name] !== undefined) integer(group[name], `${path}.${name}`)
  }
  if (root.errors !== undefined) {
    for (const [i, item] of list(root.errors, 'errors').entries()) {
      const error = object(item, `errors[${i}]`)
      for (const name of ['group_id', 'code', 'message']) text(error[name], `errors[${i}].${name}`)
    }
  }
  return root as unknown as GroupSnapshot
}

function byPartition(
  group: Fields,
  name: string,
  path: string,
  check: (value: unknown, path: string) => unknown,
): void {
  for (const [topic, partitions] of Object.entries(object(group[name], `${path}.${name}`))) {
    for (const [partition, value] of Object.entries(object(partitions, `${path}.${name}.${topic}`))) {
      const at = `${path}.${name}.${topic}.${partition}`
      int32(/^\d{1,10}$/.test(partition) ? Number(partition) : partition, at)
      check(value, at)
    }
  }
}

async function loadSnapshot(storage: Storage, key: string): Promise<{ body: Buffer; etag: string } | null> {
  try {
    return await storage.get(key, { maxBytes: MAX_SNAPSHOT_BYTES })
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING')) return null
    throw error
  }
}

/** Keeps a snapshot's exact bytes. One without a generation (OSO's, or taken twice in one run) gets the next free name. */
async function keepEarlier(storage: Storage, backupId: string, bytes: Buffer): Promise<void> {
  const first = generationOf(bytes)
  for (let attempt = 0; attempt < 1000; attempt++) {
    const key = earlierGroupsKey(backupId, first, attempt)
    try {
      await storage.put(key, bytes, { ifAbsent: true, contentType: 'application/json' })
      return
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_EXISTS')) throw error
      if ((await storage.get(key, { maxBytes: MAX_SNAPSHOT_BYTES })).body.equals(bytes)) return
    }
  }
  throw new CofferError(
    'OBJECT_EXISTS',
    `expected a free name for an earlier snapshot of generation ${first}, got none`,
  )
}

/** 0 where it states none, or is not even readable: its bytes are kept all the same. */
function generationOf(bytes: Buffer): number {
  try {
    const { generation } = parseGroupSnapshot(bytes)
    return generation !== undefined && Number.isSafeInteger(generation) && generation > 0 ? generation : 0
  } catch (error) {
    if (isCofferError(error, 'MANIFEST_DAMAGED')) return 0
    throw error
  }
}
