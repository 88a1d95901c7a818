import type { ActivityFilter } from './activity.ts'
import type { SerializedError } from './errors.ts'
import type { PreviewCursor } from './results/preview.ts'
import type { Said } from './said/said.ts'
import type { ScheduleRequest } from './schedule.ts'

/** A configuration file as text, and where it came from: relative paths in it are relative to `directory`. */
export interface ConfigSource {
  text: string
  /** For messages: the path as the user gave it. */
  name: string
  directory: string
}

/** An archive to read: what `--path` says (a folder or `s3://bucket/prefix?endpoint=…&region=…`) or a file's `storage`. */
export type ArchiveLocation = { path: string } | { config: ConfigSource }

/**
 * What can be asked of the worker. `environment` resolves `${VAR}`: the only way that secrets reach a job. `approval` is
 * the path of a signed approval, where the profile's policy asks for four eyes; without it one is looked for.
 */
export type JobRequest = { environment: Record<string, string>; approval?: string } & (
  | { kind: 'backup'; config: ConfigSource; dryRun: boolean }
  | { kind: 'restore'; config: ConfigSource; dryRun: boolean }
  | { kind: 'snapshot-groups'; config: ConfigSource }
  | { kind: 'check'; config: ConfigSource }
  /** What a cluster (a connection) has; `names` null: all. */
  | { kind: 'topics'; config: ConfigSource; names: string[] | null }
  | { kind: 'storage-lock'; archive: ArchiveLocation }
  | { kind: 'validate'; archive: ArchiveLocation; backupId: string; deep: boolean }
  | { kind: 'list'; archive: ArchiveLocation; backupId: string | null }
  | { kind: 'describe'; archive: ArchiveLocation; backupId: string }
  | { kind: 'status'; archive: ArchiveLocation; backupId: string }
  /** The consumer groups of its snapshot. */
  | { kind: 'groups'; archive: ArchiveLocation; backupId: string }
  | { kind: 'show-offset-mapping'; archive: ArchiveLocation; backupId: string; restoreId: string | null }
  | { kind: 'overview'; places: { name: string; archive: ArchiveLocation }[]; days: number }
  /** `trust`: paths of certificates and keys; `limit`: the newest reports of each place that are read. */
  | { kind: 'controls'; places: { name: string; archive: ArchiveLocation }[]; limit: number; trust: string[] }
  | { kind: 'validation'; config: ConfigSource; triggeredBy: string | null; pitr: number | null }
  | { kind: 'extract'; config: ConfigSource; dryRun: boolean }
  | ({ kind: 'preview'; config: ConfigSource } & PreviewRequest)
  | ({ kind: 'package-records'; file: string } & PreviewRequest)
  | ({ kind: 'timeline'; archive: ArchiveLocation; backupId: string } & TimelineRequest)
  | ({ kind: 'verify' } & VerifyRequest)
  | { kind: 'evidence-list'; archive: ArchiveLocation; limit: number; prefix?: string }
  | { kind: 'evidence-get'; archive: ArchiveLocation; reportId: string; format: EvidenceFormat; output: string }
  | { kind: 'evidence-verify'; report: string; signature: string; publicKey: string | null }
  | {
      kind: 'evidence-timestamp'
      archive: ArchiveLocation
      reportId: string
      timestampUrl: string
      /** PEM file of the roots that the authority's certificate must lead to. */
      timestampCa?: string
    }
  | ({ kind: 'keys' } & KeysRequest)
  | ({ kind: 'custody' } & CustodyRequest)
  | { kind: 'monthly-report'; config: ConfigSource; month: string | null; deep: boolean }
  | { kind: 'schedule'; request: ScheduleRequest }
  | ({ kind: 'activity' } & ActivityRequest)
  | ({ kind: 'hold' } & HoldRequest)
  | ({ kind: 'retention' } & RetentionRequest)
  | ({ kind: 'offset-reset' } & OffsetResetRequest)
  | ({ kind: 'offset-rollback' } & OffsetRollbackRequest)
  | ({ kind: 'approvals' } & ApprovalsRequest)
  | ({ kind: 'update' } & UpdateRequest)
)

