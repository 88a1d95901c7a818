import { counted, grouped } from '../refusal.ts'
import type { PackageTools, Unpacked } from '../tools.ts'

/**
 * A file of a package, held against what it should be while that is made, piece by piece. Memory is bounded by the pieces.
 */
export class ComparedFile {
  /** In what the file differs, one sentence's end; null while it does not. */
  difference: string | null = null
  readonly #unpacked: Unpacked
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #tools: PackageTools
  #piece: Uint8Array = new Uint8Array(0)
  #at = 0
  #ended = false

  constructor(unpacked: Unpacked, tools: PackageTools) {
    this.#unpacked = unpacked
    this.#chunks = unpacked.chunks[Symbol.asyncIterator]()
    this.#tools = tools
  }

  /**
   * The next bytes that should stand there. After a difference nothing is looked at.
   * @param record they belong to, from 1; 0: what stands before the first
   */
  async expect(bytes: Uint8Array, record: number): Promise<void> {
    let from = 0
    while (from < bytes.length && this.difference === null) {
      const length = Math.min(bytes.length - from, this.#piece.length - this.#at)
      if (length === 0) {
        if (!(await this.#more())) this.difference = endsAt(record)
      } else if (this.#tools.same(this.#piece, this.#at, bytes, from, length)) {
        this.#at += length
        from += length
      } else {
        this.difference = record === 0 ? 'its first row is another' : `it shows record ${grouped(record)} otherwise`
      }
    }
  }

  /** Says that nothing more should stand there, after `records`. @returns what was read, null where it was not all of it */
  async end(records: number): Promise<Unpacked | null> {
    if (this.difference !== null) return null
    if (this.#at < this.#piece.length || (await this.#more())) {
      this.difference = `it goes on after the ${counted(records, 'record')} that there are`
      return null
    }
    return this.#unpacked
  }

  /** Lets go of what was not read. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  /** @returns false at the end of the file @throws Refusal where it can't be unpacked */
  async #more(): Promise<boolean> {
    while (!this.#ended) {
      const { done, value } = await this.#chunks.next()
      if (done === true) this.#ended = true
      else if (value.length > 0) {
        this.#piece = value
        this.#at = 0
        return true
      }
    }
    return false
  }
}

function endsAt(record: number): string {
  return record <= 1 ? 'it has no record' : `it ends before record ${grouped(record)}`
}
