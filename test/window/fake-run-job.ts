/**
 * A FAKE of the worker's `runJob`, for tests of the hosts and pages alone: it runs nothing and touches nothing.
 * Jobs answer from the table given; a job that is given none goes on until it is stopped.
 */
import { CofferError, serializeError } from '../../src/contract/errors.ts'
import type { JobEvent, JobOutcome, JobRequest, Progress } from '../../src/contract/jobs.ts'
import type { RunJob } from '../../src/worker/services/session-jobs.ts'

export interface FakeRunJob {
  run: RunJob
  /** What was asked for, in order. */
  requests: JobRequest[]
}

export function fakeRunJob(answer: (request: JobRequest) => JobOutcome | null, progress?: Progress): FakeRunJob {
  const requests: JobRequest[] = []
  const run: RunJob = (request, handlers = {}) => {
    requests.push(request)
    const jobId = handlers.jobId ?? `fake-${requests.length}`
    const emit = (event: JobEvent) => handlers.onEvent?.(event)
    emit({ type: 'started', jobId, kind: request.kind, at: Date.now() })
    const outcome = answer(request)
    if (outcome === null && progress !== undefined) emit({ type: 'progress', jobId, progress })
    return new Promise((resolve) => {
      const finish = (how: JobOutcome) => {
        emit({ type: 'finished', jobId, outcome: how })
        resolve(how)
      }
      if (outcome !== null) return void setImmediate(() => finish(outcome))
      const stopped = {
        state: 'failed',
        error: serializeError(new CofferError('INTERRUPTED', 'the job was stopped')),
      } as const
      const stop = () => finish(stopped)
      handlers.signal?.addEventListener('abort', stop, { once: true })
      handlers.terminate?.addEventListener('abort', stop, { once: true })
    })
  }
  return { run, requests }
}
