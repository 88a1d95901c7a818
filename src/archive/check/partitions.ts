import { because } from '../../contract/said/said.ts'
import { checkAccount } from '../account-check.ts'
import { inOrder, overlaps } from '../suspects.ts'
import type { Manifest, PartitionEntry } from '../types.ts'
import type { Findings } from './findings.ts'

/** What the manifest alone says of a partition: segments that overlap, and an account that adds up. */
export function checkPartition(topic: string, partition: PartitionEntry, foreign: boolean, to: Findings): void {
  const where = { topic, partition: partition.partition_id }
  for (const { first, second, from, to: end } of overlaps(partition)) {
    const reason = because('finding.overlap', { from, to: end - 1, object: first.key })
    to.add({ severity: 'damaged', code: 'SEGMENTS_OVERLAP', ...where, segment: second.key, offset: from, ...reason })
  }
  for (const problem of checkAccount(partition)) {
    to.add({ severity: 'damaged', code: 'ACCOUNT_DIFFERS', ...where, ...problem })
  }
  if (foreign) tellGaps(topic, partition, to)
}

/** Foreign archives keep no account: offsets between two segments may be anything from compaction to loss. */
function tellGaps(topic: string, partition: PartitionEntry, to: Findings): void {
  let next: number | null = null
  for (const segment of inOrder(partition)) {
    if (next !== null && segment.start_offset > next) {
      const [from, end] = [next, segment.start_offset]
      const stated = partition.gaps?.some((gap) => gap.start_offset <= from && gap.end_offset >= end) ?? false
      to.add({
        severity: stated ? 'info' : 'warning',
        code: 'OFFSETS_UNACCOUNTED',
        topic,
        partition: partition.partition_id,
        segment: segment.key,
        offset: from,
        ...because(stated ? 'finding.gapStated' : 'finding.gap', { from, to: end - 1 }),
      })
    }
    next = Math.max(next ?? 0, segment.end_offset + 1)
  }
}

/** A run that calls itself complete has accounted for every offset of its cut. */
export function checkRunCut(manifest: Manifest, to: Findings): void {
  const run = manifest.coffer?.run
  if (run === undefined || run.state !== 'complete' || run.mode !== 'snapshot') return
  const partitions = new Map<string, PartitionEntry>()
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) partitions.set(`${topic.name}/${partition.partition_id}`, partition)
  }
  for (const [name, cut] of Object.entries(run.cut)) {
    if (cut.to <= cut.from) continue
    const account = partitions.get(name)?.account ?? []
    const from = account[0]?.from
    const end = account.at(-1)?.to
    if (from !== undefined && end !== undefined && from <= cut.from && end >= cut.to) continue
    const slash = name.lastIndexOf('/')
    const reason =
      end === undefined
        ? because('finding.cutWithoutAccount', { from: cut.from, to: cut.to })
        : because('finding.cutNotReached', { from: cut.from, to: cut.to, gotFrom: from ?? '', gotTo: end })
    to.add({
      severity: 'damaged',
      code: 'CUT_NOT_REACHED',
      topic: name.slice(0, slash),
      partition: Number(name.slice(slash + 1)),
      offset: end ?? cut.from,
      ...reason,
    })
  }
}
