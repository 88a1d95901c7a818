import { CofferError } from '../../contract/errors.ts'
import type { JobDetail, JobPage, JobQuery, JobState } from '../../contract/ipc/history.ts'
import type { WindowOutcome } from '../../contract/ipc/job.ts'
import { MAX_LOG_LINES } from '../../contract/ipc/limits.ts'
import type { JobKind, JobRequest, LogLevel, Progress } from '../../contract/jobs.ts'
import { type Owner, OwnerWatch, thisProcess } from './alive.ts'
import type { ProfileDatabase, Row } from './database.ts'
import { jobPageOf, LIST_COLUMNS } from './job-page.ts'
import { glanceOf, jobDetailOf } from './job-rows.ts'
import { type KeptRequest, keepable } from './keepable.ts'

/** A running job's process is heard of this often, and held to be gone when it was not for so long. */
const RENEW_MS = 5_000
const LEASE_MS = 30_000
/** What running jobs told is written this often. */
const FLUSH_MS = 1_000
const MAX_JOBS_KEPT = 50_000

export interface NewJob {
  jobId: string
  request: JobRequest
  subject: string
  /** Absolute path of the file that the request's text was read from. */
  file: string | null
  startedAt: number
  /** Name of the schedule that starts it; null: the window. */
  schedule: string | null
  continues: string | null
}

interface Running {
  seq: number
  progress: Progress | null
  isNewProgress: boolean
  log: { at: number; level: LogLevel; message: string }[]
  lines: number
  onAsked: () => void
  /** How it ended, until that is written. */
  end: { outcome: WindowOutcome; state: JobState; at: number } | null
}

/**
 * Every job of the windows and the schedules, from its start to long after its end, in the profile's database. What a
 * running one tells is written once a second; `clean` takes secrets out of what is written, in case something told one.
 */
export class JobHistory {
  readonly #db: ProfileDatabase
  readonly #me: Owner
  readonly #watch: OwnerWatch
  readonly #clean: (text: string) => string
  readonly #running = new Map<string, Running>()
  #timer: NodeJS.Timeout | null = null
  #renewed = 0

  constructor(db: ProfileDatabase, clean: (text: string) => string = (text) => text, me: Owner = thisProcess()) {
    this.#db = db
    this.#me = me
    this.#clean = clean
    this.#watch = new OwnerWatch(me)
  }

