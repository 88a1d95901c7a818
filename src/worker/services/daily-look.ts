import { updateStanding } from '../../jobs/update/run.ts'
import type { ServiceCore } from './core.ts'

/** The window is there first, and the network after a login. */
const FIRST_MS = 60_000
const EVERY_MS = 15 * 60_000
const DAY_MS = 24 * 3_600_000

/**
 * Looks for new versions once a day, as long as the host lives, where a person or an organisation has switched both on. It
 * fetches nothing else and shows nothing by itself: what was found stands in Settings. A look that fails is tried again
 * the next day.
 */
export class DailyLook {
  readonly #core: ServiceCore
  #timer: NodeJS.Timeout | null = null

  constructor(core: ServiceCore) {
    this.#core = core
  }

  start(): void {
    this.#timer ??= this.#later(FIRST_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /**
   * Looks, if a day has gone by since the last look of any process of this profile, by hand or by itself.
   * @returns whether anybody was asked
   */
  async lookIfDue(now = Date.now()): Promise<boolean> {
    const { enabled, daily, last } = await updateStanding(this.#core.environment())
    const since = last === null ? DAY_MS : now - Date.parse(last.at)
    // a look that lies in the future is of a clock that was wrong
    if (!enabled || !daily || (since >= 0 && since < DAY_MS)) return false
    await this.#core.ask({ kind: 'update', action: 'check', by: 'daily' })
    return true
  }

  #later(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      // why it failed stands in the memory of looks and in the journal
      this.lookIfDue()
        .catch(() => {})
        .finally(() => {
          if (this.#timer === timer) this.#timer = this.#later(EVERY_MS)
        })
    }, ms)
    return timer.unref()
  }
}
