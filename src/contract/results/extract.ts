import type { Said } from '../said/said.ts'
import type { TimeWindow } from './restore.ts'

/** What `extract --dry-run` says: counts are upper bounds, since only reading tells what matches. */
export interface ExtractPlanResult extends ExtractScope {
  kind: 'extract'
  dry_run: true
}

export interface ExtractScope {
  backup_id: string
  location: string
  output: string
  matter: string
  /** Both ends inclusive; null: all times. */
  window: TimeWindow | null
  time: 'record' | 'broker'
  /** In words; null: every record of the window. */
  filter: string | null
  formats: string[]
  topics: {
    topic: string
    partitions: number
    segments_to_read: number
    records_at_most: number
    bytes_at_most: number
  }[]
  topics_total: number
  segments_to_read: number
  segments_skipped: number
  records_at_most: number
  /** Uncompressed. */
  bytes_at_most: number
  /** What will be fetched from the storage. */
  stored_bytes: number
  /** The archive was made by another program: it states no digests, so nothing vouches for the records but the signer. */
  foreign: boolean
  warnings: string[]
  /** What the filter and the warnings are made of, where they are the program's own. */
  sayings: Said[]
}

/** What an extraction came to. */
export interface ExtractResult extends ExtractScope {
  kind: 'extract'
  dry_run: false
  /** `damaged`: segments that could hold a match could not be read, or are missing by the archive's account of offsets; the
   * package says which. */
  state: 'complete' | 'damaged'
  resumed: boolean
  package_id: string
  report_id: string
  /** Of the zip. */
  package_bytes: number
  package_sha256: string
  /** Of `records/records.ndjson`: the same extraction twice gives the same. */
  content_sha256: string
  records: number
  /** Uncompressed record bytes in the archive. */
  bytes: number
  redacted: number
  /** Records whose whole value was taken out, since rules by JSON path could not be applied to it. */
  withheld: number
  undecodable: number
  segments_read: number
  segments_failed: number
  failures: { segment: string; code: string; reason: string }[]
  failures_total: number
  signed: boolean
  signed_by: string | null
  /** Of the PDF's signature; null without one. */
  signature_level: string | null
  /** Whether the archive's own chain of custody has an entry about this. */
  custody_recorded: boolean
  started_at: string
  ended_at: string
  duration_seconds: number
}
