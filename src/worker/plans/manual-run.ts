import { CofferError } from '../../contract/errors.ts'
import type { ConfigSource } from '../../contract/jobs.ts'
import { endOf } from '../../jobs/schedule/loop.ts'
import { ScheduleStore } from '../../jobs/schedule/store.ts'
import { keepAlive, writeEnd } from '../../jobs/schedule/under-way.ts'
import type { ServiceCore } from '../services/core.ts'

/**
 * Runs a schedule's backup now. It stands in the schedule's history as asked for by hand, and no other run of the schedule
 * begins meanwhile.
 * @throws LOCKED while one runs, here or anywhere else
 */
export async function runNow(
  core: ServiceCore,
  schedule: { id: string; name: string },
  config: ConfigSource,
): Promise<{ jobId: string }> {
  const store = new ScheduleStore(core.options.profile)
  let started = false
  try {
    const now = new Date()
    store.endDead(now)
    const run = store.claim(schedule.id, { due: now, trigger: 'manual', attempt: 1, missed: 0 }, now)
    if (run === null) {
      throw new CofferError('LOCKED', `a run of "${schedule.name}" is under way, or it is paused`, {
        hint: 'Wait until it has ended, or resume the schedule: see Schedules.',
      })
    }
    const stopRenewing = keepAlive(store, run.id, () => new Date())
    const finish = (end: ReturnType<typeof endOf>) => {
      stopRenewing()
      void writeEnd(store, run.id, end, new Date()).finally(() => store.close())
    }
    const early = new Map<string, ReturnType<typeof endOf>>()
    let jobId: string | null = null
    const unsubscribe = core.jobs.subscribe((event) => {
      if (event.type !== 'finished') return
      const end = endOf(event.outcome)
      if (jobId === null) early.set(event.jobId, end)
      else if (event.jobId === jobId) {
        unsubscribe()
        finish(end)
      }
    })
    try {
      const job = await core.start({ kind: 'backup', config, dryRun: false }, schedule.name, { file: config.name })
      jobId = job.jobId
    } catch (error) {
      unsubscribe()
      stopRenewing()
      store.end(run.id, { state: 'failed', exitCode: null, error: null }, new Date())
      throw error
    }
    started = true
    const over = early.get(jobId)
    if (over !== undefined) {
      unsubscribe()
      finish(over)
    }
    return { jobId }
  } finally {
    if (!started) store.close()
  }
}
