import type { Finding, Severity } from '../../archive/check/findings.ts'
import { type IntegrityReport, integrityCheck } from '../../archive/check/integrity.ts'
import { readGroupSnapshot } from '../../archive/groups.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { checkedBackupId, groupsKey, manifestKey } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import { type CofferError, isCofferError } from '../../contract/errors.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { ValidateFinding, ValidateResult } from '../../contract/results.ts'
import { reasonOf } from '../../contract/said/reason-of.ts'
import { because, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'
import { noteDeepCheck } from '../custody/deep-check.ts'
import { ProgressMeter } from '../progress.ts'
import { statisticsOf } from '../statistics.ts'
import { VERDICT_EXIT, type Verdict, verdictOf } from './verdict.ts'

const SEVERITY: Readonly<Record<Severity, ValidateFinding['severity']>> = {
  damaged: 'error',
  warning: 'warning',
  info: 'note',
}

/**
 * Checks an archive and says what may be claimed of it. Shallow: every object that the manifest names is there in its
 * size. Deep: all of it is read and compared (archive/check/), and the archive's chain of custody, where there is one, gets a
 * line that says so.
 * @returns exit code done (PASSED), damaged (FAILED), indeterminate (INDETERMINATE)
 * @throws ARCHIVE_MISSING where there is no such backup; PATH_ESCAPES, CONFIG_INVALID_VALUE where `backupId` can't be
 *   one; INTERRUPTED; STORAGE_…: an object that can't be read for now is not called damaged
 */
export async function runValidate(
  storage: Storage,
  backupId: string,
  options: { deep: boolean },
  context: JobContext,
): Promise<JobResult<ValidateResult>> {
  checkedBackupId(backupId)
  const startedAt = Date.now()
  const started = { storage, backupId, deep: options.deep, startedAt }
  let manifest: Manifest
  try {
    manifest = (await requireManifest(storage, backupId)).manifest
  } catch (error) {
    if (!isCofferError(error, 'MANIFEST_DAMAGED', 'PATH_ESCAPES', 'SEGMENT_TOO_LARGE')) throw error
    return unreadable(started, error)
  }
  const report = await check(storage, backupId, options.deep, manifest, context)
  const findings: ValidateFinding[] = report.findings.map(shown)
  const groups = await checkGroups(storage, backupId)
  if (groups !== null) findings.unshift(groups)
  const last = lastRun(manifest)
  if (last !== null) findings.push(last)
  const errors = findings.filter(({ severity }) => severity === 'error')
  const errorsTotal = report.damaged_total + (groups === null ? 0 : 1)
  const verdict = verdictOf(report, manifest, errors, errorsTotal, report.warnings_total)
  const done = finished(started, verdict, {
    manifest_sha256: report.manifest_sha256,
    ...(report.signature === null ? {} : { manifest_signature: report.signature }),
    checked: {
      topics: report.topics_checked,
      partitions: report.partitions_checked,
      segments: report.segments_checked,
      objects: report.objects_listed,
      records: report.records_checked,
      bytes: report.bytes_checked,
      stored_bytes: report.stored_bytes_checked,
      generations: report.chain.verified,
    },
    account: report.account,
    findings,
    findings_total: report.findings_total + (findings.length - report.findings.length),
  })
  return options.deep ? noted(storage, done, manifest) : done
}

/** A check that read all of it is written down, from the window as from the command line. That it can't be is no failure. */
async function noted(
  storage: Storage,
  { exitCode, result }: JobResult<ValidateResult>,
  manifest: Manifest,
): Promise<JobResult<ValidateResult>> {
  const { line, problem } = await noteDeepCheck(storage, result, manifest.coffer?.generation ?? null)
  if (line !== null) return { exitCode, result: { ...result, custody_line: line } }
  if (problem === null) return { exitCode, result }
  const note: ValidateFinding = { severity: 'note', code: 'CUSTODY_NOT_WRITTEN', ...problem }
  return {
    exitCode,
    result: { ...result, findings: [...result.findings, note], findings_total: result.findings_total + 1 },
  }
}

async function check(
  storage: Storage,
  backupId: string,
  deep: boolean,
  manifest: Manifest,
  context: JobContext,
): Promise<IntegrityReport> {
  const { records, bytes } = statisticsOf(manifest)
  const totals = deep ? { recordsTotal: records, bytesTotal: bytes } : { recordsTotal: null, bytesTotal: null }
  const meter = new ProgressMeter(context, { phase: say(deep ? 'phase.everyRecord' : 'phase.objects'), ...totals })
  const onProgress = (done: { records: number; bytes: number }) => {
    meter.add(done.records - meter.records, done.bytes - meter.bytes)
  }
  try {
    return await integrityCheck(storage, backupId, { deep, signal: context.signal, onProgress })
  } finally {
    meter.stop()
  }
}

/** A snapshot that is there must be one; whether there has to be one the archive does not say. */
async function checkGroups(storage: Storage, backupId: string): Promise<ValidateFinding | null> {
  try {
    await readGroupSnapshot(storage, backupId)
    return null
  } catch (error) {
    if (isCofferError(error, 'GROUP_SNAPSHOT_MISSING')) return null
    if (!isCofferError(error, 'MANIFEST_DAMAGED', 'SEGMENT_TOO_LARGE')) throw error
    return { severity: 'error', code: error.code, segment: groupsKey(backupId), ...reasonOf(error) }
  }
}

/** An archive whose last run did not end well is whole as far as it goes; that it goes no further is worth a word. */
function lastRun(manifest: Manifest): ValidateFinding | null {
  const state = manifest.coffer?.run.state ?? 'complete'
  if (state === 'complete') return null
  const id =
    state === 'running' ? 'finding.runRunning' : state === 'failed' ? 'finding.runFailed' : 'finding.runInterrupted'
  return { severity: 'note', code: 'RUN_NOT_COMPLETE', segment: manifestKey(manifest.backup_id), ...because(id) }
}

/** There is a manifest and nothing to go by in it: the whole archive has failed. */
function unreadable(started: Started, error: CofferError): JobResult<ValidateResult> {
  const finding: ValidateFinding = {
    severity: 'error',
    code: error.code,
    segment: manifestKey(started.backupId),
    ...reasonOf(error),
  }
  const reason = because('verdict.manifestUnread', { why: error.said ?? error.message })
  return finished(
    started,
    { verdict: 'FAILED', ...reason },
    {
      manifest_sha256: null,
      checked: {
        topics: 0,
        partitions: 0,
        segments: 0,
        objects: 0,
        records: 0,
        bytes: 0,
        stored_bytes: 0,
        generations: 0,
      },
      account: null,
      findings: [finding],
      findings_total: 1,
    },
  )
}

interface Started {
  storage: Storage
  backupId: string
  deep: boolean
  startedAt: number
}

function finished(
  { storage, backupId, deep, startedAt }: Started,
  verdict: Verdict,
  rest: Pick<
    ValidateResult,
    'manifest_sha256' | 'manifest_signature' | 'checked' | 'account' | 'findings' | 'findings_total'
  >,
): JobResult<ValidateResult> {
  const endedAt = Date.now()
  const result: ValidateResult = {
    kind: 'validate',
    backup_id: backupId,
    location: storage.location,
    deep,
    ...verdict,
    started_at: isoTime(startedAt),
    ended_at: isoTime(endedAt),
    duration_seconds: (endedAt - startedAt) / 1000,
    ...rest,
  }
  return { exitCode: VERDICT_EXIT[verdict.verdict], result }
}

function shown({ severity, ...rest }: Finding): ValidateFinding {
  return { severity: SEVERITY[severity], ...rest }
}
