import { clockTime, startOfDay } from '../../../contract/time-zone.ts'
import { i18n } from '../../i18n.ts'

/** Times of a window as people read, type and name them. All are milliseconds; a zone is an IANA name. */

/** Day before month, as on the letters that ask. */
const locale = (): string => (i18n.language === 'de' ? 'de' : 'en-GB')

/** `1 Jul 2026, 00:00`, with seconds and milliseconds where they are not zero. */
export function zoneTime(at: number, zone: string): string {
  const { second, millisecond } = clockTime(at, zone)
  const fine = second !== 0 || millisecond !== 0
  return new Intl.DateTimeFormat(locale(), {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(fine ? { second: '2-digit' } : {}),
    ...(millisecond === 0 ? {} : { fractionalSecondDigits: 3 }),
  }).format(at)
}

/** `1 Jul 2026`. */
export const zoneDay = (at: number, zone: string): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' }).format(at)

export interface Preset {
  id: string
  kind: 'all' | 'year' | 'quarter' | 'month'
  year: number
  /** 1 to 4, or 1 to 12. */
  part: number
  start: number | null
  /** The last millisecond of it. */
  end: number | null
}

/** Whole years, quarters and months that an archive's time reaches into, the latest of each, and all of it. */
export function presetsOf(first: number | null, last: number | null, zone: string): Preset[] {
  const presets: Preset[] = []
  if (first !== null && last !== null) {
    const from = clockTime(first, zone)
    const to = clockTime(last, zone)
    const add = (kind: 'year' | 'quarter' | 'month', months: number, most: number) => {
      const start = to.year * 12 + Math.floor((to.month - 1) / months) * months
      for (let at = start, n = 0; n < most && at + months > from.year * 12 + from.month - 1; at -= months, n++) {
        const [year, month] = [Math.floor(at / 12), (at % 12) + 1]
        presets.push({
          id: `${kind}-${year}-${month}`,
          kind,
          year,
          part: kind === 'quarter' ? Math.floor((month - 1) / 3) + 1 : month,
          start: startOfDay(year, month, 1, zone),
          end: startOfDay(year, month + months, 1, zone) - 1,
        })
      }
    }
    add('quarter', 3, 3)
    add('month', 1, 2)
    add('year', 12, 1)
  }
  presets.push({ id: 'all', kind: 'all', year: 0, part: 0, start: null, end: null })
  return presets
}

/** `July 2026`. */
export const monthName = (year: number, month: number): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
    Date.UTC(year, month - 1, 1),
  )

/** A date without a time, `2026-11-03`, as `3 Nov 2026`. */
export const calendarDay = (day: string): string => zoneDay(Date.parse(`${day}T00:00:00Z`), 'UTC')
