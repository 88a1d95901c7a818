import { custodyKey } from '../../archive/paths.ts'
import { CofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { say } from '../../contract/said/said.ts'
import { appendCustody } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'
import { isHeld } from './matters.ts'
import { eachObject, holdObject, objectsOf } from './objects.ts'

/** Clocks of storage and host may differ by so much. */
const CLOCKS_MS = 15 * 60_000

/**
 * After a run: where a hold is on the backup, what the run has added gets it too. A hold is an order from outside, and
 * nobody thinks of it when a schedule runs. That it can't be done is said, and takes nothing back.
 * @param startedAt of the run, milliseconds
 */
export async function continueHold(
  storage: Storage,
  backupId: string,
  startedAt: number,
  context: JobContext,
): Promise<void> {
  const { locks } = storage
  if (locks === undefined) return
  try {
    if ((await locks.refusal()) !== null || !(await isHeld(storage, backupId))) return
    const keys = await objectsOf(storage, backupId, startedAt - CLOCKS_MS)
    let changed = 0
    // a stop that was asked for is over by now: what the run stored is to be held in any case
    const calm = { ...context, signal: new AbortController().signal }
    await eachObject(keys, say('phase.placingNew'), calm, async (key) => {
      if (await holdObject(locks, key, true)) changed++
    })
    const { seq } = await appendCustody(storage, backupId, {
      action: 'held',
      subject: `backup ${backupId}`,
      sha256: null,
      location: storage.location,
      details: { continued: true, objects: changed + 1 },
    })
    await holdObject(locks, custodyKey(backupId, seq), true)
    context.log('info', `this backup is under legal hold: ${changed} new objects were put under it too`)
  } catch (error) {
    if (!(error instanceof CofferError)) throw error
    context.log('warn', `this backup is under legal hold, and what is new could not be put under it: ${error.message}`)
  }
}
