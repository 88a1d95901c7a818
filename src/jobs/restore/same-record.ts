import type { RecordView } from '../../contract/record.ts'

/** Whether two records are the same byte for byte: timestamp, key, value and headers in order; not the offset. */
export function sameRecord(a: RecordView, b: RecordView): boolean {
  if (a.tsHi !== b.tsHi || a.tsLo !== b.tsLo || a.headerCount !== b.headerCount) return false
  if (!sameBytes(a, a.keyStart, a.keyLen, b, b.keyStart, b.keyLen)) return false
  if (!sameBytes(a, a.valStart, a.valLen, b, b.valStart, b.valLen)) return false
  const { headers: ours } = a
  const { headers: theirs } = b
  for (let i = 0; i < a.headerCount * 4; i += 2) {
    if (!sameBytes(a, ours[i]!, ours[i + 1]!, b, theirs[i]!, theirs[i + 1]!)) return false
  }
  return true
}

function sameBytes(
  a: RecordView,
  aStart: number,
  aLength: number,
  b: RecordView,
  bStart: number,
  bLength: number,
): boolean {
  if (aLength !== bLength) return false
  if (aLength <= 0) return true
  return a.buf.compare(b.buf, bStart, bStart + bLength, aStart, aStart + aLength) === 0
}

/** A record's size in the archive's own format: what progress, limits and results count. */
export function recordBytes(view: RecordView): number {
  let bytes = 30 + Math.max(view.keyLen, 0) + Math.max(view.valLen, 0)
  for (let i = 0; i < view.headerCount * 4; i += 4) {
    const value = view.headers[i + 3]!
    bytes += 6 + view.headers[i + 1]! + Math.max(value, 0)
  }
  return bytes
}
