import { CofferError } from '../contract/errors.ts'
import { EXIT } from '../contract/exit-codes.ts'
import type { ConfigSource, JobContext, JobKind, JobRequest, JobResult } from '../contract/jobs.ts'
import { openArchiveLocation } from '../jobs/open-archive.ts'
import type { Storage } from '../storage/storage.ts'

const configuration = () => import('../contract/config/load.ts')

/** Each job's modules, loaded when the job is wanted: a backup doesn't wait for what draws a PDF. */
const JOBS = {
  backup: async () => ({ ...(await configuration()), ...(await import('../jobs/backup/run.ts')) }),
  restore: async () => ({ ...(await configuration()), ...(await import('../jobs/restore/run.ts')) }),
  'snapshot-groups': async () => ({ ...(await configuration()), ...(await import('../jobs/snapshot-groups/run.ts')) }),
  check: async () => ({
    ...(await configuration()),
    ...(await import('../contract/config/section.ts')),
    ...(await import('../jobs/check/run.ts')),
    ...(await import('../jobs/check/section.ts')),
  }),
  topics: async () => ({
    ...(await import('../contract/config/section.ts')),
    ...(await import('../jobs/topics/run.ts')),
  }),
  'storage-lock': () => import('../jobs/storage-lock/run.ts'),
  validate: () => import('../jobs/validate/run.ts'),
  list: () => import('../jobs/list/run.ts'),
  describe: () => import('../jobs/describe/run.ts'),
  status: () => import('../jobs/status/run.ts'),
  groups: () => import('../jobs/groups/show.ts'),
  'show-offset-mapping': () => import('../jobs/offsets/run.ts'),
  overview: () => import('../jobs/overview/run.ts'),
  controls: () => import('../jobs/controls/run.ts'),
  validation: () => import('../jobs/validation/run.ts'),
  extract: () => import('../jobs/extract/run.ts'),
  preview: () => import('../jobs/extract/preview.ts'),
  'package-records': () => import('../jobs/extract/package-records.ts'),
  timeline: () => import('../jobs/extract/timeline.ts'),
  verify: () => import('../jobs/verify/run.ts'),
  'evidence-list': () => import('../jobs/evidence/list.ts'),
  'evidence-get': () => import('../jobs/evidence/get.ts'),
  'evidence-verify': () => import('../jobs/verify/evidence.ts'),
  'evidence-timestamp': () => import('../jobs/evidence/timestamp.ts'),
  keys: () => import('../jobs/keys/run.ts'),
  custody: () => import('../jobs/custody/run.ts'),
  'monthly-report': () => import('../jobs/monthly-report/run.ts'),
  schedule: () => import('../jobs/schedule/run.ts'),
  activity: () => import('../jobs/activity/run.ts'),
  hold: () => import('../jobs/hold/run.ts'),
  retention: () => import('../jobs/hold/extend.ts'),
  'offset-reset': () => import('../jobs/group-offsets/reset.ts'),
  'offset-rollback': () => import('../jobs/group-offsets/rollback.ts'),
  approvals: () => import('../jobs/approvals/run.ts'),
  update: () => import('../jobs/update/run.ts'),
} as const satisfies Record<JobKind, () => Promise<unknown>>

/** Loads a job's modules ahead of its request. What is no job is nobody's fault here. */
export async function preload(kind: string): Promise<void> {
  if (Object.hasOwn(JOBS, kind)) await JOBS[kind as JobKind]()
}

/** Jobs that a policy may ask a second person for: only these are looked at. */
const MAY_NEED_APPROVAL: readonly JobKind[] = [
  'restore',
  'hold',
  'retention',
  'keys',
  'offset-reset',
  'offset-rollback',
]

/**
 * From a request to its job. What the profile's policy asks four eyes for passes with an approval only, whatever host
 * it came through: here every job comes by.
 * @throws APPROVAL_NEEDED, APPROVAL_REFUSED, and what the job throws
 */
export async function dispatch(request: JobRequest, context: JobContext): Promise<JobResult<unknown>> {
  if (!MAY_NEED_APPROVAL.includes(request.kind)) return run(request, context)
  const admission = await (await import('../jobs/approvals/gate.ts')).admit(request, context)
  const done = await run(request, context)
  if (done.exitCode === EXIT.done) await admission?.done()
  return done
}

