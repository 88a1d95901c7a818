import { randomUUID } from 'node:crypto'
import { CofferError, deserializeError, serializeError } from '../../contract/errors.ts'
import type { JobSummary, WindowEvent } from '../../contract/ipc/job.ts'
import { MAX_JOBS, MAX_LOG_LINES } from '../../contract/ipc/limits.ts'
import type { JobEvent, JobKind, JobRequest } from '../../contract/jobs.ts'
import type { JobResults } from '../../contract/results.ts'
import type { JobHandlers, runJob } from '../client.ts'
import type { JobHistory } from '../profile/job-history.ts'
import { continues, endStateOf } from '../profile/job-rows.ts'
import { windowOutcome } from './facts.ts'

export type RunJob = typeof runJob

/** Where a job came from, beyond its request. */
export interface JobOrigin {
  /** What remembers it; null: nothing does. */
  history: JobHistory | null
  /** Absolute path of the file that its text was read from. */
  file?: string
  /** The job of the history that it goes on with. */
  continues?: string
}

interface RunningJob {
  stop: AbortController
  terminate: AbortController
  asked: 'pause' | 'cancel' | null
  ended: Promise<unknown>
  /** Adds a line to its log. */
  note(message: string): void
}

/** The jobs of this session: starts them, remembers what they told, and passes it on. */
export class SessionJobs {
  readonly #runJob: RunJob
  /** In the order they were started. */
  readonly #jobs = new Map<string, JobSummary>()
  /** What those were started with that may be started again: also what a history may not keep. */
  readonly #requests = new Map<string, JobRequest>()
  readonly #running = new Map<string, RunningJob>()
  readonly #listeners = new Set<(event: WindowEvent) => void>()
  readonly #asking = new Set<AbortController>()

  constructor(runJob: RunJob) {
    this.#runJob = runJob
  }

  /** @returns its id; how it goes is told by events and `list`. @throws USAGE where what it goes on with was taken up */
  start(request: JobRequest, subject: string, origin: JobOrigin = { history: null }): { jobId: string } {
    const running: RunningJob = {
      stop: new AbortController(),
      terminate: new AbortController(),
      asked: null,
      ended: Promise.resolve(),
      note: (message) => {
        if (job !== undefined) this.#hear(job, { type: 'log', jobId, level: 'info', message }, running, history)
      },
    }
    const jobId = randomUUID()
    const history = this.#begin(jobId, request, subject, origin, running)
    let job: JobSummary | undefined
    const handlers: JobHandlers = {
      jobId,
      via: 'window',
      signal: running.stop.signal,
      terminate: running.terminate.signal,
      onEvent: (event) => {
        if (event.type === 'started') job = this.#remember(event, subject, isDryRun(request))
        if (job !== undefined) this.#hear(job, event, running, history)
      },
    }
    const ended = this.#runJob(request, handlers)
    // `started` is told before runJob returns: without it the job could neither be shown nor stopped.
    if (job === undefined) throw new CofferError('UNEXPECTED', 'the job did not say that it had started')
    this.#requests.set(jobId, request)
    const isOver = job.endedAt !== null
    if (!isOver) this.#running.set(jobId, Object.assign(running, { ended }))
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
    // one that was paused and is now ended at once is still to go on
    running.asked ??= 'cancel'
    this.#stop(job, running, atOnce)
  }

