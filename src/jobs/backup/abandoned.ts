import type { LoadedManifest } from '../../archive/manifest/store.ts'
import { topicsPrefix } from '../../archive/paths.ts'
import type { CofferSection } from '../../archive/types.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * Objects that a run which was cut off stored and never named in the manifest. They are not part of the backup (the
 * next run reads their records again), and are never deleted: the manifest names them, so that they are no riddle.
 * @returns only those not noted before; looks only where the last run did not end as it should
 */
export async function findAbandoned(
  storage: Storage,
  loaded: LoadedManifest | null,
): Promise<CofferSection['abandoned']> {
  const section = loaded?.manifest.coffer
  if (loaded === null || section === undefined || section.run.state === 'complete') return []
  const named = new Set(section.abandoned.map((object) => object.key))
  for (const topic of loaded.manifest.topics) {
    for (const partition of topic.partitions) {
      for (const segment of partition.segments) named.add(segment.key)
      for (const entry of partition.account ?? []) if (entry.ranges_object) named.add(entry.ranges_object.key)
    }
  }
  const abandoned: CofferSection['abandoned'] = []
  for await (const object of storage.list(topicsPrefix(loaded.manifest.backup_id))) {
    if (named.has(object.key)) continue
    abandoned.push({ key: object.key, size: object.size, found_in_generation: section.generation + 1 })
  }
  return abandoned
}
