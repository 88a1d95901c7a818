import { compareCodeUnits } from '../../archive/order.ts'
import type { AccountEntry, Manifest, PartitionEntry, SegmentEntry } from '../../archive/types.ts'
import type { ExtractOptions } from '../../contract/config/extract.ts'
import type { CoveragePartition, CoverageSegment, PackageCoverage } from '../../contract/evidence/package.ts'
import type { SegmentOutcome } from './work.ts'

/**
 * `proofs/coverage.json`: every segment that the manifest names, whether it was read, and if not on what ground.
 * @param outcomes by segment key, for all that were to be read
 */
export function coverageOf(
  manifest: Manifest,
  manifestSha256: string,
  options: ExtractOptions,
  selected: readonly string[],
  outcomes: ReadonlyMap<string, SegmentOutcome>,
): PackageCoverage {
  const partitions: CoveragePartition[] = []
  const totals: PackageCoverage['totals'] = {
    segments: 0,
    read: 0,
    skipped: 0,
    failed: 0,
    records_read: 0,
    records_matched: 0,
  }
  for (const topic of [...manifest.topics].sort((a, b) => compareCodeUnits(a.name, b.name))) {
    const chosen = selected.includes(topic.name)
    for (const partition of [...topic.partitions].sort((a, b) => a.partition_id - b.partition_id)) {
      const segments = partition.segments.map((entry) => segmentOf(entry, chosen, outcomes.get(entry.key)))
      for (const { state, records, ruled_out, matched } of segments) {
        totals.segments++
        totals[state]++
        if (state === 'read') totals.records_read += records
        totals.records_matched += matched
        if (ruled_out !== undefined) totals.records_ruled_out = (totals.records_ruled_out ?? 0) + ruled_out
      }
      partitions.push({
        topic: topic.name,
        partition: partition.partition_id,
        account: accountOf(partition),
        segments,
      })
    }
  }
  return {
    format: 1,
    backup_id: manifest.backup_id,
    manifest_sha256: manifestSha256,
    topics: { include: options.topics.include, exclude: options.topics.exclude },
    window: { start: options.time_window_start, end: options.time_window_end, time: options.time },
    filter: options.filter,
    partitions,
    totals,
  }
}

function segmentOf(entry: SegmentEntry, chosen: boolean, outcome: SegmentOutcome | undefined): CoverageSegment {
  const { key, record_count } = entry
  if (outcome === undefined) {
    const ground = chosen ? 'outside-window' : 'topic-not-selected'
    return {
      segment: key,
      state: 'skipped',
      ground,
      sha256: null,
      merkle_root: null,
      records: record_count,
      matched: 0,
    }
  }
  if (outcome.state === 'failed') {
    const { code: ground } = outcome
    return { segment: key, state: 'failed', ground, sha256: null, merkle_root: null, records: record_count, matched: 0 }
  }
  const { sha256, merkleRoot: merkle_root, records, ruledOut, matched } = outcome
  const ruled = ruledOut > 0 ? { ruled_out: ruledOut } : {}
  return { segment: key, state: 'read', ground: null, sha256, merkle_root, records, ...ruled, matched }
}

/** The sum of the manifest's entries; null where it keeps none. */
function accountOf({ account }: PartitionEntry): CoveragePartition['account'] {
  const first = account?.[0]
  if (account === undefined || first === undefined) return null
  const absent: Record<string, number> = {}
  for (const entry of account) {
    for (const [kind, number] of Object.entries(entry.absent)) absent[kind] = (absent[kind] ?? 0) + number
  }
  const archived = account.reduce((sum, entry) => sum + entry.archived, 0)
  return { from: first.from, to: (account.at(-1) as AccountEntry).to, archived, absent }
}
