import type { BackupConfig, RestoreConfig } from '../../contract/config/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { CheckResult } from '../../contract/results.ts'
import { say } from '../../contract/said/said.ts'
import { openCluster } from '../../kafka/cluster.ts'
import { checkStorage } from '../../storage/check.ts'
import { checkConnection } from './connection.ts'
import { checkSource, checkTarget, KAFKA_STEPS } from './kafka-steps.ts'
import { Steps } from './steps.ts'

/**
 * Tries all that a configuration needs, step by step: name lookup, TCP, TLS, sign-in, topics, rights on topics and
 * groups, and reading and writing the storage. What can't be tried since something before it failed is skipped, with
 * the reason; the storage is tried in any case. Writes nothing but one small object to the storage, and removes it.
 * @param name of the configuration, for the result
 * @returns exit code unreachable where any step failed. @throws INTERRUPTED
 */
export async function runCheck(
  config: BackupConfig | RestoreConfig,
  context: JobContext,
  name = `${config.mode} ${config.backup_id}`,
): Promise<JobResult<CheckResult>> {
  const steps = new Steps()
  const endpoint = config.mode === 'backup' ? config.source : config.target
  const log = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => {
    context.log(level === 'debug' ? 'debug' : 'info', message)
  }
  if (await checkConnection(endpoint, steps, log)) await checkCluster(config, steps, log)
  else for (const step of KAFKA_STEPS) steps.skip(step, 'cluster', say('check.noCluster'))
  if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'the check was stopped before its end')
  steps.add(...(await checkStorage(config.storage)))
  if (!steps.list.some(({ step }) => step === 'storage-write')) {
    steps.skip('storage-write', config.storage.backend, say('check.noStorage'))
  }
  const failed = steps.firstFailed !== undefined
  const verdict = failed ? 'FAILED' : 'PASSED'
  return {
    exitCode: failed ? EXIT.unreachable : EXIT.done,
    result: { kind: 'check', config: name, verdict, steps: steps.list },
  }
}

async function checkCluster(
  config: BackupConfig | RestoreConfig,
  steps: Steps,
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void,
): Promise<void> {
  const endpoint = config.mode === 'backup' ? config.source : config.target
  let cluster: Awaited<ReturnType<typeof openCluster>>
  try {
    cluster = await openCluster(endpoint, { log })
  } catch (error) {
    if (!isCofferError(error)) throw error
    steps.fail('cluster', endpoint.bootstrap_servers.join(', '), error)
    return
  }
  try {
    if (config.mode === 'backup') await checkSource(config, cluster, steps)
    else await checkTarget(config, cluster, steps)
  } catch (error) {
    if (!isCofferError(error)) throw error
    steps.fail('cluster', endpoint.bootstrap_servers.join(', '), error)
  } finally {
    await cluster.close()
  }
}
