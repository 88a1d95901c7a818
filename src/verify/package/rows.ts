import type { SubIndication } from '../../contract/evidence/verdict.ts'
import type { EntryDigests } from './tools.ts'

/**
 * What the records and the proofs of a package say, line by line, in columns: so much of it as is compared with the other
 * file. Each file is read on its own, on a thread of its own where there is one, and the walk puts them together.
 */

/** At most so many lines at once. */
export const MAX_ROWS = 4096

export interface Rows {
  /** Lines that were read; the columns have room for more. */
  count: number
  /** The partition of all rows from one number on, up to the next one that is listed. */
  partitions: PartitionRun[]
  offsets: Float64Array
  /** SHA-256 of the leaf, 32 bytes a row. */
  leaves: Uint8Array
  /** Why there are no more; null where there may be. */
  ending: Ending | null
}

export interface PartitionRun {
  from: number
  topic: string
  partition: number
}

/**
 * `end`: the file ends here. `line`: the next line is there, but is not canonical. `file`: the file can't be read on, be it
 * that it is damaged or that its last line has no end.
 */
export type Ending = { what: 'end' } | { what: 'line' | 'file'; sub: SubIndication; reason: string }

export interface RecordRows extends Rows {
  /** Halves of the timestamps. */
  timesHigh: Int32Array
  timesLow: Uint32Array
  /** DECODED and REDACTED. */
  flags: Uint8Array
  /** Names of the rules that changed a redacted record, by row; in place of its leaf are zeros. */
  rules: Map<number, string[]>
}

/** The record's key or value stands decoded beside its bytes. */
export const DECODED = 1
export const REDACTED = 2

export interface ProofRows extends Rows {
  segments: { from: number; segment: string }[]
  leafIndexes: Float64Array
  treeSizes: Float64Array
  /** 1 where the path leads from the leaf to the root of its segment; 0 also where there is no such segment. */
  proves: Uint8Array
}

/** The trees that paths lead up to: root in lowercase hex, and number of leaves, by the segment's key. */
export type Trees = ReadonlyMap<string, { root: string; size: number }>

export interface RowStream<T extends Rows> {
  /** Rows are read before the next ones are asked for; the last ones, and no others, have an ending. */
  rows: AsyncIterable<T>
  /** Reads to the end of the file without looking at it, so that its digests are those of all of it. Throws as reading does. */
  drain(): Promise<void>
  /** Of what was read; complete after `drain`. */
  digests(): EntryDigests
}

/** The buffers of rows, which may be moved to another thread. */
export function buffersOf(rows: RecordRows | ProofRows): ArrayBuffer[] {
  const columns = Object.values(rows).filter((column) => ArrayBuffer.isView(column))
  return columns.map(({ buffer }) => buffer as ArrayBuffer)
}
