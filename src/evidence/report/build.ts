import { randomUUID } from 'node:crypto'
import type { EvidenceReport, ReportCheck, ReportIntegrity } from '../../contract/evidence/report.ts'
import { mapTexts } from '../../contract/said/said.ts'
import { withoutUrlSecrets } from '../../contract/secret.ts'
import { TOOL } from '../../contract/tool.ts'
import { assessControls } from '../controls/assess.ts'
import { accountOf } from './account.ts'
import type { ReportInput } from './input.ts'
import { complianceMappings } from './mappings.ts'
import { notCovered } from './not-covered.ts'
import { reportHost } from './operator.ts'
import { countOutcomes, overallResult } from './overall.ts'
import { backupOf, scopeOf } from './scope.ts'
import { wellFormed, withoutSecrets } from './secrets.ts'

export type { ReportInput } from './input.ts'

/**
 * Makes the report of what a job knows. Everything that is a conclusion is drawn here and only here: the overall result,
 * the counts, `checksums_valid`, the control mappings, what was not covered.
 * @throws TypeError for times that are no dates
 */
export function buildReport(input: ReportInput): EvidenceReport {
  const checks = input.checks.map(plainCheck)
  const account = accountOf(input.manifest, input.topics)
  const controls = assessControls({ ...input, checks, account })
  const operator = input.operator
  const gaps = notCovered(input, checks, account)
  const sayings = [...gaps.sayings, ...(input.sayings ?? [])]
  return wellFormed({
    schema_version: '1.0',
    report_id: input.reportId ?? `${input.kind}-${randomUUID()}`,
    generated_at: utc(input.generatedAt),
    tool: { ...TOOL },
    backup: backupOf(input),
    restore: {
      target_bootstrap_servers: input.restore?.targetBootstrapServers ?? [],
      start_time: utcOrNull(input.restore?.start),
      end_time: utcOrNull(input.restore?.end),
      duration_seconds: seconds(input.restore?.start, input.restore?.end),
    },
    validation: {
      overall_result: overallResult(checks),
      ...countOutcomes(checks),
      total_duration_ms: checks.reduce((sum, check) => sum + check.duration_ms, 0),
      results: checks,
    },
    integrity: integrityOf(input, checks),
    compliance_mappings: complianceMappings(checks, controls, input.retention.days),
    ...(input.triggeredBy === null ? {} : { triggered_by: withoutUrlSecrets(input.triggeredBy) }),
    coffer: {
      format: 1,
      kind: input.kind,
      source: sourceOf(input),
      operator,
      host: input.host ?? reportHost(),
      tool_digest: input.toolDigest,
      started_at: utc(input.startedAt),
      ended_at: utc(input.endedAt),
      clock: input.clock ?? { source: 'host clock', offset_ms: null },
      durations: {
        backup: runSeconds(input),
        restore: seconds(input.restore?.start, input.restore?.end),
        validation: input.validationSeconds,
      },
      configuration: withoutSecrets(input.configuration) as Record<string, unknown>,
      scope: scopeOf(input),
      account,
      not_covered: gaps.texts,
      controls,
      retention: input.retention,
      ...(input.case === undefined ? {} : { case: input.case }),
      ...(input.extraction === undefined ? {} : { extraction: input.extraction }),
      verifier_page_sha256: input.verifierPageSha256 ?? null,
      timeline: input.timeline,
      ...(input.monthly === undefined ? {} : { monthly: input.monthly }),
      ...(sayings.length === 0 ? {} : { sayings: sayings.map((one) => mapTexts(one, withoutUrlSecrets)) }),
    },
  })
}

/** True only from an integrity check that read every segment (`data.deep`) and found no damage, whatever else it warns of. */
export function checksumsValid(checks: readonly ReportCheck[]): boolean {
  const integrity = checks.filter((check) => check.check_name === 'IntegrityCheck')
  const held = ({ outcome, data }: ReportCheck) =>
    data?.deep === true && (outcome === 'PASSED' || (outcome === 'WARNING' && data.damaged === 0))
  return integrity.length > 0 && integrity.every(held)
}

function integrityOf(input: ReportInput, checks: readonly ReportCheck[]): ReportIntegrity {
  const { signing } = input
  return {
    backup_manifest_sha256: input.manifestSha256,
    report_sha256: '',
    checksums_valid: checksumsValid(checks),
    signature_algorithm: signing?.algorithm ?? null,
    ...(signing?.signedBy == null ? {} : { signed_by: signing.signedBy }),
  }
}

/** A check's data is plain JSON without secrets: a webhook's answer may hold anything. */
function plainCheck(check: ReportCheck): ReportCheck {
  return {
    ...check,
    detail: withoutUrlSecrets(check.detail),
    ...(check.said === undefined ? {} : { said: mapTexts(check.said, withoutUrlSecrets) }),
    data: check.data === null ? null : (withoutSecrets(check.data) as Record<string, unknown>),
  }
}

function sourceOf({ manifest }: ReportInput): EvidenceReport['coffer']['source'] {
  const run = manifest.coffer?.run.source
  return {
    cluster_id: run?.cluster_id ?? manifest.source_cluster_id ?? null,
    brokers: run?.brokers ?? manifest.source_brokers,
    kafka_version: run?.kafka_version ?? null,
  }
}

function runSeconds({ manifest }: ReportInput): number | null {
  const run = manifest.coffer?.run
  return run === undefined ? null : seconds(run.started_at, run.ended_at)
}

function seconds(start: number | null | undefined, end: number | null | undefined): number | null {
  return start == null || end == null ? null : (end - start) / 1000
}

function utc(millis: number): string {
  const date = new Date(millis)
  if (Number.isNaN(date.getTime())) throw new TypeError(`expected milliseconds since the epoch, got "${millis}"`)
  return date.toISOString()
}

function utcOrNull(millis: number | null | undefined): string | null {
  return millis == null ? null : utc(millis)
}
