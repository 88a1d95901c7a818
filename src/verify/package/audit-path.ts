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
  #root = ''
  #size = 0
  /** The last leaf that was proved, -1 for none, and its ancestors' hashes from itself up to the root. */
  #index = -1
  #ancestors: string[] = []
  /** Which step of its path stands beside each level; the digits of the path itself. */
  readonly #steps = new Int32Array(MAX_LEVELS)
  #path: Uint8Array
  #pathLength = 0

  constructor(tools: PackageTools) {
    this.#tools = tools
    this.#node = tools.buffer(1 + 2 * 32)
    this.#node[0] = 1
    this.#path = tools.buffer(MAX_LEVELS * STEP)
  }

  /** Begins a segment. @param root lowercase hex @param size its number of leaves */
  begin(root: string, size: number): void {
    this.#root = root
    this.#size = size
    this.#index = -1
  }

  /**
   * Whether leaf number `index` with the hash `leaf` is in the tree.
   * @param bytes the line; the path's digits begin at `from`, each 67 bytes after the one before
   */
  proves(index: number, leaf: string, bytes: Uint8Array, from: number, length: number): boolean {
    if (index >= this.#size) return false
    const ancestors: string[] = []
    let node = leaf
    let step = 0
    let k = index
    let before = this.#index
    let last = this.#size - 1
    for (let level = 0; ; level++) {
      if (before === k) {
        if (node !== this.#ancestors[level] || !this.#sameRest(bytes, from, length, step, this.#before(level)))
          return false
        return this.#keep(index, ancestors, level, bytes, from, length)
      }
      if (last === 0) break
      const lonely = k % 2 === 0 && k === last
      if (!lonely) {
        if (step === length) return false
        const beside = from + step * STEP
        if (before >= 0 && before === (k % 2 === 0 ? k + 1 : k - 1)) {
          // its sibling is known, and so is it
          const known = this.#before(level)
          const isKnown =
            this.#isAt(this.#path, known * STEP, node) && this.#isAt(bytes, beside, this.#ancestors[level] as string)
          if (!isKnown || !this.#sameRest(bytes, from, length, step + 1, known + 1)) return false
          ancestors.push(node)
          return this.#keep(index, ancestors, level + 1, bytes, from, length)
        }
        ancestors.push(node)
        if (!isHex(bytes, beside)) return false
        node = k % 2 === 0 ? this.#join(node, bytes, beside) : this.#joinAfter(bytes, beside, node)
        step++
      } else ancestors.push(node)
      k = Math.floor(k / 2)
      last = Math.floor(last / 2)
      if (before >= 0) before = Math.floor(before / 2)
    }
    if (step !== length || node !== this.#root) return false
    ancestors.push(node)
    return this.#keep(index, ancestors, ancestors.length, bytes, from, length)
  }

  /** How many steps of the last path lie below `level`. */
  #before(level: number): number {
    return this.#steps[level] as number
  }

  #sameRest(bytes: Uint8Array, from: number, length: number, step: number, known: number): boolean {
    const left = length - step
    if (left !== this.#pathLength - known) return false
    return left === 0 || this.#tools.same(bytes, from + step * STEP, this.#path, known * STEP, left * STEP - 3)
  }

  #isAt(bytes: Uint8Array, at: number, hash: string): boolean {
    for (let i = 0; i < DIGITS; i++) if (bytes[at + i] !== hash.charCodeAt(i)) return false
    return true
  }

  /** @param below hashes of its ancestors that are its own, from itself up to `level`; above it they are those before it */
  #keep(index: number, below: string[], level: number, bytes: Uint8Array, from: number, length: number): true {
    for (let i = 0; i < level; i++) this.#ancestors[i] = below[i] as string
    let k = index
    let step = 0
    let at = 0
    for (let last = this.#size - 1; last > 0; last = Math.floor(last / 2)) {
      this.#steps[at++] = step
      if (k % 2 === 1 || k !== last) step++
      k = Math.floor(k / 2)
    }
    this.#steps[at] = step
    if (length > 0) this.#path.set(bytes.subarray(from, from + length * STEP - 3), 0)
    this.#pathLength = length
    this.#index = index
    return true
  }

  #join(left: string, bytes: Uint8Array, right: number): string {
    this.#fromText(left, 1)
    this.#fromBytes(bytes, right, 33)
    return this.#tools.sha256Hex(this.#node)
  }

  #joinAfter(bytes: Uint8Array, left: number, right: string): string {
    this.#fromBytes(bytes, left, 1)
    this.#fromText(right, 33)
    return this.#tools.sha256Hex(this.#node)
  }

  #fromText(hash: string, to: number): void {
    for (let i = 0; i < 32; i++) {
      this.#node[to + i] =
        (VALUE[hash.charCodeAt(2 * i)] as number) * 16 + (VALUE[hash.charCodeAt(2 * i + 1)] as number)
    }
  }

  #fromBytes(bytes: Uint8Array, from: number, to: number): void {
    for (let i = 0; i < 32; i++) {
      this.#node[to + i] =
        (VALUE[bytes[from + 2 * i] as number] as number) * 16 + (VALUE[bytes[from + 2 * i + 1] as number] as number)
    }
  }
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
