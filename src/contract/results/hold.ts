import type { ReportLock } from '../evidence/report.ts'
import type { Said } from '../said/said.ts'

/** Why a backup is held, as its chain of custody tells. */
export interface HoldMatter {
  matter: string
  reason: string
  /** ISO 8601 UTC. */
  since: string
  /** `os_user@host`, and the name where there is one. */
  by: string
  /** Objects that were under hold when it was placed. */
  objects: number
  /** The custody line that says so. */
  line: number
}

export interface HoldResult {
  kind: 'hold'
  action: 'place' | 'lift' | 'list'
  backup_id: string
  location: string
  /** `interrupted`: some objects are done; the same command goes on. */
  state: 'complete' | 'interrupted'
  /** Why nothing can be held here; null where it can. */
  refusal: string | null
  matter: string | null
  /** Of the backup, as listed now, without the lease of running jobs. */
  objects: number
  /** Under legal hold, read back from the storage. */
  held: number
  /** By this run. */
  changed: number
  /** The first objects without a hold. */
  not_held: string[]
  not_held_total: number
  /** That hold it now. */
  matters: HoldMatter[]
  custody_line: number | null
  warnings: string[]
  /** What the refusal and the warnings are made of. */
  sayings?: Said[]
}

/** What keeps the backups of a place, by one look at each: its manifest's lock, as the storage tells. */
export interface HoldOverviewResult {
  kind: 'hold'
  action: 'overview'
  location: string
  refusal: string | null
  /** What the refusal is made of. */
  sayings?: Said[]
  backups: { backup_id: string; lock: ReportLock }[]
  backups_total: number
}

export interface RetentionResult {
  kind: 'retention'
  action: 'extend'
  backup_id: string
  location: string
  state: 'complete' | 'interrupted'
  /** What was asked for; objects that were kept for longer or stricter stay so. */
  mode: 'COMPLIANCE' | 'GOVERNANCE'
  until: string
  objects: number
  extended: number
  already: number
  /** The weakest that was read back. */
  shortest: { mode: 'COMPLIANCE' | 'GOVERNANCE'; until: string } | null
  custody_line: number | null
  warnings: string[]
}
