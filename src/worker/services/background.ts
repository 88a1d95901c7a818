import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobEvent } from '../../contract/jobs.ts'
import { type ScheduleNotice, scheduleNotice } from '../../contract/schedule.ts'
import type { ServiceCore } from './core.ts'
import { DailyLook } from './daily-look.ts'

const RESTART_MS = 60_000

/**
 * Runs the profile's schedules as long as the host lives: the same service as `coffer schedule run`, in a thread. Any
 * number of services may run beside each other: the store sees to it that a run has one owner. The daily look for new
 * versions, where one is wanted, lives here too.
 */
export class Background {
  readonly #core: ServiceCore
  readonly daily: DailyLook
  readonly #listeners = new Set<(notice: ScheduleNotice) => void>()
  /** By schedule: what is wrong with it, in words. */
  readonly #problems = new Map<string, string>()
  #stop: AbortController | null = null
  readonly #terminate = new AbortController()
  #ended: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(core: ServiceCore) {
    this.#core = core
    this.daily = new DailyLook(core)
  }

  /** @returns what ends the subscription */
  subscribe(listener: (notice: ScheduleNotice) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What is wrong with schedules now, a sentence each. */
  get problems(): string[] {
    return [...this.#problems.values()]
  }

  /** Once, and not after it was stopped: a host that is closed at once may still have its start before it. */
  start(): void {
    if (this.#isOver || this.#stop !== null) return
    this.#stop = new AbortController()
    this.#ended = this.#run(this.#stop.signal)
    this.daily.start()
  }

  /** Asks runs under way to stop at a durable point and waits for them; after `graceMs` they are ended at once. */
  async stop(graceMs: number): Promise<void> {
    this.#isOver = true
    this.daily.stop()
    if (this.#stop === null) return
    this.#stop.abort()
    this.#stop = null
    let timer: NodeJS.Timeout | undefined
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs)
    })
    await Promise.race([this.#ended, grace])
    clearTimeout(timer)
    this.#terminate.abort()
    await this.#ended
  }

  /** Whether any schedule waits for its time. */
  async hasSchedules(): Promise<boolean> {
    try {
      // Listing would make the file.
      await access(join(this.#core.options.profile, 'schedules.db'))
    } catch {
      return false
    }
    const { schedules } = await this.#core.ask({ kind: 'schedule', request: { action: 'list' } })
    return schedules.some((schedule) => !schedule.paused)
  }

  /** A service that fails (its file is locked for long, its thread dies) is started again. */
  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const environment = await this.#core.readyEnvironment()
      await this.#core.options.runJob(
        { kind: 'schedule', request: { action: 'run' }, environment },
        { signal, terminate: this.#terminate.signal, onEvent: (event) => this.#hear(event) },
      )
      if (signal.aborted) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, RESTART_MS)
        timer.unref()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  #hear(event: JobEvent): void {
    if (event.type !== 'log') return
    const notice = scheduleNotice(event.details?.notice)
    if (notice === null) return
    if (notice.about === 'recovered') this.#problems.delete(notice.schedule)
    else this.#problems.set(notice.schedule, notice.text)
    for (const listener of this.#listeners) listener(notice)
  }
}
