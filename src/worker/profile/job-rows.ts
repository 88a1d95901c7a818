import { EXIT } from '../../contract/exit-codes.ts'
import type { JobDetail, JobRow, JobState } from '../../contract/ipc/history.ts'
import type { JobFacts, WindowOutcome } from '../../contract/ipc/job.ts'
import type { JobKind } from '../../contract/jobs.ts'
import { beside } from '../../contract/said/said.ts'
import type { Row } from './database.ts'
import { saidOfNotKept } from './keepable.ts'

/** Kinds that go on from their last durable point when the same request is started again. */
const CONTINUES: ReadonlySet<JobKind> = new Set<JobKind>(['backup', 'restore', 'extract', 'validation'])
/** Kinds that change nothing that a second run would change twice. */
const AGAIN: ReadonlySet<JobKind> = new Set<JobKind>([
  'snapshot-groups',
  'check',
  'validate',
  'list',
  'describe',
  'status',
  'show-offset-mapping',
  'verify',
  'evidence-list',
  'evidence-get',
  'evidence-verify',
  'monthly-report',
])

/** Whether stopping it and starting its request again goes on where it was. */
export function continues(kind: JobKind, dryRun: boolean): boolean {
  return CONTINUES.has(kind) && !dryRun
}

/** What starting a job's request again comes to. */
export function resumeOf(job: {
  kind: JobKind
  state: JobState
  dryRun: boolean
  hasRequest: boolean
  continuedBy: string | null
}): JobRow['resume'] {
  const { kind, state, dryRun } = job
  if (state === 'running' || !job.hasRequest || job.continuedBy !== null) return 'no'
  const isOver = state === 'done' || state === 'findings' || state === 'unsettled'
  if (continues(kind, dryRun)) {
    if (!isOver) return 'continue'
    // a second restore or package is a new request, with its own confirmation
    return kind === 'backup' || kind === 'validation' ? 'again' : 'no'
  }
  return AGAIN.has(kind) || dryRun ? 'again' : 'no'
}

/** What the window is told of a row that `LIST_COLUMNS` was read into. */
export function jobRowOf(row: Row, session: string): JobRow {
  const kind = row.kind as JobKind
  const state = row.state as JobState
  const dryRun = row.dry_run === 1
  const continuedBy = textOf(row.continued_by)
  return {
    jobId: String(row.id),
    kind,
    subject: String(row.subject),
    dryRun,
    origin: row.origin as JobRow['origin'],
    schedule: textOf(row.schedule),
    state,
    startedAt: Number(row.started_at),
    endedAt: numberOf(row.ended_at),
    here: state === 'running' && row.session === session && row.origin === 'window',
    progress: jsonOf<JobRow['progress']>(row.progress),
    records: numberOf(row.records),
    bytes: numberOf(row.bytes),
    code: textOf(row.code),
    message: textOf(row.message),
    resume: resumeOf({ kind, state, dryRun, hasRequest: row.has_request === 1, continuedBy }),
    continues: textOf(row.continues),
    continuedBy,
  }
}

export function jobDetailOf(row: Row, log: readonly Row[], session: string): JobDetail {
  const whyNoResume = textOf(row.not_kept)
  return {
    ...jobRowOf(row, session),
    outcome: jsonOf<WindowOutcome>(row.outcome),
    log: log.map((line) => ({
      at: Number(line.at),
      level: line.level as JobDetail['log'][number]['level'],
      message: String(line.message),
    })),
    logDropped: log[0] === undefined ? 0 : Number(log[0].line),
    whyNoResume,
    ...beside(whyNoResume === null ? undefined : saidOfNotKept(whyNoResume)),
  }
}

/** What became of a job, by its outcome and by what was asked of it before. */
export function endStateOf(outcome: WindowOutcome, asked: 'pause' | 'cancel' | null): JobState {
  const stopped = asked === 'pause' ? 'paused' : 'cancelled'
  if (outcome.state === 'failed') {
    if (outcome.error.code === 'INTERRUPTED') return stopped
    return outcome.error.code === 'WORKER_DIED' ? 'crashed' : 'failed'
  }
  if (outcome.exitCode === 130) return stopped
  const { result } = outcome
  // one that goes on for ever ends well when it is stopped, and goes on where it is asked to
  if (asked === 'pause' && result.kind === 'backup' && result.continuous) return 'paused'
  if (outcome.exitCode === EXIT.done) return 'done'
  return outcome.exitCode === EXIT.indeterminate ? 'unsettled' : 'findings'
}

/** The figures and the sentence of an outcome that a list shows. */
export function glanceOf(outcome: WindowOutcome): {
  records: number | null
  bytes: number | null
  code: string | null
  message: string | null
} {
  if (outcome.state === 'failed') {
    return { records: null, bytes: null, code: outcome.error.code, message: outcome.error.message }
  }
  const facts = outcome.result
  const figures = 'records' in facts ? { records: facts.records, bytes: facts.bytes } : { records: null, bytes: null }
  return { ...figures, code: null, message: sentenceOf(facts) }
}

function sentenceOf(facts: JobFacts): string | null {
  switch (facts.kind) {
    case 'validate':
      return facts.reason
    case 'restore':
      return facts.failures[0] ?? null
    case 'validation':
      return facts.checks.find((check) => check.outcome !== 'PASSED')?.detail ?? null
    case 'verify':
      return facts.verified.files.find((file) => file.verdict !== 'passed')?.reason ?? null
    case 'extract':
      return facts.package?.failures[0]?.reason ?? null
    case 'check':
      return facts.check.steps.find((step) => step.outcome === 'failed')?.message ?? null
    default:
      return null
  }
}

function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function numberOf(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

function jsonOf<T>(value: Row[string] | undefined): T | null {
  return typeof value === 'string' ? (JSON.parse(value) as T) : null
}
