import { loadConfig } from '../contract/config/load.ts'
import { isLoneSection, loadSection } from '../contract/config/section.ts'
import { CofferError } from '../contract/errors.ts'
import type { ConfigSource, JobContext, JobRequest, JobResult } from '../contract/jobs.ts'
import { runBackup } from '../jobs/backup/run.ts'
import { runCheck } from '../jobs/check/run.ts'
import { runSectionCheck } from '../jobs/check/section.ts'
import { runDescribe } from '../jobs/describe/run.ts'
import { runList } from '../jobs/list/run.ts'
import { runShowOffsetMapping } from '../jobs/offsets/run.ts'
import { openArchiveLocation } from '../jobs/open-archive.ts'
import { runRestore } from '../jobs/restore/run.ts'
import { runSnapshotGroups } from '../jobs/snapshot-groups/run.ts'
import { runStatus } from '../jobs/status/run.ts'
import { runValidate } from '../jobs/validate/run.ts'
import type { Storage } from '../storage/storage.ts'

/** From a request to its job: reads the configuration, opens what the job needs, and closes it again. */
export async function dispatch(request: JobRequest, context: JobContext): Promise<JobResult<unknown>> {
  const config = (source: ConfigSource, kind: 'backup' | 'restore' | 'any') => {
    const loaded = loadConfig(source, request.environment, kind)
    for (const note of loaded.notes) context.log('warn', note)
    return loaded
  }
  switch (request.kind) {
    case 'backup': {
      const loaded = config(request.config, 'backup')
      if (loaded.mode !== 'backup') throw wrongMode(request.config, 'backup', loaded.mode)
      return runBackup(loaded, { dryRun: request.dryRun }, context)
    }
    case 'restore': {
      const loaded = config(request.config, 'restore')
      if (loaded.mode !== 'restore') throw wrongMode(request.config, 'restore', loaded.mode)
      return runRestore(loaded, { dryRun: request.dryRun, directory: request.config.directory }, context)
    }
    case 'snapshot-groups': {
      const loaded = config(request.config, 'backup')
      if (loaded.mode !== 'backup') throw wrongMode(request.config, 'backup', loaded.mode)
      return runSnapshotGroups(loaded, context)
    }
    case 'check':
      if (isLoneSection(request.config, request.environment)) {
        return runSectionCheck(loadSection(request.config, request.environment), request.config.name, context)
      }
      return runCheck(config(request.config, 'any'), context, request.config.name)
    default:
      return withArchive(request, async (storage) => {
        switch (request.kind) {
          case 'validate':
            return runValidate(storage, request.backupId, { deep: request.deep }, context)
          case 'list':
            return runList(storage, request.backupId, context)
          case 'describe':
            return runDescribe(storage, request.backupId, context)
          case 'status':
            return runStatus(storage, request.backupId, context)
          case 'show-offset-mapping':
            return runShowOffsetMapping(storage, request.backupId, request.restoreId, context)
        }
      })
  }
}

async function withArchive<T>(
  request: Extract<JobRequest, { archive: unknown }>,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openArchiveLocation(request.archive, request.environment)
  try {
    return await use(storage)
  } finally {
    await storage.close()
  }
}

function wrongMode(source: ConfigSource, expected: string, got: string): CofferError {
  return new CofferError('CONFIG_CONFLICT', `${source.name}: expected mode "${expected}", got "${got}"`, {
    hint: `Run \`coffer ${got} --config ${source.name}\`, or give a ${expected} configuration.`,
  })
}
