import type { GroupEntry } from '../../archive/groups.ts'
import type { Manifest } from '../../archive/types.ts'
import { type MapEntry, type SourceCoverage, translatePosition } from '../offsets/map.ts'
import type { OffsetMap } from '../offsets/store.ts'
import type { WantedPosition } from './apply.ts'

/** Pure: where a group's archived positions went in one restore, by the map that it left. */
export function translatedPositions(group: GroupEntry, map: OffsetMap, manifest: Manifest): WantedPosition[] {
  const bySource = Map.groupBy(map.entries, (entry) => `${entry.sourceTopic}/${entry.sourcePartition}`)
  const byTarget = Map.groupBy(map.entries, (entry) => `${entry.targetTopic}/${entry.targetPartition}`)
  return Object.keys(group.offsets)
    .sort()
    .flatMap((topic) =>
      Object.entries(group.offsets[topic] ?? {}).map(([text, offset]): WantedPosition => {
        const partition = Number(text)
        const metadata = group.metadata?.[topic]?.[text] ?? null
        const entries = bySource.get(`${topic}/${partition}`) ?? []
        const [entry] = entries
        const left = (reason: string, place: { topic: string; partition: number } = { topic, partition }) => {
          return { group_id: group.group_id, ...place, offset: null, metadata, reason }
        }
        if (entry === undefined) {
          const place = emptyPartition(topic, partition, map, manifest)
          if (place === null) return left('nothing of this partition was restored')
          const reason = 'the archive has no record of this partition'
          return { group_id: group.group_id, ...place, offset: 'start', metadata, reason }
        }
        const target = { topic: entry.targetTopic, partition: entry.targetPartition }
        const shared = byTarget.get(`${target.topic}/${target.partition}`) ?? []
        // Of partitions that were spread or put together, the restore itself knows where a position belongs.
        if (entries.length > 1 || shared.length > 1) {
          return left('it was spread or put together with others: restore the group with "restore.consumer_groups"')
        }
        // The group has read nothing that is there: it begins at what is.
        if (entry.runs.records === 0) {
          const reason = 'no record of this partition was restored'
          return { group_id: group.group_id, ...target, offset: 'start', metadata, reason }
        }
        const { targetOffset, reason } = translatePosition(entry, coverageOf(entry, manifest), 0, offset)
        const said = reason === undefined ? {} : { reason }
        return { group_id: group.group_id, ...target, offset: targetOffset, metadata, ...said }
      }),
    )
}

/** Where a partition belongs that the archive has no record of, by the others of its topic; null where they don't tell. */
function emptyPartition(topic: string, partition: number, map: OffsetMap, manifest: Manifest) {
  const others = map.entries.filter((one) => one.sourceTopic === topic)
  const target = others[0]?.targetTopic
  const kept = others.every((one) => one.sourcePartition === one.targetPartition && one.targetTopic === target)
  if (target === undefined || !kept || lastArchived(topic, partition, manifest) >= 0) return null
  return { topic: target, partition }
}

function partitionOf(topic: string, partition: number, manifest: Manifest) {
  const found = manifest.topics.find(({ name }) => name === topic)
  return found?.partitions.find(({ partition_id }) => partition_id === partition)
}

/** Offset of the last record that is archived; -1 where there is none. */
function lastArchived(topic: string, partition: number, manifest: Manifest): number {
  const segments = partitionOf(topic, partition, manifest)?.segments ?? []
  return Math.max(-1, ...segments.map(({ end_offset }) => end_offset))
}

/** What the archive has of a partition, to tell a position that lies behind what was restored. */
function coverageOf(entry: MapEntry, manifest: Manifest): SourceCoverage {
  const last = lastArchived(entry.sourceTopic, entry.sourcePartition, manifest)
  const account = partitionOf(entry.sourceTopic, entry.sourcePartition, manifest)?.account
  const restored = entry.runs.lastOffset
  return { end: account?.at(-1)?.to ?? last + 1, leftOutAfter: last > restored ? restored + 1 : null }
}
