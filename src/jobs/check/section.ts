import type { LoneSection } from '../../contract/config/section.ts'
import { ERROR_EXIT } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { CheckResult } from '../../contract/results.ts'
import { checkStorage } from '../../storage/check.ts'
import { checkConnection } from './connection.ts'
import { Steps } from './steps.ts'

/**
 * The check of a saved connection: every step on the way to one cluster or one storage, without a backup or restore
 * around it that would say which streams it needs.
 * @param name for the result: what the connection is called
 */
export async function runSectionCheck(
  section: LoneSection,
  name: string,
  context: JobContext,
): Promise<JobResult<CheckResult>> {
  const steps = new Steps()
  if (section.section === 'storage') steps.add(...(await checkStorage(section.storage)))
  else await checkConnection(section.cluster, steps, (level, message) => context.log(level, message))
  const failed = steps.firstFailed
  const exitCode =
    failed === undefined ? EXIT.done : failed.code === undefined ? EXIT.checkFailed : ERROR_EXIT[failed.code]
  const verdict = failed === undefined ? 'PASSED' : 'FAILED'
  return { exitCode, result: { kind: 'check', config: name, verdict, steps: steps.list } }
}
