const ROUND_BYTES = 64 * 1024
const KEPT_BYTES = 16 * 1024 * 1024

/**
 * The buffers of one reader's answers, used again and again: at most two are alive, the one being worked on and the one
 * being filled. Fresh megabytes for each answer would cost page faults and garbage collections.
 */
export class AnswerBuffers {
  readonly #free: Buffer[] = []
  readonly #ours = new WeakSet<ArrayBufferLike>()

  take(size: number): Buffer {
    const index = this.#free.findIndex((buffer) => buffer.length >= size)
    const [found] = index < 0 ? [] : this.#free.splice(index, 1)
    if (found !== undefined) return found
    const fresh = Buffer.allocUnsafeSlow(Math.ceil(size / ROUND_BYTES) * ROUND_BYTES)
    this.#ours.add(fresh.buffer)
    return fresh
  }

  /** @param view any view of a buffer that `take` gave out; nobody may look at it any more */
  release(view: Buffer): void {
    const whole = view.buffer
    if (!this.#ours.has(whole) || whole.byteLength > KEPT_BYTES) return
    if (this.#free.some((buffer) => buffer.buffer === whole)) return
    if (this.#free.length >= 2) this.#free.shift()
    this.#free.push(Buffer.from(whole))
  }
}
