import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { CofferError } from '../contract/errors.ts'
import { OWN_NAME_PREFIX } from './keys.ts'

const LOCK_FILE = `${OWN_NAME_PREFIX}lock`
/** A holder stats, renames and syncs one folder: milliseconds, unless the disk hangs. */
const PATIENCE_MS = 60_000

const SQLITE_PERM = 3
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14

/** Within one process writers queue here, so that only processes have to poll. */
const queues = new Map<string, Promise<unknown>>()

/**
 * Runs `work` while no other writer, in this or any other process of the machine, runs its own for the same folder.
 *
 * The lock is SQLite's lock on an empty database beside the objects: an advisory lock of the operating system, which
 * is given back when its holder dies, however it dies. A lock file of our own would need somebody to decide that it is
 * stale, and two who decide so at once both win.
 * @throws STORAGE_FAILED after a minute of waiting; STORAGE_NOT_ALLOWED and STORAGE_FULL where the lock file can't be made
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(folder) ?? Promise.resolve()
  const mine = before.then(() => locked(folder, work))
  const settled = mine.catch(() => undefined)
  queues.set(folder, settled)
  try {
    return await mine
  } finally {
    if (queues.get(folder) === settled) queues.delete(folder)
  }
}

async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const database = await acquire(path.join(folder, LOCK_FILE))
  try {
    return await work()
  } finally {
    database.close()
  }
}

async function acquire(file: string): Promise<DatabaseSync> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(file, { timeout: 0 })
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE')
      return database
    } catch (error) {
      database?.close()
      if (resultCode(error) !== SQLITE_BUSY) throw lockError(error, file)
      if (Date.now() > deadline) {
        throw new CofferError(
          'STORAGE_FAILED',
          `another program has held "${file}" for ${PATIENCE_MS / 1000} seconds`,
          {
            cause: error,
          },
        )
      }
    }
    await sleep(1 + Math.random() * 10)
  }
}

/** SQLite's primary result code (https://www.sqlite.org/rescode.html): the low byte of the extended one. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

function lockError(error: unknown, file: string): CofferError {
  const code = resultCode(error)
  const says = error instanceof Error ? error.message : String(error)
  if (code === SQLITE_FULL) {
    return new CofferError('STORAGE_FULL', `cannot lock "${file}", no space is left`, { cause: error })
  }
  if (code === SQLITE_PERM || code === SQLITE_READONLY || code === SQLITE_CANTOPEN) {
    return new CofferError('STORAGE_NOT_ALLOWED', `cannot lock "${file}", ${says}`, { cause: error })
  }
  return new CofferError('STORAGE_FAILED', `cannot lock "${file}", ${says}`, {
    hint: 'The filesystem must support file locks; on NFS this needs its lock service.',
    cause: error,
  })
}
