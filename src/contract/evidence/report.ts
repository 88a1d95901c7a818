import type { Int64 } from '../record.ts'
import type { Said } from '../said/said.ts'
import type { SignatureAlgorithm } from './signing.ts'

/**
 * The evidence report, schema 1.0: OSO Kafka Backup's fields under OSO's names and true, and Coffer's own under
 * `coffer`. Written as canonical JSON (RFC 8785). Nothing in it is ever a secret.
 */
export interface EvidenceReport {
  schema_version: '1.0'
  /** `validation-<uuid4>`, `extraction-<uuid4>`, `monthly-<uuid4>`. */
  report_id: string
  /** ISO 8601 UTC. */
  generated_at: string
  tool: { name: string; version: string }
  backup: ReportBackup
  restore: ReportRestore
  validation: ReportValidation
  integrity: ReportIntegrity
  /** OSO's three, by its keys, then one for each framework of `coffer.controls`. */
  compliance_mappings: Record<string, unknown>
  triggered_by?: string
  coffer: CofferReport
}

export interface ReportBackup {
  id: string
  source_cluster_id: string | null
  source_brokers: string[]
  /** Kind and place, never a credential: `S3 { bucket: "b", prefix: "p" }`. */
  storage_backend: string
  pitr_timestamp: number | null
  /** Milliseconds since the epoch. */
  created_at: number
  total_topics: number
  total_partitions: number
  total_segments: number
  total_records: number
}

export interface ReportRestore {
  target_bootstrap_servers: string[]
  start_time: string | null
  end_time: string | null
  duration_seconds: number | null
}

export type CheckOutcome = 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED' | 'INDETERMINATE'

/** One check as the report has it; OSO's fields. */
export interface ReportCheck {
  /** OSO's names where it has the check: `MessageCountCheck`, `OffsetRangeCheck`, `ConsumerGroupOffsetCheck`,
   * `CustomWebhook:<name>`; ours: `ContentCheck`, `IntegrityCheck`, `TopicConfigurationCheck`, `ExtractionCheck`. */
  check_name: string
  outcome: CheckOutcome
  /** One sentence with the figures. */
  detail: string
  /** What the sentence is made of; absent in older reports, and where it is not of our making. */
  said?: Said
  /** Figures and lists, JSON; lists are bounded and say so (`…_total`). */
  data: Record<string, unknown> | null
  duration_ms: number
}

/** How many checks had each outcome. */
export interface OutcomeCounts {
  checks_total: number
  checks_passed: number
  checks_failed: number
  checks_skipped: number
  checks_warned: number
  /** Ours. */
  checks_indeterminate: number
}

export interface ReportValidation extends OutcomeCounts {
  overall_result: CheckOutcome
  total_duration_ms: number
  results: ReportCheck[]
}

export interface ReportIntegrity {
  /** Of the exact bytes of the manifest that the report is about. */
  backup_manifest_sha256: string
  /** A document can't hold its own hash: always empty here; the detached `.sig` carries it. */
  report_sha256: ''
  /** True only where an integrity check read every segment and every checksum held. */
  checksums_valid: boolean
  /** null where the report is not signed. */
  signature_algorithm: SignatureAlgorithm | null
  /** The signer's name, where there is a certificate or `signer_name`. */
  signed_by?: string
}

export type ReportKind = 'validation' | 'extraction' | 'monthly'

