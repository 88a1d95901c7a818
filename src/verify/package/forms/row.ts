import type { PackageRecord } from '../../../contract/evidence/package.ts'
import type { Int64 } from '../../../contract/record.ts'
import { decodeUtf8 } from '../scan.ts'
import type { PackageTools } from '../tools.ts'

/**
 * A record as the forms beside NDJSON show it, read back from its line: so all forms say the same. The writer of packages
 * makes its forms by this folder, and the verifier makes them again and compares.
 */
export interface FormRow {
  topic: string
  partition: number
  offset: number
  /** Milliseconds since the epoch, all 64 bits. */
  timestamp: Int64
  key: FormBytes
  value: FormBytes
  /** The line's own `headers`, as JSON. */
  headers: string
  redacted: string[]
  /** Of the line in `records.ndjson`, without its LF. */
  lineBytes: number
}

/** Bytes as a cell shows them: as text where they are UTF-8, else in base64. */
export interface FormBytes {
  bytes: Uint8Array | null
  shown: string
  encoding: 'null' | 'text' | 'base64'
}

const encoder = new TextEncoder()
/** In a canonical line nothing before it can hold the same: a topic's name has no quotes. */
const TIMESTAMP = /"timestamp":(-?\d+)/

/**
 * @param line canonical, without its LF (docs/evidence-package.md section 5)
 * @param tools their `base64` and `buffer`
 */
export function formRow(line: Uint8Array, tools: PackageTools): FormRow {
  const text = decodeUtf8(line) ?? ''
  const parsed = JSON.parse(text) as PackageRecord
  const exact = TIMESTAMP.exec(text)?.[1] ?? ''
  return {
    topic: parsed.topic,
    partition: parsed.partition,
    offset: parsed.offset,
    timestamp: Number.isSafeInteger(parsed.timestamp) ? parsed.timestamp : BigInt(exact),
    key: formBytes(parsed.key, tools),
    value: formBytes(parsed.value, tools),
    headers: JSON.stringify(parsed.headers),
    redacted: parsed.redacted ?? [],
    lineBytes: line.length,
  }
}

function formBytes(base64: string | null, tools: PackageTools): FormBytes {
  if (base64 === null) return { bytes: null, shown: '', encoding: 'null' }
  const { length } = base64
  // the digits, which are ASCII, and behind them what they say
  const room = tools.buffer(length + (length / 4) * 3)
  encoder.encodeInto(base64, room)
  const bytes = room.subarray(length, length + tools.base64(room, 0, length, room, length))
  const text = tools.isUtf8(bytes) ? decodeUtf8(bytes) : null
  return text === null ? { bytes, shown: base64, encoding: 'base64' } : { bytes, shown: text, encoding: 'text' }
}

/** What every table shows of a record, after where and when it stood. */
export function contentCells({ key, value, headers, redacted }: FormRow): string[] {
  return [key.shown, key.encoding, value.shown, value.encoding, headers, redacted.join(' ')]
}
