import { createHash } from 'node:crypto'
import type { Manifest, SegmentEntry, TopicEntry } from '../../src/archive/types.ts'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import type { EvidenceReport, ReportCheck, ReportRun } from '../../src/contract/evidence/report.ts'
import type { PdfOptions } from '../../src/evidence/pdf/render.ts'
import { buildReport, type ReportInput } from '../../src/evidence/report/build.ts'
import { segmentsOf } from '../../src/evidence/report/input.ts'

/** Made-up backups and results of checks, for reports of every shape. Nothing here is random: the same bytes each time. */

export const NOW = Date.UTC(2026, 3, 5, 2, 14, 5)
export const HOUR = 3_600_000

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A topic with `segments` segments of 1,000 records in each partition, some offsets taken by transaction markers. */
export function sampleTopic(
  name: string,
  partitions: number,
  segments: number,
  absent: Record<string, number> = { control: 3 },
): TopicEntry {
  const missing = Object.values(absent).reduce((sum, value) => sum + value, 0)
  return {
    name,
    original_partition_count: partitions,
    partitions: Array.from({ length: partitions }, (_, partition_id) => {
      const entries: SegmentEntry[] = Array.from({ length: segments }, (_, index) => {
        const start = index * (1000 + missing)
        const time = NOW - 90 * 24 * HOUR + index * 12 * HOUR + partition_id * HOUR
        return {
          key: `financial-data-weekly/topics/${name}/partition=${partition_id}/segment-${String(start).padStart(20, '0')}-g000001.bin.zst`,
          start_offset: start,
          end_offset: start + 1000 + missing - 1,
          start_timestamp: time,
          end_timestamp: time + 11 * HOUR,
          min_timestamp: time,
          max_timestamp: time + 11 * HOUR,
          record_count: 1000,
          uncompressed_size: 1_000_000,
          compressed_size: 250_000,
          sha256: digestOf(`object ${name} ${partition_id} ${index}`),
          merkle_root: digestOf(`root ${name} ${partition_id} ${index}`),
          generation: 1,
        }
      })
      return {
        partition_id,
        segments: entries,
        account: entries.map((entry) => ({
          from: entry.start_offset,
          to: entry.end_offset + 1,
          generation: 1,
          archived: 1000,
          absent,
          segment: entry.key,
        })),
      }
    }),
  }
}

export function sampleManifest(topics: TopicEntry[], generation = 14): Manifest {
  return {
    backup_id: 'financial-data-weekly',
    created_at: NOW - 91 * 24 * HOUR,
    source_cluster_id: 'prod-us-east-1',
    source_brokers: ['kafka-prod-0.internal:9093', 'kafka-prod-1.internal:9093'],
    compression: 'zstd',
    topics,
    coffer: {
      format: 1,
      generation,
      previous: null,
      run: {
        run_id: '5f6f1f1e-0f0f-4c4c-8a8a-1d1d1d1d1d1d',
        state: 'complete',
        mode: 'snapshot',
        isolation_level: 'read_committed',
        include_offset_headers: false,
        started_at: NOW - 6 * HOUR,
        ended_at: NOW - 6 * HOUR + 412_000,
        tool: { name: 'coffer', version: '0.1.0' },
        operator: { os_user: 'backup', host: 'backup-01' },
        source: {
          cluster_id: 'Vb2x9c1uTkqg9Zt0y3cXbA',
          brokers: ['kafka-prod-0.internal:9093', 'kafka-prod-1.internal:9093'],
          kafka_version: '4.1',
        },
        clock: { offset_ms: 12, method: 'record timestamps' },
        cut: {},
        records: 9000,
        bytes: 9_000_000,
      },
      abandoned: [],
    },
  }
}

export function check(
  check_name: string,
  outcome: ReportCheck['outcome'],
  detail: string,
  data: Record<string, unknown> | null = null,
): ReportCheck {
  return { check_name, outcome, detail, data, duration_ms: 1234 }
}

