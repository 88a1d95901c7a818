import { readHash } from './hex.ts'
import { COMMA, decodeUtf8, encode, notCanonical, QUOTE, Scan } from './scan.ts'

const TOPIC = encode('{"topic":')
const PARTITION = encode(',"partition":')
const OFFSET = encode(',"offset":')
const SEGMENT = encode(',"segment":')
const LEAF_INDEX = encode(',"leaf_index":')
const TREE_SIZE = encode(',"tree_size":')
const LEAF_HASH = encode(',"leaf_hash":"')
const AUDIT_PATH = encode('","audit_path":[')
const END = encode(']}')
const HASH_DIGITS = 64
/** A tree of 2^53 leaves has no longer path. */
const MAX_PATH = 53

/** Reads lines of `proofs/proofs.ndjson` (contract/evidence/package.ts, PackageProof). */
export class ProofLine {
  topic = ''
  partition = 0
  offset = 0
  segment = ''
  leafIndex = 0
  treeSize = 0
  /** The path's hashes lie in the line, `"…",` each 67 bytes apart: where the first one's digits begin, and how many. */
  pathFrom = 0
  pathLength = 0
  readonly #scan = new Scan()
  /** What the next line mostly shares with the one before. */
  #head: Uint8Array = new Uint8Array(0)
  #middle: Uint8Array = new Uint8Array(0)

  /**
   * @param leaves takes the leaf's hash, 32 bytes, at `leaf`
   * @throws Refusal FORMAT_FAILURE saying at which byte the line is not canonical
   */
  read(bytes: Uint8Array, start: number, end: number, leaves: Uint8Array, leaf: number): void {
    const scan = this.#scan
    scan.set(bytes, start, end)
    if (this.#head.length === 0 || !scan.takes(this.#head)) this.#readHead(scan)
    this.offset = scan.count()
    if (this.#middle.length === 0 || !scan.takes(this.#middle)) this.#readMiddle(scan)
    this.leafIndex = scan.count()
    scan.expect(TREE_SIZE)
    this.treeSize = scan.count()
    scan.expect(LEAF_HASH)
    if (scan.at + HASH_DIGITS > end || !readHash(bytes, scan.at, leaves, leaf)) throw notCanonical(scan)
    scan.at += HASH_DIGITS
    scan.expect(AUDIT_PATH)
    this.pathFrom = scan.at + 1
    this.pathLength = this.#pathSteps(scan)
    scan.expect(END)
    scan.expectEnd()
  }

  /** Counts the path's steps; that each is 64 hex digits shows where it is hashed or compared (AuditPaths). */
  #pathSteps(scan: Scan): number {
    let steps = 0
    while (scan.sees(QUOTE)) {
      if (++steps > MAX_PATH) throw notCanonical(scan)
      scan.at += 1 + HASH_DIGITS
      scan.expectByte(QUOTE)
      if (!scan.sees(COMMA)) break
      scan.at++
      if (!scan.sees(QUOTE)) throw notCanonical(scan)
    }
    return steps
  }

  #readHead(scan: Scan): void {
    const start = scan.at
    scan.expect(TOPIC)
    this.topic = text(scan)
    scan.expect(PARTITION)
    this.partition = scan.count()
    scan.expect(OFFSET)
    this.#head = scan.copyFrom(start)
  }

  #readMiddle(scan: Scan): void {
    const start = scan.at
    scan.expect(SEGMENT)
    this.segment = text(scan)
    scan.expect(LEAF_INDEX)
    this.#middle = scan.copyFrom(start)
  }
}

function text(scan: Scan): string {
  return decodeUtf8(scan.string()) as string
}
