import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/contract/config/load.ts'
import { loadValidation } from '../../src/contract/config/load-validation.ts'
import type { RestoreChoices } from '../../src/contract/ipc/restore.ts'
import { restoreFile, validationFile } from '../../src/worker/restore/restore-file.ts'

/** What the wizard writes is read back by what the command line reads files with. */

const TARGET = `bootstrap_servers: ["kafka-1:9093"]
topics: { include: ["from-the-connection"] }
security:
  security_protocol: SASL_SSL
  sasl_mechanism: SCRAM-SHA-512
  sasl_username: "007"
  sasl_password: \${RESTORE_PASSWORD}
`
const environment = { RESTORE_PASSWORD: 'a: "b" #c', KEY: 'k', SECRET: 's' }
const choices: RestoreChoices = {
  location: { path: '/backups' },
  backupId: 'weekly',
  targetId: '7d9f3f3e-5f0b-4b3c-9a55-7b7b3d3a9c10',
  streams: ['orders', 'ledger'],
  window: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-31T23:59:59.999Z' },
  mapping: { orders: 'restored.orders', ledger: 'books' },
  partitions: { books: 5 },
  createTopics: true,
  allowNonEmpty: true,
  groups: ['app', 'yes'],
}
const source = (text: string) => ({ text, name: 'restore.yaml', directory: '/' })

function restoreOf(text: string) {
  const config = loadConfig(source(text), environment, 'restore')
  assert.equal(config.mode, 'restore')
  if (config.mode !== 'restore') throw new TypeError('no restore')
  return config
}

test('every choice arrives in the restore as the command line reads it', () => {
  const config = restoreOf(restoreFile(choices, TARGET, { path: '/backups' }))
  assert.equal(config.backup_id, 'weekly')
  assert.deepEqual(config.target.bootstrap_servers, ['kafka-1:9093'])
  assert.equal(JSON.stringify(config.storage), JSON.stringify({ backend: 'filesystem', path: '/backups' }))
  assert.deepEqual(config.target.topics.include, ['orders', 'ledger'], 'the wizard’s streams, not the connection’s')
  const { restore } = config
  assert.equal(restore.time_window_start, Date.parse('2026-01-01T00:00:00.000Z'))
  assert.equal(restore.time_window_end, Date.parse('2026-01-31T23:59:59.999Z'), 'the end to the millisecond')
  assert.deepEqual(
    [...restore.topic_mapping],
    [
      ['orders', 'restored.orders'],
      ['ledger', 'books'],
    ],
  )
  assert.deepEqual([...restore.repartitioning.keys()], ['books'])
  assert.equal(restore.repartitioning.get('books')?.target_partitions, 5)
  assert.equal(restore.create_topics, true)
  assert.equal(restore.allow_non_empty_target, true)
  assert.deepEqual(restore.consumer_groups, ['app', 'yes'])
  assert.equal(restore.reset_consumer_offsets, true)
})

test('what was not chosen is not in the file', () => {
  const text = restoreFile(
    {
      ...choices,
      streams: null,
      window: { start: null, end: null },
      mapping: {},
      partitions: {},
      allowNonEmpty: false,
      createTopics: false,
      groups: 'none',
    },
    TARGET,
    { yaml: 'storage:\n  backend: filesystem\n  path: /elsewhere\n' },
  )
  const config = restoreOf(text)
  assert.deepEqual(config.target.topics, { include: [], exclude: [] })
  assert.equal(config.restore.allow_non_empty_target, false)
  assert.equal(config.restore.create_topics, false)
  assert.equal(config.restore.auto_consumer_groups, false)
  assert.doesNotMatch(text, /time_window|mapping|groups|non_empty/)
  assert.equal(JSON.stringify(config.storage), JSON.stringify({ backend: 'filesystem', path: '/elsewhere' }))
})

test('secrets stay variables, and the text is the same for the same choices', () => {
  const storage = {
    yaml: `backend: s3\nbucket: b-1\nregion: eu-central-1\naccess_key: \${KEY}\nsecret_key: \${SECRET}\n`,
  }
  const text = restoreFile(choices, TARGET, storage)
  assert.equal(text, restoreFile(structuredClone(choices), TARGET, storage))
  assert.ok(text.includes(`\${RESTORE_PASSWORD}`))
  assert.ok(!text.includes('a: "b"'))
  const { security } = restoreOf(text).target
  assert.match(JSON.stringify(security), /"007"/, 'a user of digits stays a text')
})

test('the validation compares what was restored, record by record, and makes a PDF', () => {
  const storage = { path: '/backups' }
  const unsigned = loadValidation(source(validationFile(choices, TARGET, storage, null)), environment)
  assert.equal(unsigned.restore_given, true)
  assert.deepEqual(
    unsigned.restore.restore.topic_mapping,
    restoreOf(restoreFile(choices, TARGET, storage)).restore.topic_mapping,
  )
  assert.equal(unsigned.restore.restore.time_window_end, Date.parse('2026-01-31T23:59:59.999Z'))
  assert.equal(unsigned.checks.content.enabled, true)
  assert.equal(unsigned.checks.content.sample_percentage, 100)
  assert.equal(unsigned.groups_asked, true)
  assert.deepEqual(unsigned.checks.consumer_group_offsets.groups, ['app', 'yes'])
  assert.deepEqual(unsigned.evidence.formats, ['json', 'pdf'])
  const signed = loadValidation(source(validationFile(choices, TARGET, storage, 'legal')), environment)
  assert.match(JSON.stringify(signed.evidence), /legal/)
  const without = validationFile({ ...choices, groups: 'none' }, TARGET, storage, null)
  assert.equal(loadValidation(source(without), environment).groups_asked, false)
})
