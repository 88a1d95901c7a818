import { setTimeout as sleep } from 'node:timers/promises'
import { ERROR_EXIT, type ErrorCode, isCofferError, serializeError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobOutcome } from '../../contract/jobs.ts'
import type { Schedule, ScheduledRun } from '../../contract/schedule.ts'
import { decide, isOverdue, retryOf } from './decide.ts'
import type { ScheduleStore } from './store.ts'
import { keepAlive, writeEnd } from './under-way.ts'

/** At most so long between two looks: a machine that slept or whose clock was set notices soon. */
const LOOK_MS = 20_000

export interface LoopDeps {
  store: ScheduleStore
  /** Runs the schedule's job to its end; `signal` asks for a clean stop. */
  start(schedule: Schedule, signal: AbortSignal): Promise<JobOutcome>
  /** Tells people: a run that failed for good, or no good run for too long. */
  notify(notice: Notice): Promise<void>
  now(): Date
}

export type Notice =
  | { about: 'failed'; schedule: Schedule; run: ScheduledRun }
  | { about: 'overdue'; schedule: Schedule; lastGoodAt: string | null }
  | { about: 'recovered'; schedule: Schedule; run: ScheduledRun }

/**
 * Runs schedules until the signal, beside any other process that does. Runs under way are then asked to stop at a
 * durable point and waited for; they end as interrupted and are taken up again by whoever runs schedules next.
 * @returns the runs that this process has ended, oldest first
 */
export async function runSchedules(deps: LoopDeps, context: JobContext): Promise<ScheduledRun[]> {
  const { store, now } = deps
  const { signal } = context
  const ended: ScheduledRun[] = []
  const underWay = new Map<string, Promise<void>>()
  /** Told once for each time that it becomes so. */
  const overdue = new Set<string>()
  let wake = new AbortController()

  const launch = (schedule: Schedule, run: ScheduledRun) => {
    const work = (async () => {
      const finished = await carryOut(deps, schedule, run, context)
      ended.push(finished)
    })()
      .catch((error: unknown) => context.log('error', `schedule "${schedule.name}": ${(error as Error).message}`))
      .finally(() => {
        underWay.delete(schedule.id)
        wake.abort()
      })
    underWay.set(schedule.id, work)
  }

  while (!signal.aborted) {
    wake = new AbortController()
    for (const run of store.endDead(now(), (id) => underWay.has(id))) {
      const name = store.all().find((one) => one.id === run.schedule_id)?.name ?? run.schedule_id
      context.log('warn', `schedule "${name}": the run of ${run.due_at} ended with its process; it is tried again`)
    }
    let until = now().getTime() + LOOK_MS
    for (const schedule of store.all()) {
      const decision = decide(schedule, store.runs(schedule.id, 1)[0] ?? null, now())
      if (decision.do === 'wait') until = Math.min(until, decision.until.getTime())
      if (decision.do === 'run' && !underWay.has(schedule.id)) {
        const run = store.claim(schedule.id, decision, now())
        if (run !== null) launch(schedule, run)
      }
      const lastGoodAt = store.lastGoodAt(schedule.id)
      if (!isOverdue(schedule, lastGoodAt, now())) overdue.delete(schedule.id)
      else if (!overdue.has(schedule.id)) {
        overdue.add(schedule.id)
        await tell(deps, { about: 'overdue', schedule, lastGoodAt }, context)
      }
    }
    const pause = Math.max(0, until - now().getTime())
    await sleep(pause, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => {})
  }
  await Promise.all(underWay.values())
  return ended
}

async function carryOut(
  deps: LoopDeps,
  schedule: Schedule,
  run: ScheduledRun,
  context: JobContext,
): Promise<ScheduledRun> {
  const { store, now } = deps
  const before = store.runs(schedule.id, 2)[1] ?? null
  const missed = run.missed > 0 ? `, and for ${run.missed} missed before it` : ''
  context.log('info', `schedule "${schedule.name}": ${run.trigger} of ${run.due_at}, attempt ${run.attempt}${missed}`)
  const stopRenewing = keepAlive(store, run.id, now)
  let outcome: JobOutcome
  try {
    outcome = await deps.start(schedule, context.signal)
  } catch (error) {
    outcome = { state: 'failed', error: serializeError(error) }
  } finally {
    stopRenewing()
  }
  await writeEnd(store, run.id, endOf(outcome), now(), {
    signal: context.signal,
    onWait: (error) =>
      context.log('error', `schedule "${schedule.name}": its end can't be written yet: ${(error as Error).message}`),
  })
  const finished = store.runs(schedule.id, 1)[0] ?? run
  const { state, exit_code, error } = finished
  context.log(
    state === 'done' ? 'info' : 'warn',
    `schedule "${schedule.name}": ${state}${exit_code === null ? '' : `, exit code ${exit_code}`}${error === null ? '' : `, ${error.message} [${error.code}]`}`,
  )
  if (state === 'failed' && retryOf(schedule, finished) === null) {
    await tell(deps, { about: 'failed', schedule, run: finished }, context)
  }
  if (state === 'done' && before !== null && before.state !== 'done') {
    await tell(deps, { about: 'recovered', schedule, run: finished }, context)
  }
  return finished
}

/** How a job's outcome stands in the history. */
export function endOf(
  outcome: { state: 'done'; exitCode: number } | { state: 'failed'; error: { code: ErrorCode; message: string } },
): Parameters<ScheduleStore['end']>[1] {
  if (outcome.state === 'failed') {
    const { code, message } = outcome.error
    const state = code === 'INTERRUPTED' ? 'interrupted' : 'failed'
    return { state, exitCode: ERROR_EXIT[code] ?? EXIT.unexpected, error: { code, message } }
  }
  const { exitCode } = outcome
  const state = exitCode === EXIT.done ? 'done' : exitCode === EXIT.interrupted ? 'interrupted' : 'failed'
  return { state, exitCode, error: null }
}

/** A notice that can't be sent must not stop the schedules: it is said here. */
async function tell(deps: LoopDeps, notice: Notice, context: JobContext): Promise<void> {
  try {
    await deps.notify(notice)
  } catch (error) {
    const reason = isCofferError(error) ? error.message : (error as Error).message
    context.log('warn', `schedule "${notice.schedule.name}": the notification was not sent: ${reason}`)
  }
}
