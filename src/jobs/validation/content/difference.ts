import { hash } from 'node:crypto'
import type { RecordView } from '../../../contract/record.ts'
import { english, type Said, say } from '../../../contract/said/said.ts'

/** What is kept of a record that did not meet its like at once: hashes of its parts, and where it lies. */
export interface Fingerprint {
  /** SHA-256 over all parts; two records with the same are the same. */
  whole: string
  key: string
  value: string
  headers: string
  /** The same for headers in any order. */
  headerSet: string
  time: string
  /** The value itself where it is short, to say at which byte it differs. */
  bytes: Buffer | null
  tombstone: boolean
  /** Source offset on the archive's side, target offset on the other. */
  offset: number
  /** Of the source, or of the target. */
  partition: number
  /** Offsets before this one that hold no record on the target. */
  hole: number
}

const SHORT_VALUE = 2048

/** @param partition of the source on the archive's side, of the target on the other */
export function fingerprint(view: RecordView, partition: number, hole = 0): Fingerprint {
  const { buf } = view
  const part = (start: number, length: number): string =>
    length < 0 ? 'null' : hash('sha256', buf.subarray(start, start + length), 'base64')
  const headers: string[] = []
  for (let i = 0; i < view.headerCount * 4; i += 4) {
    headers.push(`${part(view.headers[i]!, view.headers[i + 1]!)}=${part(view.headers[i + 2]!, view.headers[i + 3]!)}`)
  }
  const key = part(view.keyStart, view.keyLen)
  const value = part(view.valStart, view.valLen)
  const inOrder = headers.join()
  const time = `${view.tsHi}:${view.tsLo}`
  return {
    whole: hash('sha256', `${time}|${key}|${value}|${inOrder}`, 'base64'),
    key,
    value,
    headers: inOrder,
    headerSet: [...headers].sort().join(),
    time,
    bytes:
      view.valLen >= 0 && view.valLen <= SHORT_VALUE
        ? Buffer.from(buf.subarray(view.valStart, view.valStart + view.valLen))
        : null,
    tombstone: view.valLen < 0,
    offset: view.offset,
    partition,
    hole,
  }
}

export type DifferenceKind = 'missing' | 'extra' | 'changed' | 'misplaced' | 'duplicate'

/** One difference as the report names it. Never a byte of the data itself. */
export interface Difference {
  kind: DifferenceKind
  topic: string
  /** null for a record that the archive does not have. */
  partition: number | null
  source_offset: number | null
  target_topic: string
  target_partition: number | null
  target_offset: number | null
  /** Of a changed record: which of `key`, `value`, `headers`, `timestamp`. */
  fields?: string[]
  /** One sentence. */
  what: string
  /** What it is made of; absent where an earlier version has kept it. */
  said?: Said
}

export const told = (said: Said): { what: string; said: Said } => ({ what: english(said), said })

/** Which parts of two records differ, in words. */
export function differingFields(archived: Fingerprint, there: Fingerprint): { fields: string[]; words: Said } {
  const fields: string[] = []
  const words: Said[] = []
  if (archived.key !== there.key) {
    fields.push('key')
    words.push(say('report.keyDiffers'))
  }
  if (archived.value !== there.value) {
    fields.push('value')
    words.push(valueWords(archived, there))
  }
  if (archived.headers !== there.headers) {
    fields.push('headers')
    words.push(say(archived.headerSet === there.headerSet ? 'report.headersOrder' : 'report.headersDiffer'))
  }
  if (archived.time !== there.time) {
    fields.push('timestamp')
    words.push(say('report.timeDiffers', { got: milliseconds(there.time), expected: milliseconds(archived.time) }))
  }
  return { fields, words: say('report.fields', { fields: words }) }
}

function valueWords(archived: Fingerprint, there: Fingerprint): Said {
  if (archived.tombstone !== there.tombstone) return say(there.tombstone ? 'report.valueGone' : 'report.valueThere')
  const { bytes: a } = archived
  const { bytes: b } = there
  if (a === null || b === null) return say('report.valueDiffers')
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  return a.length === b.length
    ? say('report.valueDiffersOf', { at, bytes: a.length })
    : say('report.valueDiffersSize', { at, got: b.length, expected: a.length })
}

function milliseconds(time: string): string {
  const [hi = '0', lo = '0'] = time.split(':')
  return String((BigInt(hi) << 32n) | BigInt(lo))
}
