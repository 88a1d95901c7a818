import type { EvidenceConfig } from '../../contract/config/evidence.ts'
import { CofferError } from '../../contract/errors.ts'
import type { EvidenceReport } from '../../contract/evidence/report.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { ReportInput, ReportSegment } from '../../evidence/report/input.ts'

export interface EvidenceOrder {
  input: ReportInput
  /** The exact bytes of the manifest that the report is about. */
  manifest: Buffer
  segments: readonly ReportSegment[]
  evidence: EvidenceConfig
  environment: Record<string, string>
  context: JobContext
}

export interface ProducedEvidence {
  reportId: string
  report: EvidenceReport
  /** Named for an archive: `<report-id>.json`, `.pdf`, `.sig` …; in the order in which they are to be stored. */
  files: { name: string; bytes: Buffer }[]
  signed: boolean
  /** Of the PDF's signature; null without one. */
  level: 'B-B' | 'B-T' | 'B-LT' | null
  /** One sentence each: what was asked for and could not be had (a timestamp). */
  problems: string[]
}

/**
 * A report in all the forms that the configuration asks for, signed where it says so.
 * @throws CofferError where the key can't be used
 */
export async function produceEvidence(_order: EvidenceOrder): Promise<ProducedEvidence> {
  throw new CofferError('UNSUPPORTED', 'not built yet')
}
