import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobContext, JobResult, Progress } from '../../src/contract/jobs.ts'
import type { ValidateResult } from '../../src/contract/results.ts'
import { runValidate } from '../../src/jobs/validate/run.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { removeOnExit } from '../rig/child.ts'

/** Archives that another program made (test/fixtures/README.md). */
export const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'oso')
export const FIXTURE_IDS = ['oso-ledger-zstd', 'oso-ledger-lz4', 'oso-ledger-none'] as const

export interface RecordedContext extends JobContext {
  logs: { level: string; message: string }[]
  told: Progress[]
}

export function context(signal: AbortSignal = new AbortController().signal): RecordedContext {
  const logs: RecordedContext['logs'] = []
  const told: Progress[] = []
  return {
    signal,
    logs,
    told,
    progress: (progress) => void told.push(progress),
    log: (level, message) => void logs.push({ level, message }),
  }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-read-'))
  removeOnExit(folder)
  return folder
}

export function storageAt(path: string): Promise<Storage> {
  return openStorage({ backend: 'filesystem', path })
}

/** A copy of one fixture archive, to be damaged. */
export async function fixtureCopy(id: string): Promise<{ folder: string; storage: Storage }> {
  const folder = await temporaryFolder()
  await cp(join(FIXTURES, id), join(folder, id), { recursive: true })
  return { folder, storage: await storageAt(folder) }
}

export function validate(storage: Storage, id: string, deep = true): Promise<JobResult<ValidateResult>> {
  return runValidate(storage, id, { deep }, context())
}

/** Rewrites a file by `change`; gives its old bytes back, to be restored. */
export async function rewrite(file: string, change: (bytes: Buffer) => Buffer): Promise<Buffer> {
  const before = await readFile(file)
  await writeFile(file, change(Buffer.from(before)))
  return before
}

/** One bit turned over. @param bit counted from the first byte's lowest */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = bit >> 3
  copy[at] = (copy[at] as number) ^ (1 << (bit & 7))
  return copy
}
