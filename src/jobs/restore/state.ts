import { createHash } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { restoresPrefix } from '../../archive/paths.ts'
import type { Repartitioning, RestoreOptions } from '../../contract/config/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import { replaceFile } from '../../storage/filesystem-files.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkedRestoreId, offsetMapKey, restoreStateKey } from '../offsets/store.ts'
import { isAlive } from '../process-alive.ts'

/** What a restore remembers. The records that arrived are not here: the target's own end offsets tell those. */
export interface RestoreState {
  format: typeof STATE_FORMAT
  restore_id: string
  backup_id: string
  manifest_sha256: string
  state: 'running' | 'interrupted' | 'complete'
  /** `purging`: the target's old records may still be there, below each partition's `base`. */
  phase: 'purging' | 'writing' | 'done'
  target_cluster_id: string | null
  topics: { source: string; target: string; topic_id: string | null; created: boolean }[]
  /** What else decided which records went where; absent in states of releases before 0.2. */
  options?: RestoreChoices
  /** By `topic/partition` of the target. */
  partitions: Record<string, PartitionState>
  /** Whose positions have been committed. */
  groups: string[]
  /** Who writes, or wrote last. */
  holder: { host: string; pid: number }
  started_at: number
  updated_at: number
  ended_at: number | null
  tool: { name: string; version: string }
}

export interface PartitionState {
  /** The end offset before the first record was written: record number n of the partition lies at `base + n`. */
  base: number
  /** Acknowledged when this was written; the total once the restore is complete. */
  records: number
}

/** The options of a restore that decide what lands where, so that a validation can tell without the file. */
export interface RestoreChoices {
  time_window_start: number | null
  time_window_end: number | null
  source_partitions: number[] | null
  partition_mapping: [number, number][]
  repartitioning: { target: string; strategy: Repartitioning['strategy']; target_partitions: number }[]
  suspect_records: RestoreOptions['suspect_records']
  include_original_offset_header: boolean
  strip_offset_headers: boolean
}

export function choicesOf(options: RestoreOptions): RestoreChoices {
  return {
    time_window_start: options.time_window_start,
    time_window_end: options.time_window_end,
    source_partitions: options.source_partitions,
    partition_mapping: [...options.partition_mapping].sort(([a], [b]) => a - b),
    repartitioning: [...options.repartitioning]
      .map(([target, how]) => ({ target, ...how }))
      .sort((a, b) => (a.target < b.target ? -1 : 1)),
    suspect_records: options.suspect_records,
    include_original_offset_header: options.include_original_offset_header,
    strip_offset_headers: options.strip_offset_headers,
  }
}

export const STATE_FORMAT = 'coffer-restore/1'
/** A running restore tells its state more often than this, in milliseconds. */
const SILENCE_MS = 45_000
const MAX_STATE_BYTES = 64 * 1024 * 1024

/** @throws LOCKED where another process is at work on the same restore */
export function refuseRunning(state: RestoreState, now: number): void {
  if (state.state !== 'running' || now - state.updated_at > SILENCE_MS) return
  const { host, pid } = state.holder
  // On this host it shows whether it lives; of another host's process only its silence tells.
  if (host === hostname() && (pid === process.pid || !isAlive(pid))) return
  throw new CofferError('LOCKED', `process ${pid} on "${host}" is at work on this restore (${state.restore_id})`, {
    hint: 'Wait for it to end. One that died is taken over a minute later.',
    details: { ...state.holder, restore_id: state.restore_id },
  })
}

/** What makes two restores the same one: everything that decides what lands where. */
export interface RestoreIdentity {
  backupId: string
  manifestSha256: string
  targetClusterId: string | null
  targets: { source: string; target: string; topicId: string | null }[]
  options: RestoreOptions
}

/** 16 hexadecimal digits. The same restore started again has the same id, and finds its own state by it. */
export function restoreIdOf(identity: RestoreIdentity): string {
  const { options } = identity
  const pairs = <T>(map: ReadonlyMap<unknown, T>) => [...map].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  const decisive = [
    identity.backupId,
    identity.manifestSha256,
    identity.targetClusterId,
    identity.targets.map((one) => [one.source, one.target, one.topicId]),
    [options.time_window_start, options.time_window_end],
    options.source_partitions,
    pairs(options.partition_mapping),
    pairs(options.repartitioning).map(([target, how]) => [target, how.strategy, how.target_partitions]),
    options.suspect_records,
    options.include_original_offset_header,
    options.strip_offset_headers,
  ]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16)
}

/** Where a restore's state is kept, and whether that is not where it should have been. */
export interface StateStore {
  load(restoreId: string): Promise<RestoreState | null>
  save(state: RestoreState): Promise<void>
  /** @param parts of the map of offsets. @returns where it is kept */
  saveMap(restoreId: string, parts: Buffer[]): Promise<string>
}

/**
 * The archive's own folder for restores, or the local file of `checkpoint_state`; a folder of this user where the
 * archive can't be written to.
 * @param directory of the configuration file: relative paths start there
 * @param warn is told when the archive refuses
 */
