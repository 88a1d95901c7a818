import { z } from 'zod'
import { EVIDENCE_SECTIONS, evidenceSection } from './evidence.ts'
import { bool, choice, dispatch, int, list, mapOf, refuse, secret, text, time } from './fields.ts'
import { checkTopicPattern } from './topics.ts'
import type { StartOffset } from './types.ts'

/**
 * The configuration file as a schema: OSO Kafka Backup's keys as they stand, and Coffer's own beside them. Every
 * section is strict, so that a misspelt key is an error. Keys that are accepted and mean nothing here are in notes.ts.
 */

const BIG = Number.MAX_SAFE_INTEGER
const INT32 = 2_147_483_647
const MIB = 1_048_576

export const topicPattern = text(1_000).superRefine((pattern, context) => {
  const problem = checkTopicPattern(pattern)
  if (problem !== null) refuse(context, problem)
})

export const topics = z.strictObject({
  include: list(topicPattern).default([]),
  exclude: list(topicPattern).default([]),
})

/** A plain list says what to include. */
export const topicSelection = z.preprocess(
  (value) => (Array.isArray(value) ? { include: value } : value),
  topics.prefault({}),
)

const hostAndPort = /^(\[[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?\]|[^\s:/[\]@]+):(\d{1,5})$/
const server = text(300).superRefine((value, context) => {
  const port = Number(hostAndPort.exec(value)?.[3])
  if (!(port >= 1 && port <= 65_535)) refuse(context, 'expected host:port (an IPv6 address in brackets)')
})

/** `a:9092,b:9092` in one item counts as two: that is how it stands in most environments' variables. */
const bootstrapServers = z.preprocess(
  (value) => {
    const items = typeof value === 'string' ? [value] : value
    if (!Array.isArray(items)) return value
    return items.flatMap((item) =>
      typeof item === 'string'
        ? item
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== '')
        : [item],
    )
  },
  list(server, 1_000).min(1, 'expected at least one host:port'),
)

export const security = z.strictObject({
  security_protocol: choice(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']).default('PLAINTEXT'),
  sasl_mechanism: choice(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], {
    'SCRAM-SHA256': 'SCRAM-SHA-256',
    'SCRAM-SHA512': 'SCRAM-SHA-512',
    SCRAM_SHA_256: 'SCRAM-SHA-256',
    SCRAM_SHA_512: 'SCRAM-SHA-512',
  }).optional(),
  sasl_username: text().optional(),
  sasl_password: secret().optional(),
  ssl_ca_location: text(4_096).optional(),
  ssl_certificate_location: text(4_096).optional(),
  ssl_key_location: text(4_096).optional(),
  ssl_key_password: secret().optional(),
})

export const connection = z.strictObject({
  tcp_keepalive: bool().default(true),
  keepalive_time_secs: int(1, 86_400).default(60),
  keepalive_interval_secs: int(1, 86_400).default(20),
  tcp_nodelay: bool().default(true),
  connections_per_broker: int(1, 64).default(4),
})

export const cluster = z.strictObject({
  bootstrap_servers: bootstrapServers,
  topics: topicSelection,
  security: security.prefault({}),
  connection: connection.prefault({}),
})

export const filesystem = z.strictObject({
  backend: z.literal('filesystem'),
  path: text(4_096),
  prefix: text(512).optional(),
})

export const s3 = z.strictObject({
  backend: z.literal('s3'),
  bucket: text(63).regex(/^[a-z0-9][a-z0-9.-]+[a-z0-9]$/, 'expected a bucket name (3 to 63 of a-z, 0-9, "." and "-")'),
  region: text(100).optional(),
  endpoint: text(500)
    .regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/, 'expected an address that begins with https:// or http://')
    .optional(),
  access_key: secret().optional(),
  secret_key: secret().optional(),
  access_key_id: secret().optional(),
  secret_access_key: secret().optional(),
  prefix: text(512).optional(),
  path_style: bool().optional(),
  allow_http: bool().default(false),
})

const BACKUP_ID_EXPECTED = 'expected letters, digits, ".", "_" and "-" (no slash, no space), at most 200 characters'

/** What an archive to read may be called: OSO Kafka Backup takes any name, so that more than `newBackupId` is there. */
export const backupId = text(200).regex(/^(?!\.{1,2}$)[A-Za-z0-9._:@=+-]+$/, BACKUP_ID_EXPECTED)

/** Characters that are safe as one folder's name on every storage, and can't leave the archive: for what is written. */
export const newBackupId = text(200).regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]+$/, BACKUP_ID_EXPECTED)

const compressionLevel = z.string().transform((value, context): number | 'adaptive' => {
  if (value.toLowerCase() === 'adaptive') return 'adaptive'
  const level = int(1, 22).safeParse(value)
  return level.success ? level.data : refuse(context, 'expected "adaptive" or a whole number from 1 to 22')
})

const partition = int(0, INT32)

const startAtEnd = choice(['earliest', 'latest']).transform((at): StartOffset => ({ at }))
const startAtOffsets = z
  .strictObject({ specific: mapOf(text(249), mapOf(partition, int(0, BIG))) })
  .transform(({ specific }): StartOffset => ({ at: 'specific', offsets: specific }))

