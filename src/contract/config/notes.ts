/**
 * Keys of OSO Kafka Backup that a file may have and that mean nothing here, or something else: accepted, and said.
 * `[section, key, sentence]`; the key is noted when the file has it.
 */
export const NOTES: readonly (readonly [section: string, key: string, sentence: string])[] = [
  ['', 'metrics', '"metrics" is ignored: Coffer serves no metrics endpoint'],
  ['', 'logging', '"logging" is ignored: use --verbose or --quiet'],
  ['', 'offset_storage', '"offset_storage" is ignored: the manifest itself says where the next run continues'],
  [
    'backup',
    'checkpoint_interval_secs',
    '"backup.checkpoint_interval_secs" is ignored: positions are kept in the manifest, written every "backup.sync_interval_secs"',
  ],
  [
    'restore',
    'checkpoint_interval_secs',
    '"restore.checkpoint_interval_secs" is ignored: what has arrived is read from the target itself',
  ],
]

/** Sections of OSO's enterprise edition and documents of its other programs: known, and not here. */
export const UNSUPPORTED_KEYS: Readonly<Record<string, string>> = {
  enterprise: 'The enterprise sections (encryption, masking, rbac, audit) are not part of Coffer.',
  encryption: 'Encrypt at rest with the storage (SSE-KMS) and in transit with TLS.',
  masking: 'Coffer archives records exactly as they are.',
  rbac: 'Use the ACLs of Kafka and of the storage.',
  schema_registry: 'Schemas are not archived; record bytes, schema ids included, are.',
  apicurio_registry: 'Schemas are not archived; record bytes, schema ids included, are.',
  retention: 'Coffer deletes no backups; use the lifecycle rules of the storage.',
  schedule: 'Run coffer from cron or a systemd timer.',
  checks: 'This is a file for "coffer validation run --config FILE"; it has no "mode".',
  apiVersion:
    'This is a Kubernetes resource; write a configuration file with "mode", "backup_id", "source" and "storage".',
}

export const GSSAPI_KEYS: readonly string[] = [
  'sasl_kerberos_service_name',
  'sasl_keytab_path',
  'sasl_krb5_config_path',
]

export const OTHER_BACKENDS: Readonly<Record<string, string>> = {
  azure: 'Azure Blob Storage',
  gcs: 'Google Cloud Storage',
  memory: 'memory',
}
