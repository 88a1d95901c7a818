import { z } from 'zod'
import type { JobEvent, JobKind, LogLevel, Progress } from '../jobs.ts'
import { serializedError } from './error.ts'
import { jobFacts } from './facts.ts'
import { MAX_LOG_LINES, MAX_NAME, MAX_PATH, MAX_TEXT } from './limits.ts'
import { said } from './said.ts'

export { type JobFacts, jobFacts } from './facts.ts'

/** Every kind of job, checked against the contract's list by the compiler. */
const KINDS = {
  backup: true,
  restore: true,
  'snapshot-groups': true,
  check: true,
  topics: true,
  'storage-lock': true,
  groups: true,
  validate: true,
  list: true,
  describe: true,
  status: true,
  'show-offset-mapping': true,
  validation: true,
  extract: true,
  preview: true,
  'package-records': true,
  timeline: true,
  verify: true,
  'evidence-list': true,
  'evidence-get': true,
  'evidence-verify': true,
  'evidence-timestamp': true,
  keys: true,
  custody: true,
  'monthly-report': true,
  schedule: true,
  activity: true,
  hold: true,
  retention: true,
  'offset-reset': true,
  'offset-rollback': true,
  overview: true,
  approvals: true,
  controls: true,
  update: true,
} as const satisfies Record<JobKind, true>
export const jobKind: z.ZodType<JobKind> = z.enum(Object.keys(KINDS) as [JobKind, ...JobKind[]])
const logLevel: z.ZodType<LogLevel> = z.enum(['debug', 'info', 'warn', 'error'])
const count = z.number()

export const jobId = z.string().min(1).max(MAX_NAME)

export const progress: z.ZodType<Progress> = z.object({
  phase: z.string(),
  said: said.exactOptional(),
  recordsDone: count,
  recordsTotal: count.nullable(),
  bytesDone: count,
  bytesTotal: count.nullable(),
  recordsPerSecond: count,
  bytesPerSecond: count,
  secondsLeft: count.nullable(),
  elapsedSeconds: count,
  partitions: z.array(z.object({ topic: z.string(), partition: count, done: count, total: count })),
})

export const outcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), exitCode: count, result: jobFacts }),
  z.object({ state: z.literal('failed'), error: serializedError }),
])

/** A job's outcome as the window gets it: `result` is its facts. */
export type WindowOutcome = z.infer<typeof outcome>

export const logLine = z.object({ at: count, level: logLevel, message: z.string() })

/** A job of this session. */
export const jobSummary = z.object({
  jobId,
  kind: jobKind,
  /** The file, the connection or the archive it is about. */
  subject: z.string(),
  dryRun: z.boolean(),
  startedAt: count,
  endedAt: count.nullable(),
  stopping: z.boolean(),
  progress: progress.nullable(),
  outcome: outcome.nullable(),
  log: z.array(logLine).max(MAX_LOG_LINES),
})
export type JobSummary = z.infer<typeof jobSummary>

/** A configuration file by its text or by its path on the host's machine. */
export const yamlSource = z.union([
  z.object({ text: z.string().min(1).max(MAX_TEXT) }).strict(),
  z.object({ path: z.string().trim().min(1).max(MAX_PATH) }).strict(),
])

/** `JobEvent` of the contract, with a result cut down to its facts. */
export const windowEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), jobId, kind: jobKind, at: count }),
  z.object({ type: z.literal('progress'), jobId, progress }),
  z.object({
    type: z.literal('log'),
    jobId,
    level: logLevel,
    message: z.string(),
    details: z.record(z.string(), z.unknown()).exactOptional(),
  }),
  z.object({ type: z.literal('finished'), jobId, outcome }),
]) satisfies z.ZodType<JobEvent>
export type WindowEvent = z.infer<typeof windowEvent>
