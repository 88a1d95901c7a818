import { EXIT } from '../../contract/exit-codes.ts'
import type { RunTrigger, Schedule, ScheduledRun } from '../../contract/schedule.ts'
import { jitterMs, lastDue, nextDue, quietUntil } from './times.ts'

/** What to do about one schedule now. Pure. */
export type Decision =
  | { do: 'run'; due: Date; trigger: RunTrigger; attempt: number; missed: number }
  /** Look again then, at the latest. */
  | { do: 'wait'; until: Date }
  /** Paused, or never due again. */
  | { do: 'nothing' }

/** A due time that nobody was there for by then is caught up, and said to be. */
const LATE_MS = 5 * 60_000

/** Exit codes of failures that pass by themselves: out of reach, locked by somebody else, or a crash. */
const PASSING: readonly (number | null)[] = [EXIT.unexpected, EXIT.unreachable, EXIT.locked]

/**
 * @param last the newest run of the schedule, whatever became of it; null before the first. One that is `running` is
 *   alive: the store has already ended those whose process is gone.
 */
export function decide(schedule: Schedule, last: ScheduledRun | null, now: Date): Decision {
  if (schedule.paused) return { do: 'nothing' }
  // No overlap: what comes due meanwhile is caught up, once, when it has ended.
  if (last?.state === 'running') return waitForNext(schedule, now)
  // A changed schedule counts as made when it was changed.
  const made = new Date(schedule.created_at)
  const handled = last === null || new Date(last.due_at) < made ? made : new Date(last.due_at)
  const found = lastDue(schedule, handled, now)
  if (found !== null) {
    const start = new Date(found.due.getTime() + jitterMs(schedule, found.due))
    if (start > now) return { do: 'wait', until: start }
    const late = found.missed > 0 || now.getTime() - start.getTime() > LATE_MS
    return unlessQuiet(schedule, now, {
      do: 'run',
      ...found,
      trigger: late ? 'catch-up' : 'schedule',
      attempt: 1,
    })
  }
  const retry = retryOf(schedule, last)
  if (retry !== null && last !== null) {
    if (retry > now) return earlier({ do: 'wait', until: retry }, waitForNext(schedule, now))
    return unlessQuiet(schedule, now, {
      do: 'run',
      due: new Date(last.due_at),
      trigger: 'retry',
      attempt: last.attempt + 1,
      missed: last.missed,
    })
  }
  return waitForNext(schedule, now)
}

/** When the last run is to be tried again; null where it is not. */
export function retryOf(schedule: Schedule, last: ScheduledRun | null): Date | null {
  if (last === null || last.ended_at === null || last.attempt > schedule.retries) return null
  const passing = last.state === 'interrupted' || (last.state === 'failed' && PASSING.includes(last.exit_code))
  if (!passing) return null
  const delay = schedule.retry_delay_seconds * 1_000 * 2 ** (last.attempt - 1)
  return new Date(new Date(last.ended_at).getTime() + Math.min(delay, 24 * 3_600_000))
}

/** No good run for longer than was asked; counted from the schedule's beginning where there was none yet. */
export function isOverdue(schedule: Schedule, lastGoodAt: string | null, now: Date): boolean {
  if (schedule.alert_after_hours === null || schedule.paused) return false
  const since = new Date(lastGoodAt ?? schedule.created_at).getTime()
  return now.getTime() - since > schedule.alert_after_hours * 3_600_000
}

function unlessQuiet(schedule: Schedule, now: Date, run: Decision): Decision {
  const until = quietUntil(schedule, now)
  return until === null ? run : { do: 'wait', until }
}

function waitForNext(schedule: Schedule, now: Date): Decision {
  const [next] = nextDue(schedule, now, 1)
  return next === undefined ? { do: 'nothing' } : { do: 'wait', until: next }
}

function earlier(a: Decision & { do: 'wait' }, b: Decision): Decision {
  return b.do === 'wait' && b.until < a.until ? b : a
}
