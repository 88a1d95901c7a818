import { encode } from './scan.ts'
import type { PackageTools } from './tools.ts'

/** Of one hash in a line: its 64 digits, two quotes and a comma. */
const STEP = 67
const DIGITS = 64
const MAX_LEVELS = 54

/**
 * RFC 6962 section 2.1.1 audit paths of the records of one segment, in order, climbed to its Merkle root (RFC 9162
 * section 2.1.3.2). What one record's path proved is kept, a node for each level: the next one stops where it meets it, and
 * what is left of its path must then be the same bytes. So a full segment costs about one hash for each record.
 */
export class AuditPaths {
  readonly #tools: PackageTools
  /** 0x01, left, right: RFC 6962 section 2.1. */
  readonly #node: Uint8Array
  #root: Uint8Array = new Uint8Array(0)
  #size = 0
  /** The last leaf that was proved, -1 for none. */
  #index = -1
  /** Digits of its ancestors, from itself up to the root, and of those of the leaf at hand as far as they are its own. */
  readonly #ancestors: Uint8Array
  readonly #own: Uint8Array
  /** The text of its path. */
  readonly #path: Uint8Array
  #pathLength = 0

  constructor(tools: PackageTools) {
    this.#tools = tools
    this.#node = tools.buffer(1 + 2 * 32)
    this.#node[0] = 1
    this.#ancestors = tools.buffer(MAX_LEVELS * DIGITS)
    this.#own = tools.buffer(MAX_LEVELS * DIGITS)
    this.#path = tools.buffer(MAX_LEVELS * STEP)
  }

  /** Begins a segment. @param root lowercase hex @param size its number of leaves */
  begin(root: string, size: number): void {
    this.#root = encode(root)
    this.#size = size
    this.#index = -1
  }

  /**
   * Whether leaf number `index` is in the tree.
   * @param bytes the line
   * @param leaf where the 64 digits of its hash begin, known to be lowercase hex
   * @param from where the path's digits begin, each 67 bytes after the one before
   */
  proves(index: number, bytes: Uint8Array, leaf: number, from: number, length: number): boolean {
    if (index >= this.#size) return false
    const own = this.#own
    copy(bytes, leaf, own, 0, DIGITS)
    let step = 0
    let k = index
    let before = this.#index
    let last = this.#size - 1
    for (let level = 0; ; level++) {
      const node = level * DIGITS
      if (before === k) {
        const known = this.#stepsBelow(level)
        if (!same(own, node, this.#ancestors, node) || !this.#sameRest(bytes, from, length, step, known)) return false
        return this.#keep(index, level, bytes, from, length, step, known)
      }
      if (last === 0) {
        if (step !== length || !same(own, node, this.#root, 0)) return false
        return this.#keep(index, level + 1, bytes, from, length, length, length)
      }
      if (k % 2 === 0 && k === last) copy(own, node, own, node + DIGITS, DIGITS)
      else {
        if (step === length) return false
        const beside = from + step * STEP
        if (before >= 0 && before === (k % 2 === 0 ? k + 1 : k - 1)) {
          // its sibling is known, and so is it
          const known = this.#stepsBelow(level)
          const isKnown = same(own, node, this.#path, known * STEP) && same(bytes, beside, this.#ancestors, node)
          if (!isKnown || !this.#sameRest(bytes, from, length, step + 1, known + 1)) return false
          return this.#keep(index, level + 1, bytes, from, length, step + 1, known + 1)
        }
        if (!isHex(bytes, beside)) return false
        this.#half(k % 2 === 0 ? 1 : 33, own, node)
        this.#half(k % 2 === 0 ? 33 : 1, bytes, beside)
        const parent = this.#tools.sha256Hex(this.#node)
        for (let i = 0; i < DIGITS; i++) own[node + DIGITS + i] = parent.charCodeAt(i)
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
    copy(this.#own, 0, this.#ancestors, 0, level * DIGITS)
    const changed = step === known ? step : length
    if (changed > 0) copy(bytes, from, this.#path, 0, changed * STEP - 3)
    this.#pathLength = length
    this.#index = index
    return true
  }

  /** The 32 bytes whose digits begin at `from`. */
  #half(to: number, digits: Uint8Array, from: number): void {
    const node = this.#node
    for (let i = 0; i < 32; i++) {
      node[to + i] =
        (VALUE[digits[from + 2 * i] as number] as number) * 16 + (VALUE[digits[from + 2 * i + 1] as number] as number)
    }
  }
}

function copy(bytes: Uint8Array, from: number, to: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = bytes[from + i] as number
}

/** Whether the same 64 digits lie at both places. */
function same(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number): boolean {
  for (let i = 0; i < DIGITS; i++) if (a[aFrom + i] !== b[bFrom + i]) return false
  return true
}

/** Whether a step's 64 digits are lowercase hex: what has no other meaning than its digits. */
function isHex(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < from + DIGITS; at++) {
    const byte = bytes[at] as number
    if ((VALUE[byte] as number) === 0 && byte !== 0x30) return false
  }
  return true
}

/** What a hex digit stands for. */
const VALUE = new Uint8Array(256)
for (let i = 0; i < 16; i++) VALUE[i.toString(16).charCodeAt(0)] = i
