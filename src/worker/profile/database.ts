import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { CofferError } from '../../contract/errors.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { MIGRATIONS } from './schema.ts'

export type Value = string | number | null
export type Row = Record<string, Value>

/** How long a statement waits for another process that writes. */
const PATIENCE_MS = 10_000

/**
 * What the application remembers, in `profile.db` of the profile's folder: for its owner's eyes only, and shared by every
 * process of this user (windows, the service of the schedules, the CLI). Nothing in it is ever a secret.
 */
export class ProfileDatabase {
  readonly path: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(path: string) {
    this.path = path
    // made before SQLite makes it, whose own file everybody could read; its WAL and index take over the mode
    closeSync(openSync(path, 'a', 0o600))
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    this.#db = new DatabaseSync(path, { timeout: PATIENCE_MS, enableForeignKeyConstraints: true })
    try {
      // NORMAL: a power cut may undo the last moment, never more. Waiting for the disk would hold up every window.
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;')
      this.#migrate()
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /**
   * @param profile folder; made where there is none
   * @throws STORAGE_FAILED where the file can't be used: no rights, no space, damaged, or of a newer version
   */
  static async open(profile: string): Promise<ProfileDatabase> {
    const path = join(profile, 'profile.db')
    try {
      await makeFolder(profile, 0o700)
      return new ProfileDatabase(path)
    } catch (cause) {
      throw new CofferError('STORAGE_FAILED', `can't use the memory of the application "${path}": ${reasonOf(cause)}`, {
        hint: 'Look at the rights and the space of this folder. A damaged file can be moved away: archives don’t need it.',
        cause,
      })
    }
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  /** Everything in `work` or nothing of it, and no other process writes meanwhile. */
  transaction<T>(work: () => T): T {
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

  /** @returns how many rows it changed */
  run(sql: string, values: readonly Value[] = []): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  all(sql: string, values: readonly Value[] = []): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  get(sql: string, values: readonly Value[] = []): Row | null {
    return (this.#statement(sql).get(...values) as Row | undefined) ?? null
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #migrate(): void {
    this.transaction(() => {
      const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0)
      if (version > MIGRATIONS.length) throw new Error(`it was written by a newer version of Coffer (${version})`)
      for (const step of MIGRATIONS.slice(version)) this.#db.exec(step)
      this.#db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    })
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'not allowed'
  if (code === 'ENOSPC') return 'there is no space left'
  return message
}
