import { createHash } from 'node:crypto'
import type { StoredEvidence } from '../../contract/results.ts'
import type { SavedEvidence } from '../../evidence/store/save.ts'
import type { ProducedEvidence } from './produce.ts'

/** What a job's result tells of the report that it has produced and stored. */
export function storedEvidence(
  { json, report, signed, level }: ProducedEvidence,
  { folder, keys, lock }: SavedEvidence,
  retentionDays: number,
): StoredEvidence {
  return {
    folder,
    keys,
    report_sha256: createHash('sha256').update(json).digest('hex'),
    signed,
    signature_algorithm: report.integrity.signature_algorithm,
    signed_by: report.integrity.signed_by ?? null,
    pdf_signature_level: level,
    retention_days: retentionDays,
    lock,
  }
}
