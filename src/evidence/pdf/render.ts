import type { EvidenceReport } from '../../contract/evidence/report.ts'
import type { ReportSegment } from '../report/input.ts'

export interface PdfOptions {
  /** The canonical JSON of the same report: attached, byte for byte. */
  json: Buffer
  /** The manifest that the report is about: attached, byte for byte. */
  manifest: Buffer
  page: 'A4' | 'Letter'
  /** Who will sign; null: no place for a signature is made. */
  sign: { name: string; role: string | null; meaning: string | null } | null
  /** For the table of digests. */
  segments: readonly ReportSegment[]
}

/**
 * The report for people: PDF/A-3a and PDF/UA-1, unsigned, with the place for a signature where `sign` is given. The only
 * time in it is the report's own `generated_at`: the same report gives the same bytes.
 */
export async function renderPdf(_report: EvidenceReport, _options: PdfOptions): Promise<Buffer> {
  throw new Error('not built yet')
}
