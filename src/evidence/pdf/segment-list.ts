import { createHash } from 'node:crypto'
import { MerkleBuilder } from '../../archive/merkle.ts'
import type { ReportSegment } from '../report/input.ts'

/** The segments as files that are attached to the PDF, and what binds them to what is printed. */
export interface SegmentList {
  /** `key,records,sha256,merkle_root`, one line each, LF. */
  csv: Buffer
  csvSha256: string
  /** For `sha256sum -c` in the archive's folder; null where no segment has a digest. */
  sums: Buffer | null
  /** RFC 6962 tree head over the lines of the CSV after its first, without their LF. */
  root: string
}

export function segmentList(segments: readonly ReportSegment[]): SegmentList {
  const lines = segments.map(({ key, records, sha256, merkle_root }) =>
    [quoted(key), records, sha256 ?? '', merkle_root ?? ''].join(','),
  )
  const tree = new MerkleBuilder()
  for (const line of lines) {
    // One byte of room before it, which the builder writes the leaf's prefix into.
    const bytes = Buffer.from(`\0${line}`)
    tree.add(bytes, 1, bytes.length)
  }
  const csv = Buffer.from(['key,records,sha256,merkle_root', ...lines, ''].join('\n'))
  const summed = segments.filter((segment) => segment.sha256 !== null && !/[\n\r\\]/.test(segment.key))
  return {
    csv,
    csvSha256: createHash('sha256').update(csv).digest('hex'),
    sums: summed.length === 0 ? null : Buffer.from(summed.map(({ key, sha256 }) => `${sha256}  ${key}\n`).join('')),
    root: tree.root().toString('hex'),
  }
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
