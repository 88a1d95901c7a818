import { randomUUID } from 'node:crypto'
import { loadValidation } from '../../contract/config/load-validation.ts'
import type { ValidationConfig } from '../../contract/config/validation.ts'
import { CofferError, ERROR_EXIT, isCofferError } from '../../contract/errors.ts'
import type { CheckOutcome, ReportCheck } from '../../contract/evidence/report.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ValidationResult } from '../../contract/results/evidence.ts'
import { beside, english, type Said, say, toldOf } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { segmentsOf, timelineOf } from '../../evidence/report/input.ts'
import { reportOperator } from '../../evidence/report/operator.ts'
import { toolDigest } from '../../evidence/report/tool-digest.ts'
import { saveEvidence } from '../../evidence/store/save.ts'
import { JOB_PATIENCE_MS, openCluster } from '../../kafka/cluster.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { type EvidenceSigner, openEvidenceSigner, produceEvidence } from '../evidence/produce.ts'
import { storedEvidence } from '../evidence/stored.ts'
import { profileFolder } from '../profile.ts'
import { walkContext } from '../restore/prepare.ts'
import { checksOf } from './checks.ts'
import { configurationFacts } from './configuration.ts'
import { noteCustody } from './custody.ts'
import { lockOfArchive, lockWarnings, storageWords } from './facts.ts'
import { notify } from './notify/notify.ts'
import { readPlaces } from './places.ts'
import { findScope, scopeGaps } from './scope.ts'
import { type Answer, detailed, type Session } from './session.ts'
import { manifestsOf } from './timeline.ts'

/** Exit code by overall result: what is only a warning is done. */
const RESULT_EXIT: Readonly<Record<CheckOutcome, ExitCode>> = {
  PASSED: EXIT.done,
  WARNING: EXIT.done,
  FAILED: EXIT.checkFailed,
  SKIPPED: EXIT.indeterminate,
  INDETERMINATE: EXIT.indeterminate,
}

/**
 * Proves (or disproves) that a restore is complete, and writes the evidence for it.
 * @returns exit code done, check failed or indeterminate
 * @throws CONFIG_…, where signing is asked for without a usable key before anything else; ARCHIVE_MISSING,
 *   MANIFEST_DAMAGED, KAFKA_…, STORAGE_…, INTERRUPTED
 */
export async function runValidation(
  request: Extract<JobRequest, { kind: 'validation' }>,
  context: JobContext,
): Promise<JobResult<ValidationResult>> {
  const { environment } = request
  const config = loadValidation(request.config, environment, { pitr: request.pitr, triggeredBy: request.triggeredBy })
  for (const note of config.notes) context.log('warn', note)
  // A key that can't be used is told before a terabyte is read (field failure 24).
  const keys = await openEvidenceSigner(config.evidence, environment, context)
  const storage = await openStorage(config.storage)
  try {
    const cluster = await openCluster(config.restore.target, {
      log: (level, text) => context.log(level, text),
      patienceMs: JOB_PATIENCE_MS,
      signal: context.signal,
    })
    try {
      return await validate({ config, storage, keys, environment, context }, cluster)
    } finally {
      await cluster.close()
    }
  } finally {
    await storage.close()
  }
}

interface Started {
  config: ValidationConfig
  storage: Storage
  keys: EvidenceSigner | null
  environment: Record<string, string>
  context: JobContext
}

async function validate(
  started: Started,
  cluster: Awaited<ReturnType<typeof openCluster>>,
): Promise<JobResult<ValidationResult>> {
  const { config, storage, context, environment } = started
  const startedAt = Date.now()
  const warnings: (string | Said)[] = [...config.notes]
  const warn = (message: string): void => {
    warnings.push(message)
    context.log('warn', message)
  }
  const scope = await findScope(config, storage, cluster, warn)
  const session: Session = {
    config,
    storage,
    cluster,
    scope,
    places: await readPlaces(cluster, scope),
    walk: walkContext(scope.restore, storage, scope.prepared, context.signal),
    context,
    profile: profileFolder(environment),
    counted: new Map(),
    tallies: new Map(),
  }
  const results: ReportCheck[] = []
  for (const { name, run } of checksOf(config)) {
    context.log('debug', `running ${name}`)
    results.push(await timed(name, run, session))
  }
  const endedAt = Date.now()
  return await conclude(started, session, { startedAt, endedAt, results, warnings, warn })
}

