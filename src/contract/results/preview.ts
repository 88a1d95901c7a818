/** Where a preview goes on: after so many records of a segment, by its place in the plan. */
export interface PreviewCursor {
  segment: number
  record: number
}

/** What a preview has read and found, this time. Rows lie in its files (jobs/extract/preview-spool.ts). */
export interface PreviewResult {
  kind: 'preview'
  rows: number
  records_read: number
  bytes_read: number
  segments_total: number
  segments_read: number
  records_total: number
  bytes_total: number
  /** null: everything that can hold a match has been read. */
  cursor: PreviewCursor | null
  /** Segments that could not be read, with the reason: an extraction would say the same. */
  failures: { segment: string; code: string; reason: string }[]
  failures_total: number
  seconds: number
}
