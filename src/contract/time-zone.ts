/**
 * Calendar and clock of a time zone, by the runtime's own table of zones. All times are milliseconds since the epoch;
 * a zone is an IANA name.
 */

export interface ClockTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}

/** Whether the runtime knows a zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** What the clocks of a zone show at a moment. @throws RangeError for a zone that is unknown */
export function clockTime(at: number, zone: string): ClockTime {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
  return { year, month, day, hour, minute, second, millisecond: ((at % 1000) + 1000) % 1000 }
}

/**
 * The moment at which a zone's clocks show a time. Of a time that comes twice (the clocks go back) the first; a time that
 * is left out (they go forward) is moved on by as much. Parts may be out of range, as for `Date.UTC`: month 13 is the
 * next January.
 */
export function momentOf({ year, month, day, hour, minute, second, millisecond }: ClockTime, zone: string): number {
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const offset = (at: number): number => {
    const shown = clockTime(at, zone)
    return (
      Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second, shown.millisecond) - at
    )
  }
  // the offsets a day before and after are those that can hold at the time itself
  const [before, after] = [offset(wanted - 86_400_000), offset(wanted + 86_400_000)]
  const fits = [wanted - before, wanted - after].filter((at) => at + offset(at) === wanted)
  return fits.length > 0 ? Math.min(...fits) : wanted - before
}

/** Midnight of a day. */
export const startOfDay = (year: number, month: number, day: number, zone: string): number =>
  momentOf({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }, zone)
