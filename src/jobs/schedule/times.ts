import { createHash } from 'node:crypto'
import { Cron } from 'croner'
import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import type { Schedule } from '../../contract/schedule.ts'

/** When a schedule is due. Pure: everything follows from the schedule and the instants that are given. */

type Clock = Pick<Schedule, 'cron' | 'timezone'>

/** How many missed times are counted at most: a minutely schedule that slept for a year needs no exact figure. */
const MISSED_AT_MOST = 1_000

/** @throws CONFIG_INVALID_VALUE where the pattern or the time zone is none */
export function checkClock({ cron, timezone }: Clock): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new CofferError('CONFIG_INVALID_VALUE', say('input.timeZone', { got: timezone }), { cause })
  }
  if (cron.trim().split(/\s+/).length !== 5) throw badPattern(cron)
  let next: Date | null
  try {
    next = pattern({ cron, timezone }).nextRun()
  } catch (cause) {
    throw badPattern(cron, cause)
  }
  if (next === null) {
    throw new CofferError('CONFIG_INVALID_VALUE', say('input.neverDue', { cron }), {
      hint: 'Look at its day and month: 30 February never comes.',
    })
  }
}

/** The next `count` due times after `after`. */
export function nextDue(clock: Clock, after: Date, count: number): Date[] {
  return pattern(clock).nextRuns(count, after)
}

/** The latest due time in (after, now], and how many more lie before it in there; null where none does. */
export function lastDue(clock: Clock, after: Date, now: Date): { due: Date; missed: number } | null {
  // A run of the same second counts as before; asking one second later includes `now` itself.
  const reference = new Date(now.getTime() + 1_000)
  const [latest] = pattern(clock).previousRuns(1, reference)
  if (latest === undefined || latest <= after) return null
  const times = pattern(clock).previousRuns(MISSED_AT_MOST, reference)
  const within = times.filter((time) => time > after && time <= now)
  const [due] = within
  return due === undefined ? null : { due, missed: within.length - 1 }
}

/** The delay of one due time: the same on every machine and in every process, and spread evenly over schedules. */
export function jitterMs({ id, jitter_seconds }: Pick<Schedule, 'id' | 'jitter_seconds'>, due: Date): number {
  if (jitter_seconds === 0) return 0
  const digest = createHash('sha256').update(`${id} ${due.toISOString()}`).digest()
  return Math.floor((digest.readUInt32BE(0) / 0x1_0000_0000) * jitter_seconds * 1_000)
}

/** When quiet hours that hold at `at` end; null where none hold. A range may pass midnight; from = to is none. */
export function quietUntil(
  { quiet_hours, timezone }: Pick<Schedule, 'quiet_hours' | 'timezone'>,
  at: Date,
): Date | null {
  if (quiet_hours === null) return null
  const from = minutes(quiet_hours.from)
  const to = minutes(quiet_hours.to)
  const now = localMinutes(at, timezone)
  const quiet = from <= to ? now >= from && now < to : now >= from || now < to
  if (!quiet) return null
  const [hour, minute] = quiet_hours.to.split(':').map(Number) as [number, number]
  return new Cron(`${minute} ${hour} * * *`, { timezone, paused: true }).nextRun(at)
}

/** @throws CONFIG_INVALID_VALUE */
export function checkQuietHours(quiet: NonNullable<Schedule['quiet_hours']>): void {
  for (const time of [quiet.from, quiet.to]) {
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
      throw new CofferError('CONFIG_INVALID_VALUE', say('input.quietHours', { got: time }))
    }
  }
}

function minutes(time: string): number {
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return hour * 60 + minute
}

function localMinutes(at: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return minutes(format.format(at))
}

function pattern({ cron, timezone }: Clock): Cron {
  return new Cron(cron, { timezone, paused: true, mode: '5-part' })
}

function badPattern(cron: string, cause?: unknown): CofferError {
  return new CofferError('CONFIG_INVALID_VALUE', say('input.cron', { cron }), {
    hint: 'Minute, hour, day of month, month, day of week: "0 2 * * 0" is Sundays at 02:00.',
    ...(cause === undefined ? {} : { cause }),
  })
}
