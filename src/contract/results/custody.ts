import type { CustodyEntry } from '../evidence/custody.ts'
import type { CheckOutcome, ReportLock, ReportMonthly } from '../evidence/report.ts'
import type { SignatureAlgorithm } from '../evidence/signing.ts'
import type { Said } from '../said/said.ts'
import type { StoredEvidence } from './evidence.ts'
import type { ManifestSignature } from './facts.ts'

export interface CustodyResult {
  kind: 'custody'
  record: CustodyRecord
  /** Over the canonical JSON (RFC 8785) of `record`; null where no key is configured. */
  signature: CustodySignature | null
  /** The line that `--append` added; null without it. It is the last of `record.log`. */
  appended: CustodyEntry | null
  warnings: string[]
  /** What the warnings are made of. */
  sayings?: Said[]
}

/** The chain-of-custody record of a backup: every generation, and everything that was done with it. */
export interface CustodyRecord {
  backup_id: string
  storage_location: string
  made_at: string
  made_by: string
  tool: { name: string; version: string }
  /** Oldest first. */
  generations: CustodyGeneration[]
  log: CustodyEntry[]
  /** Worst for a reader: what is missing, changed or out of place. Empty: the log and the chain of generations hold. */
  problems: string[]
  /** What the problems are made of. */
  sayings?: Said[]
}

export interface CustodyGeneration {
  generation: number
  created_at: string
  ended_at: string | null
  state: string
  /** `user@host`, and the name of the signature's configuration where the log has it. */
  created_by: string
  run_id: string
  source_cluster: string | null
  source_brokers: string[]
  records: number
  bytes: number
  /** `sha256:` and the SHA-256 of the manifest of that generation. */
  checksum: string
  manifest: string
  manifest_signature: ManifestSignature
  storage_location: string
  /** As the storage states it; null where it states none. Of the objects named in `looked_at`. */
  encryption: string | null
  retention_policy: ReportLock
  /** What the storage was asked about: the manifest and the last segment of the generation. */
  looked_at: string[]
  /** Number of its line in the log; null where it has none. */
  logged: number | null
}

export interface CustodySignature {
  algorithm: SignatureAlgorithm
  key_id: string
  signed_by: string
  /** SHA-256 of the canonical JSON, lowercase hex. */
  sha256: string
  /** OSO's text form, and the same in DER, base64. */
  text: string
  der: string
  /** TimeStampToken in DER, base64; null without an authority, or when it failed. */
  token: string | null
  public_key: string
  chain: string
}

export interface MonthlyReportResult {
  kind: 'monthly-report'
  backup_id: string
  location: string
  report_id: string
  overall_result: CheckOutcome
  /** One sentence: what the result rests on. */
  reason: string
  said?: Said
  /** Whether this report's own check read every byte. */
  deep: boolean
  monthly: ReportMonthly
  evidence: StoredEvidence
  warnings: string[]
  /** What the open findings and the warnings are made of. */
  sayings?: Said[]
}
