import { randomUUID } from 'node:crypto'
import { acquireLock, type Lease } from '../../archive/lock.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { BackupPlanResult, BackupResult } from '../../contract/results.ts'
import { type Cluster, JOB_PATIENCE_MS, openCluster } from '../../kafka/cluster.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { continueHold } from '../hold/continue.ts'
import { beginRun } from './begin.ts'
import { dryRun } from './dry-run.ts'
import { endFailed, endGeneration, type Journal, openJournal, signLate } from './journal.ts'
import { runPasses } from './passes.ts'
import { backupResult, type ResultInput } from './result.ts'
import { survey } from './survey.ts'

/**
 * Backs up the topics that `config` chooses into the archive `config.backup_id`: a first run reads the whole log, and
 * each later one goes on where the one before ended, crash or not.
 * With a key configured, the manifest is signed when the run ends (docs/decisions/08).
 * @param options.environment where a key's passphrase comes from; default: none
 * @returns exit code done, or interrupted where `context.signal` stopped a snapshot at a durable point
 * @throws LOCKED, NOTHING_MATCHED, TOPIC_RECREATED, OFFSETS_LOST, KAFKA_…, STORAGE_…, MANIFEST_DAMAGED, KEY_… …: what was
 *   durable by then stays in the archive, and the manifest says that the run failed
 */
export async function runBackup(
  config: BackupConfig,
  options: { dryRun: boolean; environment?: Record<string, string> },
  context: JobContext,
): Promise<JobResult<BackupResult | BackupPlanResult>> {
  const storage = await openStorage(config.storage)
  try {
    const journal = await openJournal(config, storage, options.environment ?? {}, context)
    const cluster = await openCluster(config.source, {
      log: (level, message) => context.log(level, message),
      patienceMs: options.dryRun ? 0 : JOB_PATIENCE_MS,
      signal: context.signal,
    })
    try {
      if (options.dryRun) return await dryRun(config, cluster, storage)
      return await underLock(config, cluster, storage, journal, context)
    } finally {
      await cluster.close()
    }
  } finally {
    await storage.close()
  }
}

async function underLock(
  config: BackupConfig,
  cluster: Cluster,
  storage: Storage,
  journal: Journal,
  context: JobContext,
): Promise<JobResult<BackupResult>> {
  const runId = randomUUID()
  const lease = await acquireLock(storage, config.backup_id, { runId })
  const { os_user, host } = lease.record
  try {
    return await backUp(config, cluster, storage, lease, journal, { runId, operator: { os_user, host } }, context)
  } finally {
    await lease.release()
  }
}

async function backUp(
  config: BackupConfig,
  cluster: Cluster,
  storage: Storage,
  lease: Lease,
  journal: Journal,
  who: { runId: string; operator: { os_user: string; host: string } },
  context: JobContext,
): Promise<JobResult<BackupResult>> {
  const startedAt = Date.now()
  const { identity, topics, cut, loaded, plans } = await survey(config, cluster, storage)
  const knownTopics = new Set(loaded?.manifest.topics.map((topic) => topic.name))
  const unsigned = await signLate(journal, loaded)
  const run = await beginRun({ config, cluster, storage, identity, loaded, plans, topics, startedAt, ...who }, context)
  let ended: Omit<ResultInput, 'signature' | 'unsigned'>
  try {
    const passes = await runPasses({ ...run, config, cluster, identity, lease, cut, plans }, context)
    const interrupted = passes.interrupted && !config.backup.continuous
    const state = interrupted ? 'interrupted' : 'complete'
    const manifestSha256 = await run.recorder.finish(state, Date.now())
    ended = { config, storage, knownTopics, run, passes, state, manifestSha256 }
  } catch (error) {
    const sha256 = await run.recorder.fail(error)
    if (sha256 !== null) await endFailed(journal, sha256)
    await continueHold(storage, config.backup_id, startedAt, context)
    throw error
  }
  // The backup is complete and durable by now, whatever becomes of its signature.
  const signature = await endGeneration(journal, ended.manifestSha256, unsigned)
  await continueHold(storage, config.backup_id, startedAt, context)
  const exitCode = ended.state === 'interrupted' ? EXIT.interrupted : EXIT.done
  return { exitCode, result: backupResult({ ...ended, signature, unsigned }) }
}
