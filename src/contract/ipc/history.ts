import { z } from 'zod'
import { jobId, jobKind, logLine, outcome, progress } from './job.ts'
import { MAX_LOG_LINES, MAX_NAME } from './limits.ts'
import { said } from './said.ts'

/**
 * What became of a job.
 * - `done`: all it was to do, and nothing is wrong
 * - `findings`: it ran to its end, and what it found is not well (damage, a check that failed, what can't be told)
 * - `failed`: it could not do it
 * - `paused`: stopped at a durable point, to go on later; also when Coffer was ended under it
 * - `cancelled`: stopped for good
 * - `crashed`: its process or thread was gone from one moment to the next
 */
export const JOB_STATES = [
  'running',
  'paused',
  'crashed',
  'failed',
  'findings',
  'unsettled',
  'cancelled',
  'done',
] as const
export const jobState = z.enum(JOB_STATES)
export type JobState = z.infer<typeof jobState>

const count = z.number()

/** A job in a list of the history. */
export const jobRow = z.object({
  jobId,
  kind: jobKind,
  subject: z.string(),
  dryRun: z.boolean(),
  origin: z.enum(['window', 'schedule']),
  /** Name of the schedule that started it. */
  schedule: z.string().nullable(),
  state: jobState,
  /** Milliseconds since the epoch. */
  startedAt: count,
  endedAt: count.nullable(),
  /** Runs in this host: its events come, and it can be paused. Others are followed by asking again. */
  here: z.boolean(),
  /** While it runs, and as it was when it stopped half way. */
  progress: progress.nullable(),
  records: count.nullable(),
  bytes: count.nullable(),
  /** Of its error, and the error or the finding in a sentence. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** `continue`: goes on from the last durable point; `again`: starts from the beginning. */
  resume: z.enum(['continue', 'again', 'no']),
  continues: z.string().nullable(),
  continuedBy: z.string().nullable(),
})
export type JobRow = z.infer<typeof jobRow>

/** All there is to know of one job. */
export const jobDetail = jobRow.extend({
  outcome: outcome.nullable(),
  log: z.array(logLine).max(MAX_LOG_LINES),
  /** Lines that were left out before the first: only the newest are kept. */
  logDropped: count,
  /** Why it can't be started again, in a sentence. */
  whyNoResume: z.string().nullable(),
  said: said.exactOptional(),
})
export type JobDetail = z.infer<typeof jobDetail>

export const JOB_SORTS = ['started', 'ended', 'duration', 'subject', 'kind', 'state', 'records'] as const

export const jobQuery = z.object({
  /** Empty: all. */
  kinds: z.array(jobKind).max(50),
  states: z.array(jobState).max(20),
  /** Words that all stand in its subject, schedule, kind, error or code; whatever their case. */
  text: z.string().max(MAX_NAME),
  /** Started at or after; before. Milliseconds since the epoch; null: open. */
  from: count.nullable(),
  to: count.nullable(),
  sort: z.enum(JOB_SORTS),
  descending: z.boolean(),
  /** From the page before; null: the first. */
  cursor: z.string().max(2_000).nullable(),
  limit: z.number().int().min(1).max(500),
})
export type JobQuery = z.infer<typeof jobQuery>

export const jobPage = z.object({
  rows: z.array(jobRow),
  /** null: this was the last. */
  next: z.string().nullable(),
  /** How many there are with these filters. */
  total: count,
  /** How many there are in each state, whatever the filters; without those that another job goes on with. */
  counts: z.record(jobState, count),
})
export type JobPage = z.infer<typeof jobPage>
