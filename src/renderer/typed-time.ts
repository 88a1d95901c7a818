import { type ClockTime, clockTime, momentOf } from '../contract/time-zone.ts'

/**
 * Days and times as they are typed, the same in every language: ISO 8601 (RFC 3339 without its zone, which stands beside
 * the field). A browser's own fields follow its language, so that 03/11 may be either of two days.
 */
export type TimeKind = 'day' | 'moment' | 'clock'
/** Not written so; written so and in no calendar; left out by the clocks of the zone as they go forward. */
export type TimeProblem = 'form' | 'noSuch' | 'skipped'

export const EXAMPLES: Record<TimeKind, string> = { day: '2026-09-30', moment: '2026-09-30 14:05', clock: '14:05' }

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:T| +)(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/
const CLOCK = /^(\d{2}):(\d{2})$/

/** This machine's zone. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** What is wrong with a text; null for a good one and for none at all. @param zone IANA name, for a moment */
export function timeProblem(kind: TimeKind, text: string, zone = 'UTC'): TimeProblem | null {
  if (text.trim() === '') return null
  const parts = partsOf(kind, text)
  if (parts === null) return 'form'
  if (!isInCalendar(parts)) return 'noSuch'
  return kind !== 'moment' || isSame(clockTime(momentOf(parts, zone), zone), parts) ? null : 'skipped'
}

/** `2026-09-30` of a field; null where it holds no day. */
export const readDay = (text: string): string | null => (isGood('day', text) ? text.trim() : null)

/** `14:05` of a field; null where it holds no time of day. */
export const readClock = (text: string): string | null => (isGood('clock', text) ? text.trim() : null)

/** `2026-09-30 14:05`, also with `:07` or `:07.250` and with a `T`, on a zone's clocks. @returns milliseconds or null */
export function readMoment(text: string, zone: string): number | null {
  const parts = isGood('moment', text, zone) ? partsOf('moment', text) : null
  return parts === null ? null : momentOf(parts, zone)
}

/** For a field: to the minute, or as fine as it is. @param at milliseconds */
export function writeMoment(at: number, zone: string): string {
  const { year, month, day, hour, minute, second, millisecond } = clockTime(at, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  const fine = millisecond === 0 ? '' : `.${String(millisecond).padStart(3, '0')}`
  const seconds = second === 0 && fine === '' ? '' : `:${two(second)}${fine}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}${seconds}`
}

function isGood(kind: TimeKind, text: string, zone?: string): boolean {
  return text.trim() !== '' && timeProblem(kind, text, zone) === null
}

function partsOf(kind: TimeKind, text: string): ClockTime | null {
  const found = { day: DAY, moment: MOMENT, clock: CLOCK }[kind].exec(text.trim())
  if (found === null) return null
  const [first = 0, second = 0, third = 0, hour = 0, minute = 0, seconds = 0] = found.slice(1, 7).map(Number)
  const millisecond = Number((found[7] ?? '0').padEnd(3, '0'))
  if (kind === 'clock') return { year: 2000, month: 1, day: 1, hour: first, minute: second, second: 0, millisecond: 0 }
  return { year: first, month: second, day: third, hour, minute, second: seconds || 0, millisecond }
}

/** Whether a calendar and a clock have it. Before the year 100 `Date.UTC` means another century. */
function isInCalendar(parts: ClockTime): boolean {
  const { year, month, day, hour, minute, second, millisecond } = parts
  const at = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  return year >= 100 && isSame(clockTime(at, 'UTC'), parts)
}

function isSame(a: ClockTime, b: ClockTime): boolean {
  const order = ({ year, month, day, hour, minute, second, millisecond }: ClockTime) =>
    [year, month, day, hour, minute, second, millisecond].join()
  return order(a) === order(b)
}