const startOffset = dispatch<StartOffset>((value) => (typeof value === 'object' ? startAtOffsets : startAtEnd))

const backup = z.strictObject({
  segment_max_bytes: int(1, 1_024 * MIB).default(128 * MIB),
  segment_max_interval_ms: int(1, BIG).default(60_000),
  segment_max_records: int(1, BIG).optional(),
  compression: choice(['zstd', 'lz4', 'none']).default('zstd'),
  compression_level: compressionLevel.default('adaptive'),
  start_offset: startOffset.optional(),
  continuous: bool().default(false),
  stop_at_current_offsets: bool().default(false),
  include_internal_topics: bool().default(false),
  internal_topics: list(text(249)).default([]),
  checkpoint_interval_secs: int(0, BIG).optional(),
  sync_interval_secs: int(1, BIG).default(30),
  include_offset_headers: bool().default(false),
  source_cluster_id: text(200).optional(),
  max_concurrent_partitions: int(1, 1_000).default(8),
  poll_interval_ms: int(1, 3_600_000).default(100),
  consumer_group_snapshot: bool().default(true),
  fetch_max_bytes: int(1, INT32).optional(),
  isolation_level: choice(['read_committed', 'read_uncommitted']).default('read_committed'),
})

export const repartitioning = z.strictObject({
  strategy: choice(['murmur2', 'automatic']).default('murmur2'),
  target_partitions: int(1, 100_000),
})

export const restore = z.strictObject({
  topics: topicSelection.optional(),
  time_window_start: time().optional(),
  time_window_end: time().optional(),
  source_partitions: list(partition).optional(),
  partition_mapping: mapOf(partition, partition).optional(),
  topic_mapping: mapOf(text(249), text(249)).optional(),
  consumer_group_strategy: choice(['skip', 'header-based', 'timestamp-based', 'cluster-scan', 'manual']).default(
    'skip',
  ),
  dry_run: bool().default(false),
  include_original_offset_header: bool().default(false),
  rate_limit_records_per_sec: int(1, BIG).optional(),
  rate_limit_bytes_per_sec: int(1, BIG).optional(),
  max_concurrent_partitions: int(1, 1_000).default(4),
  produce_batch_size: int(1, 1_000_000).default(1_000),
  produce_acks: int(-1, 1).optional(),
  produce_timeout_ms: int(1, INT32).default(30_000),
  produce_compression: choice(['none', 'gzip', 'snappy', 'lz4', 'zstd']).default('zstd'),
  checkpoint_state: text(4_096).optional(),
  checkpoint_interval_secs: int(0, BIG).optional(),
  consumer_groups: list(text(1_000)).default([]),
  reset_consumer_offsets: bool().default(false),
  auto_consumer_groups: bool().default(false),
  offset_report: text(4_096).optional(),
  create_topics: bool().default(false),
  default_replication_factor: int(-1, 32_767).default(-1),
  repartitioning: mapOf(text(249), repartitioning).optional(),
  purge_topics: bool().default(false),
  allow_non_empty_target: bool().default(false),
  suspect_records: choice(['skip', 'restore']).default('skip'),
  strip_offset_headers: bool().default(false),
})

const offsetStorage = z.strictObject({
  backend: choice(['sqlite', 'memory']).optional(),
  db_path: text(4_096).optional(),
  s3_key: text(1_024).optional(),
  sync_interval_secs: int(0, BIG).optional(),
})

const metrics = z.strictObject({
  enabled: bool().optional(),
  port: int(0, 65_535).optional(),
  bind_address: text().optional(),
  path: text().optional(),
  update_interval_ms: int(0, BIG).optional(),
  keep_alive_seconds: int(0, BIG).optional(),
  max_partition_labels: int(0, BIG).optional(),
})

/** `storage`: a section, or the same as `--path` takes, in one line. Other backends are named in load.ts. */
export const storageSection = dispatch<z.output<typeof filesystem> | z.output<typeof s3>>((value) =>
  typeof value === 'object' && !Array.isArray(value) && value.backend === 's3' ? s3 : filesystem,
)

/** One file. Which of `source`, `target`, `backup` and `restore` it needs follows from `mode` (load.ts). */
export const configFile = z.strictObject({
  mode: choice(['backup', 'restore']),
  backup_id: backupId,
  source: cluster.optional(),
  target: cluster.optional(),
  storage: storageSection,
  backup: backup.prefault({}),
  restore: restore.prefault({}),
  evidence: evidenceSection.optional(),
  offset_storage: offsetStorage.optional(),
  metrics: metrics.optional(),
  logging: z.unknown().optional(),
})

export type ConfigFile = z.output<typeof configFile>

/** The sections by the key they stand under, for documentation and for "did you mean". */
export const SECTIONS = {
  '': configFile,
  source: cluster,
  target: cluster,
  'source.topics': topics,
  'target.topics': topics,
  'source.security': security,
  'target.security': security,
  'source.connection': connection,
  'target.connection': connection,
  'storage (filesystem)': filesystem,
  'storage (s3)': s3,
  backup,
  restore,
  'restore.topics': topics,
  'restore.repartitioning.*': repartitioning,
  ...EVIDENCE_SECTIONS,
  offset_storage: offsetStorage,
  metrics,
} as const satisfies Record<string, z.ZodObject>
