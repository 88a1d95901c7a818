import type { JobFacts, WindowOutcome } from '../../contract/ipc/job.ts'
import { MAX_FINDINGS, MAX_WARNINGS } from '../../contract/ipc/limits.ts'
import type { JobKind, JobOutcome } from '../../contract/jobs.ts'
import type {
  BackupPlanResult,
  BackupResult,
  JobResults,
  RestorePlanResult,
  RestoreResult,
} from '../../contract/results.ts'
import { beside } from '../../contract/said/said.ts'
import {
  custodyFacts,
  evidenceGetFacts,
  evidenceTimestampFacts,
  extractFacts,
  keysFacts,
  monthlyReportFacts,
  snapshotGroupsFacts,
  validationFacts,
} from './facts-evidence.ts'
import { holdFactsOf, retentionFactsOf } from './facts-hold.ts'

/** What the window is told of a job's end: the figures, without lists that grow with the data and without a stack. */
export function windowOutcome(kind: JobKind, outcome: JobOutcome): WindowOutcome {
  if (outcome.state === 'failed') {
    const { stack: _, ...error } = outcome.error
    return { state: 'failed', error }
  }
  return { state: 'done', exitCode: outcome.exitCode, result: facts(kind, outcome.result) }
}

function facts(kind: JobKind, result: unknown): JobFacts {
  switch (kind) {
    case 'backup':
      return backupFacts(result as JobResults['backup'])
    case 'restore':
      return restoreFacts(result as JobResults['restore'])
    case 'validate': {
      const { findings, checked, ...rest } = result as JobResults['validate']
      return {
        kind: 'validate',
        backupId: rest.backup_id,
        location: rest.location,
        deep: rest.deep,
        verdict: rest.verdict,
        reason: rest.reason,
        ...beside(rest.said),
        seconds: rest.duration_seconds,
        segments: checked.segments,
        records: checked.records,
        bytes: checked.bytes,
        account: rest.account,
        findings: findings.slice(0, MAX_FINDINGS),
        findingsTotal: rest.findings_total,
      }
    }
    case 'check':
      return { kind: 'check', check: result as JobResults['check'] }
    case 'validation':
      return validationFacts(result as JobResults['validation'])
    case 'extract':
      return extractFacts(result as JobResults['extract'])
    case 'verify':
      return { kind: 'verify', verified: result as JobResults['verify'] }
    case 'monthly-report':
      return monthlyReportFacts(result as JobResults['monthly-report'])
    case 'keys':
      return keysFacts(result as JobResults['keys'])
    case 'custody':
      return custodyFacts(result as JobResults['custody'])
    case 'evidence-get':
      return evidenceGetFacts(result as JobResults['evidence-get'])
    case 'evidence-timestamp':
      return evidenceTimestampFacts(result as JobResults['evidence-timestamp'])
    case 'snapshot-groups':
      return snapshotGroupsFacts(result as JobResults['snapshot-groups'])
    case 'hold':
      return holdFactsOf(result as JobResults['hold'])
    case 'retention':
      return retentionFactsOf(result as JobResults['retention'])
    case 'update':
      return updateFacts(result as JobResults['update'])
    case 'preview':
    case 'package-records':
    case 'timeline':
    case 'topics':
    case 'storage-lock':
    case 'groups':
    case 'list':
    case 'describe':
    case 'status':
    case 'show-offset-mapping':
    case 'offset-reset':
    case 'offset-rollback':
    case 'evidence-list':
    case 'evidence-verify':
    case 'schedule':
    case 'activity':
    case 'overview':
    case 'approvals':
    case 'controls':
      return { kind: 'other' }
  }
}

function updateFacts(result: JobResults['update']): JobFacts {
  if (result.action !== 'fetch') return { kind: 'other' }
  const { version, path, sha256, file } = result
  return { kind: 'update', version, output: path, sha256, size: file?.size ?? null }
}

/** What a backup's result and a restore's have alike. */
function commonFacts(result: BackupResult | BackupPlanResult | RestoreResult | RestorePlanResult) {
  return {
    backupId: result.backup_id,
    location: result.location,
    topics: result.topics.length,
    warnings: result.warnings.slice(0, MAX_WARNINGS),
    ...(result.sayings === undefined ? {} : { sayings: result.sayings.slice(0, MAX_WARNINGS) }),
  }
}

function backupFacts(result: BackupResult | BackupPlanResult): JobFacts {
  const continuous = result.mode === 'continuous'
  const common = { kind: 'backup' as const, continuous, ...commonFacts(result) }
  if (result.dry_run) {
    const { offsets, bytes_estimate, seconds_estimate } = result
    const figures = { records: offsets, bytes: bytes_estimate, storedBytes: null, seconds: seconds_estimate }
    return { ...common, ...figures, dryRun: true, state: 'planned', gaps: 0 }
  }
  return {
    ...common,
    dryRun: false,
    state: result.state,
    records: result.records,
    bytes: result.bytes,
    storedBytes: result.stored_bytes,
    seconds: result.duration_seconds,
    gaps: result.gaps_total,
  }
}

function restoreFacts(result: RestoreResult | RestorePlanResult): JobFacts {
  const common = { kind: 'restore' as const, ...commonFacts(result) }
  if (result.dry_run) {
    const failed = result.checks.filter((step) => step.outcome === 'failed').slice(0, MAX_WARNINGS)
    const failures = failed.map((step) => step.message)
    const words = failed.flatMap(({ said }) => (said === undefined ? [] : [said]))
    return {
      ...common,
      sayings: [...words, ...(result.sayings ?? [])].slice(0, 2 * MAX_WARNINGS),
      dryRun: true,
      state: result.verdict === 'PASSED' ? 'passed' : 'failed',
      records: result.records_estimate,
      bytes: result.bytes_estimate,
      seconds: result.seconds_estimate,
      failures: failures.slice(0, MAX_WARNINGS),
    }
  }
  return {
    ...common,
    ...(result.sayings === undefined ? {} : { sayings: result.sayings.slice(0, MAX_WARNINGS) }),
    dryRun: false,
    state: result.state,
    records: result.records,
    bytes: result.bytes,
    seconds: result.duration_seconds,
    failures: [],
  }
}
