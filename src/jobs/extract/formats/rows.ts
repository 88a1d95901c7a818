import { isUtf8 } from 'node:buffer'
import { parseJson } from '../../../archive/manifest/json.ts'
import type { Int64 } from '../../../contract/record.ts'
import { contentOf, type PackedFile } from '../../../evidence/package/packed.ts'

/** A record as the formats beside NDJSON show it, read back from its line: so all formats say the same. */
export interface Row {
  topic: string
  partition: number
  offset: number
  timestamp: Int64
  key: Buffer | null
  value: Buffer | null
  /** The line's own `headers`, as JSON. */
  headers: string
  redacted: string[]
  /** The line as it stands, without its LF. */
  line: Buffer
}

interface Line {
  topic: string
  partition: number
  offset: number
  timestamp: Int64
  key: string | null
  value: string | null
  headers: unknown[]
  redacted?: string[]
}

/** Every record of `records.ndjson`, in order. */
export async function* rowsOf(records: PackedFile): AsyncGenerator<Row> {
  for await (const line of linesOf(contentOf(records))) {
    const parsed = parseJson(line.toString('utf8')) as Line
    yield {
      topic: parsed.topic,
      partition: parsed.partition,
      offset: parsed.offset,
      timestamp: parsed.timestamp,
      key: parsed.key === null ? null : Buffer.from(parsed.key, 'base64'),
      value: parsed.value === null ? null : Buffer.from(parsed.value, 'base64'),
      headers: JSON.stringify(parsed.headers),
      redacted: parsed.redacted ?? [],
      line,
    }
  }
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  for await (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, from)) {
      rest.push(piece.subarray(from, end))
      yield rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest)
      rest = []
      from = end + 1
    }
    if (from < piece.length) rest.push(piece.subarray(from))
  }
}

/** Bytes as a cell: as text where they are, else in base64. */
export function cellOf(bytes: Buffer | null): { text: string; encoding: 'null' | 'text' | 'base64' } {
  if (bytes === null) return { text: '', encoding: 'null' }
  return isUtf8(bytes)
    ? { text: bytes.toString('utf8'), encoding: 'text' }
    : { text: bytes.toString('base64'), encoding: 'base64' }
}
