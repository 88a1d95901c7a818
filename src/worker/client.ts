import { randomUUID } from 'node:crypto'
import type { ActivityWay } from '../contract/activity.ts'
import { CofferError, serializeError } from '../contract/errors.ts'
import type { JobEvent, JobOutcome, JobRequest } from '../contract/jobs.ts'
import { recordJob } from './activity.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { giveBack, isBrief, takeThread } from './threads.ts'

export { warmUp } from './threads.ts'

/** What the caller of a job hears of it, and how it stops it. */
export interface JobHandlers {
  /** Its id, where one was given to it before it starts; else it gets one. */
  jobId?: string
  onEvent?(event: JobEvent): void
  /** Aborting asks for a clean stop at a durable point. Aborting twice can't be said here: use `terminate`. */
  signal?: AbortSignal
  /** Aborting this ends the thread at once; what was not durable by then is done again by the next run. */
  terminate?: AbortSignal
  /** How it came, for the activity journal; `command line` where nothing is said. */
  via?: ActivityWay
}

/**
 * Runs one job in a worker thread that it has to itself and resolves with how it ended. It never rejects: a job that throws, a
 * thread that dies and a thread that can't start are all a failed outcome with a code. Every job passes here, so here
 * its start and its end go into the activity journal; the end is written before the outcome is told.
 */
export function runJob(request: JobRequest, handlers: JobHandlers = {}): Promise<JobOutcome> {
  const jobId = handlers.jobId ?? randomUUID()
  const emit = (event: JobEvent) => handlers.onEvent?.(event)
  return new Promise((resolve) => {
    let settled = false
    let record: ReturnType<typeof recordJob> = null
    const worker = takeThread()
    const settle = (outcome: JobOutcome) => {
      if (settled) return
      settled = true
      handlers.signal?.removeEventListener('abort', stop)
      handlers.terminate?.removeEventListener('abort', end)
      const asked = handlers.signal?.aborted || handlers.terminate?.aborted
      if (outcome.state === 'done' && isBrief(request) && !asked) giveBack(worker)
      else void worker.terminate()
      const tell = () => {
        emit({ type: 'finished', jobId, outcome })
        resolve(outcome)
      }
      if (record === null) tell()
      else void record.ended(outcome).then(tell)
    }
    const fail = (error: unknown) => settle({ state: 'failed', error: serializeError(error) })
    const send = (message: ToWorker) => worker.postMessage(message)
    const stop = () => send({ type: 'stop' })
    const end = () => fail(new CofferError('INTERRUPTED', 'the job was ended at once'))

    worker.on('message', (message: FromWorker) => {
      if (message.type === 'outcome') settle(message.outcome)
      // A thread may have run another job before, of which a last word may be under way.
      else if (message.event.jobId === jobId) emit(message.event)
    })
    worker.on('error', (cause) => fail(workerDied(cause)))
    worker.on('messageerror', (cause) => fail(workerDied(cause)))
    worker.on('exit', (code) => fail(workerDied(new Error(`exit code ${code}`))))

    emit({ type: 'started', jobId, kind: request.kind, at: Date.now() })
    const warn = (message: string) => emit({ type: 'log', jobId, level: 'warn', message })
    record = recordJob(jobId, request, handlers.via ?? 'command line', warn)
    send({ type: 'run', jobId, request })
    if (handlers.terminate?.aborted) return end()
    if (handlers.signal?.aborted) stop()
    handlers.signal?.addEventListener('abort', stop, { once: true })
    handlers.terminate?.addEventListener('abort', end, { once: true })
  })
}

function workerDied(cause: unknown): CofferError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CofferError('WORKER_DIED', `the worker thread ended before the job did: ${reason}`, {
    hint: 'Run the job again: it continues from its last durable point.',
    cause,
  })
}
