import { hash } from 'node:crypto'
import { MerkleTree } from '../../archive/merkle-tree.ts'
import { openSegment, type Segment } from '../../archive/segment/reader.ts'
import { looksLikeControlMarker } from '../../archive/suspects.ts'
import type { SegmentEntry } from '../../archive/types.ts'
import type { ExtractFilter } from '../../contract/config/extract-filter.ts'
import type { MaskRule } from '../../contract/config/extract-mask.ts'
import { CofferError } from '../../contract/errors.ts'
import { BLOCK_BYTES, packBlockAside } from '../../evidence/package/packed.ts'
import { type Window, type WindowTest, windowTest } from '../restore/window.ts'
import { Candidate, compileFilter, type RecordTest } from './filter.ts'
import { compileMask, type Masker } from './mask.ts'
import { FalseIndex, type NarrowPlan, narrowPieces, planNarrow, type ReadPiece } from './narrow.ts'
import { recordLine } from './record-line.ts'

/** What is asked of every segment; crosses a thread. */
export interface ScanSettings {
  window: { start: number | null; end: number | null }
  filter: ExtractFilter | null
  mask: MaskRule[]
  /** Key of `hash` rules. */
  secret: Uint8Array | null
}

export interface ScanTask {
  topic: string
  partition: number
  entry: SegmentEntry
}

/**
 * Bytes for one of the two streams, with the deflate block made of them, in order; then what the segment came to. `again`:
 * what has come so far is void, and the segment begins anew.
 */
export type ScanPiece =
  | { kind: 'records' | 'proofs'; bytes: Uint8Array; packed: Uint8Array }
  | { kind: 'again' }
  | { kind: 'done'; summary: ScanSummary }

export interface ScanSummary {
  sha256: string
  merkleRoot: string
  /** Of the segment, with those that its index ruled out. */
  records: number
  /** Records that were not looked at, since the segment's index puts all of their frame outside the window. */
  ruledOut: number
  /** Uncompressed. */
  bytes: number
  matched: number
  matchedBytes: number
  redacted: number
  /** Records whose whole value was taken out since rules by JSON path could not be applied. */
  withheld: number
  /** Redacted records in which something that was hidden still stands at another place. */
  repeated: number
  undecodable: number
  /** Records of the window that did not match, and whose value is no JSON, which the filter asks for. */
  blind: number
  /** Records of the window that did not match, and hold something else where the filter compares a number. */
  unordered: number
  /** Of a foreign archive: records that look like transaction markers. */
  suspects: number
}

/** Settings made ready, once for all segments. */
export interface Scanner {
  window: Window
  inWindow: WindowTest | null
  matches: RecordTest | null
  masker: Masker | null
}

export function makeScanner(settings: ScanSettings): Scanner {
  return {
    window: settings.window,
    inWindow: windowTest(settings.window),
    matches: compileFilter(settings.filter),
    masker: compileMask(settings.mask, settings.secret === null ? null : Buffer.from(settings.secret)),
  }
}

/**
 * Reads one segment: its records go into the tree, those that match come out as lines, and after the last record their
 * proofs do. Blocks are cut by content and end with the segment, so that the same segment gives the same bytes. Where the
 * segment's index rules out some of its frames, they are not unpacked (narrow.ts); the bytes that come out are the same.
 * @param object the whole object; written to for moments while it is read
 * @throws SEGMENT_DAMAGED, also where the records are not those that the manifest's root was made over;
 *   RECORD_UNREPRESENTABLE
 */
export async function* scanSegment(object: Buffer, task: ScanTask, scanner: Scanner): AsyncGenerator<ScanPiece> {
  const segment = openSegment(object, task.entry)
  const narrow = scanner.inWindow === null ? null : planNarrow(segment, task.entry, scanner.window)
  if (narrow !== null) {
    try {
      yield* piecesOf(new SegmentRead(object, segment, task, scanner, narrow), task)
      return
    } catch (error) {
      if (!(error instanceof FalseIndex)) throw error
      yield { kind: 'again' }
    }
  }
  yield* piecesOf(new SegmentRead(object, segment, task, scanner, null), task)
}

