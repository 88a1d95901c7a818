import type { JobEvent, JobOutcome, JobRequest } from '../contract/jobs.ts'

/** What crosses the thread boundary, and nothing else does. */
export type ToWorker =
  | { type: 'run'; jobId: string; request: JobRequest }
  | { type: 'stop' }
  /** A job of this kind is likely to come: load it. */
  | { type: 'load'; kind: string }

export type FromWorker = { type: 'event'; event: JobEvent } | { type: 'outcome'; outcome: JobOutcome }
