import { createReadStream } from 'node:fs'

/** One line of a file of lines, and where it lies. */
export interface FoundLine {
  /** From 1. */
  number: number
  bytes: Buffer
  /** Of its first byte in the file. */
  offset: number
  /** Whether a line feed follows. */
  ended: boolean
}

const LINE_FEED = 0x0a
/** What is longer is no line; only so much of it is kept. */
const MOST_KEPT = 1024 * 1024

/**
 * The lines of a file up to `end`, in order, in batches: between two of them others get their turn.
 * @param end bytes; what somebody appends meanwhile is not looked at
 */
export async function* linesOf(path: string, from: number, end: number): AsyncGenerator<FoundLine[]> {
  if (end <= from) return
  const stream = createReadStream(path, { start: from, end: end - 1, highWaterMark: 512 * 1024 })
  let number = 0
  let offset = from
  let kept: Buffer[] = []
  let keptBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const batch: FoundLine[] = []
    let start = 0
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
      const piece = chunk.subarray(start, at)
      const bytes = kept.length === 0 ? piece : Buffer.concat([...kept, piece])
      batch.push({ number: ++number, bytes, offset, ended: true })
      offset += keptBytes + piece.length + 1
      kept = []
      keptBytes = 0
      start = at + 1
    }
    const rest = chunk.subarray(start)
    keptBytes += rest.length
    if (rest.length > 0 && keptBytes <= MOST_KEPT + chunk.length) kept.push(Buffer.from(rest))
    yield batch
  }
  if (keptBytes > 0) yield [{ number: ++number, bytes: Buffer.concat(kept), offset, ended: false }]
}
