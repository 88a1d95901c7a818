import type { ErrorCode } from '../errors.ts'
import type { Said } from '../said/said.ts'

export interface CheckResult {
  kind: 'check'
  config: string
  verdict: 'PASSED' | 'FAILED'
  /** In the order they were tried. */
  steps: CheckStep[]
}

export interface CheckStep {
  step: CheckStepName
  /** What it was tried on: `kafka-1:9093`, `topic ledger-payments`, `s3://bucket/prefix`. */
  subject: string
  outcome: 'passed' | 'failed' | 'skipped'
  /** One sentence: what was seen, or why it failed or was skipped. */
  message: string
  said?: Said
  code?: ErrorCode
  hint?: string
  duration_ms?: number
}

export type CheckStepName =
  | 'configuration'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'sasl'
  | 'cluster'
  | 'topics'
  | 'topic-acl'
  | 'group-acl'
  | 'partitions'
  | 'topic-configuration'
  | 'storage-read'
  | 'storage-write'
  | 'lock'
  | 'archive'
  | 'segments'
  | 'consumer-groups'
