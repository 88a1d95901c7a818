// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files' variables are spelled so
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { parseLocation } from '../../src/contract/config/location.ts'
import { parseTime } from '../../src/contract/config/times.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { backupFile, loadBackup, loadRestore, restoreFile } from './load.ts'

test("everybody's spelling of a mechanism is understood", () => {
  for (const spelling of ['SCRAM-SHA-512', 'SCRAM-SHA512', 'scram-sha-512', 'Scram-Sha512']) {
    const config = loadBackup(
      backupFile({
        source: `security:\n  security_protocol: sasl_ssl\n  sasl_mechanism: ${spelling}\n  sasl_username: u\n  sasl_password: p`,
      }),
    )
    assert.equal(config.source.security.sasl_mechanism, 'SCRAM-SHA-512')
    assert.equal(config.source.security.security_protocol, 'SASL_SSL')
  }
})

test('a value keeps its spelling where text is wanted', () => {
  const config = loadBackup(
    backupFile({
      source:
        'security:\n  security_protocol: SASL_PLAINTEXT\n  sasl_mechanism: PLAIN\n  sasl_username: 0123\n  sasl_password: 1e3',
    }),
  )
  assert.equal(config.source.security.sasl_username, '0123')
  assert.equal(config.source.security.sasl_password?.reveal(), '1e3')
})

test('a secret shows nowhere (field failure 34)', () => {
  const config = loadBackup(
    backupFile({ storage: 'backend: s3\nbucket: abc\naccess_key_id: AKIA123\nsecret_access_key: hidden-value' }),
  )
  const all = inspect(config, { depth: 9 }) + JSON.stringify(config)
  assert.ok(!all.includes('hidden-value') && !all.includes('AKIA123'))
  assert.equal(config.storage.backend === 's3' ? config.storage.secret_key?.reveal() : null, 'hidden-value')
})

test('variables: defaults, the built-in day, the environment first, and an escape', () => {
  const id = (text: string, environment: Record<string, string> = {}) =>
    loadBackup(backupFile().replace('daily', text), environment).backup_id
  assert.equal(id('"a-${NAME:-b}"'), 'a-b')
  assert.equal(id('"a-${NAME:-b}"', { NAME: '' }), 'a-b')
  assert.equal(id('"a-${NAME:-b}"', { NAME: 'c' }), 'a-c')
  assert.equal(id('${DATE}'), '2026-04-05')
  assert.equal(id('${DATETIME}'), '20260405T020304Z')
  assert.equal(id('${DATE}', { DATE: 'today' }), 'today')
  const { path } = loadBackup(backupFile({ storage: "backend: filesystem\npath: '/b/$${x}'" })).storage as {
    path: string
  }
  assert.equal(path, '/b/${x}')
})

test("a variable in a comment is nobody's business, and one can hold a number", () => {
  const config = loadBackup(`# \${NOT_SET}\n${backupFile({ backup: 'compression_level: ${LEVEL} # ${NOT_SET}' })}`, {
    LEVEL: '7',
  })
  assert.equal(config.backup.compression_level, 7)
})

