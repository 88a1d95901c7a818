import { CofferError, deserializeError } from '../../contract/errors.ts'
import type { JobSummary, WindowEvent } from '../../contract/ipc/job.ts'
import { MAX_JOBS, MAX_LOG_LINES } from '../../contract/ipc/limits.ts'
import type { JobEvent, JobKind, JobRequest } from '../../contract/jobs.ts'
import type { JobResults } from '../../contract/results.ts'
import type { JobHandlers, runJob } from '../client.ts'
import { windowOutcome } from './facts.ts'

export type RunJob = typeof runJob

interface RunningJob {
  stop: AbortController
  terminate: AbortController
  ended: Promise<unknown>
}

/** The jobs of this session: starts them, remembers what they told, and passes it on. */
export class SessionJobs {
  readonly #runJob: RunJob
  /** In the order they were started. */
  readonly #jobs = new Map<string, JobSummary>()
  readonly #running = new Map<string, RunningJob>()
  readonly #listeners = new Set<(event: WindowEvent) => void>()
  readonly #asking = new Set<AbortController>()

  constructor(runJob: RunJob) {
    this.#runJob = runJob
  }

  /** @returns its id; how it goes is told by events and `list` */
  start(request: JobRequest, subject: string): { jobId: string } {
    const running = { stop: new AbortController(), terminate: new AbortController() }
    let job: JobSummary | undefined
    const handlers: JobHandlers = {
      via: 'window',
      signal: running.stop.signal,
      terminate: running.terminate.signal,
      onEvent: (event) => {
        if (event.type === 'started') job = this.#remember(event, subject)
        if (job !== undefined) this.#hear(job, event)
      },
    }
    const ended = this.#runJob(request, handlers)
    // `started` is told before runJob returns: without it the job could neither be shown nor stopped.
    if (job === undefined) throw new CofferError('UNEXPECTED', 'the job did not say that it had started')
    const { jobId } = job
    const isOver = job.endedAt !== null
    if (!isOver) this.#running.set(jobId, { ...running, ended })
    return { jobId }
  }

  /**
   * Runs a job whose answer is short and soon, outside of the history: a call that waits for it gives it.
   * @throws what the job failed with
   */
  async ask<K extends JobKind>(request: JobRequest & { kind: K }): Promise<JobResults[K]> {
    const terminate = new AbortController()
    this.#asking.add(terminate)
    try {
      const outcome = await this.#runJob(request, { terminate: terminate.signal, via: 'window' })
      if (outcome.state === 'failed') throw deserializeError(outcome.error)
      return outcome.result as JobResults[K]
    } finally {
      this.#asking.delete(terminate)
    }
  }

  /** Asks a running job to stop; one that has ended is left alone. @throws USAGE where there is no such job */
  cancel(jobId: string, atOnce: boolean): void {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new CofferError('USAGE', `expected the id of a job of this session, got "${jobId}"`)
    const running = this.#running.get(jobId)
    if (running === undefined) return
    job.stopping = true
    if (atOnce) running.terminate.abort()
    else running.stop.abort()
  }

  /** Newest first. */
  list(): JobSummary[] {
    return [...this.#jobs.values()].reverse()
  }

  subscribe(listener: (event: WindowEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Stops everything at a durable point, and after `graceMs` at once. */
  async close(graceMs: number): Promise<void> {
    for (const asking of this.#asking) asking.abort()
    const running = [...this.#running.values()]
    for (const job of running) job.stop.abort()
    const timer = setTimeout(() => {
      for (const job of running) job.terminate.abort()
    }, graceMs)
    await Promise.all(running.map((job) => job.ended))
    clearTimeout(timer)
  }

  get runningCount(): number {
    return this.#running.size
  }

  #remember(event: JobEvent & { type: 'started' }, subject: string): JobSummary {
    const job: JobSummary = {
      jobId: event.jobId,
      kind: event.kind,
      subject,
      startedAt: event.at,
      endedAt: null,
      stopping: false,
      progress: null,
      outcome: null,
      log: [],
    }
    this.#jobs.set(job.jobId, job)
    for (const old of this.#jobs.values()) {
      if (this.#jobs.size <= MAX_JOBS) break
      if (old.endedAt !== null) this.#jobs.delete(old.jobId)
    }
    return job
  }

  #hear(job: JobSummary, event: JobEvent): void {
    const told = forWindow(job, event)
    if (told === null) return
    if (told.type === 'progress') job.progress = told.progress
    if (told.type === 'log') {
      job.log.push({ at: Date.now(), level: told.level, message: told.message })
      if (job.log.length > MAX_LOG_LINES) job.log.shift()
    }
    if (told.type === 'finished') {
      job.endedAt = Date.now()
      job.stopping = false
      job.outcome = told.outcome
      this.#running.delete(job.jobId)
    }
    for (const listener of this.#listeners) listener(told)
  }
}

function forWindow(job: JobSummary, event: JobEvent): WindowEvent | null {
  if (event.type === 'finished') return { ...event, outcome: windowOutcome(job.kind, event.outcome) }
  if (event.type === 'log' && event.level === 'debug') return null
  return event
}
