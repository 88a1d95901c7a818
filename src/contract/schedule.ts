import type { ErrorCode } from './errors.ts'

/** What can run on a schedule: a job that is told by a configuration file alone. */
export const SCHEDULED_KINDS = [
  'backup',
  'validation',
  'extract',
  'snapshot-groups',
  'monthly-report',
  'check',
] as const
export type ScheduledKind = (typeof SCHEDULED_KINDS)[number]

/** A job that runs by the clock. Secrets are never here: the file's `${VAR}` are resolved when it runs. */
export interface Schedule {
  id: string
  name: string
  kind: ScheduledKind
  /** Absolute path of the configuration file. */
  config: string
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: string
  /** IANA name; the clock that `cron` and `quiet_hours` mean. */
  timezone: string
  /** Each run starts up to so many seconds late, by a number that is fixed for it, so that many machines don't start at once. */
  jitter_seconds: number
  /** How often a run that failed for a passing reason is tried again. */
  retries: number
  /** Before the first retry; doubles each time. */
  retry_delay_seconds: number
  /** Local times `HH:MM`; no run starts in between, it starts at the end instead. Null: none. */
  quiet_hours: { from: string; to: string } | null
  /** Say so when there was no good run for so many hours; null: never. */
  alert_after_hours: number | null
  paused: boolean
  /** ISO 8601 UTC. Nothing before is ever caught up. */
  created_at: string
}

export type RunTrigger = 'schedule' | 'catch-up' | 'retry' | 'manual'
export type RunState = 'running' | 'done' | 'failed' | 'interrupted'

/** One run of a schedule, as the history keeps it. */
export interface ScheduledRun {
  id: number
  schedule_id: string
  /** The time of the clock that it stands for, ISO 8601 UTC. */
  due_at: string
  trigger: RunTrigger
  /** 1 for the first; more for retries of the same due time. */
  attempt: number
  /** Due times before this one that nobody was there for, and that this run stands for too. */
  missed: number
  started_at: string
  ended_at: string | null
  state: RunState
  exit_code: number | null
  error: { code: ErrorCode; message: string } | null
  host: string
  pid: number
}

export interface ScheduleStatus extends Schedule {
  next_runs: string[]
  last_run: ScheduledRun | null
  last_good_at: string | null
  /** No good run for longer than `alert_after_hours`. */
  overdue: boolean
}

export type ScheduleRequest =
  | { action: 'add'; schedule: Omit<Schedule, 'id' | 'created_at' | 'paused'> }
  /** Makes it, or changes the one of that name and keeps its history; a change catches nothing up. */
  | { action: 'set'; schedule: Omit<Schedule, 'id' | 'created_at' | 'paused'> }
  | { action: 'list' }
  | { action: 'remove' | 'pause' | 'resume'; name: string }
  | { action: 'history'; name: string; limit: number }
  | { action: 'export'; name: string; format: ScheduleExport }
  /** The service: runs until it is stopped. */
  | { action: 'run' }

export type ScheduleExport = 'cron' | 'systemd' | 'task-scheduler'

/** What people should hear of a schedule, as the service tells it in the `details` of a log line. */
export interface ScheduleNotice {
  /** `failed`: for good, after its retries. `overdue`: no good run for longer than was asked. `recovered`: well again. */
  about: 'failed' | 'overdue' | 'recovered'
  schedule: string
  /** One sentence. */
  text: string
}

/** @returns null for what is no notice */
export function scheduleNotice(value: unknown): ScheduleNotice | null {
  const { about, schedule, text } = (value ?? {}) as Record<string, unknown>
  if (about !== 'failed' && about !== 'overdue' && about !== 'recovered') return null
  return typeof schedule === 'string' && typeof text === 'string' ? { about, schedule, text } : null
}
