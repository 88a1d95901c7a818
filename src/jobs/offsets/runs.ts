import type { SpillFile } from './spill.ts'

export interface OffsetRun {
  start: number
  count: number
  /** Restored records before this run. */
  before: number
}

/** Encoded runs that are read on their own: where they are, and what comes before them. */
interface Piece {
  place: number
  length: number
  /** End of the run before; the first gap counts from there. */
  end: number
  before: number
}

/** Encoded bytes in memory at most, for each list of runs, where there is a file for the rest. */
const PIECE_BYTES = 64 * 1024
const LONGEST_NUMBER = 10

/**
 * Which source offsets were restored, in order, as runs of consecutive ones: a few bytes for each run and nothing for
 * each record. The restored records lie back to back in the target, so a run's target offset is the sum of the counts
 * before it.
 */
export class OffsetRuns {
  /** Pairs of LEB128 numbers: the gap after the run before (the first: the offset itself), and the count. */
  #bytes = Buffer.alloc(64)
  #length = 0
  readonly #spill: SpillFile | null
  readonly #spilled: Piece[] = []
  /** What comes before the bytes in memory. */
  #end = 0
  #before = 0
  #runs = 0
  #records = 0
  /** Of the run that is still growing. */
  #start = -1
  #count = 0
  /** End of the last run in #bytes, and the records up to there. */
  #sealedEnd = 0
  #sealedRecords = 0
  #first = -1
  #last = -1

  /** @param spill takes what would grow beyond 64 KiB; without it everything stays in memory */
  constructor(spill: SpillFile | null = null) {
    this.#spill = spill
  }

  /** @param offset larger than every one added before */
  add(offset: number): void {
    this.#records++
    this.#last = offset
    if (this.#count !== 0 && offset === this.#start + this.#count) {
      this.#count++
      return
    }
    this.#seal()
    if (this.#first < 0) this.#first = offset
    this.#start = offset
    this.#count = 1
  }

  /** Notes a whole run. @param start larger than every offset added before @param count at least 1 */
  addRun(start: number, count: number): void {
    this.add(start)
    this.#count += count - 1
    this.#records += count - 1
    this.#last = start + count - 1
  }

  /** Nothing more will be added: gives the memory back. */
  done(): void {
    this.#seal()
    if (this.#spill === null) return
    this.#toFile()
    this.#bytes = Buffer.alloc(0)
  }

  get records(): number {
    return this.#records
  }

  get runs(): number {
    return this.#runs + (this.#count === 0 ? 0 : 1)
  }

  /** Bytes of encoded runs in memory. */
  get size(): number {
    return this.#length
  }

  /** Of the first record; -1 where there is none. */
  get firstOffset(): number {
    return this.#first
  }

  /** Of the last record; -1 where there is none. */
  get lastOffset(): number {
    return this.#last
  }

  /** Each run in order. */
  *[Symbol.iterator](): Generator<OffsetRun> {
    for (const piece of this.#spilled) yield* this.#read(piece)
    yield* decode(this.#bytes.subarray(0, this.#length), this.#end, this.#before)
    if (this.#count > 0) yield { start: this.#start, count: this.#count, before: this.#sealedRecords }
  }

  /**
   * How many restored records lie before a source offset: the exact translation of a position. A position in a hole
   * (or at a record that was not restored) thus goes to the next record that was.
   */
  countBefore(offset: number): number {
    if (offset > this.#last) return this.#records
    let result = 0
    for (const run of this.#from(offset)) {
      if (run.start >= offset) break
      result = run.before + Math.min(run.count, offset - run.start)
    }
    return result
  }

  /** The runs from the last piece on that begins at or before an offset. */
  *#from(offset: number): Generator<OffsetRun> {
    const next = this.#spilled.findIndex((piece) => piece.end > offset)
    const pieces = next < 0 ? this.#spilled.slice(-1) : this.#spilled.slice(Math.max(0, next - 1), next)
    for (const piece of pieces) yield* this.#read(piece)
    if (next >= 0) return
    yield* decode(this.#bytes.subarray(0, this.#length), this.#end, this.#before)
    if (this.#count > 0) yield { start: this.#start, count: this.#count, before: this.#sealedRecords }
  }

  #read({ place, length, end, before }: Piece): Generator<OffsetRun> {
    return decode(this.#spill!.read(place, length), end, before)
  }

  #seal(): void {
    if (this.#count === 0) return
    this.#number(this.#start - this.#sealedEnd)
    this.#number(this.#count)
    this.#sealedEnd = this.#start + this.#count
    this.#sealedRecords += this.#count
    this.#runs++
    this.#count = 0
    if (this.#spill !== null && this.#length > PIECE_BYTES) this.#toFile()
  }

  #toFile(): void {
    if (this.#length === 0) return
    const place = this.#spill!.append(this.#bytes.subarray(0, this.#length))
    this.#spilled.push({ place, length: this.#length, end: this.#end, before: this.#before })
    this.#length = 0
    this.#end = this.#sealedEnd
    this.#before = this.#sealedRecords
  }

  #number(value: number): void {
    if (this.#length + LONGEST_NUMBER > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(64, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }
}

/** @param from end of the run before @param records before the first run */
function* decode(bytes: Buffer, from: number, records: number): Generator<OffsetRun> {
  let position = 0
  let end = from
  let before = records
  const number = (): number => {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = bytes[position++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }
  while (position < bytes.length) {
    const start = end + number()
    const count = number()
    yield { start, count, before }
    before += count
    end = start + count
  }
}
