import { z } from 'zod'
import type { ScheduledRun, ScheduleStatus } from '../schedule.ts'
import { errorCode } from './error.ts'
import { MAX_NAME, MAX_PATH, MAX_TEXT } from './limits.ts'
import { said } from './said.ts'

/** A plan is a saved backup job: which streams of which cluster go where, how, and for how long they are to be kept. */

/** The plan's file is named by it, and so is its archive: letters, digits, `.`, `_`, `-`. */
export const planId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/,
    'expected letters, digits, ".", "_" and "-", beginning with one of the first two',
  )

/** A topic's name, a glob, or `~` and a regular expression. */
const pattern = z.string().trim().min(1).max(1_000)
export const patterns = z.array(pattern).max(2_000)

/** Why records are kept so long. `custom` and `gdpr` say no number by themselves. */
export const retentionPreset = z.enum(['sox', 'hipaa', 'pci-dss', 'mifid-5', 'mifid-7', 'gdpr', 'custom'])
export type RetentionPreset = z.infer<typeof retentionPreset>

export const planInput = z.object({
  id: planId,
  /** For people, and for its schedule. */
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u, 'expected letters, digits, spaces, ".", "_" and "-"'),
  sourceId: z.uuid(),
  storageId: z.uuid(),
  /** What to back up; `include` empty: every stream. `exclude` wins. */
  include: patterns,
  exclude: patterns,
  internalTopics: z.boolean(),
  /** `incremental`: each run goes on where the last one ended, in one archive. `full`: each makes an archive of its own. */
  mode: z.enum(['incremental', 'full']),
  retention: z.object({ preset: retentionPreset, days: z.number().int().min(1).max(36_500) }),
  consumerGroups: z.boolean(),
  compression: z.enum(['zstd', 'lz4', 'none']),
  /** Name of a key of the key store that signs each run's manifest; null: unsigned. */
  key: z.string().min(1).max(100).nullable(),
  timestampUrl: z
    .string()
    .max(2_000)
    .regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/)
    .nullable(),
  /** A good backup may be so many hours old; null: no target. */
  targetHours: z.number().int().min(1).max(87_600).nullable(),
})
export type PlanInput = z.infer<typeof planInput>

export const plan = planInput.extend({
  /** Of the YAML file, absolute. */
  path: z.string().max(MAX_PATH),
  createdAt: z.string(),
  changedAt: z.string(),
  /** The connections' names now; null where one is gone. */
  sourceName: z.string().max(MAX_NAME).nullable(),
  storageName: z.string().max(MAX_NAME).nullable(),
  /** Variables that its file needs and that have no value now: it can't run without them. */
  missing: z.array(z.string().max(MAX_NAME)),
})
export type Plan = z.infer<typeof plan>

/** When it runs. Secrets are never part of it. */
export const clock = z.object({
  cron: z.string().trim().min(1).max(200),
  timezone: z.string().min(1).max(100),
  jitterSeconds: z.number().int().min(0).max(86_400),
  retries: z.number().int().min(0).max(100),
  retryDelaySeconds: z.number().int().min(1).max(86_400),
  quietHours: z.object({ from: z.string().max(5), to: z.string().max(5) }).nullable(),
  alertAfterHours: z.number().int().min(1).max(87_600).nullable(),
})
export type Clock = z.infer<typeof clock>

export const scheduledRun: z.ZodType<ScheduledRun> = z.object({
  id: z.number(),
  schedule_id: z.string(),
  due_at: z.string(),
  trigger: z.enum(['schedule', 'catch-up', 'retry', 'manual']),
  attempt: z.number(),
  missed: z.number(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  exit_code: z.number().nullable(),
  error: z.object({ code: errorCode, message: z.string() }).nullable(),
  host: z.string(),
  pid: z.number(),
})

export const scheduleStatus: z.ZodType<ScheduleStatus> = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['backup', 'validation', 'extract', 'snapshot-groups', 'monthly-report', 'check']),
  config: z.string(),
  cron: z.string(),
  timezone: z.string(),
  jitter_seconds: z.number(),
  retries: z.number(),
  retry_delay_seconds: z.number(),
  quiet_hours: z.object({ from: z.string(), to: z.string() }).nullable(),
  alert_after_hours: z.number().nullable(),
  paused: z.boolean(),
  created_at: z.string(),
  next_runs: z.array(z.string()),
  last_run: scheduledRun.nullable(),
  last_good_at: z.string().nullable(),
  overdue: z.boolean(),
})

/** An entry of the system's own scheduler, or why there can be none. */
export const systemEntry = z.object({
  format: z.enum(['cron', 'systemd', 'task-scheduler']),
  files: z.array(z.object({ name: z.string(), content: z.string().max(MAX_TEXT), where: z.string() })),
  problem: z.string().nullable(),
  said: said.exactOptional(),
})
export type SystemEntry = z.infer<typeof systemEntry>
