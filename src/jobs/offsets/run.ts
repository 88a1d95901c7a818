import { requireManifest } from '../../archive/manifest/store.ts'
import { restoresPrefix } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { OffsetMappingEntry, OffsetMappingResult } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'
import { describePartition } from '../statistics.ts'
import { type MapEntry, mappedOffsets } from './map.ts'
import { checkedRestoreId, loadOffsetMap, type OffsetMap } from './store.ts'

/** Maps whose header is read to list them; of more, only the newest. */
const MOST_LISTED = 100
const MAP_NAME = /\/restores\/([0-9a-f]{16})-offsets\.json\.zst$/

/**
 * Where the records of a backup went: the map of one restore, or what the archive holds where nothing was restored yet.
 * @param restoreId null: the newest restore
 * @throws ARCHIVE_MISSING, OBJECT_MISSING where there is no such restore, MANIFEST_DAMAGED
 */
export async function runShowOffsetMapping(
  storage: Storage,
  backupId: string,
  restoreId: string | null,
  _context: JobContext,
): Promise<JobResult<OffsetMappingResult>> {
  const { manifest } = await requireManifest(storage, backupId)
  if (restoreId !== null) checkedRestoreId(restoreId)
  const restores: (OffsetMappingResult['restores'][number] & { at: number })[] = []
  const found: { id: string; at: number }[] = []
  for await (const object of storage.list(restoresPrefix(backupId))) {
    const id = MAP_NAME.exec(object.key)?.[1]
    if (id !== undefined) found.push({ id, at: object.lastModified })
  }
  found.sort((a, b) => a.at - b.at)
  let shown: OffsetMap | null = null
  const wanted = restoreId ?? found.at(-1)?.id ?? null
  for (const { id, at } of found.slice(-MOST_LISTED)) {
    const map = await loadOffsetMap(storage, backupId, id)
    if (map === null) continue
    const targets = [...new Set(map.entries.map((entry) => entry.targetTopic))]
    const more = targets.length > 3 ? ` and ${targets.length - 3} more` : ''
    restores.push({
      restore_id: id,
      ended_at: isoTime(map.createdAt),
      target: `${targets.slice(0, 3).join(', ')}${more} on cluster ${map.targetClusterId ?? 'unknown'}`,
      at,
    })
    if (id === wanted) shown = map
  }
  if (restoreId !== null && shown === null) {
    shown = await loadOffsetMap(storage, backupId, restoreId)
    if (shown === null) {
      throw new CofferError('OBJECT_MISSING', `no map of offsets of a restore "${restoreId}" in "${backupId}"`, {
        hint:
          restores.length === 0
            ? 'Nothing has been restored from it, as far as it tells.'
            : `There are: ${restores.map((one) => one.restore_id).join(', ')}.`,
      })
    }
  }
  const result: OffsetMappingResult = {
    kind: 'show-offset-mapping',
    backup_id: backupId,
    location: storage.location,
    restores: restores.map(({ at: _, ...rest }) => rest),
    restore_id: shown?.restoreId ?? null,
    entries: shown === null ? fromManifest(manifest) : shown.entries.map(fromMap),
  }
  return { exitCode: EXIT.done, result }
}

/**
 * The map of one restore. @param restoreId null: the newest
 * @throws OBJECT_MISSING where nothing was restored, or there is no such restore; MANIFEST_DAMAGED
 */
export async function latestOffsetMap(
  storage: Storage,
  backupId: string,
  restoreId: string | null,
): Promise<OffsetMap> {
  let newest: { id: string; at: number } | null = restoreId === null ? null : { id: restoreId, at: 0 }
  if (newest === null) {
    for await (const { key, lastModified } of storage.list(restoresPrefix(backupId))) {
      const id = MAP_NAME.exec(key)?.[1]
      if (id !== undefined && (newest === null || lastModified >= newest.at)) newest = { id, at: lastModified }
    }
  }
  const map = newest === null ? null : await loadOffsetMap(storage, backupId, newest.id)
  if (map !== null) return map
  const which = restoreId === null ? 'a restore' : `a restore "${restoreId}"`
  throw new CofferError('OBJECT_MISSING', `no map of offsets of ${which} in "${backupId}"`, {
    hint: 'A restore leaves it with the archive; "coffer show-offset-mapping" lists those that are there.',
  })
}

function fromMap(entry: MapEntry): OffsetMappingEntry {
  const { span } = entry
  return {
    ...mappedOffsets(entry),
    first_timestamp: span === null ? null : isoTime(span.min),
    last_timestamp: span === null ? null : isoTime(span.max),
  }
}

function fromManifest(manifest: Manifest): OffsetMappingEntry[] {
  return manifest.topics.flatMap((topic) =>
    topic.partitions.map((partition) => {
      const described = describePartition(partition)
      return {
        topic: topic.name,
        partition: partition.partition_id,
        target_topic: null,
        target_partition: null,
        source_first_offset: described.start_offset,
        source_last_offset: described.end_offset,
        target_first_offset: null,
        target_last_offset: null,
        records: described.records,
        first_timestamp: described.first_timestamp,
        last_timestamp: described.last_timestamp,
      }
    }),
  )
}
