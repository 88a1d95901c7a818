import { requireManifest } from '../../archive/manifest/store.ts'
import { type ExtractConfig, loadExtract } from '../../contract/config/extract.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ExtractPlanResult, ExtractResult } from '../../contract/results/extract.ts'
import { english, say } from '../../contract/said/said.ts'
import { count, plural } from '../../contract/words.ts'
import { verifierPage } from '../../evidence/package/verifier-page.ts'
import { toolDigest } from '../../evidence/report/tool-digest.ts'
import type { Storage } from '../../storage/storage.ts'
import { openEvidenceSigner, pdfWriter } from '../evidence/produce.ts'
import { openExistingStorage } from '../open-archive.ts'
import { ProgressMeter } from '../progress.ts'
import { scopeOf, warningsOf } from './facts.ts'
import { buildPackage } from './package.ts'
import { type ExtractPlan, planExtract } from './plan.ts'
import { readAll } from './read-all.ts'
import { maskSecret, requestDigest } from './request.ts'
import { fileError, Work } from './work.ts'

/**
 * Cuts the records that a file asks for out of an archive, with the proof that they are in it, into one package.
 * Killed at any moment and started again with the same file, it goes on where it was; the package appears at its place
 * only when it is whole and durable.
 * @throws CONFIG_…, NOTHING_MATCHED, ARCHIVE_MISSING, MANIFEST_DAMAGED, LOCKED, INTERRUPTED, STORAGE_…, KEY_…
 */
export async function runExtract(
  request: JobRequest & { kind: 'extract' },
  context: JobContext,
): Promise<JobResult<ExtractResult | ExtractPlanResult>> {
  const config = loadExtract(request.config, request.environment)
  for (const note of config.notes) context.log('warn', note)
  const secret = maskSecret(config, request.environment)
  const storage = await openExistingStorage(config.storage)
  try {
    return await extractFrom(storage, config, secret, request, context)
  } finally {
    await storage.close()
  }
}

async function extractFrom(
  storage: Storage,
  config: ExtractConfig,
  secret: Buffer | null,
  request: JobRequest & { kind: 'extract' },
  context: JobContext,
): Promise<JobResult<ExtractResult | ExtractPlanResult>> {
  const startedAt = Date.now()
  const loaded = await requireManifest(storage, config.backup_id)
  const plan = planExtract(loaded.manifest, config.extract)
  const warnings = warningsOf(plan)
  for (const warning of warnings) context.log('warn', english(warning))
  const scope = scopeOf(config, plan, storage.location, warnings)
  if (request.dryRun) return { exitCode: EXIT.done, result: { kind: 'extract', dry_run: true, ...scope } }

  // before the work, so that a key that can't be used is known at once
  const signing = await openEvidenceSigner(config.evidence, request.environment, context)
  const work = await Work.open(config.output, requestDigest(config, loaded.sha256, secret))
  context.log('info', announcement(plan, work))
  try {
    return await fileError(work.output, async () => {
      const meter = new ProgressMeter(context, {
        phase: say('phase.reading'),
        recordsTotal: plan.recordsAtMost,
        bytesTotal: plan.bytesAtMost,
      })
      try {
        const done = plan.groups.slice(0, work.groups).flat()
        meter.add(
          done.reduce((sum, { entry }) => sum + entry.record_count, 0),
          done.reduce((sum, { entry }) => sum + entry.uncompressed_size, 0),
        )
        const { time_window_start: start, time_window_end: end, filter, mask } = config.extract
        const settings = { window: { start, end }, filter, mask, secret }
        const readFrom = performance.now()
        // what the package needs of the program, while threads read; also ends well where the reading fails first
        let made: Promise<Buffer> | undefined
        const page = () => (made ??= verifierPage())
        const meanwhile = () => {
          page().catch(() => {})
          pdfWriter().catch(() => {})
          void toolDigest()
        }
        await readAll({ storage, backupId: config.backup_id, plan, settings, work, meter, context, meanwhile })
        const readMs = performance.now() - readFrom
        meter.phase(say('phase.package'))
        return await buildPackage({
          storage,
          config,
          plan,
          loaded,
          work,
          scope,
          signing,
          request,
          context,
          startedAt,
          readMs,
          page: page(),
        })
      } finally {
        meter.stop()
      }
    })
  } finally {
    await work.release()
  }
}

function announcement(plan: ExtractPlan, work: Work): string {
  const segments = plan.groups.reduce((sum, group) => sum + group.length, 0)
  const again = work.resumed ? `going on after ${plural(work.groups, 'segment')}; ` : ''
  return `${again}reading ${plural(segments, 'segment')} with ${plural(plan.recordsAtMost, 'record')} (${count(Math.ceil(plan.bytesAtMost / 1e6))} MB, ${count(Math.ceil(plan.storedBytes / 1e6))} MB stored); ${plural(plan.skipped, 'segment')} can hold no match`
}
