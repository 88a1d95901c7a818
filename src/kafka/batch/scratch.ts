const KEPT_BYTES = 16 * 1024 * 1024

/** A buffer that grows with what is unpacked into it and is used again for the next batch. */
export class Scratch {
  buf: Buffer = Buffer.alloc(0)

  /** The buffer, with room for `size` bytes; its first `keep` bytes survive. */
  room(keep: number, size: number): Buffer {
    if (size > this.buf.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, Math.min(this.buf.length * 2, size * 2), 64 * 1024))
      this.buf.copy(larger, 0, 0, keep)
      this.buf = larger
    }
    return this.buf
  }

  /** Before a new batch: lets go of a buffer that one giant batch has made. */
  begin(): void {
    if (this.buf.length > KEPT_BYTES) this.buf = Buffer.alloc(0)
  }
}
