/** What decides whether a host that nobody looks at goes on. */
export interface Unused {
  /** Windows that are open now. */
  windows(): number
  /** Whether something goes on without a window: jobs, schedules. */
  isBusy(): Promise<boolean>
  /** How long no window has to be open, milliseconds: a reload and a browser's restart are shorter. */
  afterMs: number
  end(): void
}

/**
 * Ends a host when its last window has been closed for a while. One that no window was ever opened of stays: somebody may
 * yet open the address. One that is busy is looked at again, until it is not.
 */
export class EndWhenUnused {
  readonly #unused: Unused
  #timer: NodeJS.Timeout | undefined

  constructor(unused: Unused) {
    this.#unused = unused
  }

  /** To be called whenever a window opens or closes. */
  changed(): void {
    clearTimeout(this.#timer)
    if (this.#unused.windows() > 0) return
    this.#timer = setTimeout(() => void this.#look(), this.#unused.afterMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    // Where it can't be said, somebody may wait for what goes on.
    const busy = await this.#unused.isBusy().catch(() => true)
    if (this.#unused.windows() > 0) return
    if (busy) this.changed()
    else this.#unused.end()
  }
}
