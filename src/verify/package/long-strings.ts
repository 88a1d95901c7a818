/** Added to a position where other bytes than ASCII lie before it. */
export const NOT_ASCII = 2 ** 40

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Finds where the plain part of a long JSON string ends: by what is native where it runs (`indexOf` of a byte), and four
 * bytes at a time. For texts that are read from left to right, of which many lie in one buffer: while that is the same
 * object, its bytes must stay the same too.
 */
export class LongStrings {
  /** What was searched last, and the words that lie in it. */
  #bytes: Uint8Array = new Uint8Array(0)
  #words: Int32Array = new Int32Array(0)
  /** Of the byte 0 of `#bytes` in `#words`. */
  #shift = 0
  /** From the one on there is no backslash before the other. */
  #searchedFrom = 0
  #backslash = -1

  /**
   * The first quote or backslash from `at` on, plus NOT_ASCII where bytes above 0x7F lie before it; -1 where there is none
   * before `limit`, or a control character lies before it.
   */
  plainEnd(bytes: Uint8Array, at: number, limit: number): number {
    if (bytes !== this.#bytes) this.#look(bytes)
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0 || quote >= limit) return -1
    const backslash = this.#nextBackslash(at)
    const end = Math.min(backslash, quote)
    const seen = this.#seen(at, end)
    if (seen < 0) return -1
    return seen === 0 ? end : end + NOT_ASCII
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#shift = bytes.byteOffset % 4
    const words = (this.#shift + bytes.length) >>> 2
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset - this.#shift, words)
    this.#searchedFrom = 0
    this.#backslash = -1
  }

  /** Searched once for all the strings that come before it: most texts have none. */
  #nextBackslash(at: number): number {
    if (at < this.#searchedFrom || at > this.#backslash) {
      const found = this.#bytes.indexOf(BACKSLASH, at)
      this.#searchedFrom = at
      this.#backslash = found < 0 ? this.#bytes.length : found
    }
    return this.#backslash
  }

  /** What bytes there are: -1 with control characters, 1 with others than ASCII, else 0. */
  #seen(from: number, to: number): number {
    const bytes = this.#bytes
    let at = from
    let high = 0
    for (; at < to && (at + this.#shift) % 4 !== 0; at++) {
      const byte = bytes[at] as number
      if (byte < 0x20) return -1
      high |= byte
    }
    const words = this.#words
    const [first, last] = [(at + this.#shift) >>> 2, (to + this.#shift) >>> 2]
    let low = 0
    for (let i = first; i < last; i++) {
      const word = words[i] as number
      high |= word
      // a byte's highest bit is set by the subtraction and was not set before: only where some byte is below 0x20
      low |= ((word - 0x20202020) | 0) & ~word
    }
    if ((low & 0x80808080) !== 0) return -1
    for (at = Math.max(at, last * 4 - this.#shift); at < to; at++) {
      const byte = bytes[at] as number
      if (byte < 0x20) return -1
      high |= byte
    }
    return (high & 0x80808080) === 0 ? 0 : 1
  }
}
