import type { GapResult } from './backup.ts'
import type { AccountTotals } from './facts.ts'

/** Steps of a timeline, in words; days and longer begin at midnight of the zone. */
export type TimelineStep =
  | '1-second'
  | '10-seconds'
  | '1-minute'
  | '10-minutes'
  | '1-hour'
  | '6-hours'
  | '1-day'
  | '1-week'
  | '1-month'
  | '1-quarter'
  | '1-year'

/**
 * When an archive's records were written, by the times that its manifest states for each segment. One that lies within one
 * step counts there exactly; others are spread evenly over their own span, unless it was allowed to read them.
 */
export interface TimelineResult {
  kind: 'timeline'
  backup_id: string
  /** Of the chosen topics: first and last time, milliseconds; null where they hold no record with a usable time. */
  first: number | null
  last: number | null
  step: TimelineStep
  zone: string
  /** Milliseconds; one more than there are steps. */
  edges: number[]
  /** For each step; of those that are spread, fractions. */
  records: number[]
  /** For each step: whether it is counted, and not spread. */
  exact: boolean[]
  /** Stored bytes that would have to be read for every step to be exact; 0 where each is. */
  unread_bytes: number
  /** Segments that were to be counted and could not be read. */
  unreadable: number
  /** The topics with the most records. */
  streams: { topic: string; records: number; segments: number; counts: number[] }[]
  streams_total: number
  /** Offsets that are not in the archive and should be, with the times between which they were. */
  losses: (GapResult & { after: number | null; before: number | null })[]
  losses_total: number
  /**
   * Steps without any record, longest first. `none`: the account of offsets shows that nothing was written that is not
   * archived; `some`: a loss may lie there; `unknown`: the archive keeps no account.
   */
  quiet: { from: number; to: number; lost: 'none' | 'some' | 'unknown' }[]
  /** Of the chosen topics; null where the archive keeps none. */
  account: AccountTotals | null
  /** Whether broker time can be asked for: each chosen topic is set so. */
  broker_time: boolean
  /** What a window would take; null where none was asked about. */
  window: TimelineWindow | null
}

export interface TimelineWindow {
  /** Records of segments that lie wholly in it, and of all that reach into it: the truth lies between. */
  least: number
  most: number
  about: number
  segments: number
  segments_total: number
  stored_bytes: number
  bytes: number
}
