import type { PackageCoverage } from '../../contract/evidence/package.ts'
import { type Int64, joinInt64 } from '../../contract/record.ts'
import type { SegmentRoot } from './coverage.ts'
import { grouped, quoted, Refusal } from './refusal.ts'
import { DECODED, type Ending, type ProofRows, REDACTED, type RecordRows, type RowStream, type Rows } from './rows.ts'

/** All of them are named in a sentence. */
const MAX_RULES = 10_000

/** What the records and their proofs, side by side, come to. */
export interface Walked {
  records: number
  /** Of these, the ones that are redacted: their proof is of the original. */
  redacted: number
  /** Those whose key or value stands decoded beside its bytes. */
  decoded: number
  /** Whose path leads to the root that the manifest states. */
  proved: number
  /** Whose path leads to a root that only the coverage states, since the manifest has none. */
  unvouched: number
  /** Number of proofs by segment. */
  matched: Map<string, number>
  /** Names of the rules that redacted something. */
  rules: Set<string>
  /** Records whose proof does not hold, and the first of them. */
  wrong: number
  firstWrong: string
}

/**
 * Puts records and proofs side by side: each record hashes to its proof's leaf, each proof climbs to its segment's root.
 * @param roots of the segments that were read
 * @throws Refusal where a line is not canonical, out of order, or the two files are not of the same records
 */
export async function walkRecords(
  records: RowStream<RecordRows>,
  proofs: RowStream<ProofRows>,
  roots: ReadonlyMap<string, SegmentRoot>,
  window: PackageCoverage['window'],
): Promise<Walked> {
  const walk = new Walk(roots, window)
  const [record, proof] = [new Cursor(records), new Cursor(proofs)]
  for (;;) {
    await record.load()
    await proof.load()
    const both = Math.min(record.left, proof.left)
    if (both === 0) break
    walk.steps(record, proof, both)
    record.at += both
    proof.at += both
  }
  // what can't be read on comes before what the lines say, and that they are not the same in number before either's fault
  for (const { ending } of [record, proof]) if (ending?.what === 'file') throw refusalOf(ending)
  if (record.isThere !== proof.isThere) {
    const more = record.isThere ? 'records than proofs' : 'proofs than records'
    throw new Refusal('PROOF_FAILURE', `There are more ${more}.`)
  }
  for (const { ending } of [record, proof]) if (ending?.what === 'line') throw refusalOf(ending)
  return walk.result
}

function refusalOf({ sub, reason }: Exclude<Ending, { what: 'end' }>): Refusal {
  return new Refusal(sub, reason)
}

/** A place in the rows of one file. */
class Cursor<T extends Rows> {
  rows: T | null = null
  /** The next row, in `rows`. */
  at = 0
  readonly #stream: AsyncIterator<T>

  constructor(stream: RowStream<T>) {
    this.#stream = stream.rows[Symbol.asyncIterator]()
  }

  get left(): number {
    return this.rows === null ? 0 : this.rows.count - this.at
  }

  /** Why there is no next row; null where there is one. */
  get ending(): Ending | null {
    return this.rows === null || this.left > 0 ? null : this.rows.ending
  }

  /** Whether there is a next line, readable or not. */
  get isThere(): boolean {
    return this.left > 0 || this.ending?.what === 'line'
  }

  /** Sees to it that there is a next row, or an ending. */
  async load(): Promise<void> {
    while (this.left === 0 && this.ending === null) {
      const { done, value } = await this.#stream.next()
      if (done === true) throw new Error('the rows had no ending')
      this.rows = value
      this.at = 0
    }
  }
}

class Walk {
  readonly result: Walked = {
    records: 0,
    redacted: 0,
    decoded: 0,
    proved: 0,
    unvouched: 0,
    matched: new Map(),
    rules: new Set(),
    wrong: 0,
    firstWrong: '',
  }
  readonly #roots: ReadonlyMap<string, SegmentRoot>
  readonly #window: PackageCoverage['window']
  #segment: SegmentRoot | null = null
  #matched = 0
  /** Of the record before. */
  #topic = ''
  #partition = -1
  #offset = -1
  #leafIndex = -1

  constructor(roots: ReadonlyMap<string, SegmentRoot>, window: PackageCoverage['window']) {
    this.#roots = roots
    this.#window = window
  }

  /** The next `count` rows of both, which they have. */
  steps(record: Cursor<RecordRows>, proof: Cursor<ProofRows>, count: number): void {
    const [records, proofs] = [record.rows as RecordRows, proof.rows as ProofRows]
    const recordRuns = new Runs(records.partitions)
    const proofRuns = new Runs(proofs.partitions)
    const segments = new Runs(proofs.segments)
    for (let i = 0; i < count; i++) {
      const [r, p] = [record.at + i, proof.at + i]
      this.#step(records, r, recordRuns.of(r), proofs, p, proofRuns.of(p), segments.of(p).segment)
    }
  }

