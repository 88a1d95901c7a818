import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { JobResult } from '../../src/contract/jobs.ts'
import type { BackupResult } from '../../src/contract/results.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { backupConfig, type Security } from '../jobs-read/real-support.ts'
import { context, storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { DumpedRecord, JavaClient } from '../rig/java-client.ts'
import { readArchive } from '../rig/kbak.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'

export interface Ledger {
  path: string
  bootstrap: string
  topics: string[]
  backup?: Record<string, unknown>
  security?: Security
}

export const ID = 'b'

export function configOf({ path, bootstrap, topics, backup }: Ledger) {
  const storage = { backend: 'filesystem', path }
  return backupConfig({ bootstrap, backupId: ID, topics, storage, ...(backup === undefined ? {} : { backup }) })
}

/** Runs a backup in this process. */
export async function backUp(
  ledger: Ledger,
  signal: AbortSignal = new AbortController().signal,
): Promise<JobResult<BackupResult>> {
  const { exitCode, result } = await runBackup(configOf(ledger), { dryRun: false }, context(signal))
  assert.ok(!result.dry_run)
  return { exitCode, result }
}

/** The real program with a configuration file, to be killed. */
export async function startBackup(
  ledger: Ledger & { storage?: Record<string, unknown>; environment?: Record<string, string> },
) {
  const { path, bootstrap, topics, backup, storage, environment } = ledger
  const file = join(await temporaryFolder(), 'backup.yaml')
  const text = {
    mode: 'backup',
    backup_id: ID,
    source: { bootstrap_servers: [bootstrap], topics: { include: topics } },
    storage: storage ?? { backend: 'filesystem', path },
    backup: backup ?? {},
  }
  await writeFile(file, JSON.stringify(text))
  const args = [PROGRAM, 'backup', '--config', file, '--json']
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...COMPILED, HOME: process.env.HOME ?? '', ...environment },
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk
  })
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode, out, err }))
  return { child, ended }
}

/** Every record of the archive is what Kafka's own consumer is given now, and the deep check agrees. */
export async function sameAsKafka(ledger: Ledger, java: JavaClient): Promise<number> {
  const theirs = (await java.records(ledger.topics)).map(asArchived)
  const ours = await readArchive(ledger.path, ID)
  assert.deepEqual(ours, theirs)
  const { exitCode, result } = await validate(await storageAt(ledger.path), ID)
  assert.equal(exitCode, 0, JSON.stringify(result.findings))
  assert.equal(result.checked.records, ours.length)
  return ours.length
}

export function asArchived({ timestampType: _, ...record }: DumpedRecord): Omit<DumpedRecord, 'timestampType'> {
  return record
}

/** Objects of an archive in a folder, without the storage's own lock files. */
export async function objectsIn(path: string): Promise<string[]> {
  const found = await readdir(join(path, ID), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = found.filter((entry) => entry.isFile() && !entry.name.startsWith('.coffer-'))
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}

export async function segmentsIn(path: string): Promise<string[]> {
  return (await objectsIn(path)).filter((file) => file.includes('/segment-'))
}

/** Waits for a condition, and fails after half a minute. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `waited for ${what}`)
    await delay(10)
  }
}
