import cronstrue from 'cronstrue'
import 'cronstrue/locales/de.js'
import { locale } from '../../../format.ts'

/** How often something runs, as people choose it; `cron` is for what the others can't say. */
export interface Rhythm {
  every: 'hour' | 'day' | 'weekdays' | 'week' | 'month' | 'cron'
  /** `HH:MM`. */
  time: string
  /** 0 is Sunday, as in cron. */
  weekday: number
  day: number
  minute: number
  /** Five fields. */
  cron: string
}

/** The cron pattern of a rhythm: minute, hour, day of month, month, day of week. */
export function cronOf({ every, time, weekday, day, minute, cron }: Rhythm): string {
  const [hour = 0, at = 0] = time.split(':').map(Number)
  switch (every) {
    case 'hour':
      return `${minute} * * * *`
    case 'day':
      return `${at} ${hour} * * *`
    case 'weekdays':
      return `${at} ${hour} * * 1-5`
    case 'week':
      return `${at} ${hour} * * ${weekday}`
    case 'month':
      return `${at} ${hour} ${day} * *`
    case 'cron':
      return cron.trim()
  }
}

/** A pattern as a rhythm, where it is one of ours. */
export function everyOf(cron: string): Rhythm {
  const base: Rhythm = { every: 'cron', time: '02:00', weekday: 1, day: 1, minute: 0, cron }
  const match = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* ([0-6]|1-5|\*)$/.exec(cron.trim())
  if (match === null) return base
  const [, minute = '0', hour = '*', day = '*', weekday = '*'] = match
  if (hour === '*') {
    return day === '*' && weekday === '*' ? { ...base, every: 'hour', minute: Number(minute) } : base
  }
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day !== '*') return weekday === '*' ? { ...base, every: 'month', time, day: Number(day) } : base
  if (weekday === '*') return { ...base, every: 'day', time }
  if (weekday === '1-5') return { ...base, every: 'weekdays', time }
  return { ...base, every: 'week', time, weekday: Number(weekday) }
}

/** A pattern in words, in the window's language; the pattern itself where it has none. */
export function cronInWords(cron: string): string {
  try {
    return cronstrue.toString(cron, {
      locale: locale() === 'de' ? 'de' : 'en',
      use24HourTimeFormat: true,
      throwExceptionOnParseError: true,
      dayOfWeekStartIndexZero: true,
      verbose: true,
    })
  } catch {
    return cron
  }
}
