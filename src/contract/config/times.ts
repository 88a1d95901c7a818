const MILLIS = /^-?\d{1,16}$/
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|z|[+-]\d{2}:?\d{2})$/
const ISO_WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/

/** Milliseconds since the epoch, either way, that a `Date` holds (ECMA-262, 21.4.1.1). */
const LAST_DAY = 8_640_000_000_000_000

export type ParsedTime = { ok: true; millis: number } | { ok: false; expected: string }

/**
 * A point in time as configuration files give it: milliseconds since the epoch, or ISO 8601 with its zone
 * (`2026-04-05T02:00:00Z`, `2026-04-05T02:00:00.250+02:00`). A time without a zone is refused: it means another moment
 * on every machine.
 */
export function parseTime(text: string): ParsedTime {
  if (MILLIS.test(text)) {
    const millis = Number(text)
    return Math.abs(millis) <= LAST_DAY ? { ok: true, millis } : { ok: false, expected: 'a time that a calendar holds' }
  }
  const parts = ISO.exec(text)
  if (parts === null) {
    return ISO_WITHOUT_ZONE.test(text)
      ? { ok: false, expected: 'a time with its zone (2026-04-05T02:00:00Z or …+02:00)' }
      : { ok: false, expected: 'milliseconds since the epoch or ISO 8601 with a zone (2026-04-05T02:00:00Z)' }
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const local = Date.UTC(year, month - 1, day, hour, minute, second, Number((parts[7] ?? '0').padEnd(3, '0')))
  const back = new Date(local)
  // Date.UTC rolls over: 30 February would come out as 2 March
  const exists =
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    second < 60 &&
    minute < 60
  const zone = zoneMinutes(parts[8] as string)
  if (!exists || zone === null) return { ok: false, expected: 'a time that exists' }
  return { ok: true, millis: local - zone * 60_000 }
}

function zoneMinutes(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.replace(/[+:-]/g, '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2))
  if (hours > 18 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