test('what is accepted and means nothing here is said', () => {
  const config = loadBackup(
    `${backupFile({ backup: 'checkpoint_interval_secs: 5' })}\nmetrics:\n  bind_address: 0.0.0.0\n  port: 8080\nlogging:\n  level: info\noffset_storage:\n  db_path: ./o.db\nrestore: {dry_run: true}\n`,
  )
  assert.equal(config.notes.length, 5)
  for (const key of ['metrics', 'logging', 'offset_storage', 'backup.checkpoint_interval_secs', 'restore']) {
    assert.ok(
      config.notes.some((note) => note.startsWith(`"${key}"`)),
      key,
    )
  }
  const restore = loadRestore(
    restoreFile('produce_acks: 1\nconsumer_group_strategy: header-based\ntime_window_start: 1701388800'),
  )
  assert.equal(restore.notes.length, 3)
  assert.ok(restore.notes.some((note) => note.includes('looks like seconds')))
  assert.ok(restore.notes.some((note) => note.includes('header-based" adds the headers')))
  for (const strategy of ['timestamp-based', 'cluster-scan', 'manual']) {
    const { notes } = loadRestore(restoreFile(`consumer_group_strategy: ${strategy}`))
    assert.match(notes.join(), new RegExp(`${strategy}" changes nothing`))
  }
  assert.match(loadBackup(backupFile({ backup: 'start_offset: latest' })).notes.join(), /latest" leaves out/)
  const prefix = loadBackup(backupFile({ storage: 'backend: filesystem\npath: /b/\nprefix: /prod/' }))
  assert.deepEqual(prefix.storage, { backend: 'filesystem', path: '/b/prod' })
  assert.equal(prefix.notes.length, 1)
})

test("an archive is read under OSO's names too, and made under a plain one", () => {
  const id = 'daily:2026-04-05T02:00+02@eu=1'
  assert.equal(loadRestore(restoreFile().replace('daily', id)).backup_id, id)
  assert.throws(() => loadBackup(backupFile().replace('daily', id)), {
    code: 'CONFIG_INVALID_VALUE',
    message: /^sox-backup.yaml:2: "backup_id": expected letters, .*, got "daily:2026/,
  })
  for (const bad of ['a/b', '..', 'a b', 'a\\\\b']) {
    assert.throws(() => loadRestore(restoreFile().replace('daily', `"${bad}"`)), { code: 'CONFIG_INVALID_VALUE' })
  }
})

test('sections left empty are defaults', () => {
  const config = loadRestore(
    'mode: restore\nbackup_id: a\ntarget:\n  bootstrap_servers: [a:1]\n  security:\n  topics:\nstorage: /b\nrestore:\n  topic_mapping:\n    # orders: x\n',
  )
  assert.equal(config.restore.topic_mapping.size, 0)
  assert.equal(config.target.security.security_protocol, 'PLAINTEXT')
  assert.equal(config.restore.max_concurrent_partitions, 4)
})

test("mappings keep every topic's name, however odd", () => {
  const config = loadRestore(
    restoreFile('topic_mapping:\n  __proto__: a\n  constructor: b\n  123: c\npartition_mapping: {0: 5, 1: 4}'),
  )
  assert.deepEqual(
    [...config.restore.topic_mapping],
    [
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['123', 'c'],
    ].sort(byNumberFirst),
  )
  assert.deepEqual(
    [...config.restore.partition_mapping],
    [
      [0, 5],
      [1, 4],
    ],
  )
})

/** Objects list whole numbers first. */
function byNumberFirst(a: string[], b: string[]): number {
  return Number(/^\d/.test(b[0] ?? '')) - Number(/^\d/.test(a[0] ?? ''))
}

test('start_offset in its three forms', () => {
  const start = (text: string) => loadBackup(backupFile({ backup: text })).backup.start_offset
  assert.deepEqual(start('compression: none'), { at: 'earliest' })
  assert.deepEqual(start('start_offset: latest'), { at: 'latest' })
  const offsets = new Map([
    [
      't',
      new Map([
        [0, 5],
        [1, 9_007_199_254_740_991],
      ]),
    ],
  ])
  assert.deepEqual(start('start_offset:\n  specific:\n    t: {0: 5, 1: 9007199254740991}'), { at: 'specific', offsets })
  assert.deepEqual(start('start_offset: !specific\n  t: {0: 5, 1: 9007199254740991}'), { at: 'specific', offsets })
})

test('servers: a list, a line with commas, IPv6', () => {
  const servers = (text: string) =>
    loadBackup(backupFile().replace('[kafka:9092]', text), { B: 'x:1, y:2' }).source.bootstrap_servers
  assert.deepEqual(servers('["a:1,b:2", "[::1]:3"]'), ['a:1', 'b:2', '[::1]:3'])
  assert.deepEqual(servers('"${B}"'), ['x:1', 'y:2'])
})

test('times: milliseconds, or ISO 8601 with a zone', () => {
  const millis = (text: string) => {
    const parsed = parseTime(text)
    return parsed.ok ? parsed.millis : null
  }
  assert.equal(millis('1701388800000'), 1_701_388_800_000)
  assert.equal(millis('2023-12-01T00:00:00Z'), 1_701_388_800_000)
  assert.equal(millis('2023-12-01T01:00:00.25+01:00'), 1_701_388_800_250)
  assert.equal(millis('2023-11-30 19:00-0500'), 1_701_388_800_000)
  for (const bad of [
    '2023-12-01',
    '2023-12-01T00:00:00',
    '2023-13-01T00:00:00Z',
    '2023-12-01T24:00:00Z',
    '2023-12-01T00:00:00+25:00',
    'yesterday',
    '99999999999999999',
    '8640000000000001',
    '1.5',
  ]) {
    assert.equal(millis(bad), null, bad)
  }
})

test('places', () => {
  assert.deepEqual(parseLocation('/backups'), { backend: 'filesystem', path: '/backups' })
  assert.deepEqual(parseLocation('file:///back%20ups'), { backend: 'filesystem', path: '/back ups' })
  assert.deepEqual(parseLocation('s3://bucket/a/b/?endpoint=http://127.0.0.1:9000&region=eu'), {
    backend: 's3',
    bucket: 'bucket',
    region: 'eu',
    endpoint: 'http://127.0.0.1:9000',
    prefix: 'a/b',
    path_style: true,
    allow_http: true,
  })
  // one reading serves a file's line and --path alike
  assert.deepEqual(parseLocation('s3://bucket', { AWS_REGION: 'eu', AWS_ENDPOINT_URL: 'http://minio:9000' }), {
    backend: 's3',
    bucket: 'bucket',
    region: 'eu',
    endpoint: 'http://minio:9000',
    path_style: true,
    allow_http: false,
  })
  const codes: Record<string, string> = {
    '': 'USAGE',
    's3://': 'USAGE',
    's3://user:pa55word@bucket/x': 'USAGE',
    's3://bucket/x?regoin=1': 'USAGE',
    's3://bucket/x?secret_key=pa55word': 'USAGE',
    's3://bucket/%zz': 'USAGE',
    'file://host/x': 'USAGE',
    'azure://a/b': 'UNSUPPORTED',
  }
  for (const [location, code] of Object.entries(codes)) {
    assert.throws(
      () => parseLocation(location),
      (error) => error instanceof CofferError && error.code === code && !error.message.includes('pa55word'),
      location,
    )
  }
})