  /**
   * @param onAsked called when another process asks this job to stop
   * @throws USAGE where the job that it goes on with was gone on with already
   */
  begin(job: NewJob, onAsked: () => void): void {
    const { request } = job
    const { request: kept, notKept } = keepable(request, job.file)
    const dryRun = 'dryRun' in request && request.dryRun
    const search = [job.subject, job.schedule ?? '', request.kind, job.jobId].join('\n').toLowerCase()
    const { host, pid, session } = this.#me
    const seq = this.#db.transaction(() => {
      if (job.continues !== null) this.#claim(job.continues, job.jobId)
      this.#db.run(
        `INSERT INTO jobs (id, kind, subject, dry_run, origin, schedule, state, started_at, search, continues, host, pid,
         session, lease_until) VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[job.jobId, request.kind, this.#clean(job.subject), dryRun ? 1 : 0],
          ...[job.schedule === null ? 'window' : 'schedule', job.schedule, job.startedAt, this.#clean(search)],
          ...[job.continues, host, pid, session, Date.now() + LEASE_MS],
        ],
      )
      const row = this.#db.get('SELECT seq FROM jobs WHERE id = ?', [job.jobId])
      this.#db.run('INSERT INTO job_details (seq, request, file, not_kept) VALUES (?, ?, ?, ?)', [
        Number(row?.seq),
        kept === null ? null : JSON.stringify(kept),
        job.file,
        notKept,
      ])
      return Number(row?.seq)
    })
    this.#running.set(job.jobId, { seq, progress: null, isNewProgress: false, log: [], lines: 0, onAsked, end: null })
    this.#timer ??= setInterval(() => this.#tick(), FLUSH_MS)
    this.#timer.unref()
  }

  progress(jobId: string, progress: Progress): void {
    const job = this.#running.get(jobId)
    if (job === undefined) return
    job.progress = progress
    job.isNewProgress = true
  }

  log(jobId: string, line: { at: number; level: LogLevel; message: string }): void {
    const job = this.#running.get(jobId)
    if (job === undefined) return
    job.log.push({ ...line, message: this.#clean(line.message) })
    // while nothing can be written
    if (job.log.length > 2 * MAX_LOG_LINES) job.lines += job.log.splice(0, MAX_LOG_LINES).length
  }

  /** @throws what kept it from being written; it is tried again every second while this process lives */
  end(jobId: string, outcome: WindowOutcome, state: JobState): void {
    const job = this.#running.get(jobId)
    if (job === undefined || job.end !== null) return
    const told = JSON.parse(this.#clean(JSON.stringify(outcome))) as WindowOutcome
    job.end = { outcome: told, state, at: Date.now() }
    this.#finish(jobId, job, job.end)
  }

  #finish(jobId: string, job: Running, { outcome, state, at }: NonNullable<Running['end']>): void {
    const written = this.#db.transaction(() => {
      const told = this.#write(job)
      this.#end(job.seq, outcome, state, at)
      return told
    })
    written()
    this.#running.delete(jobId)
    if (this.#running.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer)
      this.#timer = null
    }
  }

  /** Ends, as crashed, the running jobs whose process is gone. @returns how many */
  endCrashed(): number {
    const now = Date.now()
    return this.#db.transaction(() => {
      const gone = this.#db
        .all("SELECT seq, kind, host, pid, session, lease_until FROM jobs WHERE state = 'running'")
        .filter((row) => this.#watch.isGone(ownerOf(row), Number(row.lease_until), now))
      for (const row of gone) this.#end(Number(row.seq), crashed(row.kind as JobKind), 'crashed', now)
      return gone.length
    })
  }

  /** Keeps the newest, and those that run. */
  forgetOldest(most = MAX_JOBS_KEPT): number {
    return this.#db.run(
      "DELETE FROM jobs WHERE state <> 'running' AND seq <= (SELECT seq FROM jobs ORDER BY seq DESC LIMIT 1 OFFSET ?)",
      [most],
    )
  }

  page(query: JobQuery): JobPage {
    return jobPageOf(this.#db, query, this.#me.session)
  }

  /** @throws USAGE where there is no such job */
  get(jobId: string): JobDetail {
    const running = this.#running.get(jobId)
    this.#tryToWrite(running)
    const row = { ...this.#row(jobId), ...unwritten(running?.end ?? null) }
    const log = this.#db.all('SELECT * FROM job_log WHERE seq = ? ORDER BY line', [row.seq as number])
    return jobDetailOf(row, log, this.#me.session)
  }

  /** What is needed to start it again. @throws USAGE where there is no such job */
  requestOf(jobId: string): { request: KeptRequest | null; notKept: string | null; file: string | null } {
    const row = this.#row(jobId)
    return {
      request: typeof row.request === 'string' ? (JSON.parse(row.request) as KeptRequest) : null,
      notKept: row.not_kept === null ? null : String(row.not_kept),
      file: row.file === null ? null : String(row.file),
    }
  }

  /** Asks a job that runs in another process, or for a schedule, to stop at a durable point. @returns whether it runs */
  askToStop(jobId: string): boolean {
    return this.#db.run("UPDATE jobs SET asked = 'stop' WHERE id = ? AND state = 'running'", [jobId]) > 0
  }

  /** Writes what is waiting and listens no longer. Jobs that still run stay so, for whoever finds their process gone. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#running.size > 0) this.#tick()
    this.#running.clear()
  }

  #claim(continued: string, by: string): void {
    const sql = "UPDATE jobs SET continued_by = ? WHERE id = ? AND continued_by IS NULL AND state <> 'running'"
    if (this.#db.run(sql, [by, continued]) > 0) return
    throw new CofferError('USAGE', `the job "${continued}" runs, or was gone on with already`)
  }

  #tick(): void {
    try {
      for (const [jobId, job] of [...this.#running]) if (job.end !== null) this.#finish(jobId, job, job.end)
      const told = this.#db.transaction(() => {
        const written = [...this.#running.values()].map((job) => this.#write(job))
        const now = performance.now()
        if (this.#renewed !== 0 && now - this.#renewed < RENEW_MS) return written
        this.#renewed = now
        const { host, session } = this.#me
        const ids = [...this.#running.keys()]
        this.#db.run(
          `UPDATE jobs SET lease_until = ? WHERE state = 'running' AND host = ? AND session = ?
           AND id IN (SELECT value FROM json_each(?))`,
          [Date.now() + LEASE_MS, host, session, JSON.stringify(ids)],
        )
        return written
      })
      for (const written of told) written()
      for (const row of this.#db.all("SELECT id FROM jobs WHERE state = 'running' AND asked IS NOT NULL")) {
        this.#running.get(String(row.id))?.onAsked()
      }
    } catch {
      // A full disk or a lock that is held for long: tried again at the next tick. The job itself goes on.
    }
  }

  /** @returns what is to be called once its transaction is done: only then was it told */
  #write(job: Running): () => void {
    const { progress } = job
    if (job.isNewProgress) {
      const text = this.#clean(JSON.stringify(progress))
      this.#db.run('UPDATE job_details SET progress = ? WHERE seq = ?', [text, job.seq])
    }
    const told = job.log.length
    const lines = job.log.slice(-MAX_LOG_LINES)
    let line = job.lines + told - lines.length
    for (const { at, level, message } of lines) {
      this.#db.run('INSERT INTO job_log (seq, line, at, level, message) VALUES (?, ?, ?, ?, ?)', [
        ...[job.seq, line, at, level, message],
      ])
      line++
    }
    if (line > MAX_LOG_LINES && lines.length > 0) {
      this.#db.run('DELETE FROM job_log WHERE seq = ? AND line < ?', [job.seq, line - MAX_LOG_LINES])
    }
    return () => {
      job.lines = line
      job.log = job.log.slice(told)
      job.isNewProgress &&= job.progress !== progress
    }
  }

  #tryToWrite(running: Running | undefined): void {
    if (running === undefined) return
    try {
      this.#db.transaction(() => this.#write(running))()
    } catch {
      // as at a tick
    }
  }

  #end(seq: number, outcome: WindowOutcome, state: JobState, at: number): void {
    const { records, bytes, code, message } = glanceOf(outcome)
    const found = [code ?? '', message ?? ''].join('\n').toLowerCase()
    this.#db.run(
      `UPDATE jobs SET state = ?, ended_at = ?, records = ?, bytes = ?, code = ?, message = ?,
       search = search || char(10) || ?, asked = NULL WHERE seq = ? AND state = 'running'`,
      [state, at, whole(records), whole(bytes), code, message, found, seq],
    )
    this.#db.run('UPDATE job_details SET outcome = ? WHERE seq = ?', [JSON.stringify(outcome), seq])
  }

  #row(jobId: string): Row {
    const row = this.#db.get(
      `SELECT ${LIST_COLUMNS}, d.outcome, d.request, d.file, d.not_kept, d.progress AS progress
       FROM jobs JOIN job_details d ON d.seq = jobs.seq WHERE id = ?`,
      [jobId],
    )
    if (row !== null) return row
    throw new CofferError('USAGE', `expected the id of a job of the history, got "${jobId}"`)
  }
}

/** What the row of a job will say whose end waits to be written. */
function unwritten(end: Running['end']): Row {
  if (end === null) return {}
  const { outcome, state, at } = end
  const { records, bytes, code, message } = glanceOf(outcome)
  return { state, ended_at: at, records, bytes, code, message, outcome: JSON.stringify(outcome) }
}

function ownerOf(row: Row): Owner {
  return { host: String(row.host), pid: Number(row.pid), session: String(row.session) }
}

function crashed(kind: JobKind): WindowOutcome {
  const resumable = ['backup', 'restore', 'extract', 'validation'].includes(kind)
  const hint = resumable
    ? 'Resume it: it goes on from its last durable point. Nothing that was durable is lost or done twice.'
    : 'Start it again.'
  return { state: 'failed', error: { code: 'WORKER_DIED', message: 'the process that ran the job is gone', hint } }
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