/** Files are paths of packages, reports, PDFs or archive folders; trust: certificates or public keys, PEM or DER. */
export interface VerifyRequest {
  files: string[]
  trust: string[]
  /** When to judge certificates for, milliseconds; null: by each signature's proved time, else now. */
  at: number | null
}

export type EvidenceFormat = 'json' | 'pdf' | 'sig' | 'all'

/** What is done with signing keys; a passphrase or PIN comes by the environment, never in a request. */
export type KeysRequest =
  | { action: 'create'; name: string; owner: string | null; organisation: string | null; algorithm: string | null }
  | { action: 'list' }
  | { action: 'import'; name: string; file: string }
  | { action: 'export-public'; name: string; output: string }
  | { action: 'revoke'; name: string; reason: string | null }

/** The journal of what was done in this profile. Files are paths. */
export type ActivityRequest =
  | { action: 'list'; filter: ActivityFilter; limit: number }
  /** `file`: an exported journal instead of the profile's own; `publicKey`: a PEM file of keys that the caller trusts. */
  | { action: 'verify'; file: string | null; publicKey: string | null }
  | { action: 'export'; filter: ActivityFilter; output: string }

/** Legal holds on every object of a backup. A matter is what it is held for: a case, an investigation. */
export type HoldRequest = { archive: ArchiveLocation } & (
  | { action: 'place' | 'lift'; backupId: string; matter: string; reason: string }
  | { action: 'list'; backupId: string }
  | { action: 'overview' }
)

export interface RetentionRequest {
  action: 'extend'
  archive: ArchiveLocation
  backupId: string
  mode: 'COMPLIANCE' | 'GOVERNANCE'
  /** Milliseconds since the epoch. */
  until: number
  reason: string
}

/** Groups to where their archived positions went in a restore. `cluster`: a lone `target` section. */
export interface OffsetResetRequest {
  /** `plan` and `script` change nothing. */
  action: 'plan' | 'execute' | 'script'
  archive: ArchiveLocation
  backupId: string
  /** null: the newest. */
  restoreId: string | null
  groups: string[]
  cluster: ConfigSource
  /** Of a script: a local file; null: it is part of the result. */
  output: string | null
}

/** Positions of consumer groups, kept so that they can be put back. `cluster`: a lone `target` section. */
export type OffsetRollbackRequest = { archive: ArchiveLocation } & (
  | { action: 'list' }
  | { action: 'show' | 'delete'; snapshotId: string }
  | { action: 'snapshot'; groups: string[]; description: string | null; cluster: ConfigSource }
  | { action: 'verify'; snapshotId: string; cluster: ConfigSource }
  | { action: 'rollback'; snapshotId: string; cluster: ConfigSource; dryRun: boolean }
)

/** What a second person may have to approve. */
export type ApprovableRequest =
  | { kind: 'restore'; config: ConfigSource }
  | { kind: 'hold-lift'; archive: ArchiveLocation; backupId: string; matter: string }
  | {
      kind: 'retention'
      archive: ArchiveLocation
      backupId: string
      mode: RetentionRequest['mode']
      until: number
    }
  | { kind: 'keys'; action: 'create' | 'revoke'; name: string }
  | { kind: 'keys'; action: 'import'; name: string; file: string }

/** Four eyes. Files are paths; keys are names of the key store or files. */
export type ApprovalsRequest =
  | {
      action: 'request'
      wanted: ApprovableRequest
      reason: string
      /** null: the request is not signed. */
      signingKey: string | null
      /** Folder; null: where the policy says. */
      output: string | null
    }
  | { action: 'list' }
  | { action: 'approve' | 'reject'; file: string; signingKey: string; note: string | null }
  | { action: 'verify'; file: string }

