import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { CofferError } from '../../contract/errors.ts'
import type { RunState, RunTrigger, Schedule, ScheduledRun } from '../../contract/schedule.ts'
import { isoTime } from '../../contract/time.ts'
import { makeFolderSync } from '../../storage/make-folder.ts'
import { isAlive } from '../process-alive.ts'

/** A running run is dead when it was not heard of for so long; on the same host also when its process is gone. */
const LEASE_MS = 60_000
/** How often whoever runs one renews it. */
export const RENEW_MS = 15_000

const SCHEMA = `
CREATE TABLE schedules (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, paused INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, schedule_id TEXT NOT NULL, due_at TEXT NOT NULL, trigger TEXT NOT NULL,
  attempt INTEGER NOT NULL, missed INTEGER NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
  exit_code INTEGER, error TEXT, host TEXT NOT NULL, pid INTEGER NOT NULL, lease_until INTEGER NOT NULL,
  UNIQUE (schedule_id, due_at, attempt)
) STRICT;
CREATE UNIQUE INDEX one_at_a_time ON runs (schedule_id) WHERE state = 'running';
`

type Row = Record<string, string | number | null>

/**
 * Schedules and their history, in one SQLite file of the profile. Every process that runs schedules shares it: a run is
 * claimed in a transaction, and an index lets each schedule have one running run, so that two never run the same.
 */
export class ScheduleStore {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** @param profile the user's folder; made where there is none. @throws STORAGE_FAILED where the file can't be used */
  constructor(profile: string) {
    try {
      makeFolderSync(profile, 0o700)
      this.#db = new DatabaseSync(join(profile, 'schedules.db'), { timeout: 10_000 })
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
      this.#migrate()
    } catch (cause) {
      throw new CofferError('STORAGE_FAILED', `can't use the schedules of "${profile}": ${(cause as Error).message}`, {
        hint: 'Look at the rights and the space of this folder; COFFER_PROFILE names another.',
        cause,
      })
    }
  }

  close(): void {
    this.#db.close()
  }

