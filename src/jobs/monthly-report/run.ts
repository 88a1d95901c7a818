import { randomUUID } from 'node:crypto'
import { type IntegrityReport, integrityCheck } from '../../archive/check/integrity.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import type { Manifest } from '../../archive/types.ts'
import { loadEvidence } from '../../contract/config/load-evidence.ts'
import { CofferError } from '../../contract/errors.ts'
import type { CheckOutcome, ReportLock, ReportMonthly } from '../../contract/evidence/report.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { MonthlyReportResult } from '../../contract/results.ts'
import { because, type Reason, type Said, type SaidValue, say, toldOf } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { segmentsOf } from '../../evidence/report/input.ts'
import { reportOperator } from '../../evidence/report/operator.ts'
import { toolDigest } from '../../evidence/report/tool-digest.ts'
import { saveEvidence } from '../../evidence/store/save.ts'
import type { Generation } from '../../journal/generations.ts'
import type { Storage } from '../../storage/storage.ts'
import { deepCheckDetails } from '../custody/deep-check.ts'
import { noteCustody } from '../custody/note.ts'
import { storageFacts, weakestOf } from '../custody/storage-facts.ts'
import { openEvidenceSigner, produceEvidence } from '../evidence/produce.ts'
import { storedEvidence } from '../evidence/stored.ts'
import { openExistingStorage } from '../open-archive.ts'
import { ProgressMeter } from '../progress.ts'
import { statisticsOf } from '../statistics.ts'
import { lockWarnings, storageWords } from '../validation/facts.ts'
import { deepGap, monthlyChecks, openFindings, reasonOf } from './findings.ts'
import { type History, lastMonth, type Month, monthOf, readHistory } from './history.ts'

const EXIT_OF: Readonly<Record<CheckOutcome, ExitCode>> = {
  PASSED: EXIT.done,
  WARNING: EXIT.done,
  FAILED: EXIT.checkFailed,
  SKIPPED: EXIT.indeterminate,
  INDETERMINATE: EXIT.indeterminate,
}

/**
 * The compliance report of one month over the history of a backup: what its manifests, its chain of custody and its
 * storage tell. Nothing is taken from memory or a configuration that the archive itself doesn't show.
 * @returns exit code done; check failed where the archive or one of its chains is damaged or no run completed;
 *   indeterminate for a month without a run
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, UNSUPPORTED for archives of other programs, USAGE for a month to come,
 *   CONFIG_…, KEY_…, STORAGE_…, INTERRUPTED
 */
export async function runMonthlyReport(
  request: Extract<JobRequest, { kind: 'monthly-report' }>,
  context: JobContext,
): Promise<JobResult<MonthlyReportResult>> {
  const { environment } = request
  const startedAt = Date.now()
  const config = loadEvidence(request.config, environment)
  for (const note of config.notes) context.log('warn', note)
  const month = request.month === null ? lastMonth(startedAt) : monthOf(request.month)
  if (month.start > startedAt) throw new CofferError('USAGE', `expected a month that has begun, got "${month.name}"`)
  const { backup_id: backupId, evidence } = config
  const keys = await openEvidenceSigner(evidence, environment, context)
  const storage = await openExistingStorage(config.storage)
  try {
    const loaded = await requireManifest(storage, backupId)
    const history = await readHistory(storage, loaded, month, context.signal)
    const newest = loaded.manifest.coffer
    if (newest === undefined) {
      throw new CofferError(
        'UNSUPPORTED',
        `the backup "${backupId}" was made by another program, which keeps no history`,
        {
          hint: 'A first run of "coffer backup" under its id begins one.',
        },
      )
    }
    const about = history.last ?? { ...loaded, coffer: newest, key: `${backupId}/manifest.json` }
    const began = performance.now()
    const integrity = await checkArchive(storage, loaded.manifest, request.deep, context)
    const asked = { history, month, now: startedAt }
    const checks = monthlyChecks(asked, integrity, Math.round(performance.now() - began))
    const locks = await locksOf(storage, about)
    const open = openFindings(history, integrity, locks, startedAt)
    const monthly = monthlyOf(month.name, history, open.findings, locks)
    const endedAt = Date.now()
    const reportId = `monthly-${randomUUID()}`
    const produced = await produceEvidence({
      input: {
        kind: 'monthly',
        reportId,
        generatedAt: endedAt,
        startedAt,
        endedAt,
        manifest: about.manifest,
        manifestSha256: about.sha256,
        storageBackend: storageWords(config.storage),
        topics: null,
        window: null,
        filters: null,
        pitrTimestamp: null,
        restore: null,
        checks,
        validationSeconds: null,
        operator: reportOperator(evidence.signing),
        toolDigest: await toolDigest(),
        triggeredBy: null,
        configuration: {
          backup_id: backupId,
          storage: storageWords(config.storage),
          month: month.name,
          deep: request.deep,
          evidence,
        },
        notCovered: notCovered(month, startedAt, history, request.deep),
        sayings: open.sayings,
        retention: { days: evidence.retention_days, lock: weakestOf(locks, untilOf) },
        signing: null,
        timeline: history.timeline,
        monthly,
      },
      manifest: about.bytes,
      segments: segmentsOf(about.manifest),
      evidence,
      environment,
      context,
      signing: keys,
    })
    const { report, files } = produced
    const saved = await saveEvidence(storage, evidence.prefix, reportId, new Date(endedAt), files)
    const stored = storedEvidence(produced, saved, evidence.retention_days)
    const noted = await noteCustody(context, storage, backupId, {
      action: 'reported',
      subject: reportId,
      sha256: stored.report_sha256,
      location: `${storage.location}/${saved.folder}${reportId}.json`,
      details: {
        month: month.name,
        overall_result: report.validation.overall_result,
        signed: produced.signed,
        ...deepCheckDetails(checks),
      },
      actor: { name: evidence.signing.signer_name, role: evidence.signing.signer_role },
    })
    const { texts, sayings } = toldOf([
      ...produced.problems,
      ...lockWarnings(saved.lock, evidence.retention_days, endedAt),
      ...(noted === null ? [] : [noted]),
    ])
    const { overall_result: overall } = report.validation
    const result: MonthlyReportResult = {
      kind: 'monthly-report',
      backup_id: backupId,
      location: storage.location,
      report_id: reportId,
      overall_result: overall,
      ...reasonOf(overall, checks),
      deep: request.deep,
      monthly,
      evidence: stored,
      warnings: texts,
      sayings: [...(report.coffer.sayings ?? []), ...sayings],
    }
    return { exitCode: EXIT_OF[overall], result }
  } finally {
    await storage.close()
  }
}

