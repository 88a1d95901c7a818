/**
 * Bounds what all open segments together keep in memory. Partitions report what they hold; one that holds more than
 * its share is told to cut its segment early once the whole is over the budget. `segment_max_bytes` stays a maximum.
 */
export class MemoryBudget {
  readonly #budget: number
  readonly #held = new Map<object, number>()
  #total = 0

  /** @param budget bytes, for all open segments together */
  constructor(budget: number) {
    this.#budget = budget
  }

  get total(): number {
    return this.#total
  }

  /** What `owner` holds now; 0 forgets it. */
  set(owner: object, bytes: number): void {
    this.#total += bytes - (this.#held.get(owner) ?? 0)
    if (bytes === 0) this.#held.delete(owner)
    else this.#held.set(owner, bytes)
  }

  /** Whether `owner` should let go of what it holds: the budget is spent, and it holds at least an equal share. */
  shouldYield(owner: object): boolean {
    if (this.#total <= this.#budget) return false
    return (this.#held.get(owner) ?? 0) >= this.#budget / Math.max(1, this.#held.size)
  }
}
