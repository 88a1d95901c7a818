/**
 * Writes of one thing, one after the other; of what waits meanwhile only the newest is written. A browser has several
 * connections to its host: of two writes under way at once the older one may come last, and would stand.
 */
export class NewestLast<T> {
  readonly #write: (value: T) => Promise<unknown>
  #waiting: { value: T } | null = null
  #isWriting = false

  /** @param write what fails is its own business: the next one is written all the same */
  constructor(write: (value: T) => Promise<unknown>) {
    this.#write = write
  }

  put(value: T): void {
    this.#waiting = { value }
    if (!this.#isWriting) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isWriting = true
    for (let next = this.#waiting; next !== null; next = this.#waiting) {
      this.#waiting = null
      await this.#write(next.value).catch(() => {})
    }
    this.#isWriting = false
  }
}
