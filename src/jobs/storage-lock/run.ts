import { EXIT } from '../../contract/exit-codes.ts'
import type { ArchiveLocation, JobResult } from '../../contract/jobs.ts'
import type { StorageLockResult } from '../../contract/results.ts'
import { defaultLock } from '../../storage/default-lock.ts'
import { storageFromPath } from '../../storage/open.ts'

/**
 * Asks a storage whether it will hold what is written there. Writes nothing.
 * @throws as `defaultLock`; CONFIG_… for a file
 */
export async function runStorageLock(
  location: ArchiveLocation,
  environment: Record<string, string>,
): Promise<JobResult<StorageLockResult>> {
  const config =
    'path' in location
      ? storageFromPath(location.path, environment)
      : (await import('../../contract/config/section.ts')).loadStorage(location.config, environment)
  return { exitCode: EXIT.done, result: { kind: 'storage-lock', ...(await defaultLock(config)) } }
}
