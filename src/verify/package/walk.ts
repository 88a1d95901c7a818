import type { PackageCoverage } from '../../contract/evidence/package.ts'
import { joinInt64 } from '../../contract/record.ts'
import { AuditPaths } from './audit-path.ts'
import type { SegmentRoot } from './coverage.ts'
import type { Lines } from './lines.ts'
import { ProofLine } from './proof-line.ts'
import { RecordLine } from './record-line.ts'
import { grouped, quoted, Refusal } from './refusal.ts'
import type { PackageTools } from './tools.ts'

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
 * Reads records and proofs in step: each record hashes to its proof's leaf, and each proof climbs to its segment's root.
 * @param roots of the segments that were read
 * @throws Refusal where a line is not canonical, out of order, or the two files are not of the same records
 */
export async function walkRecords(
  records: Lines,
  proofs: Lines,
  roots: ReadonlyMap<string, SegmentRoot>,
  window: PackageCoverage['window'],
  tools: PackageTools,
): Promise<Walked> {
  const walk = new Walk(roots, window, tools)
  let record = records.next()
  let proof = proofs.next()
  for (;;) {
    while (record && proof) {
      walk.step(records, proofs)
      record = records.next()
      proof = proofs.next()
    }
    // the two are never far apart: a file is read on only where its next line is wanted
    while (!record && (await records.fill())) record = records.next()
    while (!proof && (await proofs.fill())) proof = proofs.next()
    if (!record || !proof) break
  }
  if (record !== proof) {
    const more = record ? 'records than proofs' : 'proofs than records'
    throw new Refusal('PROOF_FAILURE', `There are more ${more}.`)
  }
  return walk.result
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
  readonly #tools: PackageTools
  readonly #record: RecordLine
  readonly #proof = new ProofLine()
  readonly #paths: AuditPaths
  #segment: SegmentRoot | null = null
  #matched = 0
  /** Of the record before. */
  #topic = ''
  #partition = -1
  #offset = -1
  #leafIndex = -1

  constructor(roots: ReadonlyMap<string, SegmentRoot>, window: PackageCoverage['window'], tools: PackageTools) {
    this.#roots = roots
    this.#window = window
    this.#tools = tools
    this.#record = new RecordLine(tools)
    this.#paths = new AuditPaths(tools)
  }

  step(records: Lines, proofs: Lines): void {
    const record = this.#record
    const proof = this.#proof
    let lines = records
    try {
      record.read(records.bytes, records.start, records.end)
      lines = proofs
      proof.read(proofs.bytes, proofs.start, proofs.end)
    } catch (error) {
      throw inLine(lines, error)
    }
    if (record.offset !== proof.offset || record.partition !== proof.partition || record.topic !== proof.topic) {
      throw new Refusal(
        'PROOF_FAILURE',
        `Line ${grouped(records.number)} of the proofs is not of the record that stands there.`,
      )
    }
    const order =
      record.topic > this.#topic ||
      (record.topic === this.#topic &&
        (record.partition > this.#partition || (record.partition === this.#partition && record.offset > this.#offset)))
    if (!order) {
      throw new Refusal(
        'FORMAT_FAILURE',
        `The record in line ${grouped(records.number)} is out of order, or there twice.`,
      )
    }
    const segment = this.#segmentOf(proof)
    const { result } = this
    result.records++
    if (record.hasDecoded) result.decoded++
    if (record.redacted !== null) {
      result.redacted++
      for (const name of record.redacted) result.rules.add(name)
    }
    const reason = this.#problem(segment, proofs)
    if (reason === null) {
      if (segment.vouched) result.proved++
      else result.unvouched++
    } else if (result.wrong++ === 0) {
      result.firstWrong = `${reason} (topic ${quoted(record.topic)}, partition ${record.partition}, offset ${record.offset})`
    }
    this.#topic = record.topic
    this.#partition = record.partition
    this.#offset = record.offset
  }

  #segmentOf(proof: ProofLine): SegmentRoot {
    let segment = this.#segment
    if (segment === null || segment.segment.key !== proof.segment) {
      segment = this.#roots.get(proof.segment) ?? null
      if (segment === null) {
        throw new Refusal(
          'PROOF_FAILURE',
          `A proof names the segment ${quoted(proof.segment)}, which is none that was read.`,
        )
      }
      this.#segment = segment
      this.#leafIndex = -1
      this.#matched = this.result.matched.get(proof.segment) ?? 0
      this.#paths.begin(segment.root, segment.segment.records)
    }
    this.result.matched.set(proof.segment, ++this.#matched)
    return segment
  }

  /** @returns why the record is not proved, null where it is */
  #problem({ segment }: SegmentRoot, proofs: Lines): string | null {
    const record = this.#record
    const proof = this.#proof
    if (segment.topic !== record.topic || segment.partition !== record.partition)
      return 'its segment is of another partition'
    if (proof.treeSize !== segment.records) return 'its tree has not as many leaves as its segment has records'
    // leaves are in the order of offsets, each once
    const first = segment.startOffset + proof.leafIndex
    const last = segment.endOffset - (segment.records - 1 - proof.leafIndex)
    if (record.offset < first || record.offset > last) return 'its offset is not where its leaf stands'
    if (
      proof.leafIndex <= this.#leafIndex ||
      (this.#leafIndex >= 0 && proof.leafIndex - this.#leafIndex > record.offset - this.#offset)
    ) {
      return 'its leaf is out of order'
    }
    this.#leafIndex = proof.leafIndex
    const time = joinInt64(record.timestamp.hi, record.timestamp.lo)
    const { start, end } = this.#window
    if ((start !== null && time < start) || (end !== null && time > end)) return 'its timestamp is outside the window'
    if ((segment.minTimestamp ?? time) > time || (segment.maxTimestamp ?? time) < time)
      return "its timestamp is outside its segment's"
    if (record.redacted === null) {
      const hash = this.#tools.sha256Hex(record.leaf.subarray(0, record.leafLength))
      if (!isAt(proofs.bytes, proof.leafFrom, hash)) return 'its bytes do not have the hash of its leaf'
    }
    if (!this.#paths.proves(proof.leafIndex, proofs.bytes, proof.leafFrom, proof.pathFrom, proof.pathLength)) {
      return 'its path does not lead to the root of its segment'
    }
    return null
  }
}

/** A refusal of a line says which one it was. */
function inLine(lines: Lines, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  return new Refusal(error.sub, `Line ${grouped(lines.number)} of ${lines.path} ${error.message}.`)
}

/** Whether the digits of `hash` lie at `at`. */
function isAt(bytes: Uint8Array, at: number, hash: string): boolean {
  for (let i = 0; i < hash.length; i++) if (bytes[at + i] !== hash.charCodeAt(i)) return false
  return true
}
