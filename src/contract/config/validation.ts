import { z } from 'zod'
import type { Secret } from '../secret.ts'
import type { StorageConfig } from './endpoint.ts'
import { EVIDENCE_SECTIONS, type EvidenceConfig, evidenceSection } from './evidence.ts'
import { bool, choice, int, list, secret, text, time } from './fields.ts'
import { backupId, cluster, restore, SECTIONS, storageSection, topicPattern } from './schema.ts'
import type { RestoreConfig } from './types.ts'

/**
 * The file of `validation run`: OSO Kafka Backup's keys as they stand (it has no `mode`), and Coffer's own beside them.
 */

const BIG = Number.MAX_SAFE_INTEGER

const percentage = int(1, 100)
const webAddress = secret().refine((value) => /^https?:\/\/[^\s]+$/.test(value.reveal()), {
  error: 'expected an address that begins with https:// or http://',
})

const content = z.strictObject({
  enabled: bool().default(true),
  topics: list(topicPattern).default([]),
  sample_percentage: percentage.default(100),
  fail_threshold: int(0, BIG).default(0),
  allow_appended: bool().default(false),
})

const messageCount = z.strictObject({
  enabled: bool().default(true),
  mode: choice(['exact', 'sample']).default('exact'),
  sample_percentage: percentage.default(100),
  topics: list(topicPattern).default([]),
  fail_threshold: int(0, BIG).default(0),
})

const offsetRange = z.strictObject({
  enabled: bool().default(true),
  verify_high_watermark: bool().default(true),
  verify_low_watermark: bool().default(true),
})

const consumerGroups = z.strictObject({
  enabled: bool().default(true),
  verify_all_groups: bool().default(true),
  groups: list(text(1_000)).default([]),
})

const integrity = z.strictObject({ enabled: bool().default(true) })

const topicConfiguration = z.strictObject({ enabled: bool().default(false) })

const webhook = z.strictObject({
  name: text(200),
  url: webAddress,
  timeout_seconds: int(1, 3_600).default(120),
  expected_status_code: int(100, 599).default(200),
  fail_on_timeout: bool().default(true),
  accept_any_answer: bool().default(false),
})

const checks = z.strictObject({
  content: content.prefault({}),
  message_count: messageCount.prefault({}),
  offset_range: offsetRange.prefault({}),
  consumer_group_offsets: consumerGroups.prefault({}),
  integrity: integrity.prefault({}),
  topic_configuration: topicConfiguration.prefault({}),
  custom_webhooks: list(webhook, 100).default([]),
})

const slack = z.strictObject({ webhook_url: webAddress })

const pagerduty = z.strictObject({
  integration_key: secret(),
  severity: choice(['critical', 'error', 'warning', 'info']).default('critical'),
  events_url: webAddress.optional(),
})

const notifications = z.strictObject({ slack: slack.optional(), pagerduty: pagerduty.optional() })

/** One file. */
export const validationFile = z.strictObject({
  backup_id: backupId,
  storage: storageSection,
  target: cluster,
  restore: restore.optional(),
  restore_id: text(16)
    .regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits, as every restore prints')
    .optional(),
  checks: checks.prefault({}),
  evidence: evidenceSection.optional(),
  notifications: notifications.optional(),
  pitr_timestamp: time().optional(),
  triggered_by: text(500).optional(),
})

/** The sections by the key they stand under, for documentation and for "did you mean". */
export const VALIDATION_SECTIONS = {
  '': validationFile,
  target: SECTIONS.target,
  'target.topics': SECTIONS['target.topics'],
  'target.security': SECTIONS['target.security'],
  'target.connection': SECTIONS['target.connection'],
  'storage (filesystem)': SECTIONS['storage (filesystem)'],
  'storage (s3)': SECTIONS['storage (s3)'],
  restore: SECTIONS.restore,
  'restore.topics': SECTIONS['restore.topics'],
  'restore.repartitioning.*': SECTIONS['restore.repartitioning.*'],
  checks,
  'checks.content': content,
  'checks.message_count': messageCount,
  'checks.offset_range': offsetRange,
  'checks.consumer_group_offsets': consumerGroups,
  'checks.integrity': integrity,
  'checks.topic_configuration': topicConfiguration,
  'checks.custom_webhooks.*': webhook,
  notifications,
  'notifications.slack': slack,
  'notifications.pagerduty': pagerduty,
  ...EVIDENCE_SECTIONS,
} as const satisfies Record<string, z.ZodObject>

export type ValidationChecks = z.output<typeof checks>
export type WebhookConfig = z.output<typeof webhook>

/** The file as the job gets it: every variable expanded, every default filled in, every value checked. */
export interface ValidationConfig {
  backup_id: string
  storage: StorageConfig
  /** What was restored and how: by the file's `restore` section, or all of its defaults. */
  restore: RestoreConfig
  /** Whether the file has a `restore` section; without, the archive's own records of restores tell. */
  restore_given: boolean
  restore_id: string | null
  checks: ValidationChecks
  /** Whether the file itself speaks of consumer groups: without, a restore that left them out is no failure. */
  groups_asked: boolean
  evidence: EvidenceConfig
  notifications: {
    slack: { webhook_url: Secret } | null
    pagerduty: { integration_key: Secret; severity: string; events_url: Secret | null } | null
  }
  /** Milliseconds since the epoch: the restore's point in time. */
  pitr_timestamp: number | null
  triggered_by: string | null
  notes: string[]
}
