import { z } from 'zod'
import type {
  AccountTotals,
  ArchiveStatistics,
  CheckResult,
  CoverageSpan,
  DescribeResult,
  ListResult,
  ManifestSignature,
} from '../results.ts'
import { errorCode } from './error.ts'
import { MAX_NAME, MAX_PATH } from './limits.ts'
import { said } from './said.ts'

/** Where archives are looked for: a folder or `s3://bucket/prefix?endpoint=…`, or a saved storage connection. */
export const archiveLocation = z.union([
  z.object({ path: z.string().trim().min(1).max(MAX_PATH) }).strict(),
  z.object({ connectionId: z.uuid() }).strict(),
])
export type ArchiveLocationInput = z.infer<typeof archiveLocation>

export const backupId = z
  .string()
  .min(1)
  .max(MAX_NAME * 5)

const count = z.number()
const time = z.string().nullable()

export const accountTotals: z.ZodType<AccountTotals> = z.object({
  offsets: count,
  archived: count,
  absent: z.partialRecord(
    z.enum(['aborted', 'control', 'compacted', 'deleted_before', 'deleted_during', 'unexplained']),
    count,
  ),
}) as z.ZodType<AccountTotals>

const statistics: z.ZodType<ArchiveStatistics> = z.object({
  topics: count,
  partitions: count,
  segments: count,
  records: count,
  bytes: count,
  stored_bytes: count,
  first_timestamp: time,
  last_timestamp: time,
})

const overview = z.object({
  backup_id: z.string(),
  created_at: z.string(),
  updated_at: time,
  state: z.enum(['running', 'complete', 'interrupted', 'failed', 'unknown']),
  generation: count.nullable(),
  compression: z.string(),
  source_cluster_id: z.string().nullable(),
  tool: z.string().nullable(),
  statistics,
})

export const listResult: z.ZodType<ListResult> = z.object({
  kind: z.literal('list'),
  location: z.string(),
  backups: z.array(overview),
  unreadable: z.array(z.object({ backup_id: z.string(), code: errorCode, message: z.string() })),
})

/** A description without the manifest and its checksums: what the page shows, and no more crosses the bridge. */
export type ArchiveDescription = Pick<
  DescribeResult,
  'location' | 'manifest_sha256' | 'overview' | 'account' | 'topics' | 'gaps' | 'gaps_total'
> & {
  /** Null in archives of other programs. */
  signature: ManifestSignature | null
  coverage: CoverageSpan[]
}

export const manifestSignature: z.ZodType<ManifestSignature> = z.object({
  state: z.enum(['signed', 'unsigned', 'broken']),
  key_id: z.string().nullable(),
  algorithm: z.string().nullable(),
  timestamped: z.boolean(),
  reason: z.string(),
  said: said.exactOptional(),
})

export const archiveDescription: z.ZodType<ArchiveDescription> = z.object({
  location: z.string(),
  manifest_sha256: z.string(),
  overview,
  account: accountTotals.nullable(),
  topics: z.array(
    z.object({
      topic: z.string(),
      partitions: z.array(
        z.object({
          partition: count,
          segments: count,
          records: count,
          bytes: count,
          stored_bytes: count,
          start_offset: count.nullable(),
          end_offset: count.nullable(),
          first_timestamp: time,
          last_timestamp: time,
        }),
      ),
      configuration_overrides: z.record(z.string(), z.string().nullable()),
    }),
  ),
  gaps: z.array(
    z.object({
      topic: z.string(),
      partition: count,
      kind: z.enum(['aborted', 'control', 'compacted', 'deleted_before', 'deleted_during', 'unexplained']),
      from: count,
      to: count,
      reason: z.string(),
    }),
  ),
  gaps_total: count,
  signature: manifestSignature.nullable(),
  coverage: z.array(z.object({ from: z.string(), days: count, records: count })).max(400),
})

export const checkResult: z.ZodType<CheckResult> = z.object({
  kind: z.literal('check'),
  config: z.string(),
  verdict: z.enum(['PASSED', 'FAILED']),
  steps: z.array(
    z.object({
      step: z.enum([
        'configuration',
        'dns',
        'tcp',
        'tls',
        'sasl',
        'cluster',
        'topics',
        'topic-acl',
        'group-acl',
        'partitions',
        'topic-configuration',
        'storage-read',
        'storage-write',
        'lock',
        'archive',
        'segments',
        'consumer-groups',
      ]),
      subject: z.string(),
      outcome: z.enum(['passed', 'failed', 'skipped']),
      message: z.string(),
      said: said.exactOptional(),
      code: errorCode.exactOptional(),
      hint: z.string().exactOptional(),
      duration_ms: count.exactOptional(),
    }),
  ),
})
