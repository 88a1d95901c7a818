import { count } from '../../contract/words.ts'

/** Times, spans and sizes as people read them. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `5 April 2026, 02:14:05 UTC` */
export function day(iso: string | null): string {
  const date = iso === null ? null : new Date(iso)
  if (date === null) return 'not known'
  if (Number.isNaN(date.getTime())) return String(iso)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${date.toISOString().slice(11, 19)} UTC`
}

/** `2026-11` as `November 2026`. */
export function monthName(month: string): string {
  const [year, number] = month.split('-')
  return `${MONTHS[Number(number) - 1] ?? month} ${year ?? ''}`.trim()
}

/** `45 ms`, `3.2 s`, `38 min 12 s`, `2 h 5 min` */
export function duration(seconds: number | null): string {
  if (seconds === null) return 'not known'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`
}

/** `1.4 GB`, in powers of 1,000. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let unit = 0
  let size = value
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 ? count(size) : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`
}
