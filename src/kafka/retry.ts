import { setTimeout as sleep } from 'node:timers/promises'
import { isRetriable, WireError } from './errors.ts'

export interface RetryOptions {
  /** From the first failure on. */
  deadlineMs: number
  signal?: AbortSignal | undefined
  /** How long a topic may be unknown; by default `MISSING_PATIENCE_MS`. */
  missingMs?: number
  /** Called before each new attempt, to refresh what the failure showed to be stale. Its own failures are retried. */
  recover?: (error: WireError) => Promise<void>
}

export const FIRST_PAUSE_MS = 50
/** Metadata may lag behind for a moment, but a topic that stays unknown is not there. */
export const MISSING_PATIENCE_MS = 5000
const LONGEST_PAUSE_MS = 1000

/** Pause before attempt `n` (1 for the first repetition): doubling, with jitter so that many don't come at once. */
export function pauseMs(n: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(n - 1, 10))
  return full * (0.75 + Math.random() * 0.5)
}

/**
 * Does `attempt` until it succeeds, fails for good, or has failed for `deadlineMs`.
 * @param what for the message: `asking for offsets`
 * @throws the attempt's own error where trying again can't help; KAFKA_UNAVAILABLE, with the last reason, at the deadline
 */
export async function retrying<T>(what: string, options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  let firstFailure: number | null = null
  let lastError: WireError | null = null
  for (let n = 1; ; n++) {
    try {
      if (n > 1 && lastError !== null) await options.recover?.(lastError)
      return await attempt()
    } catch (error) {
      if (!isRetriable(error)) throw error
      lastError = error
      firstFailure ??= Date.now()
      const spent = Date.now() - firstFailure
      if (error.code === 'TOPIC_MISSING' && spent >= (options.missingMs ?? MISSING_PATIENCE_MS)) throw error
      if (spent >= options.deadlineMs) throw gaveUp(what, spent, error)
      await sleep(pauseMs(n), undefined, options.signal === undefined ? {} : { signal: options.signal })
    }
  }
}

/** A missing topic stays what it is; everything else that lasted too long is the cluster being unavailable. */
export function gaveUp(what: string, spentMs: number, last: WireError): WireError {
  if (last.code === 'TOPIC_MISSING') return last
  return new WireError(
    'KAFKA_UNAVAILABLE',
    `${what} did not succeed for ${Math.round(spentMs / 1000)} s: ${last.message}`,
    {
      ...(last.hint === undefined ? {} : { hint: last.hint }),
      details: { ...last.details, lastCode: last.code },
      cause: last,
    },
  )
}
