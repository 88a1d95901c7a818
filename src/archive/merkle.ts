import { hash as anyHash } from 'node:crypto'

/**
 * RFC 6962 §2.1 (Certificate Transparency) hashing over the records of a segment, in order: a leaf is SHA-256 of 0x00
 * and the record's bytes, an inner node SHA-256 of 0x01 and its two children. The empty tree's head is SHA-256 of
 * nothing. https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */

export const HASH_BYTES = 32

/** Digests as one-byte strings are made three times as fast as buffers; Node's types know neither them nor latin1Write. */
export const hash = anyHash as unknown as {
  (algorithm: 'sha256', data: Buffer, encoding: 'latin1'): string
  (algorithm: 'sha256', data: Buffer | string, encoding: 'buffer'): Buffer
}
export type Latin1Buffer = Buffer & { latin1Write(text: string, offset: number, length: number): number }
/** Enough for 2^48 leaves. */
const MAX_LEVELS = 49
/** A segment's index keeps the head of each run of 2^8 leaves (docs/archive-format.md, section 2). */
const BLOCK_LEVEL = 8
export const BLOCK_LEAVES = 2 ** BLOCK_LEVEL

/**
 * Builds a tree head leaf by leaf, keeping only the heads of complete subtrees. Nothing is copied and no object made
 * per leaf but a view: hashes come back as one-byte strings and are written straight into the stack.
 */
export class MerkleBuilder {
  #leaves = 0
  /** Heads of complete subtrees side by side, each larger than the next one; one byte of room before the first. */
  readonly #stack = Buffer.allocUnsafeSlow(1 + MAX_LEVELS * HASH_BYTES) as Latin1Buffer
  /** For each depth the 65 bytes that are hashed to join the heads `depth` and `depth + 1`. */
  readonly #joined: Buffer[] = []
  #depth = 0
  /** Heads of whole blocks as one-byte strings; null where nobody asked for them. */
  readonly #blocks: string[] | null

  /** @param keepBlocks remember the head of every `BLOCK_LEAVES` leaves, for `blockHeads` */
  constructor(keepBlocks = false) {
    this.#blocks = keepBlocks ? [] : null
    for (let depth = 0; depth + 1 < MAX_LEVELS; depth++) {
      this.#joined.push(this.#stack.subarray(depth * HASH_BYTES, depth * HASH_BYTES + 1 + 2 * HASH_BYTES))
    }
  }

  get leaves(): number {
    return this.#leaves
  }

  /**
   * Adds `buf[start, end)` as the next leaf; see `leafDigest` for what becomes of the byte before it.
   */
  add(buf: Buffer, start: number, end: number): void {
    this.#push(leafDigest(buf, start, end))
  }

  /** Adds a leaf whose RFC 6962 leaf hash is known. */
  addLeafHash(leaf: Buffer): void {
    this.#push(leaf.toString('latin1'))
  }

  /** The tree head over all leaves so far; more can be added afterwards. */
  root(): Buffer {
    if (this.#depth === 0) return hash('sha256', '', 'buffer')
    let head: Buffer = Buffer.from(this.#head(this.#depth - 1))
    for (let depth = this.#depth - 2; depth >= 0; depth--) head = nodeHash(this.#head(depth), head)
    return head
  }

  /**
   * The head of every run of `BLOCK_LEAVES` leaves, 32 bytes each, the last one over what is left. Only of a builder that
   * was told to keep them.
   */
  blockHeads(): Buffer {
    const blocks = this.#blocks ?? []
    const left = this.#leaves % BLOCK_LEAVES
    const heads = Buffer.from(blocks.join(''), 'latin1')
    if (left === 0) return heads
    // the smaller subtrees at the end of the stack are what is left of the last block
    let depth = this.#depth - 1
    let head: Buffer = Buffer.from(this.#head(depth))
    for (let bits = onesOf(left) - 1; bits > 0; bits--) head = nodeHash(this.#head(--depth), head)
    return Buffer.concat([heads, head])
  }

  #head(depth: number): Buffer {
    return this.#stack.subarray(1 + depth * HASH_BYTES, 1 + (depth + 1) * HASH_BYTES)
  }

  #push(digest: string): void {
    const stack = this.#stack
    stack.latin1Write(digest, 1 + this.#depth * HASH_BYTES, HASH_BYTES)
    this.#depth++
    // as many subtrees are complete now as the number of leaves before this one ends in one-bits
    let level = 0
    for (let n = this.#leaves; n % 2 === 1; n = (n - 1) / 2) {
      const depth = this.#depth - 2
      const at = depth * HASH_BYTES
      const before = stack[at] as number
      stack[at] = 0x01
      const parent = hash('sha256', this.#joined[depth] as Buffer, 'latin1')
      stack[at] = before
      stack.latin1Write(parent, at + 1, HASH_BYTES)
      this.#depth--
      if (++level === BLOCK_LEVEL) this.#blocks?.push(parent)
    }
    this.#leaves++
  }
}

const LEAF_PREFIX = Buffer.from([0x00])
const NODE_PREFIX = Buffer.from([0x01])

/**
 * The leaf hash of `buf[start, end)` as a one-byte string. The byte before `start` is overwritten while the hash is made
 * and put back before this returns, which saves a copy of every record; with start = 0 the leaf is copied.
 */
export function leafDigest(buf: Buffer, start: number, end: number): string {
  if (start === 0) return hash('sha256', Buffer.concat([LEAF_PREFIX, buf.subarray(0, end)]), 'latin1')
  const before = buf[start - 1] as number
  buf[start - 1] = 0x00
  const digest = hash('sha256', buf.subarray(start - 1, end), 'latin1')
  buf[start - 1] = before
  return digest
}

/** RFC 6962 §2.1 leaf hash: SHA-256(0x00 || data). */
export function leafHash(data: Buffer): Buffer {
  return hash('sha256', Buffer.concat([LEAF_PREFIX, data]), 'buffer')
}

/** RFC 6962 §2.1 inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE_PREFIX, left, right]), 'buffer')
}

/** The tree head over a list of leaf hashes. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const builder = new MerkleBuilder()
  for (const leaf of leaves) builder.addLeafHash(leaf)
  return builder.root()
}

/**
 * RFC 6962 §2.1.1: the audit path that proves that leaf `index` is in the tree over `leaves`.
 * @returns the missing nodes from the leaf up
 */
export function inclusionProof(leaves: readonly Buffer[], index: number): Buffer[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`expected a leaf index below ${leaves.length}, got ${index}`)
  }
  const path: Buffer[] = []
  let from = 0
  let to = leaves.length
  while (to - from > 1) {
    const split = from + largestPowerOfTwoBelow(to - from)
    if (index < split) {
      path.push(merkleRoot(leaves.slice(split, to)))
      to = split
    } else {
      path.push(merkleRoot(leaves.slice(from, split)))
      from = split
    }
  }
  return path.reverse()
}

/**
 * Whether `path` proves that `leaf` is leaf number `index` of a tree of `size` leaves with the head `root`
 * (RFC 9162 §2.1.3.2, the same trees). Never throws; everything given may be hostile.
 */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false
  let node = index
  let last = size - 1
  let head = leaf
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (node % 2 === 1 || node === last) {
      head = nodeHash(sibling, head)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      head = nodeHash(head, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && head.equals(root)
}

function onesOf(n: number): number {
  let ones = 0
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}

function largestPowerOfTwoBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
