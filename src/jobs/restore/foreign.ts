import { checkedKey } from '../../archive/paths.ts'
import { decodeHeader, FOOTER_BYTES, HEADER_BYTES } from '../../archive/segment/format.ts'
import type { Manifest, SegmentEntry } from '../../archive/types.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'

const READS_AT_ONCE = 16

/**
 * The manifest of a foreign archive with each segment as its object says it is. OSO overwrites segments on a second run
 * under the same id and keeps the entries of the first: taken by the entry, such a segment would be damaged; taken as
 * it is, its records are whole and lie over those of other segments, which the plan then reads side by side.
 * @param selected topics to look at
 * @returns the manifest, and a sentence for each entry that was out of date
 */
export async function asStored(
  storage: Storage,
  manifest: Manifest,
  selected: readonly string[],
): Promise<{ manifest: Manifest; notes: Said[] }> {
  const corrected = new Map<SegmentEntry, SegmentEntry>()
  const segments = manifest.topics
    .filter((topic) => selected.includes(topic.name))
    .flatMap((topic) => topic.partitions.flatMap((partition) => partition.segments))
  await forEachConcurrent(segments, READS_AT_ONCE, async (segment) => {
    const entry = await readEntry(storage, manifest.backup_id, segment)
    if (entry !== null) corrected.set(segment, entry)
  })
  if (corrected.size === 0) return { manifest, notes: [] }
  const notes = [...corrected].map(([before, now]) =>
    say('restore.outOfDate', {
      segment: before.key,
      records: now.record_count,
      from: now.start_offset,
      to: now.end_offset,
      stated: before.record_count,
    }),
  )
  const topics = manifest.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      segments: partition.segments.map((segment) => corrected.get(segment) ?? segment),
    })),
  }))
  return { manifest: { ...manifest, topics }, notes }
}

/** @returns null where the entry is right, or the object is missing or no segment: that is for the checks to tell */
async function readEntry(storage: Storage, backupId: string, segment: SegmentEntry): Promise<SegmentEntry | null> {
  const key = checkedKey(backupId, segment.key)
  const there = await storage.head(key)
  const least = HEADER_BYTES + FOOTER_BYTES
  if (there === null || there.size < least) return null
  const decoded = decodeHeader(await storage.getRange(key, 0, least))
  if ('problem' in decoded) return null
  const { recordCount, startOffset, endOffset } = decoded.header
  const right =
    recordCount === segment.record_count && startOffset === segment.start_offset && endOffset === segment.end_offset
  // A header that is as stated with another size is damage, not a later run.
  if (right) return null
  return {
    ...segment,
    record_count: recordCount,
    start_offset: startOffset,
    end_offset: endOffset,
    compressed_size: there.size,
    uncompressed_size: 0,
  }
}