async function* piecesOf(read: SegmentRead, task: ScanTask): AsyncGenerator<ScanPiece> {
  const matched: number[] = []
  const offsets: number[] = []
  const packing: Packing = []
  const records = new Blocks('records', packing)
  for await (const { line, index, offset } of read.lines()) {
    matched.push(index)
    offsets.push(offset)
    records.add(line)
    while (packing.length > MOST_PACKING) yield await next(packing)
  }
  records.end()
  const summary = read.finish()
  const proofs = new Blocks('proofs', packing)
  const proof = proofWriter(task, read.tree)
  for (const [i, index] of matched.entries()) {
    proofs.add(proof(offsets[i] as number, index))
    while (packing.length > MOST_PACKING) yield await next(packing)
  }
  proofs.end()
  while (packing.length > 0) yield await next(packing)
  yield { kind: 'done', summary }
}

export interface SeparateRecord {
  offset: number
  line: string
  proof: string
  leafHash: string
}

/** The same with each record apart, for segments that overlap (archives of other programs): all of it in memory. */
export async function scanApart(
  object: Buffer,
  task: ScanTask,
  scanner: Scanner,
  limitBytes: number,
): Promise<{ records: SeparateRecord[]; summary: ScanSummary }> {
  const read = new SegmentRead(object, openSegment(object, task.entry), task, scanner, null)
  const found: { line: string; index: number; offset: number }[] = []
  let bytes = 0
  for await (const one of read.lines()) {
    found.push({ ...one })
    bytes += one.line.length
    if (bytes > limitBytes) {
      throw new CofferError('UNSUPPORTED', `segments that overlap hold more than ${limitBytes} bytes of matches`, {
        hint: 'Narrow the time window or the filter.',
      })
    }
  }
  const summary = read.finish()
  const proof = proofWriter(task, read.tree)
  return {
    summary,
    records: found.map(({ line, index, offset }) => ({
      offset,
      line,
      proof: proof(offset, index),
      leafHash: read.tree.leafHex(index),
    })),
  }
}

/** What proofs are made of. */
type ProofTree = Pick<MerkleTree, 'leaves' | 'leafHex' | 'path'>

class SegmentRead {
  /** Complete once `finish` was called. */
  readonly tree: ProofTree
  readonly #segment: Segment
  readonly #task: ScanTask
  readonly #scanner: Scanner
  readonly #whole: MerkleTree
  readonly #narrow: NarrowPlan | null
  readonly #sha256: string
  #bytes = 0
  #matched = 0
  #matchedBytes = 0
  #redacted = 0
  #withheld = 0
  #repeated = 0
  #undecodable = 0
  #blind = 0
  #unordered = 0
  #suspects = 0

  /** @param narrow which frames are read; null: all of the segment */
  constructor(object: Buffer, segment: Segment, task: ScanTask, scanner: Scanner, narrow: NarrowPlan | null) {
    this.#segment = segment
    this.#task = task
    this.#scanner = scanner
    this.#narrow = narrow
    this.#whole = new MerkleTree(narrow === null ? task.entry.record_count : 0)
    this.tree = narrow === null ? this.#whole : narrow.tree
    // openSegment compares it with the manifest's where that states one
    this.#sha256 = task.entry.sha256 ?? hash('sha256', object)
  }

  async *lines(): AsyncGenerator<{ line: string; index: number; offset: number }> {
    const { entry, topic, partition } = this.#task
    const { inWindow, matches, masker } = this.#scanner
    const narrow = this.#narrow?.tree
    const whole = this.#whole
    const foreign = entry.generation === undefined
    const place = `"topic":${JSON.stringify(topic)},"partition":${partition}`
    const found = { line: '', index: 0, offset: 0 }
    for await (const { cursor, leaf, wanted, from, to } of this.#pieces()) {
      const { view } = cursor
      const candidate = new Candidate(view)
      for (let next = leaf; cursor.next(); next++) {
        const index = next
        const size = cursor.recordEnd - cursor.recordStart
        this.#bytes += size
        if (narrow === undefined) whole.add(view.buf, cursor.recordStart, cursor.recordEnd)
        else if (index >= from && index < to) narrow.add(index, view.buf, cursor.recordStart, cursor.recordEnd)
        if (!wanted) continue
        if (inWindow !== null && !inWindow(view.tsHi, view.tsLo)) continue
        if (matches !== null && !matches(candidate)) {
          if (candidate.isBlind) this.#blind++
          if (candidate.isUnordered) this.#unordered++
          continue
        }
        const written = recordLine(place, view, masker)
        this.#matched++
        this.#matchedBytes += size
        if (written.redacted) this.#redacted++
        if (written.withheld) this.#withheld++
        if (written.repeated) this.#repeated++
        if (written.undecodable) this.#undecodable++
        if (foreign && looksLikeControlMarker(view)) this.#suspects++
        found.line = written.text
        found.index = index
        found.offset = view.offset
        yield found
      }
    }
  }

