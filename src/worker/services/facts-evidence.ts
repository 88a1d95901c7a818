import type { EvidenceFacts, JobFacts } from '../../contract/ipc/facts.ts'
import { MAX_FINDINGS, MAX_WARNINGS } from '../../contract/ipc/limits.ts'
import type { JobResults, StoredEvidence } from '../../contract/results.ts'
import { beside, type Said } from '../../contract/said/said.ts'

/** Facts of the jobs that make, keep and check evidence; backup and restore have theirs in facts.ts. */

/** As many as there may be findings, gaps and warnings. */
const MOST_SAYINGS = 2 * MAX_FINDINGS

/** What sentences in lists are made of, bounded. */
const some = ({ sayings }: { sayings?: readonly Said[] }): { sayings?: Said[] } =>
  sayings === undefined ? {} : { sayings: sayings.slice(0, MOST_SAYINGS) }

export function validationFacts(result: JobResults['validation']): JobFacts {
  return {
    kind: 'validation',
    backupId: result.backup_id,
    location: result.location,
    reportId: result.report_id,
    overall: result.overall_result,
    seconds: result.duration_ms / 1_000,
    checks: result.results
      .slice(0, MAX_FINDINGS)
      .map(({ check_name, outcome, detail, said }) => ({ name: check_name, outcome, detail, ...beside(said) })),
    counts: {
      total: result.checks_total,
      passed: result.checks_passed,
      failed: result.checks_failed,
      warned: result.checks_warned,
      skipped: result.checks_skipped,
      indeterminate: result.checks_indeterminate,
    },
    evidence: evidenceFacts(result.evidence),
    notCovered: result.not_covered.slice(0, MAX_WARNINGS),
    warnings: result.warnings.slice(0, MAX_WARNINGS),
    ...some(result),
  }
}

export function extractFacts(result: JobResults['extract']): JobFacts {
  const common = {
    kind: 'extract' as const,
    backupId: result.backup_id,
    location: result.location,
    output: result.output,
    matter: result.matter,
    window: result.window,
    filter: result.filter,
    formats: result.formats,
    topics: result.topics.slice(0, MAX_FINDINGS).map((one) => ({
      topic: one.topic,
      partitions: one.partitions,
      segmentsToRead: one.segments_to_read,
      recordsAtMost: one.records_at_most,
      bytesAtMost: one.bytes_at_most,
    })),
    topicsTotal: result.topics_total,
    storedBytes: result.stored_bytes,
    segmentsToRead: result.segments_to_read,
    segmentsSkipped: result.segments_skipped,
    foreign: result.foreign,
    warnings: result.warnings.slice(0, MAX_WARNINGS),
    ...some(result),
  }
  if (result.dry_run) {
    const { records_at_most: records, bytes_at_most: bytes } = result
    return { ...common, dryRun: true, state: 'planned', records, bytes, package: null }
  }
  return {
    ...common,
    dryRun: false,
    state: result.state,
    records: result.records,
    bytes: result.bytes,
    package: {
      packageId: result.package_id,
      reportId: result.report_id,
      bytes: result.package_bytes,
      sha256: result.package_sha256,
      contentSha256: result.content_sha256,
      signed: result.signed,
      signedBy: result.signed_by,
      signatureLevel: result.signature_level,
      custodyRecorded: result.custody_recorded,
      resumed: result.resumed,
      redacted: result.redacted,
      withheld: result.withheld,
      undecodable: result.undecodable,
      segmentsFailed: result.segments_failed,
      failures: result.failures.slice(0, MAX_FINDINGS),
      seconds: result.duration_seconds,
    },
  }
}

export function monthlyReportFacts(result: JobResults['monthly-report']): JobFacts {
  const { monthly } = result
  return {
    kind: 'monthly-report',
    backupId: result.backup_id,
    location: result.location,
    reportId: result.report_id,
    overall: result.overall_result,
    reason: result.reason,
    ...beside(result.said),
    deep: result.deep,
    deepChecks: (monthly.deep_checks ?? []).length,
    month: monthly.month,
    runs: monthly.runs,
    runsComplete: monthly.runs_complete,
    successRate: monthly.success_rate,
    restores: monthly.restores.length,
    validations: monthly.validations.length,
    openFindings: monthly.open_findings.slice(0, MAX_FINDINGS),
    openFindingsTotal: monthly.open_findings.length,
    evidence: evidenceFacts(result.evidence),
    warnings: result.warnings.slice(0, MAX_WARNINGS),
    ...some(result),
  }
}

export function keysFacts(result: JobResults['keys']): JobFacts {
  const keys = result.action === 'list' ? result.keys : [result.key]
  return {
    kind: 'keys',
    action: result.action,
    store: result.action === 'export-public' ? null : result.store,
    keys: keys.slice(0, MAX_FINDINGS).map(({ name, key_id, status }) => ({ name, keyId: key_id, status })),
    output: result.action === 'export-public' ? result.output : null,
    warnings: result.warnings.slice(0, MAX_WARNINGS),
  }
}

export function custodyFacts({ record, signature, appended, warnings, sayings = [] }: JobResults['custody']): JobFacts {
  return {
    kind: 'custody',
    backupId: record.backup_id,
    location: record.storage_location,
    generations: record.generations.length,
    lines: record.log.length,
    problems: record.problems.slice(0, MAX_WARNINGS),
    signedBy: signature?.signed_by ?? null,
    appended: appended !== null,
    warnings: warnings.slice(0, MAX_WARNINGS),
    sayings: [...(record.sayings ?? []), ...sayings].slice(0, MOST_SAYINGS),
  }
}

export function evidenceGetFacts(result: JobResults['evidence-get']): JobFacts {
  return { kind: 'evidence-get', reportId: result.report_id, files: result.files.slice(0, MAX_FINDINGS) }
}

export function evidenceTimestampFacts(result: JobResults['evidence-timestamp']): JobFacts {
  return {
    kind: 'evidence-timestamp',
    reportId: result.report_id,
    location: result.location,
    timestampUrl: result.timestamp_url,
    stored: result.stored.slice(0, MAX_WARNINGS),
    already: result.already.slice(0, MAX_WARNINGS),
    warnings: result.warnings.slice(0, MAX_WARNINGS),
  }
}

export function snapshotGroupsFacts(result: JobResults['snapshot-groups']): JobFacts {
  return {
    kind: 'snapshot-groups',
    backupId: result.backup_id,
    location: result.location,
    groups: result.groups,
    offsets: result.offsets,
    failed: result.failed
      .slice(0, MAX_FINDINGS)
      .map(({ group_id, code, message }) => ({ groupId: group_id, code, message })),
  }
}

export function evidenceFacts(stored: StoredEvidence): EvidenceFacts {
  return {
    folder: stored.folder,
    keys: stored.keys.slice(0, MAX_WARNINGS),
    reportSha256: stored.report_sha256,
    signed: stored.signed,
    signatureAlgorithm: stored.signature_algorithm,
    signedBy: stored.signed_by,
    pdfSignatureLevel: stored.pdf_signature_level,
    retentionDays: stored.retention_days,
    lock: {
      mode: stored.lock.mode,
      retainUntil: stored.lock.retain_until,
      legalHold: stored.lock.legal_hold,
      reason: stored.lock.reason,
      ...beside(stored.lock.said),
    },
  }
}
