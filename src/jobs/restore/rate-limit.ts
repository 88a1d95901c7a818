import { setTimeout as sleep } from 'node:timers/promises'

/** Holds all partitions of a restore together below a rate. `take` gives a promise to wait for, or nothing. */
export interface RateLimit {
  take(bytes: number): Promise<void> | undefined
}

/**
 * A token bucket over records and bytes per second, shared by all partitions. What was taken ahead is waited for
 * afterwards, so a record larger than a second's share passes, and the mean still holds.
 * @param limits null where unlimited
 * @returns null where nothing is limited
 */
export function rateLimit(
  limits: { recordsPerSecond: number | null; bytesPerSecond: number | null },
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): RateLimit | null {
  const { recordsPerSecond, bytesPerSecond } = limits
  if (recordsPerSecond === null && bytesPerSecond === null) return null
  const begun = now()
  /** Milliseconds after `begun` at which everything taken so far is paid for. */
  let paidAt = 0
  return {
    take(bytes) {
      const cost = Math.max(
        recordsPerSecond === null ? 0 : 1000 / recordsPerSecond,
        bytesPerSecond === null ? 0 : (bytes * 1000) / bytesPerSecond,
      )
      const at = now() - begun
      // An idle stretch saves up no more than a tenth of a second.
      paidAt = Math.max(paidAt, at - 100) + cost
      const ahead = paidAt - at
      return ahead > 20 ? pause(ahead, signal) : undefined
    },
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // A stop that was asked for is seen by the caller at its next record; here it only ends the wait.
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}
