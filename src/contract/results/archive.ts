import type { ErrorCode } from '../errors.ts'
import type { GapResult } from './backup.ts'
import type { AccountTotals, ArchiveStatistics, ManifestSignature } from './facts.ts'

export interface ListResult {
  kind: 'list'
  location: string
  /** By `created_at`, oldest first. */
  backups: BackupOverview[]
  /** Folders that look like a backup but whose manifest can't be read: named, never skipped in silence. */
  unreadable: { backup_id: string; code: ErrorCode; message: string }[]
}

export interface BackupOverview {
  backup_id: string
  /** First run. */
  created_at: string
  /** Last run's end; null where it runs, was killed before it could say so, and in archives of other programs. */
  updated_at: string | null
  /** Of the last run, as `RunState` has it. */
  state: RunState
  generation: number | null
  compression: string
  source_cluster_id: string | null
  /** Name and version; null in archives of other programs. */
  tool: string | null
  statistics: ArchiveStatistics
}

/** `running`: it holds the lock. `interrupted`: also one that was killed. `unknown`: in archives of other programs. */
export type RunState = 'running' | 'complete' | 'interrupted' | 'failed' | 'unknown'

/** `--format json` prints `{ ...manifest, checksums, manifest_signature }`; yaml the same; text the rest. */
export interface DescribeResult {
  kind: 'describe'
  location: string
  /** As in the archive: OSO's shape plus ours. */
  manifest: object
  manifest_sha256: string
  /** Of the last run's manifest; absent in archives of other programs. */
  manifest_signature?: ManifestSignature
  /** Segment key → lowercase hex SHA-256 as the manifest has it; null where an archive states none. */
  checksums: Record<string, string | null>
  overview: BackupOverview
  /** Whole archive; null in archives of other programs. */
  account: AccountTotals | null
  topics: DescribedTopic[]
  gaps: GapResult[]
  gaps_total: number
}

export interface DescribedTopic {
  topic: string
  partitions: DescribedPartition[]
  configuration_overrides: Record<string, string | null>
}

export interface DescribedPartition {
  partition: number
  segments: number
  records: number
  bytes: number
  stored_bytes: number
  /** null where nothing is archived. */
  start_offset: number | null
  /** Inclusive. */
  end_offset: number | null
  first_timestamp: string | null
  last_timestamp: string | null
}

export interface StatusResult {
  kind: 'status'
  backup_id: string
  location: string
  state: RunState
  generation: number | null
  run_id: string | null
  /** Who ran it last: `user@host`; null in archives of other programs. */
  operator: string | null
  started_at: string | null
  /** Its end; null while it runs, where it was killed before it could say so, and in archives of other programs. */
  ended_at: string | null
  /** When the archive last moved forward. */
  updated_at: string | null
  /** Who writes to it now; null where nobody holds the lock. `expired`: the holder is certainly gone. */
  lock: { holder: string; acquired_at: string; expires_at: string; expired: boolean } | null
  statistics: ArchiveStatistics
  account: AccountTotals | null
  partitions: { topic: string; partition: number; next_offset: number; cut: number | null }[]
}

/** How many records have a time in some days, about: see coverageOf. */
export interface CoverageSpan {
  /** ISO 8601 UTC, the span's beginning. */
  from: string
  /** Days that it is long. */
  days: number
  records: number
}
