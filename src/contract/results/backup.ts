import type { ErrorCode } from '../errors.ts'
import type { Said } from '../said/said.ts'
import type { CheckStep } from './check.ts'
import type { AbsentKind, AccountTotals, ArchiveStatistics, ClusterFacts, ManifestSignature } from './facts.ts'

export interface BackupResult {
  kind: 'backup'
  dry_run: false
  backup_id: string
  /** Of the storage: `file:///backups`, `s3://bucket/prefix`. */
  location: string
  /** `interrupted`: stopped cleanly at a durable point; the next run continues there. */
  state: 'complete' | 'interrupted'
  mode: 'snapshot' | 'continuous'
  isolation_level: 'read_committed' | 'read_uncommitted'
  run_id: string
  /** 1 for the first run under this id. */
  generation: number
  started_at: string
  ended_at: string
  duration_seconds: number
  source: ClusterFacts
  /** Host clock minus broker clock; null where it could not be seen. */
  clock_offset_ms: number | null
  /** Of this run. */
  records: number
  bytes: number
  stored_bytes: number
  segments: number
  /** Of this run. */
  account: AccountTotals
  topics: BackupTopicResult[]
  /** Offsets that were on the cluster's books and are not in the archive, other than by design: said loudly. */
  gaps: GapResult[]
  gaps_total: number
  /** null where consumer groups were not asked for, or the run was stopped before they had been captured. */
  consumer_groups: GroupCapture | null
  /** SHA-256 of the manifest this run ended with: whoever keeps it can tell later that nothing was changed. */
  manifest_sha256: string
  /** Of that manifest; absent where no key is configured. */
  signature?: ManifestSignature
  /** The whole archive under this id, after this run. */
  archive: ArchiveStatistics
  warnings: string[]
  /** What the warnings are made of, where they are the program's own. */
  sayings?: Said[]
}

export interface BackupTopicResult {
  topic: string
  /** First seen in this run. */
  new: boolean
  partitions: number
  records: number
  bytes: number
  stored_bytes: number
  segments: number
  account: AccountTotals
}

export interface GapResult {
  topic: string
  partition: number
  kind: AbsentKind
  from: number
  /** Exclusive. */
  to: number
  reason: string
}

export interface GroupCapture {
  groups: number
  /** Committed positions over all groups. */
  offsets: number
  /** Groups whose positions could not be read. */
  failed: { group_id: string; code: ErrorCode; message: string }[]
}

export interface BackupPlanResult {
  kind: 'backup'
  dry_run: true
  backup_id: string
  location: string
  mode: 'snapshot' | 'continuous'
  /** 1: nothing under this id yet; more: continues an archive that stands. */
  generation: number
  source: ClusterFacts
  topics: { topic: string; partitions: number; offsets: number; bytes_estimate: number | null }[]
  /** Offsets to read: an upper bound of the records, since compacted and aborted ones are not known yet. */
  offsets: number
  bytes_estimate: number | null
  seconds_estimate: number | null
  checks: CheckStep[]
  warnings: string[]
  /** What the warnings are made of, where they are the program's own. */
  sayings?: Said[]
}
