import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'
import type { ReportSegment } from '../report/input.ts'
import { facts } from './facts.ts'
import type { SegmentList } from './segment-list.ts'
import { mono, type Sheet } from './sheet.ts'
import { table } from './table.ts'
import { SIZE } from './theme.ts'

/** More rows than this are attached and not printed: their digest and tree head stand for them. */
export const PRINTED_SEGMENTS = 500

export function digests(
  sheet: Sheet,
  report: EvidenceReport,
  segments: readonly ReportSegment[],
  list: SegmentList,
): void {
  sheet.heading('Digests', 1)
  const stated = segments.filter((segment) => segment.sha256 !== null).length
  const size = SIZE.small - 0.5
  facts(sheet, [
    ['SHA-256 of the manifest', [mono(report.integrity.backup_manifest_sha256, size)]],
    ['SHA-256 of segments.csv', [mono(list.csvSha256, size)]],
    ['Tree head of its lines', [mono(list.root, size)]],
    ['Checksums', checksums(report, stated === segments.length)],
  ])
  sheet.paragraph(
    `${plural(segments.length, 'segment')} in scope${stated === segments.length ? '' : `, ${count(segments.length - stated)} of them without a digest in the manifest`}. The attached segments.csv has a line for each; the tree head is that of RFC 6962 over those lines.${segments.length > PRINTED_SEGMENTS ? ` Being more than ${count(PRINTED_SEGMENTS)}, they are attached and not printed.` : ''}`,
  )
  if (segments.length === 0 || segments.length > PRINTED_SEGMENTS) return
  const tiny = SIZE.tiny - 0.3
  table(
    sheet,
    [
      { title: 'Segment', share: 40 },
      { title: 'Records', share: 12, align: 'right' },
      { title: 'SHA-256 of the object; below it the Merkle root over its records', share: 69 },
    ],
    segments.map((segment) => [
      [mono(segment.key, tiny)],
      [mono(count(segment.records), tiny)],
      [mono(`${segment.sha256 ?? 'no digest stated'}\n${segment.merkle_root ?? 'no root stated'}`, tiny)],
    ]),
  )
}

function checksums({ integrity, validation }: EvidenceReport, allStated: boolean): string {
  if (integrity.checksums_valid) {
    return allStated
      ? 'computed anew from every segment, and equal'
      : 'computed anew from every segment, and equal where the manifest states one; else the one inside of the segment is right'
  }
  const differ = validation.results.some(
    ({ check_name, outcome, data }) => check_name === 'IntegrityCheck' && outcome === 'FAILED' && data?.deep === true,
  )
  return differ
    ? 'as the manifest states them; what was found when they were computed anew stands under “Integrity of the archive”'
    : 'as the manifest states them; not all were computed anew for this report'
}
