import { oneAfterTheOther } from '../../../contract/in-turn.ts'

/** How a choice changes what holds when its turn comes. */
export type Choice<T> = (now: T) => Partial<T>

/**
 * Choices that are shown at once and stored in the order they were made, one after the other: a key that is held down makes
 * several before the first of them is stored. One that could not be stored is taken back, and those after it are not.
 */
export class Choices<T extends object> {
  readonly #store: (change: Partial<T>) => Promise<T>
  readonly #changed: () => void
  #waiting: readonly Choice<T>[] = []
  #stored: T
  readonly #inTurn = oneAfterTheOther()
  #shown: T
  /** Why the last that failed could not be stored; gone with the next choice. */
  error: unknown = null

  /**
   * @param read what holds at first
   * @param store answers with what holds then
   * @param changed what is shown, or that something failed
   */
  constructor(read: T, store: (change: Partial<T>) => Promise<T>, changed: () => void) {
    this.#stored = read
    this.#shown = read
    this.#store = store
    this.#changed = changed
  }

  /** What holds, with what is not stored yet. The same object until something changes. */
  get shown(): T {
    return this.#shown
  }

  /** @returns when it is stored or taken back; it never rejects */
  choose(choice: Choice<T>): Promise<void> {
    this.error = null
    this.#waiting = [...this.#waiting, choice]
    this.#show()
    return this.#inTurn(async () => {
      try {
        this.#stored = await this.#store(choice(this.#stored))
      } catch (error) {
        this.error = error
      }
      this.#waiting = this.#waiting.filter((one) => one !== choice)
      this.#show()
    })
  }

  /**
   * Stores all that waits at once, without its turn: the window goes, and nothing that waits for an answer would follow.
   * What is under way is stored again with it, since it may be cut off.
   */
  flush(): void {
    if (this.#waiting.length === 0) return
    const now = { ...this.#stored }
    const change: Partial<T> = {}
    for (const choice of this.#waiting) {
      const made = choice(now)
      Object.assign(now, made)
      Object.assign(change, made)
    }
    this.#store(change).catch(() => {})
  }

  #show(): void {
    const shown = { ...this.#stored }
    for (const choice of this.#waiting) Object.assign(shown, choice(shown))
    this.#shown = shown
    this.#changed()
  }
}
