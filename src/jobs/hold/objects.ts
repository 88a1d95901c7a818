import { setTimeout as pause } from 'node:timers/promises'
import { checkedBackupId, lockKey } from '../../archive/paths.ts'
import { CofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import type { Storage, StorageLocks } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { ProgressMeter } from '../progress.ts'

const AT_ONCE = 12
const TRIES = 4

/** The storage's locks. @throws UNSUPPORTED where nothing can be locked: a plain file is never called held */
export async function requireLocks(storage: Storage, what: string): Promise<StorageLocks> {
  const refusal = await refusalOf(storage)
  if (refusal === null && storage.locks !== undefined) return storage.locks
  const why = refusal === null ? '' : english(refusal)
  throw new CofferError('UNSUPPORTED', `no ${what} in "${storage.location}": ${why}`, {
    hint: 'It needs a bucket that was made with Object Lock (S3). Copy the archive into one, or protect the disk itself.',
  })
}

/** One sentence: why nothing can be locked; null where it can. */
export async function refusalOf(storage: Storage): Promise<Said | null> {
  return storage.locks === undefined ? say('lock.noneInFolder') : storage.locks.refusal()
}

/**
 * The objects of a backup, without the lease that a running job renews every few seconds.
 * @param since only those stored since then, milliseconds by the storage's clock
 */
export async function objectsOf(storage: Storage, backupId: string, since = 0): Promise<string[]> {
  const lease = lockKey(backupId)
  const keys: string[] = []
  for await (const { key, lastModified } of storage.list(`${checkedBackupId(backupId)}/`)) {
    if (key !== lease && lastModified >= since) keys.push(key)
  }
  return keys
}

/**
 * Does something to every object, several at once, until it is done or the job is asked to stop.
 * @returns whether all were done
 */
export async function eachObject(
  keys: readonly string[],
  phase: Said,
  context: JobContext,
  work: (key: string) => Promise<void>,
): Promise<boolean> {
  const meter = new ProgressMeter(context, { phase, recordsTotal: null, bytesTotal: null })
  let done = 0
  try {
    await forEachConcurrent(keys, AT_ONCE, async (key) => {
      if (context.signal.aborted) return
      await work(key)
      meter.phase(say('phase.ofObjects', { phase, done: ++done, objects: keys.length }))
    })
  } finally {
    meter.stop()
  }
  return !context.signal.aborted
}

/**
 * Puts one object under hold, or takes the hold away, and reads back from the storage that it is so.
 * @returns whether anything had to be done
 * @throws STORAGE_FAILED where the storage accepts it and does not do it
 */
export async function holdObject(locks: StorageLocks, key: string, on: boolean, versionId?: string): Promise<boolean> {
  if ((await locks.holdOf(key, versionId)) === on) return false
  for (let tries = 1; ; tries++) {
    await locks.setHold(key, on, versionId)
    if ((await locks.holdOf(key, versionId)) === on) return true
    // a running backup may have replaced it in between: the new version has its own
    if (tries === TRIES) {
      throw new CofferError(
        'STORAGE_FAILED',
        `the storage took the order to ${on ? 'place' : 'lift'} the hold on "${key}" and did not carry it out`,
      )
    }
    await pause(50 * tries)
  }
}
