import { randomUUID } from 'node:crypto'
import { rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { StorageConfig } from '../contract/config/endpoint.ts'
import { CofferError, isCofferError, serializeError } from '../contract/errors.ts'
import type { CheckStep, CheckStepName } from '../contract/results.ts'
import { beside, english, type Said, say } from '../contract/said/said.ts'
import { openStorage } from './open.ts'
import type { Storage } from './storage.ts'

/** Who checks a connection waits in front of it. */
const PATIENCE_MS = 5_000

/**
 * Tries on a storage what a backup needs of it: list and read, then write, refuse a second writer, read back and
 * delete one small object of a name that nobody else has. What it made is removed again where the storage lets go of it.
 * @returns the steps that were tried, in order; the first that failed is the last one. Never throws.
 */
export async function checkStorage(config: StorageConfig): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  let storage: Storage
  const subject = config.backend === 's3' ? `s3://${config.bucket}` : config.path
  try {
    storage = await openStorage(config, { patienceMs: PATIENCE_MS })
  } catch (error) {
    return [failedStep('configuration', subject, error, 0)]
  }
  try {
    const readable = await tried(steps, 'storage-read', storage.location, () => tryReading(storage, config))
    if (readable) await tried(steps, 'storage-write', storage.location, () => tryWriting(storage, config))
  } finally {
    await storage.close()
  }
  return steps
}

async function tried(
  steps: CheckStep[],
  step: CheckStepName,
  subject: string,
  work: () => Promise<Said>,
): Promise<boolean> {
  const began = Date.now()
  try {
    const said = await work()
    const message = english(said)
    steps.push({ step, subject, outcome: 'passed', message, said, duration_ms: Date.now() - began })
    return true
  } catch (error) {
    steps.push(failedStep(step, subject, error, Date.now() - began))
    return false
  }
}

/** The step that an error ended. @param duration in milliseconds */
export function failedStep(step: CheckStepName, subject: string, error: unknown, duration: number): CheckStep {
  const { code, message, said, hint } = serializeError(error)
  return {
    step,
    subject,
    outcome: 'failed',
    message,
    ...beside(said),
    code,
    ...(hint === undefined ? {} : { hint }),
    duration_ms: duration,
  }
}

async function tryReading(storage: Storage, config: StorageConfig): Promise<Said> {
  if (config.backend === 'filesystem' && (await firstMissing(config.path)) !== undefined) {
    return say('check.folderToCome')
  }
  for await (const object of storage.list('')) {
    await storage.getRange(object.key, 0, Math.min(1, object.size))
    return say('check.readable')
  }
  // A key that nobody has must be reported as missing, not as forbidden: else a resume could not tell.
  await storage.head(`coffer-check-${randomUUID()}`)
  return say('check.empty')
}

async function tryWriting(storage: Storage, config: StorageConfig): Promise<Said> {
  const name = `coffer-check-${randomUUID()}`
  const missing = config.backend === 'filesystem' ? await firstMissing(config.path) : undefined
  // On a disk a folder of its own keeps the lock file beside the object out of the archives' folder.
  const key = config.backend === 'filesystem' ? `${name}/probe` : name
  try {
    return await tryProbe(storage, key)
  } finally {
    if (config.backend === 'filesystem') await removeFolders(config.path, name, missing)
  }
}

async function tryProbe(storage: Storage, key: string): Promise<Said> {
  const first = Buffer.from(`a probe of coffer check, ${new Date().toISOString()}; it may be deleted\n`)
  const second = Buffer.concat([first, first])
  const stored = await storage.put(key, first, { ifAbsent: true, contentType: 'text/plain' })
  let deleted: Said
  try {
    await mustRefuse('a second object under a key that is taken', () => storage.put(key, second, { ifAbsent: true }))
    await mustRefuse('a change by a writer that knows an older state', () =>
      storage.put(key, second, { ifMatch: '00000000000000000000000000000000' }),
    )
    await storage.put(key, second, { ifMatch: stored.etag, contentType: 'text/plain' })
    const { body } = await storage.get(key)
    if (!body.equals(second)) {
      throw new CofferError('STORAGE_FAILED', `expected what was written to "${key}", read something else`)
    }
  } finally {
    deleted = await tryDeleting(storage, key)
  }
  return say('check.writable', { deleted })
}

async function mustRefuse(what: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (isCofferError(error, 'OBJECT_EXISTS', 'OBJECT_CHANGED')) return
    throw error
  }
  throw new CofferError('STORAGE_FAILED', `expected the storage to refuse ${what}, it took it`, {
    hint: 'Coffer needs conditional writes (If-None-Match and If-Match): use a server or a version that has them.',
  })
}

/** Retention may forbid deleting, and no backup depends on it. */
async function tryDeleting(storage: Storage, key: string): Promise<Said> {
  try {
    await storage.delete(key)
    return say('check.deletable')
  } catch (error) {
    const { message, said } = serializeError(error)
    return say('check.stays', { object: key, why: said ?? message })
  }
}

/** The uppermost folder of a path that is not there, or undefined where all are. */
async function firstMissing(folder: string): Promise<string | undefined> {
  let missing: string | undefined
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      await stat(at)
      return missing
    } catch {
      missing = at
      if (at === path.dirname(at)) return missing
    }
  }
}

async function removeFolders(root: string, probe: string, missing: string | undefined): Promise<void> {
  await rm(path.join(root, probe), { recursive: true, force: true }).catch(() => undefined)
  if (missing === undefined) return
  try {
    // Only empty folders go: somebody else may have put something there meanwhile.
    for (let at = path.resolve(root); at.length >= missing.length; at = path.dirname(at)) await rmdir(at)
  } catch {
    // Then it stays.
  }
}
