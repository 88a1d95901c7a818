import { setTimeout as sleep } from 'node:timers/promises'
import { RENEW_MS, type ScheduleStore } from './store.ts'

/** Between two tries to write how a run ended. */
const END_AGAIN_MS = 1_000

/** Says of a run, from time to time, that it is alive. @returns what stops that */
export function keepAlive(store: ScheduleStore, runId: number, now: () => Date): () => void {
  const renewal = setInterval(() => {
    try {
      store.renew(runId, now())
    } catch {
      // A full disk or a lock that is held for long: tried again. The job itself goes on.
    }
  }, RENEW_MS)
  renewal.unref()
  return () => clearInterval(renewal)
}

/**
 * Writes how a run ended, tried until it is written: a run that came to its end is not to be taken for one whose process
 * died. The first try is made before this returns.
 * @param at when it ended
 * @param onWait told once, where it can't be written yet
 * @param signal no more tries
 * @throws what kept it from being written, once there are no more tries
 */
export async function writeEnd(
  store: ScheduleStore,
  runId: number,
  end: Parameters<ScheduleStore['end']>[1],
  at: Date,
  { onWait, signal }: { onWait?: (error: unknown) => void; signal?: AbortSignal } = {},
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      store.end(runId, end, at)
      return
    } catch (error) {
      if (signal?.aborted === true) throw error
      if (tries === 0) onWait?.(error)
      const wait = { ref: signal !== undefined, ...(signal === undefined ? {} : { signal }) }
      await sleep(END_AGAIN_MS, undefined, wait).catch(() => {})
    }
  }
}
