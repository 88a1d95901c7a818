import { isUtf8 } from 'node:buffer'
import { CofferError } from '../../contract/errors.ts'
import { PACKAGE_MAX_LINE } from '../../contract/evidence/package.ts'
import { type RecordView, recordTimestamp } from '../../contract/record.ts'
import { decode } from './decode.ts'
import { type Masker, type Parts, UNTOUCHED } from './mask.ts'

/** A string holds 512 MiB at most, and base64 makes four bytes of three. */
const MAX_VALUE_BYTES = 64 * 1024 * 1024

export interface WrittenLine {
  /** With its LF. */
  text: string
  redacted: boolean
  withheld: boolean
  /** What was hidden still stands at another place of it. */
  repeated: boolean
  /** A key or a value that is neither JSON nor text. */
  undecodable: boolean
}

/**
 * A line of `records/records.ndjson` (docs/evidence-package.md, section 5).
 * @param place `"topic":…,"partition":…`, which is the same for a whole segment
 * @param mostBytes of a line: `decoded` is left out where it would be longer, since escapes can make six bytes of one
 * @throws RECORD_UNREPRESENTABLE for a record of more than 64 MiB
 */
export function recordLine(
  place: string,
  view: RecordView,
  masker: Masker | null,
  mostBytes = PACKAGE_MAX_LINE,
): WrittenLine {
  const parts = partsOf(view)
  const size = sizeOf(parts)
  if (size > MAX_VALUE_BYTES) {
    throw new CofferError(
      'RECORD_UNREPRESENTABLE',
      `the record at offset ${view.offset} has ${size} bytes, more than a line of records.ndjson can hold (${MAX_VALUE_BYTES})`,
    )
  }
  const undecodable = !readable(parts.key) || !readable(parts.value)
  const { redacted, withheld, repeated } = masker === null ? UNTOUCHED : masker(parts)
  const names = parts.headers.every(([name]) => isUtf8(name))
  const headers = parts.headers.map(
    ([name, value]) => `[${names ? JSON.stringify(name.toString('utf8')) : base64(name)},${base64(value)}]`,
  )
  const before = `{${place},"offset":${view.offset},"timestamp":${recordTimestamp(view)},"key":${base64(parts.key)},"value":${base64(parts.value)},"headers":[${headers.join(',')}]`
  const after = `${redacted.length === 0 ? '' : `,"redacted":${JSON.stringify(redacted)}`}${names ? '' : ',"flags":["header-names-base64"]'}}\n`
  const whole = before + decodedMember(parts) + after
  const text = isLonger(whole, mostBytes) ? before + after : whole
  return { text, redacted: redacted.length > 0, withheld, repeated, undecodable }
}

function decodedMember({ key, value }: Parts): string {
  const shownKey = key === null ? null : decode(key)
  const shownValue = value === null ? null : decode(value)
  if (shownKey === null && shownValue === null) return ''
  if (shownKey === null) return `,"decoded":{"value":${shownValue?.text}}`
  return `,"decoded":{"key":${shownKey.text}${shownValue === null ? '' : `,"value":${shownValue.text}`}}`
}

function sizeOf({ key, value, headers }: Parts): number {
  return headers.reduce(
    (sum, [name, one]) => sum + name.length + (one?.length ?? 0),
    (key?.length ?? 0) + (value?.length ?? 0),
  )
}

/** In UTF-8; at most three bytes a unit. */
function isLonger(text: string, mostBytes: number): boolean {
  return text.length * 3 > mostBytes && Buffer.byteLength(text) > mostBytes
}

function readable(bytes: Buffer | null): boolean {
  return bytes === null || isUtf8(bytes)
}

function base64(bytes: Buffer | null): string {
  return bytes === null ? 'null' : `"${bytes.toString('base64')}"`
}

/** Copies nothing: the parts point into the record's own bytes. */
export function partsOf(view: RecordView): Parts {
  const { buf, headers } = view
  const pairs: Parts['headers'] = []
  for (let h = 0; h < view.headerCount * 4; h += 4) {
    const name = slice(buf, headers[h] as number, headers[h + 1] as number) as Buffer
    pairs.push([name, slice(buf, headers[h + 2] as number, headers[h + 3] as number)])
  }
  return {
    key: slice(buf, view.keyStart, view.keyLen),
    value: slice(buf, view.valStart, view.valLen),
    headers: pairs,
  }
}

function slice(buf: Buffer, start: number, length: number): Buffer | null {
  return length < 0 ? null : buf.subarray(start, start + length)
}
