import type { ErrorCode } from '../errors.ts'
import type { ReportLock } from '../evidence/report.ts'
import type { Said } from '../said/said.ts'
import type { RunState } from './archive.ts'
import type { ManifestSignature } from './facts.ts'

/** How everything that is kept in some places stands: what a person looks at first. */
export interface OverviewResult {
  kind: 'overview'
  checked_at: string
  /** Of `days` in `backups`, the present one included, in UTC. */
  days: number
  places: PlaceOverview[]
}

export interface PlaceOverview {
  /** As the one who asked called it. */
  name: string
  location: string | null
  /** Why nothing could be read; null where it could. */
  error: { code: ErrorCode; message: string } | null
  backups: BackupStanding[]
  /** Backups whose manifest can't be read. */
  unreadable: { backup_id: string; code: ErrorCode; message: string }[]
}

export interface BackupStanding {
  backup_id: string
  state: RunState
  last_run_at: string | null
  /** End of the last run that came to its end; null where there is none. */
  last_good_at: string | null
  generation: number | null
  records: number
  stored_bytes: number
  signature: ManifestSignature['state'] | null
  /** At most 1,000 by name; `streams_total` counts them all. */
  streams: StreamStanding[]
  streams_total: number
  /** Offsets that were on the cluster and are in no run: deleted before they could be read, or unexplained. */
  lost_offsets: number
  coverage: DayCoverage[]
  last_restore: { at: string; by: string; records: number; validated: string | null } | null
  /** The last report that says that a restore is complete. */
  last_proof: { at: string; by: string; report_id: string; overall_result: string } | null
  /** Of the manifest and the last segment, read back from the storage. */
  lock: ReportLock
  /** Sentences: breaks in the chains of runs or of custody. */
  problems: string[]
  /** What the problems are made of. */
  sayings?: Said[]
}

export interface StreamStanding {
  topic: string
  partitions: number
  records: number
  last_backup_at: string | null
  lost_offsets: number
}

/** One day of the calendar in UTC. */
export interface DayCoverage {
  day: string
  /** About so many records have a time of this day: a segment's are spread evenly over its times. */
  records: number
  runs: number
  failed_runs: number
  /** Offsets that this day's runs found to be lost. */
  lost_offsets: number
}
