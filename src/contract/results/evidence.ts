import type { CheckOutcome, OutcomeCounts, ReportCheck, ReportLock } from '../evidence/report.ts'
import type { EvidenceFormat } from '../jobs.ts'
import type { Said } from '../said/said.ts'

export interface ValidationResult extends OutcomeCounts {
  kind: 'validation'
  backup_id: string
  location: string
  report_id: string
  overall_result: CheckOutcome
  duration_ms: number
  results: ReportCheck[]
  /** In the order in which the files were stored. */
  evidence: StoredEvidence
  /** What was not looked at, or could not be said. */
  not_covered: string[]
  warnings: string[]
  /** What these are made of, where they are the program's own. */
  sayings?: Said[]
  started_at: string
  ended_at: string
}

/** A report as it was stored. */
export interface StoredEvidence {
  /** Below the storage's own place. */
  folder: string
  keys: string[]
  /** SHA-256 of the JSON. */
  report_sha256: string
  signed: boolean
  signature_algorithm: string | null
  signed_by: string | null
  /** Of the PDF; null without one, or unsigned. */
  pdf_signature_level: string | null
  retention_days: number
  /** Read back from the storage after the last file was stored. */
  lock: ReportLock
}

export interface EvidenceListResult {
  kind: 'evidence-list'
  location: string
  /** The newest first, as many as were asked for. */
  reports: EvidenceListEntry[]
  reports_total: number
}

export interface EvidenceListEntry {
  report_id: string
  /** Of the JSON, or of what there is of it. */
  key: string
  stored_at: string
  /** `json`, `pdf`, `sig` …, as they are there. */
  files: string[]
  /** From the report; null where it can't be read. */
  overall_result: string | null
  backup_id: string | null
  generated_at: string | null
  /** `2026-11`, where it is the report of a month. */
  month: string | null
  signed: boolean
  /** Something that the report speaks of is not there. */
  complete: boolean
}

export interface EvidenceGetResult {
  kind: 'evidence-get'
  report_id: string
  format: EvidenceFormat
  files: { key: string; path: string; size: number; sha256: string }[]
}

export interface EvidenceTimestampResult {
  kind: 'evidence-timestamp'
  report_id: string
  location: string
  timestamp_url: string
  /** Keys that were stored. */
  stored: string[]
  /** What had a timestamp already. */
  already: string[]
  warnings: string[]
}
