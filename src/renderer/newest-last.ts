/**
 * Writes of one thing, one after the other; of what waits meanwhile only the newest is written. A browser has several
 * connections to its host: of two writes under way at once the older one may come last, and would stand.
 */
export class NewestLast<T> {
  readonly #write: (value: T) => Promise<unknown>
  #waiting: { value: T } | null = null
  #writing: { value: T } | null = null

  /** @param write what fails is its own business: the next one is written all the same */
  constructor(write: (value: T) => Promise<unknown>) {
    this.#write = write
  }

  put(value: T): void {
    this.#waiting = { value }
    if (this.#writing === null) void this.#run()
  }

  get isWriting(): boolean {
    return this.#writing !== null
  }

  /** Writes the newest at once, past what is under way, which may be cut off: the window goes. */
  flush(): void {
    const newest = this.#waiting ?? this.#writing
    this.#waiting = null
    if (newest !== null) this.#write(newest.value).catch(() => {})
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting; next !== null; next = this.#waiting) {
      this.#waiting = null
      this.#writing = next
      await this.#write(next.value).catch(() => {})
    }
    this.#writing = null
  }
}
