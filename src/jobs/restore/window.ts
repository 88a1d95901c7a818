import type { SegmentEntry } from '../../archive/types.ts'
import { type Int64, splitInt64 } from '../../contract/record.ts'
import type { TimeWindow } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'

/** A time window by record timestamp, milliseconds since the epoch; both ends inclusive, null is open. */
export interface Window {
  start: Int64 | null
  end: Int64 | null
}

/** Whether a timestamp, given as the halves of a signed 64-bit integer, lies in the window. */
export type WindowTest = (tsHi: number, tsLo: number) => boolean

/** The window's test for the hot loop, or null where the window is open at both ends and holds everything. */
export function windowTest(window: Window): WindowTest | null {
  if (window.start === null && window.end === null) return null
  const from = window.start === null ? { hi: -2147483648, lo: 0 } : splitInt64(window.start)
  const to = window.end === null ? { hi: 2147483647, lo: 4294967295 } : splitInt64(window.end)
  const { hi: fromHi, lo: fromLo } = from
  const { hi: toHi, lo: toLo } = to
  return (hi, lo) => (hi > fromHi || (hi === fromHi && lo >= fromLo)) && (hi < toHi || (hi === toHi && lo <= toLo))
}

/**
 * Whether a segment can hold a record of the window. Only minimum and maximum timestamps can rule one out: the
 * first and last record's, which is all that archives of other programs state, say nothing about those between.
 */
export function mayHold(window: Window, segment: SegmentEntry): boolean {
  const { min_timestamp: min, max_timestamp: max } = segment
  if (min === undefined || max === undefined) return true
  return holdsTimes(window, min, max)
}

/** Whether records between a smallest and a largest timestamp may lie in the window. */
export function holdsTimes({ start, end }: Window, min: Int64, max: Int64): boolean {
  return (end === null || min <= end) && (start === null || max >= start)
}

/** The window as a result states it; null where there is none. */
export function describeWindow(window: Window): TimeWindow | null {
  if (window.start === null && window.end === null) return null
  return {
    start: window.start === null ? null : isoTime(window.start),
    end: window.end === null ? null : isoTime(window.end),
  }
}
