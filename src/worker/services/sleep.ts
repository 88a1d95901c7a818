import { setTimeout as wait } from 'node:timers/promises'
import type { AreaHandlers } from '../../contract/ipc/map.ts'
import type { ServiceCore } from './core.ts'

/** A job that was asked to stop gets so long, awake, to reach a durable point. */
const STOPS_WITHIN_MS = 60_000
const LOOK_MS = 200

/**
 * Jobs while the machine sleeps. Those that can go on from a durable point are stopped at one and go on afterwards, unless
 * the settings say otherwise; in the log of the others stands what happened. Schedules look at the clock by themselves.
 */
export class Sleep {
  readonly #core: ServiceCore
  readonly #jobs: Pick<AreaHandlers<'jobs'>, 'jobs.pause' | 'jobs.resume'>
  #since: number | null = null
  #paused: string[] = []

  constructor(core: ServiceCore, jobs: Pick<AreaHandlers<'jobs'>, 'jobs.pause' | 'jobs.resume'>) {
    this.#core = core
    this.#jobs = jobs
  }

  /** @param note for the log of what runs */
  async begins(note: string): Promise<void> {
    this.#since = Date.now()
    for (const jobId of this.#core.jobs.running) {
      this.#core.jobs.note(jobId, note)
      await this.#jobs['jobs.pause']({ jobId }).then(
        () => this.#paused.push(jobId),
        () => {},
      )
    }
  }

  /** @param note makes a line for the log of what still runs. @returns ids of the jobs that go on */
  async ends(note: (minutes: number) => string): Promise<string[]> {
    if (this.#since === null) return []
    const minutes = Math.round((Date.now() - this.#since) / 60_000)
    this.#since = null
    for (const jobId of this.#core.jobs.running) this.#core.jobs.note(jobId, note(minutes))
    const paused = this.#paused.splice(0)
    const memory = await this.#core.memory().catch(() => null)
    if (memory?.settings.get().resumeAfterSleep !== true) return []
    const goingOn: string[] = []
    for (const jobId of paused) {
      for (let ms = 0; this.#core.jobs.running.includes(jobId) && ms < STOPS_WITHIN_MS; ms += LOOK_MS)
        await wait(LOOK_MS)
      const resumed = await this.#jobs['jobs.resume']({ jobId }).catch(() => null)
      if (resumed !== null) goingOn.push(resumed.jobId)
    }
    return goingOn
  }
}