export function openStateStore(
  storage: Storage,
  backupId: string,
  place: { checkpointState: string | null; directory: string },
  warn: (message: string) => void,
): StateStore {
  const { checkpointState, directory } = place
  const own = join(homedir(), '.coffer', 'restores')
  const local = checkpointState === null ? null : fileStore(() => resolve(directory, checkpointState))
  const fallback = local ?? fileStore((restoreId) => join(own, `${restoreId}.json`))
  let refused = false
  const refuse = (error: unknown, what: string, where: string): void => {
    if (!isCofferError(error, 'STORAGE_NOT_ALLOWED')) throw error
    if (!refused) warn(`the archive can't be written to, so ${what} is kept in "${where}"`)
    refused = true
  }
  return {
    async saveMap(restoreId, parts) {
      const key = offsetMapKey(backupId, restoreId)
      try {
        await storage.put(key, parts, { contentType: 'application/zstd' })
        return `${storage.location}/${key}`
      } catch (error) {
        refuse(error, 'the map of offsets', own)
      }
      const path = join(own, `${restoreId}-offsets.json.zst`)
      await writeAtomically(path, parts)
      return path
    },
    async load(restoreId) {
      if (local !== null) return local.load(restoreId)
      const key = restoreStateKey(backupId, restoreId)
      if ((await storage.head(key)) === null) return fallback.load(restoreId)
      const { body } = await storage.get(key, { maxBytes: MAX_STATE_BYTES })
      return decodeState(body, restoreId, key)
    },
    async save(state) {
      if (local === null && !refused) {
        try {
          const key = restoreStateKey(backupId, state.restore_id)
          await storage.put(key, encodeState(state), { contentType: 'application/json' })
          return
        } catch (error) {
          refuse(error, 'what this restore has done', own)
        }
      }
      await fallback.save(state)
    },
  }
}

function fileStore(pathOf: (restoreId: string) => string): Pick<StateStore, 'load' | 'save'> {
  return {
    async load(restoreId) {
      const path = pathOf(checkedRestoreId(restoreId))
      let body: Buffer
      try {
        body = await readFile(path)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw new CofferError('STORAGE_FAILED', `"${path}" can't be read`, { cause })
      }
      return decodeState(body, restoreId, path)
    },
    async save(state) {
      const path = pathOf(checkedRestoreId(state.restore_id))
      try {
        await writeAtomically(path, [encodeState(state)])
      } catch (cause) {
        throw new CofferError('STORAGE_FAILED', `"${path}" can't be written`, { cause })
      }
    },
  }
}

/** A local file whole or not at all: temporary file, fsync, rename. */
export async function writeAtomically(path: string, parts: readonly Buffer[]): Promise<void> {
  await makeFolder(dirname(path))
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      for (const part of parts) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await replaceFile(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function encodeState(state: RestoreState): Buffer {
  return Buffer.from(`${JSON.stringify(state, null, 2)}\n`)
}

/** Newest states that are read; a backup restored more often than this needs `restore_id`. */
const MOST_STATES = 200
const STATE_NAME = /\/restores\/([0-9a-f]{16})\.json$/

/**
 * What the restores of a backup left in its archive, the newest first. One that can't be read is passed over: it is told
 * by `warn`.
 */
export async function listRestoreStates(
  storage: Storage,
  backupId: string,
  warn: (message: string) => void,
): Promise<RestoreState[]> {
  const found: { id: string; key: string; at: number }[] = []
  for await (const { key, lastModified } of storage.list(restoresPrefix(backupId))) {
    const id = STATE_NAME.exec(key)?.[1]
    if (id !== undefined) found.push({ id, key, at: lastModified })
  }
  found.sort((a, b) => b.at - a.at)
  const states: RestoreState[] = []
  for (const { id, key } of found.slice(0, MOST_STATES)) {
    try {
      const { body } = await storage.get(key, { maxBytes: MAX_STATE_BYTES })
      const state = decodeState(body, id, key)
      if (state !== null) states.push(state)
    } catch (error) {
      if (!isCofferError(error, 'MANIFEST_DAMAGED', 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) throw error
      warn(`the record of restore ${id} can't be read and was left out: ${error.message}`)
    }
  }
  return states
}

/** null for the state of another restore: the user gave two restores the same `checkpoint_state`, one after the other. */
function decodeState(body: Buffer, restoreId: string, name: string): RestoreState | null {
  const damaged = (cause?: unknown) =>
    new CofferError('MANIFEST_DAMAGED', `the state of a restore, "${name}", can't be read`, {
      cause,
      hint: 'Remove it: the restore then compares what is in the target with the archive, record by record.',
    })
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw damaged(cause)
  }
  const state = parsed as Partial<RestoreState> | null
  if (typeof state !== 'object' || state === null || state.format !== STATE_FORMAT) throw damaged()
  if (state.restore_id !== restoreId) return null
  const { partitions } = state
  if (typeof partitions !== 'object' || partitions === null || Array.isArray(partitions)) throw damaged()
  for (const one of Object.values(partitions as Record<string, unknown>)) {
    const { base, records } = (one ?? {}) as Partial<PartitionState>
    if (!Number.isSafeInteger(base) || !Number.isSafeInteger(records) || base! < 0 || records! < 0) throw damaged()
  }
  if (!['running', 'interrupted', 'complete'].includes(state.state ?? '')) throw damaged()
  if (!['purging', 'writing', 'done'].includes(state.phase ?? '')) throw damaged()
  const { host, pid } = (state.holder ?? {}) as Partial<RestoreState['holder']>
  if (typeof host !== 'string' || !Number.isSafeInteger(pid) || pid! <= 0) throw damaged()
  if (
    !Array.isArray(state.topics) ||
    !Array.isArray(state.groups) ||
    !Number.isSafeInteger(state.started_at) ||
    !Number.isSafeInteger(state.updated_at)
  )
    throw damaged()
  return state as RestoreState
}