/** Reads the configuration, opens what the job needs, and closes it again. */
async function run(request: JobRequest, context: JobContext): Promise<JobResult<unknown>> {
  const config = async (source: ConfigSource, kind: 'backup' | 'restore' | 'any') => {
    const { loadConfig } = await configuration()
    const loaded = loadConfig(source, request.environment, kind)
    for (const note of loaded.notes) context.log('warn', note)
    return loaded
  }
  switch (request.kind) {
    case 'backup': {
      const loaded = await config(request.config, 'backup')
      if (loaded.mode !== 'backup') throw wrongMode(request.config, 'backup', loaded.mode)
      const { dryRun, environment } = request
      return (await JOBS.backup()).runBackup(loaded, { dryRun, environment }, context)
    }
    case 'restore': {
      const loaded = await config(request.config, 'restore')
      if (loaded.mode !== 'restore') throw wrongMode(request.config, 'restore', loaded.mode)
      const options = { dryRun: request.dryRun, directory: request.config.directory }
      return (await JOBS.restore()).runRestore(loaded, options, context)
    }
    case 'snapshot-groups': {
      const loaded = await config(request.config, 'backup')
      if (loaded.mode !== 'backup') throw wrongMode(request.config, 'backup', loaded.mode)
      return (await JOBS['snapshot-groups']()).runSnapshotGroups(loaded, context)
    }
    case 'check': {
      const { isLoneSection, loadSection, runCheck, runSectionCheck } = await JOBS.check()
      if (isLoneSection(request.config, request.environment)) {
        return runSectionCheck(loadSection(request.config, request.environment), request.config.name, context)
      }
      return runCheck(await config(request.config, 'any'), context, request.config.name)
    }
    case 'overview':
      return (await JOBS.overview()).runOverview(request, context)
    case 'topics': {
      const { loadSection, runTopics } = await JOBS.topics()
      const section = loadSection(request.config, request.environment)
      if (section.section === 'storage')
        throw new CofferError('USAGE', `expected a cluster, got the storage "${request.config.name}"`)
      return runTopics(section.cluster, request.names, context)
    }
    case 'storage-lock':
      return (await JOBS['storage-lock']()).runStorageLock(request.archive, request.environment)
    case 'controls':
      return (await JOBS.controls()).runControls(request, context)
    case 'validation':
      return (await JOBS.validation()).runValidation(request, context)
    case 'extract':
      return (await JOBS.extract()).runExtract(request, context)
    case 'preview':
      return (await JOBS.preview()).runPreview(request, context)
    case 'package-records':
      return (await JOBS['package-records']()).runPackageRecords(request, context)
    case 'verify':
      return (await JOBS.verify()).runVerify(request, context)
    case 'evidence-verify':
      return (await JOBS['evidence-verify']()).runEvidenceVerify(request, context)
    case 'keys':
      return (await JOBS.keys()).runKeys(request, context)
    case 'schedule': {
      const { runSchedule } = await JOBS.schedule()
      const { startScheduled } = await import('./scheduled.ts')
      return runSchedule(request.request, request.environment, startScheduled(request.environment), context)
    }
    case 'approvals':
      return (await JOBS.approvals()).runApprovals(request, context)
    case 'update':
      return (await JOBS.update()).runUpdate(request, context)
    case 'activity':
      return (await JOBS.activity()).runActivity(request, context)
    case 'monthly-report':
      return (await JOBS['monthly-report']()).runMonthlyReport(request, context)
    default:
      return withArchive(request, async (storage) => {
        switch (request.kind) {
          case 'validate':
            return (await JOBS.validate()).runValidate(storage, request.backupId, { deep: request.deep }, context)
          case 'list':
            return (await JOBS.list()).runList(storage, request.backupId, context)
          case 'describe':
            return (await JOBS.describe()).runDescribe(storage, request.backupId, context)
          case 'timeline':
            return (await JOBS.timeline()).runTimeline(storage, request)
          case 'status':
            return (await JOBS.status()).runStatus(storage, request.backupId, context)
          case 'groups':
            return (await JOBS.groups()).runShowGroups(storage, request.backupId)
          case 'show-offset-mapping':
            return (await JOBS['show-offset-mapping']()).runShowOffsetMapping(
              storage,
              request.backupId,
              request.restoreId,
              context,
            )
          case 'evidence-list':
            return (await JOBS['evidence-list']()).runEvidenceList(storage, request, context)
          case 'evidence-get':
            return (await JOBS['evidence-get']()).runEvidenceGet(storage, request, context)
          case 'evidence-timestamp':
            return (await JOBS['evidence-timestamp']()).runEvidenceTimestamp(storage, request, context)
          case 'hold':
            return (await JOBS.hold()).runHold(storage, request, context)
          case 'retention':
            return (await JOBS.retention()).runRetention(storage, request, context)
          case 'offset-reset':
            return (await JOBS['offset-reset']()).runOffsetReset(storage, request, context)
          case 'offset-rollback':
            return (await JOBS['offset-rollback']()).runOffsetRollback(storage, request, context)
          case 'custody':
            return (await JOBS.custody()).runCustody(storage, request, context)
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
    hint: `Run "coffer ${got} --config ${source.name}", or give a ${expected} configuration.`,
  })
}
