import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { RestoreConfig } from '../../src/contract/config/types.ts'
import type { JobContext, JobResult, Progress } from '../../src/contract/jobs.ts'
import type { RestorePlanResult, RestoreResult } from '../../src/contract/results.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'
import { removeOnExit } from '../rig/child.ts'

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-restore-'))
  removeOnExit(folder)
  return folder
}

export interface RecordedContext extends JobContext {
  logs: { level: string; message: string }[]
  told: Progress[]
}

export function recordingContext(signal: AbortSignal = new AbortController().signal): RecordedContext {
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

/** A restore's configuration, through the same reading as a user's file. JSON is YAML. */
export function restoreConfig(settings: {
  bootstrap: string
  path: string
  backupId: string
  topics?: string[]
  restore?: Record<string, unknown>
}): RestoreConfig {
  const text = JSON.stringify({
    mode: 'restore',
    backup_id: settings.backupId,
    target: { bootstrap_servers: [settings.bootstrap], topics: { include: settings.topics ?? [] } },
    storage: { backend: 'filesystem', path: settings.path },
    restore: settings.restore ?? {},
  })
  const loaded = loadConfig({ text, name: 'test.yaml', directory: settings.path }, {}, 'restore')
  if (loaded.mode !== 'restore') throw new Error('expected a restore configuration')
  return loaded
}

/** Runs a restore to its end and gives its result. */
export async function restore(
  config: RestoreConfig,
  context: JobContext = recordingContext(),
): Promise<JobResult<RestoreResult>> {
  const { exitCode, result } = await runRestore(config, { dryRun: false, directory: '.' }, context)
  if (result.dry_run) throw new Error('expected a real run')
  return { exitCode, result }
}

export async function dryRun(config: RestoreConfig): Promise<JobResult<RestorePlanResult>> {
  const { exitCode, result } = await runRestore(config, { dryRun: true, directory: '.' }, recordingContext())
  if (!result.dry_run) throw new Error('expected a dry run')
  return { exitCode, result }
}
