import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMap, parseAllDocuments, parseDocument, stringify } from 'yaml'
import { loadBackup, loadRestore } from './load.ts'
import { SEED_DOCUMENTS } from './seeds.ts'

const ENVIRONMENT = { KAFKA_BACKUP_PASSWORD: 'hunter2 # "quoted": \nyes' }

/** What a fragment leaves out. */
const BASE = {
  backup: {
    mode: 'backup',
    backup_id: 'base',
    source: {
      bootstrap_servers: ['kafka:9092'],
      security: { security_protocol: 'SASL_SSL', sasl_mechanism: 'PLAIN', sasl_username: 'u', sasl_password: 'p' },
    },
    storage: { backend: 's3', bucket: 'base-bucket' },
  },
  restore: {
    mode: 'restore',
    backup_id: 'base',
    target: { bootstrap_servers: ['kafka:9092'] },
    storage: { backend: 's3', bucket: 'base-bucket' },
  },
}

function completed(text: string, mode: 'backup' | 'restore'): string {
  const document = parseAllDocuments(text)
  const fragment = (Array.isArray(document) ? document[0] : undefined)?.toJS() as Record<string, unknown>
  return stringify(merge(BASE[mode], fragment))
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isPlain(value) && isPlain(below) ? merge(below, value) : value
  }
  return merged
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

for (const seed of SEED_DOCUMENTS) {
  test(`the guides' ${seed.name} is understood key by key`, () => {
    const text = seed.complete ? seed.text : completed(seed.text, seed.mode)
    const config = seed.mode === 'backup' ? loadBackup(text, ENVIRONMENT) : loadRestore(text, ENVIRONMENT)
    assert.equal(config.mode, seed.mode)
    assert.equal(config.storage.backend, 's3')
  })
}

test('the guides have ten such documents', () => {
  assert.equal(SEED_DOCUMENTS.length, 10)
  assert.ok(SEED_DOCUMENTS.every((seed) => isMap(parseAllDocuments(seed.text)[0]?.contents)))
})

test('the SOX backup comes out as it was written', () => {
  const seed = SEED_DOCUMENTS.find((one) => one.name === 'sox-backup.yaml')
  const config = loadBackup(seed?.text ?? '', ENVIRONMENT)
  assert.equal(config.backup_id, 'financial-data-weekly')
  assert.equal(config.source.bootstrap_servers.length, 3)
  assert.deepEqual(config.source.topics.include, ['transactions', 'settlements', 'audit-log', 'ledger-*'])
  assert.equal(config.source.security.sasl_mechanism, 'SCRAM-SHA-512')
  // a value is a value, whatever it holds: it can't become YAML
  assert.equal(config.source.security.sasl_password?.reveal(), ENVIRONMENT.KAFKA_BACKUP_PASSWORD)
  assert.equal(config.backup.compression_level, 9)
  assert.equal(config.backup.include_offset_headers, true)
  assert.equal(config.backup.source_cluster_id, 'prod-us-east-1')
  assert.deepEqual(config.storage, {
    backend: 's3',
    bucket: 'sox-compliance-backups',
    region: 'us-east-1',
    prefix: 'production/weekly',
    path_style: false,
    allow_http: false,
  })
  assert.deepEqual(config.notes, [])
})

test('the audit restore of the guides needs only a place for the archive', () => {
  const seed = SEED_DOCUMENTS.find((one) => one.name === 'audit-restore.yaml')
  const config = loadRestore(seed?.text ?? '', { COFFER_STORAGE: 's3://compliance-backups/production/daily' })
  assert.deepEqual([...config.restore.topic_mapping], [['transactions', 'audit-investigation-transactions']])
  assert.equal(config.restore.time_window_end, 1_727_740_800_000)
  assert.equal(config.storage.backend === 's3' ? config.storage.prefix : null, 'production/daily')
})

test('the audit backup of the guides has the day in its id', () => {
  const seed = SEED_DOCUMENTS.find((one) => one.name === 'audit-specific backup')
  assert.equal(loadBackup(completed(seed?.text ?? '', 'backup')).backup_id, 'audit-2026-04-05')
})

test('the investigation of the guides selects its topics', () => {
  const seed = SEED_DOCUMENTS.find((one) => one.name === 'internal investigation')
  const config = loadRestore(completed(seed?.text ?? '', 'restore'))
  assert.deepEqual(config.target.topics, { include: ['user-views', 'access-log'], exclude: [] })
  assert.equal(parseDocument(seed?.text ?? '').errors.length, 0)
})
