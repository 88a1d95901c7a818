/** Numbers and times as people read them. Digits are tabular by the style sheet. */

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

export const count = (value: number): string => whole.format(value)

export const ROUNDED_FROM = 100_000

/** 18,204,117 as `18.2 M`: for large figures, with the exact one beside it. */
export function rounded(value: number): string {
  if (value < ROUNDED_FROM) return whole.format(value)
  if (value < 1e9) return `${short.format(value / 1e6)} M`
  return `${short.format(value / 1e9)} bn`
}

/** Decimal units, as storage is sold. */
export function bytes(value: number): string {
  let unit = 0
  let left = value
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000
    unit += 1
  }
  return `${unit === 0 ? whole.format(left) : short.format(left)} ${UNITS[unit]}`
}

export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s'
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`
  const hours = Math.floor(seconds / 3600)
  if (hours < 48) return `${hours} h ${Math.round((seconds % 3600) / 60)} min`
  return `${Math.round(hours / 24)} days`
}

/** ISO 8601 in UTC as `2026-11-03 14:02:11 UTC`. */
export function utc(iso: string | null): string | null {
  const match = iso?.match(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/)
  return match ? `${match[1]} ${match[2]} UTC` : iso
}

/** The time of day on this machine. */
export const timeOfDay = (at: number): string => clock.format(at)

/** A message of the contract (lowercase, no full stop) as a sentence. */
export function sentence(message: string): string {
  const first = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
