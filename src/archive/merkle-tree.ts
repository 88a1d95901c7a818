import { HASH_BYTES, hash, type Latin1Buffer, leafDigest } from './merkle.ts'

/**
 * The whole tree of RFC 6962 section 2.1 over the records of a segment, for audit paths. `MerkleBuilder` (merkle.ts)
 * keeps a root's worth of memory; this keeps 64 bytes for each leaf and gives every path at once.
 */

export class MerkleTree {
  /** Level 0: the leaf hashes; each level above: the heads of pairs, an odd last one carried up as it is. */
  #levels: Latin1Buffer[]
  #leaves = 0

  /** @param expected how many leaves there will be, as far as it is known */
  constructor(expected = 0) {
    this.#levels = [room(Math.min(Math.max(expected, 16), 1_000_000))]
  }

  get leaves(): number {
    return this.#leaves
  }

  /**
   * Adds `buf[start, end)` as the next leaf; see `leafDigest` for what becomes of the byte before it.
   */
  add(buf: Buffer, start: number, end: number): void {
    this.#roomFor(1).latin1Write(leafDigest(buf, start, end), this.#leaves * HASH_BYTES, HASH_BYTES)
    this.#leaves++
  }

  /** Adds nodes whose hashes are known, 32 bytes each, in place of leaves. */
  addHashes(hashes: Buffer): void {
    const count = hashes.length / HASH_BYTES
    hashes.copy(this.#roomFor(count), this.#leaves * HASH_BYTES)
    this.#leaves += count
  }

  #roomFor(more: number): Latin1Buffer {
    const level = this.#levels[0] as Latin1Buffer
    const needed = (this.#leaves + more) * HASH_BYTES
    if (needed <= level.length) return level
    const larger = room(Math.max(needed, level.length * 2) / HASH_BYTES)
    level.copy(larger)
    this.#levels[0] = larger
    return larger
  }

  /**
   * Computes the inner nodes; call it once, after the last leaf.
   * @returns the tree head
   */
  finish(): Buffer {
    if (this.#leaves === 0) return hash('sha256', '', 'buffer')
    // one byte of room in front, for the prefix of an inner node
    const pair = Buffer.allocUnsafe(1 + 2 * HASH_BYTES)
    pair[0] = 0x01
    let below = this.#levels[0] as Latin1Buffer
    for (let width = this.#leaves; width > 1; width = Math.ceil(width / 2)) {
      const level = room(Math.ceil(width / 2))
      const pairs = Math.floor(width / 2)
      for (let i = 0; i < pairs; i++) {
        below.copy(pair, 1, i * 2 * HASH_BYTES, (i + 1) * 2 * HASH_BYTES)
        level.latin1Write(hash('sha256', pair, 'latin1'), i * HASH_BYTES, HASH_BYTES)
      }
      if (width % 2 === 1) below.copy(level, pairs * HASH_BYTES, (width - 1) * HASH_BYTES, width * HASH_BYTES)
      this.#levels.push(level)
      below = level
    }
    return Buffer.from(below.subarray(0, HASH_BYTES))
  }

  /** Lowercase hex of a leaf's hash. */
  leafHex(index: number): string {
    return this.#hex(0, index)
  }

  /** The audit path of RFC 6962 section 2.1.1, from the leaf up, in lowercase hex. After `finish`. */
  path(index: number): string[] {
    const path: string[] = []
    let node = index
    let width = this.#leaves
    for (let depth = 0; width > 1; depth++) {
      const sibling = node % 2 === 0 ? node + 1 : node - 1
      if (sibling < width) path.push(this.#hex(depth, sibling))
      node = Math.floor(node / 2)
      width = Math.ceil(width / 2)
    }
    return path
  }

  #hex(depth: number, index: number): string {
    return (this.#levels[depth] as Latin1Buffer).toString('hex', index * HASH_BYTES, (index + 1) * HASH_BYTES)
  }
}

function room(hashes: number): Latin1Buffer {
  return Buffer.allocUnsafeSlow(hashes * HASH_BYTES) as Latin1Buffer
}
