import { readHash } from './hex.ts'
import { encode } from './scan.ts'
import type { PackageTools } from './tools.ts'

/** Of one hash in a line: its 64 digits, two quotes and a comma. */
const STEP = 67
const MAX_LEVELS = 54
/** Of a hash, in words of 32 bits. */
const WORDS = 8

/**
 * RFC 6962 section 2.1.1 audit paths of the records of one segment, climbed to its Merkle root (RFC 9162 section 2.1.3.2).
 * What one record's path proved is kept, a node for each level: the next one stops where it meets it, and what is left of
 * its path must then be the same bytes. So a full segment in order costs about one hash for each record. In whatever order
 * they come, the answer is the one that climbing to the root would give.
 */
export class AuditPaths {
  readonly #tools: PackageTools
  /** 0x01, left, right: RFC 6962 section 2.1. */
  readonly #node: Uint8Array
  readonly #halves: Int32Array
  readonly #parent: Hashes
  /** The root, if it is one. */
  readonly #root: Hashes
  #hasRoot = false
  #size = 0
  /** The last leaf that was proved, -1 for none. */
  #index = -1
  /** Its ancestors, from itself up to the root; and those of the leaf at hand, as far as they are its own. */
  readonly #ancestors: Hashes
  readonly #own: Hashes
  /** The text of its path, and what it says; and of the path at hand what had to be read. */
  readonly #path: Uint8Array
  #pathLength = 0
  readonly #steps: Hashes
  readonly #ownSteps: Hashes

  constructor(tools: PackageTools) {
    this.#tools = tools
    const aligned = tools.buffer(4 + 2 * 32)
    aligned[3] = 1
    this.#node = aligned.subarray(3)
    this.#halves = new Int32Array(aligned.buffer, aligned.byteOffset + 4, 2 * WORDS)
    const hashes = (count: number) => new Hashes(tools.buffer(count * 32))
    this.#parent = hashes(1)
    this.#root = hashes(1)
    this.#ancestors = hashes(MAX_LEVELS)
    this.#own = hashes(MAX_LEVELS)
    this.#steps = hashes(MAX_LEVELS)
    this.#ownSteps = hashes(MAX_LEVELS)
    this.#path = tools.buffer(MAX_LEVELS * STEP)
  }

  /** Begins a segment. @param root lowercase hex; nothing leads to any other text @param size its number of leaves */
  begin(root: string, size: number): void {
    const digits = encode(root)
    this.#hasRoot = digits.length === 64 && readHash(digits, 0, this.#root.bytes, 0)
    this.#size = size
    this.#index = -1
  }

  /**
   * Whether leaf number `index` is in the tree.
   * @param leaf its hash, 32 bytes from `leafFrom` on
   * @param bytes the line
   * @param from where the path's digits begin, each 67 bytes after the one before
   */
  proves(index: number, leaf: Uint8Array, leafFrom: number, bytes: Uint8Array, from: number, length: number): boolean {
    if (index >= this.#size) return false
    const own = this.#own
    for (let i = 0; i < 32; i++) own.bytes[i] = leaf[leafFrom + i] as number
    const steps = this.#ownSteps
    let step = 0
    let k = index
    let before = this.#index
    let last = this.#size - 1
    for (let level = 0; ; level++) {
      if (before === k) {
        const known = this.#stepsBelow(level)
        if (!same(own, level, this.#ancestors, level) || !this.#sameRest(bytes, from, length, step, known)) return false
        return this.#keep(index, level, bytes, from, length, step, known)
      }
      if (last === 0) {
        if (step !== length || !this.#hasRoot || !same(own, level, this.#root, 0)) return false
        return this.#keep(index, level + 1, bytes, from, length, length, length)
      }
      if (k % 2 === 0 && k === last) copy(own, level, own, level + 1)
      else {
        // that a step is lowercase hex, and has no other spelling, is seen where it is read or compared with the last one
        if (step === length || !readHash(bytes, from + step * STEP, steps.bytes, step * 32)) return false
        if (before >= 0 && before === (k % 2 === 0 ? k + 1 : k - 1)) {
          // its sibling is known, and so is it
          const known = this.#stepsBelow(level)
          const isKnown = same(own, level, this.#steps, known) && same(steps, step, this.#ancestors, level)
          if (!isKnown || !this.#sameRest(bytes, from, length, step + 1, known + 1)) return false
          return this.#keep(index, level + 1, bytes, from, length, step + 1, known + 1)
        }
        this.#half(k % 2 === 0 ? 0 : WORDS, own, level)
        this.#half(k % 2 === 0 ? WORDS : 0, steps, step)
        this.#tools.sha256Into(this.#node, this.#node.length, this.#parent.bytes, 0)
        copy(this.#parent, 0, own, level + 1)
        step++
      }
      k = Math.floor(k / 2)
      last = Math.floor(last / 2)
      if (before >= 0) before = Math.floor(before / 2)
    }
  }

  /** How many steps of the last proved leaf's path lie below `level`: one for each level but where a node stands alone. */
  #stepsBelow(level: number): number {
    let steps = 0
    let k = this.#index
    let last = this.#size - 1
    for (let i = 0; i < level; i++) {
      if (k % 2 === 1 || k !== last) steps++
      k = Math.floor(k / 2)
      last = Math.floor(last / 2)
    }
    return steps
  }

  /** Whether the path from `step` on is the text of the last one from `known` on. */
  #sameRest(bytes: Uint8Array, from: number, length: number, step: number, known: number): boolean {
    const left = length - step
    if (left !== this.#pathLength - known) return false
    return left === 0 || this.#tools.same(bytes, from + step * STEP, this.#path, known * STEP, left * STEP - 3)
  }

  /**
   * @param level below it the ancestors are the leaf's own, from it on they are those of the one before
   * @param step from it on the path is the text that the last one has from `known` on
   */
  #keep(
    index: number,
    level: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    step: number,
    known: number,
  ): true {
    this.#ancestors.set(this.#own, level)
    const changed = step === known ? step : length
    this.#copyPath(bytes, from, changed * STEP - 3)
    if (step !== known) this.#steps.bytes.copyWithin(step * 32, known * 32, (known + length - step) * 32)
    this.#steps.set(this.#ownSteps, step)
    this.#pathLength = length
    this.#index = index
    return true
  }

  /** Mostly a step or two, for which a view would cost more than the copy. */
  #copyPath(bytes: Uint8Array, from: number, length: number): void {
    const path = this.#path
    if (length > 256) path.set(bytes.subarray(from, from + length), 0)
    else for (let i = 0; i < length; i++) path[i] = bytes[from + i] as number
  }

  /** A hash into the node that is to be hashed. @param at in words */
  #half(at: number, hashes: Hashes, place: number): void {
    for (let i = 0; i < WORDS; i++) this.#halves[at + i] = hashes.words[place * WORDS + i] as number
  }
}

/** Hashes one after the other. */
class Hashes {
  readonly bytes: Uint8Array
  readonly words: Int32Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }

  /** Takes over the first `count` of others. */
  set(others: Hashes, count: number): void {
    for (let i = 0; i < count * WORDS; i++) this.words[i] = others.words[i] as number
  }
}

function copy(from: Hashes, a: number, to: Hashes, b: number): void {
  for (let i = 0; i < WORDS; i++) to.words[b * WORDS + i] = from.words[a * WORDS + i] as number
}

function same(a: Hashes, aPlace: number, b: Hashes, bPlace: number): boolean {
  for (let i = 0; i < WORDS; i++) if (a.words[aPlace * WORDS + i] !== b.words[bPlace * WORDS + i]) return false
  return true
}