/** A check that can't be made is no check that passed: its failure is its answer. */
async function timed(name: string, run: (session: Session) => Promise<Answer>, session: Session): Promise<ReportCheck> {
  const began = performance.now()
  let answer: Answer
  try {
    answer = await run(session)
  } catch (error) {
    if (session.context.signal.aborted || !isCofferError(error) || error.code === 'INTERRUPTED') throw error
    const { code, message, said } = error
    if (ERROR_EXIT[code] === EXIT.usage) throw error
    const damaged = ERROR_EXIT[code] === EXIT.damaged
    answer = {
      outcome: damaged ? 'FAILED' : 'INDETERMINATE',
      ...(damaged ? { detail: message, ...beside(said) } : detailed(say('report.notMade', { why: said ?? message }))),
      data: { error: code },
    }
  }
  if (session.context.signal.aborted) throw new CofferError('INTERRUPTED', 'the validation was stopped before its end')
  return { check_name: name, ...answer, duration_ms: Math.round(performance.now() - began) }
}

interface Concluded {
  startedAt: number
  endedAt: number
  results: ReportCheck[]
  warnings: (string | Said)[]
  warn: (message: string) => void
}

async function conclude(started: Started, session: Session, facts: Concluded): Promise<JobResult<ValidationResult>> {
  const { config, storage, keys, environment, context } = started
  const { scope, places } = session
  const { loaded, plan } = scope.prepared
  const { startedAt, endedAt, results, warnings, warn } = facts
  const { evidence } = config
  const sources = plan.topics.map(({ source }) => source)
  const archive = await lockOfArchive(storage, loaded.manifest, sources)
  const notCovered: (string | Said)[] = [...scope.notes]
  const before = [...places.values()].reduce((sum, place) => sum + place.before, 0)
  if (before > 0) notCovered.push(say('gap.before', { offsets: before }))
  if (!config.checks.content.enabled) notCovered.push(say('gap.contentOff'))
  notCovered.push(...scopeGaps(scope))
  if (archive.gap !== null) notCovered.push(archive.gap)
  const { state } = scope
  const produced = await produceEvidence({
    input: {
      kind: 'validation',
      reportId: `validation-${randomUUID()}`,
      generatedAt: endedAt,
      startedAt,
      endedAt,
      manifest: loaded.manifest,
      manifestSha256: loaded.sha256,
      storageBackend: storageWords(config.storage),
      topics: plan.topics.map(({ source, target }) => ({ source, target })),
      window:
        plan.window.start === null && plan.window.end === null
          ? null
          : { start: timeOf(plan.window.start), end: timeOf(plan.window.end), time: 'record' },
      filters:
        scope.restore.restore.source_partitions === null
          ? null
          : `source_partitions ${scope.restore.restore.source_partitions.join(', ')}`,
      pitrTimestamp: config.pitr_timestamp,
      restore: {
        targetBootstrapServers: config.restore.target.bootstrap_servers,
        start: state?.started_at ?? null,
        end: state?.ended_at ?? null,
      },
      checks: results,
      validationSeconds: (endedAt - startedAt) / 1000,
      operator: reportOperator(evidence.signing),
      toolDigest: await toolDigest(),
      triggeredBy: config.triggered_by,
      configuration: configurationFacts(config, scope),
      notCovered,
      retention: {
        days: evidence.retention_days,
        lock: archive.lock,
      },
      signing: null,
      timeline: timelineOf(await manifestsOf(storage, loaded.manifest)),
    },
    manifest: loaded.bytes,
    segments: segmentsOf(loaded.manifest, sources),
    evidence,
    environment,
    context,
    signing: keys,
  })
  warnings.push(...produced.problems)
  const { report, reportId, files } = produced
  const saved = await saveEvidence(storage, evidence.prefix, reportId, new Date(endedAt), files)
  for (const warning of lockWarnings(saved.lock, evidence.retention_days, endedAt)) {
    warnings.push(warning)
    context.log('warn', english(warning))
  }
  const location = `${storage.location}/${saved.folder}${reportId}.json`
  const stored = storedEvidence(produced, saved, evidence.retention_days)
  await noteCustody(
    session,
    { report, location, sha256: stored.report_sha256, keys: saved.keys, signed: produced.signed },
    warn,
  )
  for (const problem of await notify(config, report, location)) warn(problem)
  const { results: _, total_duration_ms: duration, ...summary } = report.validation
  const told = toldOf(warnings)
  const result: ValidationResult = {
    kind: 'validation',
    backup_id: config.backup_id,
    location: storage.location,
    report_id: reportId,
    ...summary,
    duration_ms: duration,
    results,
    evidence: stored,
    not_covered: report.coffer.not_covered,
    warnings: told.texts,
    sayings: [...(report.coffer.sayings ?? []), ...told.sayings],
    started_at: isoTime(startedAt),
    ended_at: isoTime(endedAt),
  }
  return { exitCode: RESULT_EXIT[summary.overall_result], result }
}

function timeOf(value: number | bigint | null): number | null {
  return value === null ? null : Number(value)
}
