import type { ErrorCode } from '../errors.ts'
import type { Said } from '../said/said.ts'
import type { CheckStep } from './check.ts'
import type { ClusterFacts } from './facts.ts'

export interface RestoreResult {
  kind: 'restore'
  dry_run: false
  backup_id: string
  restore_id: string
  location: string
  state: 'complete' | 'interrupted'
  /** This run found an earlier one that was cut off, and went on where it had stopped. */
  resumed: boolean
  started_at: string
  ended_at: string
  duration_seconds: number
  target: ClusterFacts
  window: TimeWindow | null
  /** Written by this run. */
  records: number
  bytes: number
  /** Written by an earlier run of the same restore and found in the target. */
  records_already_there: number
  /** In the archive, but outside the time window or the partition filter. */
  records_filtered: number
  /** Of them, those that were not looked at, since their segment's own index says that they lie outside the window. */
  records_ruled_out: number
  /** Control markers that a foreign archive holds as data: not restored unless asked for. */
  records_suspect: number
  segments_read: number
  /** Not opened, since nothing in them can lie in the window. */
  segments_skipped: number
  topics: RestoreTopicResult[]
  /** Where a created topic's configuration is not the archived one, and why. */
  configuration_differences: ConfigurationDifference[]
  /** null where consumer groups were not asked for. */
  consumer_groups: RestoredGroup[] | null
  /** Where the map of source to target offsets is kept; null where repartitioning makes none. */
  offset_map: string | null
  warnings: string[]
  /** What the warnings are made of. */
  sayings?: Said[]
}

/** Both ends inclusive; null is open. */
export interface TimeWindow {
  start: string | null
  end: string | null
}

export interface RestoreTopicResult {
  source: string
  target: string
  created: boolean
  partitions: number
  records: number
  bytes: number
  records_already_there: number
  records_filtered: number
  records_suspect: number
}

export interface ConfigurationDifference {
  topic: string
  name: string
  archived: string | null
  applied: string | null
  reason: string
  said?: Said
}

export interface RestoredGroup {
  group_id: string
  positions: RestoredPosition[]
}

export interface RestoredPosition {
  topic: string
  partition: number
  target_topic: string
  target_partition: number
  /** As archived. */
  source_offset: number
  /** As committed on the target and read back; null where none was (`reason` says why). */
  target_offset: number | null
  /** The archived position lay outside of what was restored. */
  clamped: boolean
  reason?: string
}

export interface RestorePlanResult {
  kind: 'restore'
  dry_run: true
  /** `FAILED` where a restore would be refused or would lose something: exit code 5 (or 3, 4 by the failed step). */
  verdict: 'PASSED' | 'FAILED'
  backup_id: string
  location: string
  target: ClusterFacts
  window: TimeWindow | null
  topics: RestorePlanTopic[]
  records_estimate: number
  bytes_estimate: number
  segments_to_read: number
  segments_skipped: number
  seconds_estimate: number | null
  configuration_differences: ConfigurationDifference[]
  checks: CheckStep[]
  warnings: string[]
  /** What the warnings are made of. */
  sayings?: Said[]
}

export interface RestorePlanTopic {
  source: string
  target: string
  action: 'create' | 'write_to_empty' | 'write_to_non_empty' | 'resume' | 'refused'
  source_partitions: number
  target_partitions: number
  records_estimate: number
  bytes_estimate: number
  reason?: string
  said?: Said
  /** Of the error that the reason is about. */
  code?: ErrorCode
}
