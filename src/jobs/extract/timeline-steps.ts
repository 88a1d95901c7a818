import type { TimelineStep } from '../../contract/results/timeline.ts'
import { clockTime, momentOf, startOfDay } from '../../contract/time-zone.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS: readonly { step: TimelineStep; ms: number }[] = [
  { step: '1-second', ms: SECOND },
  { step: '10-seconds', ms: 10 * SECOND },
  { step: '1-minute', ms: MINUTE },
  { step: '10-minutes', ms: 10 * MINUTE },
  { step: '1-hour', ms: HOUR },
  { step: '6-hours', ms: 6 * HOUR },
  { step: '1-day', ms: DAY },
  { step: '1-week', ms: 7 * DAY },
  { step: '1-month', ms: 30 * DAY },
  { step: '1-quarter', ms: 91 * DAY },
  { step: '1-year', ms: 365 * DAY },
]
/** Even a year's steps end: what a record states may lie thousands of years ahead. */
const MOST_EDGES = 2_000

/** Months that a step counts, where it counts months. */
const MONTHS: Partial<Record<TimelineStep, number>> = { '1-month': 1, '1-quarter': 3, '1-year': 12 }

/**
 * Steps that cover [from, to], the shortest that are not too many.
 * @param zone where midnights and months are
 * @returns the edges, one more than there are steps: the last lies behind `to`
 */
export function timelineSteps(
  from: number,
  to: number,
  zone: string,
  mostSteps: number,
): { step: TimelineStep; edges: number[] } {
  const { step, ms } = STEPS.find((one) => (to - from) / one.ms < mostSteps - 1) ?? (STEPS.at(-1) as (typeof STEPS)[0])
  const edges = [startOf(from, step, ms, zone)]
  while ((edges.at(-1) as number) <= to && edges.length < MOST_EDGES) {
    edges.push(next(edges.at(-1) as number, step, ms, zone))
  }
  return { step, edges }
}

function startOf(at: number, step: TimelineStep, ms: number, zone: string): number {
  if (ms < HOUR) return Math.floor(at / ms) * ms
  const { year, month, day, hour } = clockTime(at, zone)
  if (ms < DAY) {
    const hours = ms / HOUR
    const start = { year, month, day, hour: Math.floor(hour / hours) * hours, minute: 0, second: 0, millisecond: 0 }
    // where an hour comes twice, the earlier start of it may lie a step before
    return momentOf(start, zone)
  }
  const months = MONTHS[step]
  if (months !== undefined) return startOfDay(year, Math.floor((month - 1) / months) * months + 1, 1, zone)
  if (step === '1-day') return startOfDay(year, month, day, zone)
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7
  return startOfDay(year, month, day - weekday, zone)
}

function next(at: number, step: TimelineStep, ms: number, zone: string): number {
  if (ms < DAY) return at + ms
  const { year, month, day } = clockTime(at, zone)
  const months = MONTHS[step]
  if (months !== undefined) return startOfDay(year, month + months, 1, zone)
  return startOfDay(year, month, day + ms / DAY, zone)
}
