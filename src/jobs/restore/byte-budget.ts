/**
 * How many bytes of segments may be in memory at once, over all partitions. Asked for in order; what is larger than
 * the whole budget gets it alone.
 */
export class ByteBudget {
  readonly #limit: number
  #used = 0
  readonly #waiting: { bytes: number; grant: () => void }[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @returns gives the bytes back; may be called more than once */
  async take(bytes: number): Promise<() => void> {
    const asked = Math.min(bytes, this.#limit)
    if (this.#waiting.length > 0 || this.#used + asked > this.#limit) {
      await new Promise<void>((grant) => this.#waiting.push({ bytes: asked, grant }))
    } else this.#used += asked
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#used -= asked
      this.#grant()
    }
  }

  #grant(): void {
    while (this.#waiting.length > 0 && this.#used + this.#waiting[0]!.bytes <= this.#limit) {
      const next = this.#waiting.shift()!
      this.#used += next.bytes
      next.grant()
    }
  }
}