async function checkArchive(
  storage: Storage,
  manifest: Manifest,
  deep: boolean,
  context: JobContext,
): Promise<IntegrityReport> {
  const { signal } = context
  if (!deep) return await integrityCheck(storage, manifest.backup_id, { deep, signal })
  const { records, bytes } = statisticsOf(manifest)
  const meter = new ProgressMeter(context, {
    phase: say('phase.everyRecord'),
    recordsTotal: records,
    bytesTotal: bytes,
  })
  const onProgress = (done: { records: number; bytes: number }) => {
    meter.add(done.records - meter.records, done.bytes - meter.bytes)
  }
  try {
    return await integrityCheck(storage, manifest.backup_id, { deep, signal, onProgress })
  } finally {
    meter.stop()
  }
}

function monthlyOf(
  month: string,
  history: History,
  findings: ReportMonthly['open_findings'],
  locks: ReportLock[],
): ReportMonthly {
  const complete = history.runs.filter((run) => run.state === 'complete').length
  return {
    month,
    runs: history.runs.length,
    runs_complete: complete,
    success_rate: history.runs.length === 0 ? null : complete / history.runs.length,
    coverage: history.coverage,
    restores: history.restores,
    validations: history.validations,
    deep_checks: history.deepChecks,
    locks,
    open_findings: findings,
  }
}

function untilOf({ retain_until: until }: ReportLock): number | null {
  return until === null ? null : Date.parse(until)
}

/** Of the manifest, and of the last segment: what holds the one need not hold the other. */
async function locksOf(storage: Storage, { key, manifest }: Omit<Generation, 'state'>): Promise<ReportLock[]> {
  const segment = manifest.topics.flatMap((topic) => topic.partitions.flatMap((one) => one.segments)).at(-1)
  type Told = (lock: SaidValue, encryption: Said) => Reason
  const ofManifest: Told = (lock, encryption) => because('lock.ofManifest', { lock, encryption })
  const asked = [{ told: ofManifest, key }]
  if (segment !== undefined) {
    const told: Told = (lock, encryption) => because('lock.ofSegment', { segment: segment.key, lock, encryption })
    asked.push({ told, key: segment.key })
  }
  const locks: ReportLock[] = []
  for (const one of asked) {
    const { lock, encryption } = await storageFacts(storage, [one.key])
    const stated = encryption === null ? say('lock.noEncryption') : say('lock.encrypted', { encryption })
    locks.push({ ...lock, ...one.told(lock.said ?? lock.reason, stated) })
  }
  return locks
}

function notCovered(month: Month, now: number, history: History, deep: boolean): Said[] {
  const gap = deepGap(history, month, deep)
  const lines = [...(gap === null ? [] : [gap]), say('gap.onlyLogged'), say('gap.locksOfTwo')]
  if (month.end > now) lines.push(say('gap.monthNotOver', { month: month.name, at: isoTime(now) }))
  if (history.last === null) lines.push(say('gap.noRunBefore', { month: month.name }))
  return lines
}
