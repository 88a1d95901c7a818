import { createHash, type Hash } from 'node:crypto'
import type { RecordView } from '../../../contract/record.ts'

/** Slots of the table: 24 bytes each. */
const SLOTS = 1 << 21
/** Different records that one pass takes, at most. */
export const PASS_RECORDS = SLOTS / 2

/** The first 96 bits of SHA-256 over a record without its offset: lengths stand before parts, so that none can shift. */
export class RecordDigest {
  readonly words = new Uint32Array(3)
  readonly #lengths = Buffer.alloc(12)

  of(view: RecordView): void {
    const hash = createHash('sha256')
    const { buf } = view
    this.#lengths.writeInt32LE(view.tsHi, 0)
    this.#lengths.writeUInt32LE(view.tsLo, 4)
    this.#lengths.writeInt32LE(view.headerCount, 8)
    hash.update(this.#lengths)
    this.#part(hash, buf, view.keyStart, view.keyLen)
    this.#part(hash, buf, view.valStart, view.valLen)
    for (let i = 0; i < view.headerCount * 4; i += 2) this.#part(hash, buf, view.headers[i]!, view.headers[i + 1]!)
    const digest = hash.digest()
    for (let i = 0; i < 3; i++) this.words[i] = digest.readUInt32LE(i * 4)
  }

  #part(hash: Hash, buf: Buffer, start: number, length: number): void {
    this.#lengths.writeInt32LE(length, 0)
    hash.update(this.#lengths.subarray(0, 4))
    if (length > 0) hash.update(buf.subarray(start, start + length))
  }
}

export interface Unmatched {
  /** Source offset of a missing record, target offset of an extra one. */
  offset: number
  partition: number
}

/**
 * Counts records without their order, in bounded memory: as many of the archive, as many of the target. For targets
 * whose order is not the archive's (written by another tool, or spread over other partitions). A pass takes the
 * records whose digest falls to it; there are as many passes as the number of records needs.
 */
export class RecordTable {
  readonly #digests = new Uint32Array(SLOTS * 3)
  /** Archived minus found. */
  readonly #counts = new Int32Array(SLOTS)
  readonly #archived = new Uint8Array(SLOTS)
  readonly #offsets = new Float64Array(SLOTS)
  readonly #partitions = new Int32Array(SLOTS)
  readonly #used = new Uint8Array(SLOTS)
  readonly #pass: number
  readonly #passes: number
  #records = 0
  full = false

  constructor(pass: number, passes: number) {
    this.#pass = pass
    this.#passes = passes
  }

  archive(digest: Uint32Array, offset: number, partition: number): void {
    const slot = this.#slot(digest)
    if (slot < 0) return
    this.#archived[slot] = 1
    this.#counts[slot]!++
    this.#offsets[slot] = offset
    this.#partitions[slot] = partition
  }

  target(digest: Uint32Array, offset: number, partition: number): void {
    const slot = this.#slot(digest)
    if (slot < 0) return
    this.#counts[slot]!--
    if (this.#counts[slot]! >= 0) return
    this.#offsets[slot] = offset
    this.#partitions[slot] = partition
  }

  /** Calls back for each record of which there are not as many on both sides. @param surplus archived minus found */
  unmatched(tell: (surplus: number, archived: boolean, place: Unmatched) => void): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      const surplus = this.#counts[slot]!
      if (surplus === 0) continue
      tell(surplus, this.#archived[slot] === 1, { offset: this.#offsets[slot]!, partition: this.#partitions[slot]! })
    }
  }

  /** @returns -1 where it belongs to another pass, or the table is full */
  #slot(digest: Uint32Array): number {
    const [a = 0, b = 0, c = 0] = digest
    if (this.#passes > 1 && b % this.#passes !== this.#pass) return -1
    for (let slot = a & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const at = slot * 3
      if (this.#used[slot] === 0) {
        if (this.#records >= SLOTS - SLOTS / 8) {
          this.full = true
          return -1
        }
        this.#records++
        this.#used[slot] = 1
        this.#digests[at] = a
        this.#digests[at + 1] = b
        this.#digests[at + 2] = c
        return slot
      }
      if (this.#digests[at] === a && this.#digests[at + 1] === b && this.#digests[at + 2] === c) return slot
    }
  }
}
