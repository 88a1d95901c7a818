/** Numbers as people read them, wherever a sentence has one. */

/** `1,234,567`; whole numbers only. By hand, since loading a locale's rules takes longer than many a command. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `2 records` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

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
