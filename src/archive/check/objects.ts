import { because } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import {
  custodyPrefix,
  earlierGroupsPrefix,
  evidencePrefix,
  foreignOffsetsKey,
  groupsKey,
  lockKey,
  manifestKey,
  manifestsPrefix,
  restoresPrefix,
  signaturesPrefix,
} from '../paths.ts'
import type { Manifest } from '../types.ts'
import type { Findings } from './findings.ts'

/** Every object below the backup's folder, by key, with its size. */
export async function listObjects(
  storage: Storage,
  backupId: string,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const objects = new Map<string, number>()
  for await (const object of storage.list(`${backupId}/`)) {
    signal?.throwIfAborted()
    objects.set(object.key, object.size)
  }
  return objects
}

/**
 * Objects that belong to no manifest. Those known as left behind are told; where a run may have left them they are a
 * warning; where every run ended cleanly they are a difference like any other.
 */
export function checkUnnamed(manifest: Manifest, chain: readonly string[], objects: Map<string, number>, to: Findings) {
  const id = manifest.backup_id
  const named = new Set([manifestKey(id), lockKey(id), groupsKey(id), foreignOffsetsKey(id), ...chain])
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      for (const segment of partition.segments) named.add(segment.key)
      for (const entry of partition.account ?? []) if (entry.ranges_object) named.add(entry.ranges_object.key)
    }
  }
  const abandoned = new Set(manifest.coffer?.abandoned.map((object) => object.key))
  const prefixes = [
    earlierGroupsPrefix(id),
    restoresPrefix(id),
    evidencePrefix(id),
    custodyPrefix(id),
    signaturesPrefix(id),
  ]
  // without a chain that was followed, an earlier manifest can't be told from a stranger
  if (chain.length === 0) prefixes.push(manifestsPrefix(id))
  const severity = endedCleanly(manifest) && !objects.has(lockKey(id)) ? 'damaged' : 'warning'
  const others = manifest.coffer === undefined ? 'finding.unnamedForeign' : 'finding.unnamed'
  const unnamed = severity === 'damaged' ? 'finding.stranger' : others
  for (const [key, size] of objects) {
    if (named.has(key) || prefixes.some((prefix) => key.startsWith(prefix))) continue
    if (abandoned.has(key)) {
      to.add({
        severity: 'info',
        code: 'OBJECT_ABANDONED',
        segment: key,
        ...because('finding.abandoned', { bytes: size }),
      })
    } else {
      to.add({
        severity,
        code: 'OBJECT_UNNAMED',
        segment: key,
        ...because(unnamed, { bytes: size }),
      })
    }
  }
}

/** Whether the last run named all that it stored. A run that was cut off, or is at work, has objects not named yet. */
function endedCleanly(manifest: Manifest): boolean {
  const state = manifest.coffer?.run.state
  return state === 'complete' || state === 'interrupted'
}
