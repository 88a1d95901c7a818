import { BLOCK_LEAVES, HASH_BYTES } from './merkle.ts'
import { MerkleTree } from './merkle-tree.ts'

/**
 * The tree of a segment of which only some blocks of `BLOCK_LEAVES` leaves were hashed: the heads of the others are those
 * that the segment's index states. The root made of all heads must be the segment's own, and the head of each block that
 * was hashed must be the stated one: then every audit path is as good as if all had been hashed.
 */
export class BlockTree {
  readonly leaves: number
  readonly #heads: Buffer
  readonly #upper: MerkleTree
  readonly #blocks = new Map<number, MerkleTree>()

  /** @param heads 32 bytes for each block, as the index states them */
  constructor(leaves: number, heads: Buffer) {
    this.leaves = leaves
    this.#heads = heads
    this.#upper = new MerkleTree(heads.length / HASH_BYTES)
    this.#upper.addHashes(heads)
    this.root = this.#upper.finish()
  }

  /** What the stated heads lead to. */
  readonly root: Buffer

  /** Adds `buf[start, end)` as leaf number `index`; the leaves of a block come in order, and all of them. */
  add(index: number, buf: Buffer, start: number, end: number): void {
    const number = Math.floor(index / BLOCK_LEAVES)
    let block = this.#blocks.get(number)
    if (block === undefined) {
      block = new MerkleTree(BLOCK_LEAVES)
      this.#blocks.set(number, block)
    }
    block.add(buf, start, end)
  }

  /** @returns false where a block that was hashed is not the one of which the index states the head */
  finish(): boolean {
    for (const [number, block] of this.#blocks) {
      const stated = this.#heads.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES)
      if (!block.finish().equals(stated)) return false
    }
    return true
  }

  /** Lowercase hex of a leaf's hash. */
  leafHex(index: number): string {
    return this.#blockOf(index).leafHex(index % BLOCK_LEAVES)
  }

  /** The audit path of RFC 6962 section 2.1.1, from the leaf up, in lowercase hex. After `finish`. */
  path(index: number): string[] {
    const above = this.#upper.path(Math.floor(index / BLOCK_LEAVES))
    return [...this.#blockOf(index).path(index % BLOCK_LEAVES), ...above]
  }

  #blockOf(index: number): MerkleTree {
    return this.#blocks.get(Math.floor(index / BLOCK_LEAVES)) as MerkleTree
  }
}