  async *#pieces(): AsyncGenerator<ReadPiece> {
    if (this.#narrow !== null) yield* narrowPieces(this.#segment, this.#narrow)
    else {
      let leaf = 0
      for await (const cursor of this.#segment.chunks()) {
        yield { cursor, leaf, wanted: true, from: 0, to: 0 }
        leaf = this.#whole.leaves
      }
    }
  }

  /** @throws SEGMENT_DAMAGED where the root is another than the manifest's */
  finish(): ScanSummary {
    const root = (this.#narrow?.tree.root ?? this.#whole.finish()).toString('hex')
    const { key, merkle_root } = this.#task.entry
    if (merkle_root !== undefined && merkle_root !== root) {
      const reason = `expected Merkle root ${merkle_root}, got ${root}`
      throw new CofferError('SEGMENT_DAMAGED', `the segment "${key}" is damaged: ${reason}`, {
        details: { segment: key, reason },
      })
    }
    return {
      sha256: this.#sha256,
      merkleRoot: root,
      records: this.tree.leaves,
      ruledOut: this.#narrow?.ruledOut ?? 0,
      bytes: this.#narrow === null ? this.#bytes : this.#task.entry.uncompressed_size,
      matched: this.#matched,
      matchedBytes: this.#matchedBytes,
      redacted: this.#redacted,
      withheld: this.#withheld,
      repeated: this.#repeated,
      undecodable: this.#undecodable,
      blind: this.#blind,
      unordered: this.#unordered,
      suspects: this.#suspects,
    }
  }
}

/** A line of `proofs/proofs.ndjson`, by a record's offset and its place in the segment. */
function proofWriter(
  { topic, partition, entry }: ScanTask,
  tree: ProofTree,
): (offset: number, index: number) => string {
  const before = `{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":`
  const middle = `,"segment":${JSON.stringify(entry.key)},"leaf_index":`
  const size = `,"tree_size":${tree.leaves},"leaf_hash":"`
  return (offset, index) => {
    const path = tree.path(index)
    const written = path.length === 0 ? '' : `"${path.join('","')}"`
    return `${before}${offset}${middle}${index}${size}${tree.leafHex(index)}","audit_path":[${written}]}\n`
  }
}

/** Blocks that the thread pool compresses while the next one is gathered, in the order of the output. */
type Packing = Promise<ScanPiece>[]

const MOST_PACKING = 2

function next(packing: Packing): Promise<ScanPiece> {
  return packing.shift() as Promise<ScanPiece>
}

/** Lines gathered into blocks of about a MiB, each compressed on its own. */
class Blocks {
  readonly #kind: 'records' | 'proofs'
  readonly #packing: Packing
  #lines: string[] = []
  #characters = 0

  constructor(kind: 'records' | 'proofs', packing: Packing) {
    this.#kind = kind
    this.#packing = packing
  }

  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length
    if (this.#characters >= BLOCK_BYTES) this.end()
  }

  /** Ends the block, where there is one. */
  end(): void {
    if (this.#lines.length === 0) return
    const kind = this.#kind
    const bytes = Buffer.from(this.#lines.join(''))
    this.#lines = []
    this.#characters = 0
    const piece = packBlockAside(bytes).then((packed) => ({ kind, bytes, packed }))
    // it is waited for later, and not at all where the segment turns out to be damaged
    piece.catch(() => {})
    this.#packing.push(piece)
  }
}
