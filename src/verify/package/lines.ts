import { PACKAGE_MAX_LINE } from '../../contract/evidence/package.ts'
import { grouped, quoted, Refusal } from './refusal.ts'
import type { PackageTools } from './tools.ts'

const LF = 0x0a
const FIRST_ROOM = 64 * 1024

/**
 * The lines of an NDJSON file, each seen where it lies: `bytes[start, end)`, LF not included. Valid until `next` or `fill`
 * is called. Most lie in the piece that was read; one that goes from one piece to the next is put together in a buffer of
 * its own, so that memory grows to twice the longest line at most.
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
  /** Bytes from `#next` on in which there is no LF. */
  #searched = 0
  #ended = false
  /** Where a line from several pieces is put together, and whether `bytes` is the beginning of it. */
  #joined: Uint8Array
  #isJoined = false
  /** What comes after the line that is in `#joined`: the rest of the piece in which it ended. */
  #rest: Uint8Array | null = null

  constructor(path: string, chunks: AsyncIterable<Uint8Array>, tools: PackageTools) {
    this.path = path
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#tools = tools
    this.#joined = tools.buffer(FIRST_ROOM)
    this.bytes = new Uint8Array(0)
  }

  /** Moves to the next line where it is in memory as a whole. @returns false where `fill` is needed first */
  next(): boolean {
    if (this.#rest !== null && this.#next === this.bytes.length) this.#see(this.#rest)
    const at = this.bytes.indexOf(LF, this.#next + this.#searched)
    if (at < 0) {
      this.#searched = this.bytes.length - this.#next
      return false
    }
    this.start = this.#next
    this.end = at
    this.#next = at + 1
    this.#searched = 0
    this.number++
    return true
  }

  /**
   * Reads on, after `next` said that it is needed.
   * @returns false at the end of the file
   * @throws Refusal where a line has no end, or is too long
   */
  async fill(): Promise<boolean> {
    if (this.#ended) return false
    const { done, value } = await this.#chunks.next()
    const kept = this.bytes.length - this.#next
    if (done === true) {
      this.#ended = true
      if (kept > 0) {
        throw new Refusal('FORMAT_FAILURE', `The last line of ${quoted(this.path)} has no end.`)
      }
      return false
    }
    if (kept === 0) {
      this.#see(value)
      return true
    }
    if (kept > PACKAGE_MAX_LINE) {
      throw new Refusal(
        'LIMIT_REACHED',
        `Line ${grouped(this.number + 1)} of ${quoted(this.path)} is longer than ${grouped(PACKAGE_MAX_LINE)} bytes.`,
      )
    }
    const found = value.indexOf(LF)
    const end = found < 0 ? value.length : found + 1
    this.#join(value.subarray(0, end))
    this.#rest = end < value.length ? value.subarray(end) : null
    return true
  }

  /** Reads to the end of the file without looking at it, so that its digests are those of all of it. */
  async drain(): Promise<void> {
    while (!this.#ended) this.#ended = (await this.#chunks.next()).done === true
  }

  /** A piece whose lines are seen where they lie. */
  #see(piece: Uint8Array): void {
    this.bytes = piece
    this.#isJoined = false
    this.#rest = null
    this.#next = 0
    this.#searched = 0
  }

  /** Puts `more` behind the part of a line that there is. */
  #join(more: Uint8Array): void {
    const kept = this.bytes.subarray(this.#next)
    const length = kept.length + more.length
    let at = this.#isJoined ? this.bytes.length : Number.POSITIVE_INFINITY
    if (at + more.length > this.#joined.length) {
      if (length > this.#joined.length) this.#joined = this.#tools.buffer(Math.max(this.#joined.length * 2, length))
      this.#joined.set(kept, 0)
      this.#next = 0
      at = kept.length
    }
    this.#joined.set(more, at)
    this.#isJoined = true
    this.bytes = this.#joined.subarray(0, at + more.length)
  }
}
