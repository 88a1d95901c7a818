import { z } from 'zod'
import type { JobEvent, JobKind, LogLevel, Progress } from '../jobs.ts'
import { accountTotals, checkResult } from './archive.ts'
import { serializedError } from './error.ts'
import { MAX_FINDINGS, MAX_LOG_LINES, MAX_NAME, MAX_PATH, MAX_TEXT } from './limits.ts'

const jobKind: z.ZodType<JobKind> = z.enum([
  'backup',
  'restore',
  'snapshot-groups',
  'check',
  'validate',
  'list',
  'describe',
  'status',
  'show-offset-mapping',
])
const logLevel: z.ZodType<LogLevel> = z.enum(['debug', 'info', 'warn', 'error'])
const count = z.number()

export const jobId = z.string().min(1).max(MAX_NAME)

const progress: z.ZodType<Progress> = z.object({
  phase: z.string(),
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

/**
 * What a finished job has to say in the window: the figures of its result (contract/results.ts), never its long lists.
 * A member for each kind of job that the window can start, and `other` for the rest.
 */
export const jobFacts = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('backup'),
    dryRun: z.boolean(),
    backupId: z.string(),
    location: z.string(),
    state: z.enum(['complete', 'interrupted', 'planned']),
    topics: count,
    records: count,
    bytes: count.nullable(),
    storedBytes: count.nullable(),
    seconds: count.nullable(),
    gaps: count,
    warnings: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('restore'),
    dryRun: z.boolean(),
    backupId: z.string(),
    location: z.string(),
    state: z.enum(['complete', 'interrupted', 'passed', 'failed']),
    topics: count,
    records: count,
    bytes: count.nullable(),
    seconds: count.nullable(),
    failures: z.array(z.string()),
    warnings: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('validate'),
    backupId: z.string(),
    location: z.string(),
    deep: z.boolean(),
    verdict: z.enum(['PASSED', 'FAILED', 'INDETERMINATE']),
    reason: z.string(),
    seconds: count,
    segments: count,
    records: count,
    bytes: count,
    account: accountTotals.nullable(),
    findings: z
      .array(
        z.object({
          severity: z.enum(['error', 'warning', 'note']),
          code: z.string(),
          topic: z.string().exactOptional(),
          partition: count.exactOptional(),
          segment: z.string().exactOptional(),
          offset: count.exactOptional(),
          reason: z.string(),
        }),
      )
      .max(MAX_FINDINGS),
    findingsTotal: count,
  }),
  z.object({ kind: z.literal('check'), check: checkResult }),
  z.object({ kind: z.literal('other') }),
])
export type JobFacts = z.infer<typeof jobFacts>

const outcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), exitCode: count, result: jobFacts }),
  z.object({ state: z.literal('failed'), error: serializedError }),
])

/** A job's outcome as the window gets it: `result` is its facts. */
export type WindowOutcome = z.infer<typeof outcome>

const logLine = z.object({ at: count, level: logLevel, message: z.string() })

/** A job of this session. */
export const jobSummary = z.object({
  jobId,
  kind: jobKind,
  /** The file, the connection or the archive it is about. */
  subject: z.string(),
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
