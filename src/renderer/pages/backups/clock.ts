import type { Clock } from '../../../contract/ipc/plan.ts'
import type { ScheduleStatus } from '../../../contract/schedule.ts'

/** A schedule's clock as the wizard and the calls have it. */
export function clockFrom(schedule: ScheduleStatus): Clock {
  return {
    cron: schedule.cron,
    timezone: schedule.timezone,
    jitterSeconds: schedule.jitter_seconds,
    retries: schedule.retries,
    retryDelaySeconds: Math.max(1, schedule.retry_delay_seconds),
    quietHours: schedule.quiet_hours,
    alertAfterHours: schedule.alert_after_hours,
  }
}
