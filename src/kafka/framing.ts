/**
 * Cuts a connection's bytes into answers: four bytes of size, then the body. Each body is copied once, out of the read
 * buffer and into a buffer of its own.
 */
export class AnswerFrames {
  readonly #begin: (size: number, sizeBytes: Buffer) => Buffer
  readonly #end: (body: Buffer) => void
  readonly #sizeBytes = Buffer.alloc(4)
  #sizeFilled = 0
  #body: Buffer | null = null
  #bodyFilled = 0

  /**
   * @param begin lends exactly `size` bytes for an answer, or throws where no such answer can be (the size comes from
   *   outside and may be anything)
   * @param end gets each answer when it is whole
   */
  constructor(begin: (size: number, sizeBytes: Buffer) => Buffer, end: (body: Buffer) => void) {
    this.#begin = begin
    this.#end = end
  }

  /** @param chunk its first `size` bytes are new; it may be reused after the call */
  push(chunk: Buffer, size: number): void {
    let at = 0
    while (at < size) {
      if (this.#body === null) {
        this.#sizeBytes[this.#sizeFilled++] = chunk[at++] as number
        if (this.#sizeFilled < 4) continue
        this.#body = this.#begin(this.#sizeBytes.readInt32BE(0), this.#sizeBytes)
        this.#bodyFilled = 0
        continue
      }
      const body = this.#body
      const take = Math.min(size - at, body.length - this.#bodyFilled)
      chunk.copy(body, this.#bodyFilled, at, at + take)
      at += take
      this.#bodyFilled += take
      if (this.#bodyFilled < body.length) continue
      this.drop()
      this.#end(body)
    }
  }

  /** Forgets an answer that has come in part. */
  drop(): void {
    this.#body = null
    this.#sizeFilled = 0
  }
}