/** What OSO's report lacks. */
export interface CofferReport {
  format: 1
  kind: ReportKind
  source: { cluster_id: string | null; brokers: string[]; kafka_version: string | null }
  operator: ReportOperator
  host: { name: string; platform: string; release: string }
  /** SHA-256 over the program's own files, lowercase hex, and how it was made; null where it could not be. */
  tool_digest: { sha256: string; method: string } | null
  started_at: string
  ended_at: string
  /** Where the times come from: `host clock`, and the offset to the broker's where it was seen. */
  clock: { source: string; offset_ms: number | null }
  /** Seconds; null where unknown. The tested recovery time is restore + validation. */
  durations: { backup: number | null; restore: number | null; validation: number | null }
  /** What was asked for, as the configuration file had it, secrets replaced. */
  configuration: Record<string, unknown>
  scope: ReportScope
  account: ReportAccount[]
  /** One sentence each: what was not looked at, left out, or could not be said. Never empty by omission. */
  not_covered: string[]
  controls: ReportControl[]
  retention: { days: number | null; lock: ReportLock | null }
  case?: ReportCase
  extraction?: ReportExtraction
  /** SHA-256 of the verifier page that lies in the package, so that the page itself can be checked. */
  verifier_page_sha256: string | null
  /** Every run of the backup so far: for the timeline. */
  timeline: ReportRun[]
  monthly?: ReportMonthly
  /** What `not_covered` and the open findings are made of, where they are the program's own; absent in older reports. */
  sayings?: Said[]
}

export interface ReportOperator {
  os_user: string
  name: string | null
  role: string | null
  /** 21 CFR 11.50: what the signature means, such as `reviewed and approved`. */
  meaning: string | null
}

export interface ReportScope {
  /** Archived names and, for a validation, the target's; bounded with `topics_total`. */
  topics: { source: string; target: string | null; partitions: number; records: number; segments: number }[]
  topics_total: number
  window: { start: string | null; end: string | null; time: 'record' | 'broker' } | null
  filters: string | null
}

/** The account of offsets of one partition (docs/archive-format.md, section 5), summed up. */
export interface ReportAccount {
  topic: string
  partition: number
  /** First offset and the one after the last that the archive speaks of. */
  from: number
  to: number
  archived: number
  absent: Record<string, number>
  /** For the picture of coverage: of the partition's records; null without any. */
  min_timestamp: Int64 | null
  max_timestamp: Int64 | null
  segments: number
}

export interface ReportControl {
  /** `sox_itgc`, `gdpr_art32` … */
  framework: string
  framework_title: string
  control: string
  title: string
  /** The provision, as it is cited: `17 CFR 240.17a-4(f)(2)(i)(A)`. */
  citation: string
  asks: string
  /** Names of checks that would support it. */
  supported_by: string[]
  /** Of these, the ones that ran and passed. */
  passed: string[]
  state: 'supported' | 'not supported' | 'not covered'
  reason: string
  /** What the reason is made of, before what evidence can't show; absent in older reports. */
  said?: Said[]
}

/** What the storage itself says, read back from it. */
export interface ReportLock {
  mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none' | 'unknown'
  retain_until: string | null
  legal_hold: boolean | null
  reason: string
  said?: Said
}

export interface ReportCase {
  matter: string
  custodian: string | null
  requested_by: string | null
  reason: string | null
}

export interface ReportExtraction {
  records: number
  bytes: number
  redacted: number
  undecodable: number
  segments_read: number
  segments_skipped: number
  segments_failed: number
  /** SHA-256 of `records/records.ndjson`: the same extraction twice gives the same. */
  content_sha256: string
  formats: string[]
  rules: { id: string; what: string }[]
}

export interface ReportRun {
  generation: number
  started_at: string
  ended_at: string | null
  state: string
  records: number
  bytes: number
}

export interface ReportMonthly {
  /** `2026-11`. */
  month: string
  runs: number
  runs_complete: number
  success_rate: number | null
  coverage: { topic: string; partitions: number; records: number; last_backup_at: string | null; gaps: number }[]
  restores: { restore_id: string; at: string; by: string; records: number; validated: string | null }[]
  validations: { report_id: string; at: string; overall_result: string; by: string | null }[]
  /** Checks of the month that read every byte of the archive, by the chain of custody; absent in older reports. */
  deep_checks?: { subject: string; at: string; by: string; outcome: string }[]
  locks: ReportLock[]
  open_findings: { severity: string; text: string }[]
}
