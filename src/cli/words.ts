import { count, plural } from '../contract/words.ts'

/** Numbers, sizes and times as people read them. */

export { count, plural }

/** Decimal units, as disks and networks have them: `999 B`, `1.2 kB`, `118 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** `0.4 s`, `35 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const steps: [number, string, number, string][] = [
    [3600, 'min', 60, 's'],
    [86_400, 'h', 3600, 'min'],
    [Number.POSITIVE_INFINITY, 'd', 86_400, 'h'],
  ]
  for (const [limit, big, size, small] of steps) {
    if (whole >= limit) continue
    const unit = { s: 1, min: 60, h: 3600 }[small] as number
    const rest = Math.floor((whole % size) / unit)
    return rest === 0 ? `${Math.floor(whole / size)} ${big}` : `${Math.floor(whole / size)} ${big} ${rest} ${small}`
  }
  return `${whole} s`
}

/** Of a whole, rounded down, so that 100 % means all of it. */
export function percent(part: number, whole: number): string {
  return `${whole <= 0 ? 100 : Math.min(100, Math.floor((part / whole) * 100))} %`
}

/** A time of a result, to the second: `2026-04-05 02:00:00 UTC`. Records may have times that no calendar has. */
export function moment(iso: string | null): string {
  if (iso === null) return '–'
  if (/^-?\d+$/.test(iso)) return `${iso} ms since 1970`
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` : iso
}

/** `a, b and 3 more` */
export function someOf(items: readonly string[], shown = 5): string {
  if (items.length <= shown) return items.join(', ')
  return `${items.slice(0, shown).join(', ')} and ${count(items.length - shown)} more`
}
