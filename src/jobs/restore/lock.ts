import { createHash, randomUUID } from 'node:crypto'
import { acquireLock, type Lease } from '../../archive/lock.ts'
import { restoresPrefix } from '../../archive/paths.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * Takes the right to write to the targets of a restore, in the archive's own folder for restores: two restores of one
 * backup into the same topics exclude each other, whatever else they ask for and however close together they begin.
 * @param topics the target's names
 * @returns null where the archive can't be written to; then only the kept state tells of another restore
 * @throws LOCKED naming who is at work
 */
export async function lockTargets(
  storage: Storage,
  backupId: string,
  clusterId: string | null,
  topics: readonly string[],
): Promise<Lease | null> {
  const targets = JSON.stringify([clusterId, [...topics].sort()])
  const name = createHash('sha256').update(targets).digest('hex').slice(0, 16)
  const shown = topics.length === 1 ? `"${topics[0]}"` : `${topics.length} topics`
  try {
    return await acquireLock(storage, backupId, {
      runId: randomUUID(),
      instead: {
        key: `${restoresPrefix(backupId)}${name}.lock.json`,
        what: `the restore of "${backupId}" to ${shown}`,
      },
    })
  } catch (error) {
    if (isCofferError(error, 'STORAGE_NOT_ALLOWED')) return null
    throw error
  }
}
