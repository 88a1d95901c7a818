import type { JobEvent, JobOutcome, JobRequest } from '../contract/jobs.ts'

/** What crosses the thread boundary, and nothing else does. */
export type ToWorker = { type: 'run'; jobId: string; request: JobRequest } | { type: 'stop' }

export type FromWorker = { type: 'event'; event: JobEvent } | { type: 'outcome'; outcome: JobOutcome }
