import { count } from '../../contract/words.ts'

/** Times, spans and sizes as people read them. */

export { day, duration, monthName } from '../../contract/words.ts'

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
