import type { Settings } from '../contract/ipc/settings.ts'
import { i18n } from './i18n.ts'
import { localZone } from './typed-time.ts'

/** Numbers and times as people read them, in the language of the window. Digits are tabular by the style sheet. */

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB']
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

/** The locale that numbers and dates follow; the pseudo-locale has those of English. */
export const locale = (): string => (i18n.language === 'de' ? 'de' : 'en-GB')

function numbers(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(`n${locale()}${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale(), options))
}

/** Day before month, in English too: evidence crosses the Atlantic, and a month in words can't be mistaken. */
function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(
    `d${locale()}${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), options),
  )
}

function once<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const known = made.get(key)
  if (known !== undefined) return known as T
  const fresh = make()
  made.set(key, fresh)
  return fresh
}

export const count = (value: number): string => numbers().format(value)

export const ROUNDED_FROM = 100_000

/** 18,204,117 as `18.2 M`: for large figures, with the exact one beside it. */
export function rounded(value: number): string {
  if (value < ROUNDED_FROM) return count(value)
  const short = numbers({ maximumSignificantDigits: 3 })
  if (value < 1e9) return i18n.t('million', { n: short.format(value / 1e6) })
  return i18n.t('billion', { n: short.format(value / 1e9) })
}

/** Decimal units, as storage is sold. */
export function bytes(value: number): string {
  if (value < 1000) return `${count(value)} ${i18n.t('bytesUnit')}`
  let unit = 0
  let left = value / 1000
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000
    unit += 1
  }
  return `${numbers({ maximumSignificantDigits: 3 }).format(left)} ${UNITS[unit]}`
}

export function duration(seconds: number): string {
  if (seconds < 1) return i18n.t('duration.underASecond')
  if (seconds < 100) return i18n.t('duration.seconds', { n: Math.round(seconds) })
  if (seconds < 6000) return i18n.t('duration.minutes', { n: Math.round(seconds / 60) })
  // rounded before it is split: no hour has sixty minutes
  const minutes = Math.round(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return i18n.t('duration.hours', { hours, minutes: minutes % 60 })
  return i18n.t('duration.days', { count: Math.round(hours / 24) })
}

/** ISO 8601 in UTC as `2026-11-03 14:02:11 UTC`: the same in every language, as evidence has it. */
export function utc(iso: string | null): string | null {
  const match = iso?.match(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/)
  return match ? `${match[1]} ${match[2]} UTC` : iso
}

let clock: Settings['clock'] = 'local'

/** Whose clock times are told by where nothing else is said: this machine's, or UTC, which then stands behind them. */
export function setClock(wanted: Settings['clock']): void {
  clock = wanted
}

/** IANA name of its zone. */
export const clockZone = (): string => (clock === 'utc' ? 'UTC' : localZone())

/** By a zone that was asked for, else by the clock that was chosen. */
function onClock(at: number, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  const zone = timeZone ?? (clock === 'utc' ? 'UTC' : undefined)
  return dates(zone === undefined ? options : { ...options, timeZone: zone }).format(at)
}

const named = (text: string, timeZone?: string): string =>
  timeZone === undefined && clock === 'utc' ? `${text} UTC` : text

/** The time of day. @param at milliseconds */
export const timeOfDay = (at: number): string =>
  named(onClock(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }))

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const

/** `3 Nov 2026`. @param timeZone IANA name; that of the clock that was chosen where it is left out */
export const day = (at: number, timeZone?: string): string => onClock(at, DAY, timeZone)

/** `3 Nov 2026, 14:02`, on the clock that was chosen or that of a zone. */
export const moment = (at: number, timeZone?: string): string =>
  named(onClock(at, { ...DAY, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, timeZone), timeZone)

/** `November 2026`. @param name `2026-11`; what is no month stays as it is */
export function monthName(name: string): string {
  const at = Date.parse(`${name}-01T00:00:00Z`)
  return Number.isNaN(at) ? name : dates({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at)
}

const JUST_NOW_MS = 5_000

/** How long ago or until then: `2 min ago`, `in 9 h 0 min`. */
export function fromNow(at: number, now: number = Date.now()): string {
  // clocks of two machines may differ by that much
  if (at <= now && now - at < JUST_NOW_MS) return i18n.t('justNow')
  const time = duration(Math.abs(at - now) / 1000)
  return at <= now ? i18n.t('ago', { time }) : i18n.t('inTime', { time })
}

/** Words that begin a sentence, within one. */
export const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)

/** A message of the contract (lowercase, no full stop) as a sentence. */
export function sentence(message: string): string {
  const first = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