  /** @throws CONFIG_CONFLICT where the name is taken */
  add(definition: Omit<Schedule, 'id' | 'created_at' | 'paused'>, now: Date): Schedule {
    const schedule: Schedule = { ...definition, id: randomUUID(), paused: false, created_at: isoTime(now.getTime()) }
    if (this.byName(definition.name) !== null) {
      throw new CofferError('CONFIG_CONFLICT', `there is already a schedule "${definition.name}"`, {
        hint: 'Take another name, or remove the old one first: its history stays.',
      })
    }
    this.#run('INSERT INTO schedules (id, name, definition, paused, created_at) VALUES (?, ?, ?, 0, ?)', [
      schedule.id,
      schedule.name,
      JSON.stringify(definition),
      schedule.created_at,
    ])
    return schedule
  }

  /** Makes it, or gives the one of that name a new definition: nothing before now is then ever caught up. */
  set(definition: Omit<Schedule, 'id' | 'created_at' | 'paused'>, now: Date): Schedule {
    const before = this.byName(definition.name)
    if (before === null) return this.add(definition, now)
    this.#run('UPDATE schedules SET definition = ?, created_at = ? WHERE id = ?', [
      JSON.stringify(definition),
      isoTime(now.getTime()),
      before.id,
    ])
    return this.byName(definition.name) ?? before
  }

  all(): Schedule[] {
    return this.#all('SELECT * FROM schedules ORDER BY name', []).map(scheduleOf)
  }

  byName(name: string): Schedule | null {
    const [row] = this.#all('SELECT * FROM schedules WHERE name = ?', [name])
    return row === undefined ? null : scheduleOf(row)
  }

  remove(id: string): void {
    this.#run('DELETE FROM schedules WHERE id = ?', [id])
  }

  setPaused(id: string, paused: boolean): void {
    this.#run('UPDATE schedules SET paused = ? WHERE id = ?', [paused ? 1 : 0, id])
  }

  /** Newest first. */
  runs(scheduleId: string, limit: number): ScheduledRun[] {
    return this.#all('SELECT * FROM runs WHERE schedule_id = ? ORDER BY id DESC LIMIT ?', [scheduleId, limit]).map(
      runOf,
    )
  }

  lastGoodAt(scheduleId: string): string | null {
    const [row] = this.#all(
      "SELECT ended_at FROM runs WHERE schedule_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
      [scheduleId],
    )
    return (row?.ended_at as string | undefined) ?? null
  }

  /**
   * Claims a run for this process.
   * @returns null where another process has it already, or the schedule is gone or paused by now
   */
  claim(
    scheduleId: string,
    run: { due: Date; trigger: RunTrigger; attempt: number; missed: number },
    now: Date,
  ): ScheduledRun | null {
    return this.#transaction(() => {
      const [schedule] = this.#all('SELECT paused FROM schedules WHERE id = ?', [scheduleId])
      if (schedule === undefined || schedule.paused !== 0) return null
      const taken = this.#all(
        "SELECT 1 FROM runs WHERE schedule_id = ? AND (state = 'running' OR (due_at = ? AND attempt >= ?) OR due_at > ?)",
        [scheduleId, isoTime(run.due.getTime()), run.attempt, isoTime(run.due.getTime())],
      )
      if (taken.length > 0) return null
      this.#run(
        `INSERT INTO runs (schedule_id, due_at, trigger, attempt, missed, started_at, state, host, pid, lease_until)
         VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)`,
        [
          scheduleId,
          isoTime(run.due.getTime()),
          run.trigger,
          run.attempt,
          run.missed,
          isoTime(now.getTime()),
          hostname(),
          process.pid,
          now.getTime() + LEASE_MS,
        ],
      )
      return this.runs(scheduleId, 1)[0] ?? null
    })
  }

  /** Says that a claimed run is still alive. */
  renew(runId: number, now: Date): void {
    this.#run("UPDATE runs SET lease_until = ? WHERE id = ? AND state = 'running'", [now.getTime() + LEASE_MS, runId])
  }

  end(
    runId: number,
    outcome: { state: Exclude<RunState, 'running'>; exitCode: number | null; error: ScheduledRun['error'] },
    now: Date,
  ): void {
    this.#run("UPDATE runs SET state = ?, exit_code = ?, error = ?, ended_at = ? WHERE id = ? AND state = 'running'", [
      outcome.state,
      outcome.exitCode,
      outcome.error === null ? null : JSON.stringify(outcome.error),
      isoTime(now.getTime()),
      runId,
    ])
  }

  /**
   * Ends the running runs whose process is gone, as interrupted.
   * @param mine whether this process runs that schedule now: the machine may have slept past the lease
   * @returns them
   */
  endDead(now: Date, mine: (scheduleId: string) => boolean = () => false): ScheduledRun[] {
    const isDead = (row: Row) => {
      const here = row.host === hostname()
      if (here && row.pid === process.pid && mine(String(row.schedule_id))) return false
      return Number(row.lease_until) < now.getTime() || (here && !isAlive(Number(row.pid)))
    }
    return this.#transaction(() => {
      const dead = this.#all("SELECT * FROM runs WHERE state = 'running'", []).filter(isDead)
      for (const row of dead) {
        const error: ScheduledRun['error'] = { code: 'WORKER_DIED', message: 'the process that ran it is gone' }
        this.end(Number(row.id), { state: 'interrupted', exitCode: null, error }, now)
      }
      return dead.map(runOf)
    })
  }

  #migrate(): void {
    this.#transaction(() => {
      const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0)
      if (version > 1) throw new Error(`it was written by a newer version (${version})`)
      if (version === 0) this.#db.exec(`${SCHEMA} PRAGMA user_version = 1;`)
    })
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has undone it already where the disk is full
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #run(sql: string, values: (string | number | null)[]): void {
    this.#statement(sql).run(...values)
  }

  #all(sql: string, values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }
}

function scheduleOf(row: Row): Schedule {
  const definition = JSON.parse(String(row.definition)) as Omit<Schedule, 'id' | 'created_at' | 'paused'>
  return { ...definition, id: String(row.id), paused: row.paused !== 0, created_at: String(row.created_at) }
}

function runOf(row: Row): ScheduledRun {
  return {
    id: Number(row.id),
    schedule_id: String(row.schedule_id),
    due_at: String(row.due_at),
    trigger: row.trigger as RunTrigger,
    attempt: Number(row.attempt),
    missed: Number(row.missed),
    started_at: String(row.started_at),
    ended_at: row.ended_at === null ? null : String(row.ended_at),
    state: row.state as RunState,
    exit_code: row.exit_code === null ? null : Number(row.exit_code),
    error: row.error === null ? null : (JSON.parse(String(row.error)) as ScheduledRun['error']),
    host: String(row.host),
    pid: Number(row.pid),
  }
}