  #step(
    records: RecordRows,
    r: number,
    { topic, partition }: Rows['partitions'][number],
    proofs: ProofRows,
    p: number,
    ofProof: Rows['partitions'][number],
    key: string,
  ): void {
    const { result } = this
    const offset = records.offsets[r] as number
    if (offset !== proofs.offsets[p] || partition !== ofProof.partition || topic !== ofProof.topic) {
      throw new Refusal(
        'PROOF_FAILURE',
        `Line ${grouped(result.records + 1)} of the proofs is not of the record that stands there.`,
      )
    }
    const order =
      topic > this.#topic ||
      (topic === this.#topic &&
        (partition > this.#partition || (partition === this.#partition && offset > this.#offset)))
    if (!order) {
      throw new Refusal(
        'FORMAT_FAILURE',
        `The record in line ${grouped(result.records + 1)} is out of order, or there twice.`,
      )
    }
    const segment = this.#segmentOf(key)
    const flags = records.flags[r] as number
    result.records++
    if ((flags & DECODED) !== 0) result.decoded++
    if ((flags & REDACTED) !== 0) {
      result.redacted++
      for (const name of records.rules.get(r) ?? []) result.rules.add(name)
      if (result.rules.size > MAX_RULES)
        throw new Refusal('LIMIT_REACHED', 'The records name more rules than are read.')
    }
    const reason = this.#problem(segment, topic, partition, records, r, proofs, p)
    if (reason === null) {
      if (segment.vouched) result.proved++
      else result.unvouched++
    } else if (result.wrong++ === 0) {
      result.firstWrong = `${reason} (topic ${quoted(topic)}, partition ${partition}, offset ${offset})`
    }
    this.#topic = topic
    this.#partition = partition
    this.#offset = offset
  }

  #segmentOf(key: string): SegmentRoot {
    let segment = this.#segment
    if (segment === null || segment.segment.key !== key) {
      segment = this.#roots.get(key) ?? null
      if (segment === null) {
        throw new Refusal('PROOF_FAILURE', `A proof names the segment ${quoted(key)}, which is none that was read.`)
      }
      this.#segment = segment
      this.#leafIndex = -1
      this.#matched = this.result.matched.get(key) ?? 0
    }
    this.result.matched.set(key, ++this.#matched)
    return segment
  }

  /** @returns why the record is not proved, null where it is */
  #problem(
    { segment }: SegmentRoot,
    topic: string,
    partition: number,
    records: RecordRows,
    r: number,
    proofs: ProofRows,
    p: number,
  ): string | null {
    const offset = records.offsets[r] as number
    const leafIndex = proofs.leafIndexes[p] as number
    if (segment.topic !== topic || segment.partition !== partition) return 'its segment is of another partition'
    if (proofs.treeSizes[p] !== segment.records) return 'its tree has not as many leaves as its segment has records'
    // leaves are in the order of offsets, each once
    const first = segment.startOffset + leafIndex
    const last = segment.endOffset - (segment.records - 1 - leafIndex)
    if (offset < first || offset > last) return 'its offset is not where its leaf stands'
    if (leafIndex <= this.#leafIndex || (this.#leafIndex >= 0 && leafIndex - this.#leafIndex > offset - this.#offset)) {
      return 'its leaf is out of order'
    }
    this.#leafIndex = leafIndex
    const time = joinInt64(records.timesHigh[r] as number, records.timesLow[r] as number)
    const { start, end } = this.#window
    if ((start !== null && time < start) || (end !== null && time > end)) return 'its timestamp is outside the window'
    if (isOutside(time, segment)) return "its timestamp is outside its segment's"
    const isRedacted = ((records.flags[r] as number) & REDACTED) !== 0
    if (!isRedacted && !sameHash(records.leaves, r, proofs.leaves, p))
      return 'its bytes do not have the hash of its leaf'
    return proofs.proves[p] === 1 ? null : 'its path does not lead to the root of its segment'
  }
}

function isOutside(time: Int64, { minTimestamp, maxTimestamp }: SegmentRoot['segment']): boolean {
  return (minTimestamp ?? time) > time || (maxTimestamp ?? time) < time
}

/** Which run a row is in, for rows that come in order. */
class Runs<T extends { from: number }> {
  readonly #runs: readonly T[]
  #next = 0

  constructor(runs: readonly T[]) {
    this.#runs = runs
  }

  of(row: number): T {
    while (this.#next < this.#runs.length && (this.#runs[this.#next] as T).from <= row) this.#next++
    return this.#runs[this.#next - 1] as T
  }
}

/** Whether the hashes in both rows are the same 32 bytes. */
function sameHash(a: Uint8Array, aRow: number, b: Uint8Array, bRow: number): boolean {
  for (let i = 0; i < 32; i++) if (a[aRow * 32 + i] !== b[bRow * 32 + i]) return false
  return true
}