export const PASSED_CHECKS: ReportCheck[] = [
  check('IntegrityCheck', 'PASSED', '9 segments read, 9,000 records parsed; 0 findings', {
    deep: true,
    segments: 9,
    records: 9000,
    bytes: 9_000_000,
    generations: 14,
    findings: [],
    findings_total: 0,
  }),
  check('ContentCheck', 'PASSED', '9,000 records compared; 0 missing, 0 extra, 0 changed, 0 misplaced', {
    mode: 'exact',
    records_compared: 9000,
    missing: 0,
    extra: 0,
    changed: 0,
    misplaced: 0,
    findings: [],
    findings_total: 0,
  }),
  check('MessageCountCheck', 'PASSED', '3 topics; 9,000 messages expected, 9,000 restored; 0 discrepancies', {
    check: 'MessageCountCheck',
    topics_verified: 3,
    total_messages_expected: 9000,
    total_messages_restored: 9000,
    discrepancies: [],
  }),
  check('OffsetRangeCheck', 'PASSED', '9 partitions checked; 9 passed; 0 issues', {
    partitions_checked: 9,
    partitions_passed: 9,
    issues: [],
  }),
  check('TopicConfigurationCheck', 'WARNING', '3 topics compared; 1 setting differs', {
    differences: [{ topic: 'validation-transactions', setting: 'retention.ms', archive: '604800000', target: '-1' }],
    differences_total: 1,
  }),
  check('ConsumerGroupOffsetCheck', 'SKIPPED', 'switched off in the configuration'),
]

const WEEKS: ReportRun[] = Array.from({ length: 14 }, (_, index) => ({
  generation: index + 1,
  started_at: new Date(NOW - (91.25 - index * 7) * 24 * HOUR).toISOString(),
  ended_at: new Date(NOW - (91.25 - index * 7) * 24 * HOUR + (300 + index * 9) * 1000).toISOString(),
  state: index === 6 ? 'interrupted' : 'complete',
  records: index === 6 ? 120 : 400 + ((index * 373) % 700),
  bytes: 500_000 + index * 10_000,
}))

export function sampleInput(changes: Partial<ReportInput> = {}): ReportInput {
  const manifest =
    changes.manifest ??
    sampleManifest(['transactions', 'settlements', 'audit-log'].map((name) => sampleTopic(name, 3, 1)))
  return {
    kind: 'validation',
    reportId: 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f',
    generatedAt: NOW,
    startedAt: NOW - 900_000,
    endedAt: NOW - 1000,
    manifest,
    manifestSha256: digestOf('manifest'),
    storageBackend: 'S3 { bucket: "sox-compliance-backups", prefix: "production/weekly" }',
    topics: manifest.topics.map(({ name }) => ({ source: name, target: `validation-${name}` })),
    window: null,
    filters: null,
    pitrTimestamp: null,
    restore: { targetBootstrapServers: ['validation-kafka:9092'], start: NOW - 3_400_000, end: NOW - 1_200_000 },
    checks: PASSED_CHECKS.filter((each) => each.outcome !== 'WARNING'),
    validationSeconds: 899,
    operator: { os_user: 'backup', name: 'Ada Example', role: 'Records officer', meaning: 'reviewed and approved' },
    host: { name: 'backup-01', platform: 'linux', release: '6.12.0' },
    toolDigest: {
      sha256: digestOf('tool'),
      method: 'SHA-256 over one line for each program file, as sha256sum prints them',
    },
    clock: { source: 'host clock', offset_ms: 12 },
    triggeredBy: 'weekly-sox-validation-cron',
    configuration: {
      backup_id: 'financial-data-weekly',
      storage: { backend: 's3', bucket: 'sox-compliance-backups', region: 'us-east-1', prefix: 'production/weekly' },
      checks: { message_count: { enabled: true, mode: 'exact', fail_threshold: 0 }, offset_range: { enabled: true } },
      evidence: {
        formats: ['json', 'pdf'],
        signing: { enabled: true, private_key_path: '/etc/kafka-backup/sox-signing-key.pem' },
      },
    },
    notCovered: [],
    retention: {
      days: 2555,
      lock: {
        mode: 'COMPLIANCE',
        retain_until: '2033-04-05T00:00:00.000Z',
        legal_hold: false,
        reason: 'GetObjectRetention of the manifest',
      },
    },
    signing: { algorithm: 'ECDSA-P256-SHA256', signedBy: 'Ada Example' },
    timeline: WEEKS,
    ...changes,
  }
}

export interface Sample {
  name: string
  report: EvidenceReport
  options: PdfOptions
}

export function sample(name: string, input: ReportInput, page: 'A4' | 'Letter' = 'A4'): Sample {
  const report = buildReport(input)
  const { name: signer, role, meaning } = input.operator
  return {
    name,
    report,
    options: {
      json: Buffer.from(canonicalJson(report)),
      manifest: Buffer.from(canonicalJson(input.manifest)),
      page,
      sign: input.signing === null || signer === null ? null : { name: signer, role, meaning },
      segments: segmentsOf(input.manifest, input.topics?.map((topic) => topic.source) ?? null),
    },
  }
}