  /** Asks a running job to stop at a durable point, to go on later. @throws USAGE where it can't, or runs no more */
  pause(jobId: string): void {
    const job = this.#jobs.get(jobId)
    const running = this.#running.get(jobId)
    if (job === undefined || running === undefined) {
      throw new CofferError('USAGE', `expected the id of a job that runs in this window, got "${jobId}"`)
    }
    if (!continues(job.kind, job.dryRun)) {
      throw new CofferError('USAGE', `a job of the kind "${job.kind}" can't go on from where it stopped`, {
        hint: 'Stop it, and start it again when it is wanted.',
      })
    }
    running.asked = 'pause'
    this.#stop(job, running, false)
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId)
  }

  /** What a job of this session that has ended was started with; null: there is none such. */
  requestOf(jobId: string): JobRequest | null {
    return this.#running.has(jobId) ? null : (this.#requests.get(jobId) ?? null)
  }

  /** Newest first. */
  list(): JobSummary[] {
    return [...this.#jobs.values()].reverse()
  }

  subscribe(listener: (event: WindowEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Stops everything at a durable point, and after `graceMs` at once. What can go on counts as paused. */
  async close(graceMs: number): Promise<void> {
    for (const asking of this.#asking) asking.abort()
    const running = [...this.#running]
    for (const [jobId, job] of running) {
      const request = this.#requests.get(jobId)
      const goesOn = request !== undefined && continues(request.kind, isDryRun(request))
      job.asked ??= goesOn ? 'pause' : 'cancel'
      job.stop.abort()
    }
    const timer = setTimeout(() => {
      for (const [, job] of running) job.terminate.abort()
    }, graceMs)
    await Promise.all(running.map(([, job]) => job.ended))
    clearTimeout(timer)
  }

  /** A line for the log of a job that runs. */
  note(jobId: string, message: string): void {
    this.#running.get(jobId)?.note(message)
  }

  /** Resolves when it runs no more. */
  async ended(jobId: string): Promise<void> {
    await this.#running.get(jobId)?.ended
  }

  /** Ids of those that run. */
  get running(): string[] {
    return [...this.#running.keys()]
  }

  get runningCount(): number {
    return this.#running.size
  }

  #stop(job: JobSummary, running: RunningJob, atOnce: boolean): void {
    job.stopping = true
    if (atOnce) running.terminate.abort()
    else running.stop.abort()
  }

  /** A history that can't be written must not keep a job from running, but a second "go on" must. */
  #begin(jobId: string, request: JobRequest, subject: string, origin: JobOrigin, running: RunningJob) {
    const { history, file = null, continues: before = null } = origin
    if (history === null) return null
    const onAsked = () => {
      running.asked ??= 'cancel'
      running.stop.abort()
    }
    try {
      history.begin(
        { jobId, request, subject, file, startedAt: Date.now(), schedule: null, continues: before },
        onAsked,
      )
      return history
    } catch (error) {
      if (before !== null) throw error
      return null
    }
  }

  #remember(event: JobEvent & { type: 'started' }, subject: string, dryRun: boolean): JobSummary {
    const job: JobSummary = {
      jobId: event.jobId,
      kind: event.kind,
      subject,
      dryRun,
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
      if (old.endedAt === null) continue
      this.#jobs.delete(old.jobId)
      this.#requests.delete(old.jobId)
    }
    return job
  }

  #hear(job: JobSummary, event: JobEvent, running: RunningJob, history: JobHistory | null): void {
    const told = forWindow(job, event)
    if (told === null) return
    if (told.type === 'progress') {
      job.progress = told.progress
      history?.progress(job.jobId, told.progress)
    }
    if (told.type === 'log') {
      const line = { at: Date.now(), level: told.level, message: told.message }
      job.log.push(line)
      if (job.log.length > MAX_LOG_LINES) job.log.shift()
      history?.log(job.jobId, line)
    }
    if (told.type === 'finished') {
      job.endedAt = Date.now()
      job.stopping = false
      job.outcome = told.outcome
      this.#running.delete(job.jobId)
      try {
        history?.end(job.jobId, told.outcome, endStateOf(told.outcome, running.asked))
      } catch (error) {
        const message = `the history could not be written yet: ${serializeError(error).message}`
        this.#tell({ type: 'log', jobId: job.jobId, level: 'warn', message })
      }
    }
    this.#tell(told)
  }

  #tell(event: WindowEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

function isDryRun(request: JobRequest): boolean {
  return 'dryRun' in request && request.dryRun
}

function forWindow(job: JobSummary, event: JobEvent): WindowEvent | null {
  if (event.type === 'finished') return { ...event, outcome: windowOutcome(job.kind, event.outcome) }
  if (event.type === 'log' && event.level === 'debug') return null
  return event
}
