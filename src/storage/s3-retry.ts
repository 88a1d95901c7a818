import { setTimeout as sleep } from 'node:timers/promises'
import { isPassing, isPassingOnce, neverReached } from './s3-errors.ts'

export interface RetryPolicy {
  /** How long a request that once could be served is tried again, in ms. */
  patienceMs: number
  /** How long to try before the server has ever answered: a wrong address should be told soon. */
  firstPatienceMs: number
  /** The first pause; each next one is twice as long up to `maxPauseMs`, each shortened at random by up to a half. */
  pauseMs: number
  maxPauseMs: number
}

export const RETRY: RetryPolicy = { patienceMs: 60_000, firstPatienceMs: 1_500, pauseMs: 100, maxPauseMs: 5_000 }

const FEW_TRIES = 4

/**
 * Runs requests, a bounded number at a time, each again while its failure may pass.
 *
 * The SDK's own retries are off: they give up after seconds, do not look at bodies that break off, and repeat a
 * conditional write blindly.
 */
export class Requests {
  readonly #policy: RetryPolicy
  readonly #signal: AbortSignal
  readonly #waiting: (() => void)[] = []
  #free: number
  #answered = false

  constructor(policy: RetryPolicy, atOnce: number, signal: AbortSignal) {
    this.#policy = policy
    this.#free = atOnce
    this.#signal = signal
  }

  /**
   * @param attempt sends once and reads the whole answer
   * @param inspect sees each failure that may pass, before the pause; what it returns other than undefined is the
   *   result, what it throws is final
   */
  async run<T>(attempt: () => Promise<T>, inspect?: (error: unknown) => Promise<T | undefined>): Promise<T> {
    const began = Date.now()
    for (let failures = 1; ; failures++) {
      try {
        const result = await this.once(attempt)
        this.#answered = true
        return result
      } catch (error) {
        if (!neverReached(error)) this.#answered = true
        if (!isPassing(error) || this.#signal.aborted) throw error
        if (failures === FEW_TRIES && isPassingOnce(error)) throw error
        const known = await inspect?.(error)
        if (known !== undefined) return known
        const pause = Math.min(this.#policy.maxPauseMs, this.#policy.pauseMs * 2 ** (failures - 1))
        const patience = this.#answered ? this.#policy.patienceMs : this.#policy.firstPatienceMs
        if (Date.now() - began + pause > patience) throw error
        await sleep(pause * (1 - Math.random() / 2), undefined, { signal: this.#signal })
      }
    }
  }

  /** Sends once, when its turn comes. */
  async once<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await attempt()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
