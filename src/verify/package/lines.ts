import { PACKAGE_MAX_LINE } from '../../contract/evidence/package.ts'
import { grouped, quoted, Refusal } from './refusal.ts'
import type { PackageTools } from './tools.ts'

const LF = 0x0a
const FIRST_ROOM = 4 * 1024 * 1024

/**
 * The lines of an NDJSON file, each seen where it lies in one buffer: `bytes[start, end)`, LF not included. Valid until
 * `fill` is called. Memory grows to twice the longest line at most.
 */
export class Lines {
  bytes: Uint8Array
  start = 0
  end = 0
  /** Of the present line, from 1. */
  number = 0
  readonly path: string
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #tools: PackageTools
  #next = 0
  #filled = 0
  /** Bytes from `#next` on in which there is no LF. */
  #searched = 0
  #ended = false

  constructor(path: string, chunks: AsyncIterable<Uint8Array>, tools: PackageTools) {
    this.path = path
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#tools = tools
    this.bytes = tools.buffer(FIRST_ROOM)
  }

  /** Moves to the next line where it is in memory as a whole. @returns false where `fill` is needed first */
  next(): boolean {
    const at = this.bytes.indexOf(LF, this.#next + this.#searched)
    if (at < 0 || at >= this.#filled) {
      this.#searched = this.#filled - this.#next
      return false
    }
    this.start = this.#next
    this.end = at
    this.#next = at + 1
    this.#searched = 0
    this.number++
    return true
  }

  /** Reads on. @returns false at the end of the file @throws Refusal where a line has no end, or is too long */
  async fill(): Promise<boolean> {
    if (this.#ended) return false
    const { done, value } = await this.#chunks.next()
    if (done === true) {
      this.#ended = true
      if (this.#filled > this.#next) {
        throw new Refusal('FORMAT_FAILURE', `The last line of ${quoted(this.path)} has no end.`)
      }
      return false
    }
    this.#makeRoom(value.length)
    this.bytes.set(value, this.#filled)
    this.#filled += value.length
    return true
  }

  /** Reads to the end of the file without looking at it, so that its digests are those of all of it. */
  async drain(): Promise<void> {
    while (!this.#ended) this.#ended = (await this.#chunks.next()).done === true
  }

  #makeRoom(length: number): void {
    const kept = this.#filled - this.#next
    if (kept > PACKAGE_MAX_LINE) {
      throw new Refusal(
        'LIMIT_REACHED',
        `Line ${grouped(this.number + 1)} of ${quoted(this.path)} is longer than ${grouped(PACKAGE_MAX_LINE)} bytes.`,
      )
    }
    if (this.#filled + length <= this.bytes.length) return
    const old = this.bytes
    if (kept + length > old.length) this.bytes = this.#tools.buffer(Math.max(old.length * 2, kept + length))
    this.bytes.set(old.subarray(this.#next, this.#filled), 0)
    this.#next = 0
    this.#filled = kept
  }
}
