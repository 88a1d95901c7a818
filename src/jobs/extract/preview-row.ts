import { isUtf8 } from 'node:buffer'
import { type RecordView, recordTimestamp } from '../../contract/record.ts'
import type { PreviewRecord, PreviewRow } from '../../contract/requests/preview.ts'
import { decode } from './decode.ts'
import type { Masker, Parts } from './mask.ts'
import { partsOf } from './record-line.ts'

/** Characters of a key and a value in a row. */
const ROW_KEY = 120
const ROW_VALUE = 400
/** Bytes of a key or a value that are shown in full; more of a record is for the package. */
const SHOWN_BYTES = 256 * 1024
const SHOWN_HEADERS = 200

/** A record as a preview shows it, masked as the package will be: in short for the list, and whole. */
export function previewRecord(
  place: { topic: string; partition: number },
  view: RecordView,
  masker: Masker | null,
): { row: PreviewRow; record: PreviewRecord } {
  const parts = partsOf(view)
  const outcome = masker === null ? { redacted: [], withheld: false } : masker(parts)
  return shownRecord({ ...place, offset: view.offset, timestamp: String(recordTimestamp(view)) }, parts, outcome)
}

/** The same of a record whose parts are known. */
export function shownRecord(
  at: { topic: string; partition: number; offset: number; timestamp: string },
  parts: Parts,
  { redacted, withheld }: { redacted: string[]; withheld: boolean },
): { row: PreviewRow; record: PreviewRecord } {
  const [key, value] = [decoded(parts.key), decoded(parts.value)]
  return {
    row: {
      ...at,
      key: short(parts.key, key, ROW_KEY),
      value: short(parts.value, value, ROW_VALUE),
      redacted: redacted.length > 0,
    },
    record: {
      ...at,
      key: shown(parts.key, key),
      value: shown(parts.value, value),
      headers: parts.headers.slice(0, SHOWN_HEADERS).map(([name, bytes]) => ({
        name: isUtf8(name) ? name.toString('utf8') : `0x${name.toString('hex')}`,
        value: shown(bytes, decoded(bytes)),
      })),
      headersTotal: parts.headers.length,
      redacted,
      withheld,
    },
  }
}

/** null for what is neither JSON nor text. */
function decoded(bytes: Buffer | null): { kind: 'json' | 'text'; text: string } | null {
  const found = bytes === null ? null : decode(bytes)
  if (found === null) return null
  if (found.decoder === 'json') return { kind: 'json', text: found.text }
  return { kind: 'text', text: JSON.parse(found.text) as string }
}

function short(bytes: Buffer | null, found: { text: string } | null, most: number): string | null {
  if (bytes === null) return null
  const text = found?.text ?? `0x${bytes.subarray(0, most / 2).toString('hex')}`
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text
}

function shown(bytes: Buffer | null, found: { kind: 'json' | 'text'; text: string } | null): PreviewRecord['key'] {
  if (bytes === null) return null
  const whole = bytes.length <= SHOWN_BYTES
  return {
    kind: found === null || !whole ? (found === null ? 'bytes' : 'text') : found.kind,
    text: found === null ? null : whole ? found.text : found.text.slice(0, SHOWN_BYTES).toWellFormed(),
    base64: bytes.subarray(0, SHOWN_BYTES).toString('base64'),
    size: bytes.length,
    whole,
  }
}
