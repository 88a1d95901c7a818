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