/** New versions, where somebody has switched looking for them on (docs/updates.md). Files and folders are paths. */
export type UpdateRequest =
  | { action: 'show' | 'off' }
  /** `publicKey`: the publisher's, as PEM with the fingerprint that was compared, or the path of its file. */
  | {
      action: 'on'
      address: string
      publicKey: { pem: string; keyId: string } | { file: string }
      /** Null: the one that is set. */
      channel: string | null
      daily: boolean
      /** An address, `none`, or `system` (as the environment says); null: as it is set. */
      proxy: string | null
    }
  | { action: 'check'; by: 'hand' | 'daily' }
  /** `name` null: the one file that this machine can use. */
  | { action: 'fetch'; name: string | null; output: string }
  | { action: 'sign-list'; file: string; signingKey: string; output: string }

/** How far a preview of an extraction looks, and the folder that its rows go into. */
export interface PreviewRequest {
  folder: string
  /** Where an earlier one stopped; null: from the start. */
  cursor: PreviewCursor | null
  /** It stops after so many rows more, or so many bytes read, whatever comes first. */
  rows: number
  bytes: number
}

/** Times are milliseconds; ranges and windows include both ends. */
export interface TimelineRequest {
  /** null: all. */
  topics: string[] | null
  /** IANA name, for days and months. */
  zone: string
  /** null: all of the archive's time. */
  range: { from: number; to: number } | null
  /**
   * Segments that reach over more than one step are read and counted exactly, where all of them together have at most so
   * many stored bytes; 0: nothing is read.
   */
  readBytes: number
  /** What a window would take; null: not asked. */
  window: { start: number | null; end: number | null } | null
}

export interface CustodyRequest {
  archive: ArchiveLocation
  backupId: string
  /** A file with an `evidence.signing` section, for a signed record; null: unsigned, and it says so. */
  config: ConfigSource | null
  /** An access or a transfer to append; null: only show. */
  append: { action: string; note: string } | null
}

export type JobKind = JobRequest['kind']

/** What a job tells while it runs. Everything here survives a structured clone. */
export type JobEvent =
  | { type: 'started'; jobId: string; kind: JobKind; at: number }
  | { type: 'progress'; jobId: string; progress: Progress }
  | { type: 'log'; jobId: string; level: LogLevel; message: string; details?: Record<string, unknown> }
  | { type: 'finished'; jobId: string; outcome: JobOutcome }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** How far a job is. Counts are exact for what is done and estimates for what is to come. */
export interface Progress {
  /** What is being done now, in words: `reading ledger-payments`. */
  phase: string
  /** What the phase's words are made of. */
  said?: Said
  recordsDone: number
  /** null where it can't be known (continuous). */
  recordsTotal: number | null
  /** Uncompressed bytes. */
  bytesDone: number
  bytesTotal: number | null
  /** Over the last seconds; 0 while nothing has moved. */
  recordsPerSecond: number
  bytesPerSecond: number
  secondsLeft: number | null
  elapsedSeconds: number
  /** Partitions still at work, those with the most left first; at most 20. */
  partitions: PartitionProgress[]
}

export interface PartitionProgress {
  topic: string
  partition: number
  /** Offsets passed, of those planned. */
  done: number
  total: number
}

export type JobOutcome =
  /** `exitCode` is EXIT.done, or what the job's result asks for (damaged, checkFailed, indeterminate, interrupted). */
  { state: 'done'; exitCode: number; result: unknown } | { state: 'failed'; error: SerializedError }

/**
 * What a job is given by whoever runs it (the worker thread, or a test).
 * `signal` asks for a clean stop at a durable point; the job then returns a result that says it was interrupted.
 */
export interface JobContext {
  signal: AbortSignal
  progress(progress: Progress): void
  log(level: LogLevel, message: string, details?: Record<string, unknown>): void
}

/** A job's return value: what it found or did, and the exit code that follows from it. */
export interface JobResult<T> {
  exitCode: number
  result: T
}
