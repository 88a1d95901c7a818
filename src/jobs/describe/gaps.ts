import { readRanges } from '../../archive/account-check.ts'
import type { AccountEntry, AccountRange, Manifest, PartitionEntry } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { AbsentKind, GapResult } from '../../contract/results.ts'
import type { Storage } from '../../storage/storage.ts'
import { listGaps } from '../backup/account.ts'

/** Kinds that a person must hear of, as in a backup's own result. */
const LOSSES: readonly AbsentKind[] = ['deleted_before', 'deleted_during', 'unexplained']

/**
 * What was once on the log and is not in the archive, over all its runs. Accounts whose ranges were too many for the
 * manifest are looked up in their own objects, but only where they hold a loss.
 */
export async function gapsOf(storage: Storage, manifest: Manifest): Promise<{ gaps: GapResult[]; total: number }> {
  const partitions: { topic: string; partition: number; lost: AccountRange[] }[] = []
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      const lost = await lossesOf(storage, partition)
      partitions.push({ topic: topic.name, partition: partition.partition_id, lost })
    }
  }
  return listGaps(partitions)
}

/** The ranges of offsets of a partition that were lost, over all runs. */
export async function lossesOf(storage: Storage, partition: PartitionEntry): Promise<AccountRange[]> {
  // OSO keeps no account, only a note of what was gone when it wanted it.
  if (partition.account === undefined) {
    return (partition.gaps ?? []).map((gap) => ['deleted_during', gap.start_offset, gap.end_offset])
  }
  const lost: AccountRange[] = []
  for (const entry of partition.account) {
    const kinds = LOSSES.filter((kind) => (entry.absent[kind] ?? 0) > 0)
    if (kinds.length > 0) lost.push(...(await lossesOfEntry(storage, entry, kinds)))
  }
  return lost
}

/** Where the object is gone or damaged (which validation names), the entry's whole range stands for its losses. */
/** The ranges of offsets of a partition that were lost, over all runs. */
export async function lossesOfEntry(
  storage: Storage,
  entry: AccountEntry,
  kinds: AbsentKind[],
): Promise<AccountRange[]> {
  try {
    return (await readRanges(entry, storage)).filter(([kind]) => kinds.includes(kind))
  } catch (error) {
    if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED')) throw error
    return kinds.map((kind) => [kind, entry.from, entry.to])
  }
}
