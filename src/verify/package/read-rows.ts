import { AuditPaths } from './audit-path.ts'
import { Lines } from './lines.ts'
import { ProofLine } from './proof-line.ts'
import { RecordLine } from './record-line.ts'
import { grouped, Refusal } from './refusal.ts'
import {
  DECODED,
  type Ending,
  MAX_ROWS,
  type ProofRows,
  REDACTED,
  type RecordRows,
  type RowStream,
  type Rows,
  type Trees,
} from './rows.ts'
import type { PackageTools, Unpacked } from './tools.ts'

/** The lines of `records/records.ndjson`, each hashed as the leaf that it should be. */
export function readRecords(path: string, unpacked: Unpacked, tools: PackageTools): RowStream<RecordRows> {
  const line = new RecordLine(tools)
  const add = (rows: RecordRows, row: number, lines: Lines) => {
    line.read(lines.bytes, lines.start, lines.end)
    enter(rows, row, line)
    rows.timesHigh[row] = line.timestamp.hi
    rows.timesLow[row] = line.timestamp.lo
    rows.flags[row] = (line.hasDecoded ? DECODED : 0) | (line.redacted === null ? 0 : REDACTED)
    if (line.redacted === null) tools.sha256Into(line.leaf, line.leafLength, rows.leaves, row * 32)
    else {
      rows.rules.set(row, line.redacted)
      rows.leaves.fill(0, row * 32, row * 32 + 32)
    }
  }
  const begin = (): RecordRows => ({
    ...emptyRows(tools),
    timesHigh: new Int32Array(MAX_ROWS),
    timesLow: new Uint32Array(MAX_ROWS),
    flags: new Uint8Array(MAX_ROWS),
    rules: new Map(),
  })
  return stream(new Lines(path, unpacked.chunks, tools), unpacked, begin, add)
}

/** The lines of `proofs/proofs.ndjson`, each path climbed. */
export function readProofs(path: string, unpacked: Unpacked, trees: Trees, tools: PackageTools): RowStream<ProofRows> {
  const line = new ProofLine()
  const paths = new AuditPaths(tools)
  let segment: string | null = null
  const add = (rows: ProofRows, row: number, lines: Lines) => {
    const leaf = row * 32
    line.read(lines.bytes, lines.start, lines.end, rows.leaves, leaf)
    enter(rows, row, line)
    if (rows.segments.at(-1)?.segment !== line.segment) rows.segments.push({ from: row, segment: line.segment })
    if (segment !== line.segment) {
      segment = line.segment
      const tree = trees.get(segment)
      // a tree without leaves holds no leaf: whose the segment is, is the walk's to say
      paths.begin(tree?.root ?? '', tree?.size ?? 0)
    }
    rows.leafIndexes[row] = line.leafIndex
    rows.treeSizes[row] = line.treeSize
    rows.proves[row] = paths.proves(line.leafIndex, rows.leaves, leaf, lines.bytes, line.pathFrom, line.pathLength)
      ? 1
      : 0
  }
  const begin = (): ProofRows => ({
    ...emptyRows(tools),
    segments: [],
    leafIndexes: new Float64Array(MAX_ROWS),
    treeSizes: new Float64Array(MAX_ROWS),
    proves: new Uint8Array(MAX_ROWS),
  })
  return stream(new Lines(path, unpacked.chunks, tools), unpacked, begin, add)
}

function emptyRows(tools: PackageTools): Rows {
  return {
    count: 0,
    partitions: [],
    offsets: new Float64Array(MAX_ROWS),
    leaves: tools.buffer(MAX_ROWS * 32),
    ending: null,
  }
}

/** What both files have in common. */
function enter(rows: Rows, row: number, line: { topic: string; partition: number; offset: number }): void {
  rows.offsets[row] = line.offset
  const run = rows.partitions.at(-1)
  if (run === undefined || run.partition !== line.partition || run.topic !== line.topic) {
    rows.partitions.push({ from: row, topic: line.topic, partition: line.partition })
  }
}

/** @param add one line as a row @throws Refusal of that line */
function stream<T extends Rows>(
  lines: Lines,
  unpacked: Unpacked,
  begin: () => T,
  add: (rows: T, row: number, lines: Lines) => void,
): RowStream<T> {
  /** Takes lines that are in memory, until there are no more or no room is left. @returns how it ended */
  const take = (rows: T): Ending | null => {
    let row = rows.count
    try {
      while (row < MAX_ROWS && lines.next()) {
        add(rows, row, lines)
        row++
      }
      return null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // a refusal of a line says which one it was
      const reason = `Line ${grouped(lines.number)} of ${lines.path} ${error.message}.`
      return { what: 'line', sub: error.sub, reason }
    } finally {
      rows.count = row
    }
  }
  async function* all(): AsyncGenerator<T> {
    let rows = begin()
    for (;;) {
      rows.ending = take(rows)
      if (rows.count === MAX_ROWS && rows.ending === null) {
        yield rows
        rows = begin()
        continue
      }
      rows.ending ??= await filled(lines)
      if (rows.ending !== null) return yield rows
    }
  }
  return { rows: all(), drain: () => lines.drain(), digests: unpacked.digests }
}

async function filled(lines: Lines): Promise<Ending | null> {
  try {
    return (await lines.fill()) ? null : { what: 'end' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { what: 'file', sub: error.sub, reason: error.message }
  }
}
