import type { GroupCapture } from './backup.ts'

export interface GroupSnapshotResult extends GroupCapture {
  kind: 'snapshot-groups'
  backup_id: string
  location: string
  taken_at: string
  /** Key of the object that holds the snapshot. */
  key: string
  captured: { group_id: string; topics: number; offsets: number }[]
}

/** What an archive keeps of consumer groups. */
export interface GroupsShownResult {
  kind: 'groups'
  backup_id: string
  location: string
  /** Null where the snapshot tells no time. */
  taken_at: string | null
  /** At most 10,000. */
  groups: { group_id: string; state: string | null; topics: number; offsets: number }[]
  groups_total: number
  /** Groups that could not be read when it was taken. */
  failed: { group_id: string; code: string; message: string }[]
}

export interface OffsetMappingResult {
  kind: 'show-offset-mapping'
  backup_id: string
  location: string
  /** Restores of this backup that left a map, newest last. */
  restores: { restore_id: string; ended_at: string | null; target: string }[]
  /** The one shown; null where nothing has been restored: then the target offsets are null. */
  restore_id: string | null
  entries: OffsetMappingEntry[]
}

export interface OffsetMappingEntry {
  topic: string
  partition: number
  target_topic: string | null
  target_partition: number | null
  source_first_offset: number | null
  /** Inclusive. */
  source_last_offset: number | null
  target_first_offset: number | null
  target_last_offset: number | null
  records: number
  first_timestamp: string | null
  last_timestamp: string | null
}
