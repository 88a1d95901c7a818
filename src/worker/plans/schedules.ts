import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { serializeError } from '../../contract/errors.ts'
import type { Clock, SystemEntry } from '../../contract/ipc/plan.ts'
import { beside, type Said } from '../../contract/said/said.ts'
import type { Schedule, ScheduleStatus } from '../../contract/schedule.ts'
import { isoTime } from '../../contract/time.ts'
import { exportSchedule } from '../../jobs/schedule/export.ts'
import { checkClock, checkQuietHours, nextDue, quietUntil } from '../../jobs/schedule/times.ts'
import type { ServiceCore } from '../services/core.ts'

const FORMATS = ['systemd', 'cron', 'task-scheduler'] as const
const NEXT_RUNS = 5

/** All schedules of the profile. A profile without any is not given a file for them by looking. */
export async function schedulesOf(core: ServiceCore): Promise<ScheduleStatus[]> {
  try {
    await access(join(core.options.profile, 'schedules.db'))
  } catch {
    return []
  }
  return (await core.ask({ kind: 'schedule', request: { action: 'list' } })).schedules
}

/** A plan's schedule as the engine keeps it. @param config absolute path of the plan's file */
export function definitionOf(
  name: string,
  config: string,
  clock: Clock,
): Omit<Schedule, 'id' | 'created_at' | 'paused'> {
  return {
    name,
    kind: 'backup',
    config,
    cron: clock.cron.trim(),
    timezone: clock.timezone,
    jitter_seconds: clock.jitterSeconds,
    retries: clock.retries,
    retry_delay_seconds: clock.retryDelaySeconds,
    quiet_hours: clock.quietHours,
    alert_after_hours: clock.alertAfterHours,
  }
}

/** One that is not kept yet, for what is shown of it beforehand. */
export function scheduleFrom(name: string, config: string, clock: Clock): Schedule {
  return { ...definitionOf(name, config, clock), id: '', paused: false, created_at: isoTime(Date.now()) }
}

/** The entries that the system's own schedulers would need; where one can't be written, why. */
export function systemEntries(schedule: Schedule): SystemEntry[] {
  return FORMATS.map((format) => {
    try {
      return { format, files: exportSchedule(schedule, format), problem: null }
    } catch (error) {
      return { format, files: [], ...problemOf(error) }
    }
  })
}

/** When a clock is due next, and when the run really starts where quiet hours hold then. */
export function previewOf(clock: Clock): {
  next: { due: string; starts: string }[]
  problem: string | null
  said?: Said
} {
  try {
    checkClock(clock)
    if (clock.quietHours !== null) checkQuietHours(clock.quietHours)
    const next = nextDue(clock, new Date(), NEXT_RUNS).map((due) => {
      const starts = quietUntil({ quiet_hours: clock.quietHours, timezone: clock.timezone }, due) ?? due
      return { due: isoTime(due.getTime()), starts: isoTime(starts.getTime()) }
    })
    return { next, problem: null }
  } catch (error) {
    return { next: [], ...problemOf(error) }
  }
}

function problemOf(error: unknown): { problem: string; said?: Said } {
  const { message, said } = serializeError(error)
  return { problem: message, ...beside(said) }
}
