/**
 * The YAML documents of the guides that Coffer implements, as they stand there (the SOX example re-indented: its source
 * had lost its spaces). `complete` ones load by themselves; the others are fragments that belong into a whole file.
 */
export interface SeedDocument {
  name: string
  text: string
  mode: 'backup' | 'restore'
  complete: boolean
}

export const SEED_DOCUMENTS: readonly SeedDocument[] = [
  {
    name: 'long-term backup',
    mode: 'backup',
    complete: false,
    text: `# Long-term backup configuration
backup:
  compression: zstd
  compression_level: 9  # Maximum compression for archival

storage:
  backend: s3
  bucket: compliance-archives
  prefix: kafka/2024
`,
  },
  {
    name: 'audit-specific backup',
    mode: 'backup',
    complete: false,
    text: `# Audit-specific backup
mode: backup
backup_id: "audit-\${DATE}"

source:
  topics:
    include:
      - audit-events
      - user-actions
      - transactions

backup:
  include_offset_headers: true
  source_cluster_id: "production"
`,
  },
  {
    name: 'point-in-time evidence',
    mode: 'restore',
    complete: false,
    text: `restore:
  time_window_start: 1701388800000  # Investigation start
  time_window_end: 1701475200000    # Investigation end
`,
  },
  {
    name: 'cross-region archival',
    mode: 'backup',
    complete: false,
    text: `# Primary backup
storage:
  backend: s3
  bucket: compliance-us-east-1
  region: us-east-1

---

# Cross-region replication in S3
# Automatically replicates to compliance-eu-west-1
`,
  },
  {
    name: 'audit-restore.yaml',
    mode: 'restore',
    complete: false,
    text: `mode: restore
backup_id: "compliance-q3-2024"

restore:
  time_window_start: 1719792000000  # Jul 1, 2024
  time_window_end: 1727740800000    # Oct 1, 2024

  topic_mapping:
    transactions: audit-investigation-transactions

target:
  bootstrap_servers:
    - audit-kafka:9092
`,
  },
  {
    name: 'internal investigation',
    mode: 'restore',
    complete: false,
    text: `restore:
  time_window_start: 1701388800000  # Dec 1, 00:00
  time_window_end: 1701475199000    # Dec 1, 23:59

  topics:
    - user-views
    - access-log
`,
  },
  {
    name: 'encryption at rest',
    mode: 'backup',
    complete: false,
    text: `storage:
  backend: s3
  bucket: compliance-backups
  # S3 SSE-KMS encryption
  # Configure in bucket settings
`,
  },
  {
    name: 'encryption in transit',
    mode: 'backup',
    complete: false,
    text: `source:
  security:
    security_protocol: SASL_SSL
    ssl_ca_location: /certs/ca.crt

storage:
  backend: s3
  # All S3 traffic is HTTPS by default
`,
  },
  {
    name: 'sox-backup.yaml',
    mode: 'backup',
    complete: true,
    text: `mode: backup
backup_id: "financial-data-weekly"

source:
  bootstrap_servers:
    - kafka-prod-0.internal:9092
    - kafka-prod-1.internal:9092
    - kafka-prod-2.internal:9092
  security:
    security_protocol: SASL_SSL
    sasl_mechanism: SCRAM-SHA-512
    sasl_username: backup-service
    sasl_password: "\${KAFKA_BACKUP_PASSWORD}"
  topics:
    include:
      - transactions
      - settlements
      - audit-log
      - "ledger-*"

storage:
  backend: s3
  bucket: sox-compliance-backups
  region: us-east-1
  prefix: production/weekly

backup:
  compression: zstd
  compression_level: 9 # Maximum compression for archival
  include_offset_headers: true # Required for offset restoration
  source_cluster_id: "prod-us-east-1"
  stop_at_current_offsets: true # Snapshot mode
`,
  },
  {
    name: 'sox-restore.yaml',
    mode: 'restore',
    complete: true,
    text: `mode: restore
backup_id: "financial-data-weekly"

target:
  bootstrap_servers:
    - validation-kafka:9092

storage:
  backend: s3
  bucket: sox-compliance-backups
  region: us-east-1
  prefix: production/weekly

restore:
  create_topics: true
  topic_mapping:
    transactions: validation-transactions
    settlements: validation-settlements
    audit-log: validation-audit-log
`,
  },
]
