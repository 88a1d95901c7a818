// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files' variables are spelled so
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { backupFile, codeAndMessage, refusal, restoreFile } from './load.ts'

/** [what, file, code, message, hint]: the table of what bad files get. */
const CASES: [string, string, ErrorCode, string, RegExp | undefined][] = [
  [
    'a misspelt key',
    backupFile({ source: 'topics:\n  inclde: [a]' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:6: unknown key "source.topics.inclde"',
    /Did you mean "source\.topics\.include"\?/,
  ],
  [
    'a key in the wrong section',
    backupFile({ source: 'sasl_password: x' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:5: unknown key "source.sasl_password"',
    /Did you mean "source\.security\.sasl_password"\?/,
  ],
  [
    'a required key, misspelt: the misspelling is told, not what it leaves missing',
    backupFile().replace('bootstrap_servers', 'bootstrap_server'),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:4: unknown key "source.bootstrap_server"',
    /Did you mean "source\.bootstrap_servers"\?/,
  ],
  [
    'a required section, misspelt',
    backupFile().replace('storage:', 'storge:'),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:5: unknown key "storge"',
    /Did you mean "storage"\?/,
  ],
  [
    'the section that the mode asks for, misspelt',
    backupFile().replace('source:', 'sorce:'),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:3: unknown key "sorce"',
    /Did you mean "source"\?/,
  ],
  [
    'the first key of all, misspelt',
    backupFile().replace('backup_id', 'bakup_id'),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:2: unknown key "bakup_id"',
    /Did you mean "backup_id"\?/,
  ],
  [
    'the backend of a storage, misspelt, below its other keys',
    backupFile({ storage: 'bucket: b\nbackand: s3' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:7: unknown key "storage.backand"',
    /Did you mean "storage\.backend"\?/,
  ],
  [
    'an unknown key of storage, which the other program does not even warn of',
    backupFile({ storage: 'backend: filesystem\npath: /b\nbuckett: x' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:8: unknown key "storage.buckett"',
    undefined,
  ],
  [
    'an unknown key without a value',
    backupFile({ top: 'retries:' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:3: unknown key "retries"',
    undefined,
  ],
  [
    'a key that every object has',
    backupFile({ top: '__proto__: {}' }),
    'CONFIG_UNKNOWN_KEY',
    'sox-backup.yaml:3: unknown key "__proto__"',
    undefined,
  ],
  [
    'a misspelt protocol (field failure 33)',
    backupFile({ source: 'security:\n  security_protocol: SASL_SSLL' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:6: "source.security.security_protocol": expected one of PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, got "SASL_SSLL"',
    undefined,
  ],
  [
    'a mechanism that nobody has',
    backupFile({ source: 'security:\n  sasl_mechanism: SCRAM-SHA-1024' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:6: "source.security.sasl_mechanism": expected one of PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, got "SCRAM-SHA-1024"',
    undefined,
  ],
  [
    'an unset variable (field failure 33)',
    backupFile({ source: 'security:\n  sasl_password: "${KAFKA_PASWORD}"' }),
    'CONFIG_UNSET_VARIABLE',
    'sox-backup.yaml:6: "source.security.sasl_password": the variable "KAFKA_PASWORD" is not set',
    /KAFKA_PASWORD:-default/,
  ],
  [
    'a variable that is not closed',
    backupFile({ top: 'logging: "${X"' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:3: "logging": expected ${NAME} or ${NAME:-default}',
    /\$\$\{/,
  ],
  [
    'YAML that is none',
    'a: [1\nb: 2\n',
    'CONFIG_SYNTAX',
    'sox-backup.yaml:2:1: flow sequence in block collection must be sufficiently indented and end with a ]',
    undefined,
  ],
  [
    'a key given twice',
    'mode: backup\nmode: restore\n',
    'CONFIG_SYNTAX',
    'sox-backup.yaml:2:1: map keys must be unique',
    undefined,
  ],
  [
    'two documents',
    `${backupFile()}\n---\nmode: restore\n`,
    'CONFIG_SYNTAX',
    'sox-backup.yaml:11:1: expected one YAML document, got another',
    undefined,
  ],
  [
    'an empty file',
    '\n',
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:1: expected a file with "mode", "backup_id" and "storage"',
    undefined,
  ],
  ['no mode', 'backup_id: x\nstorage: /b\n', 'CONFIG_MISSING_KEY', 'sox-backup.yaml:1: missing "mode"', undefined],
  [
    'no storage',
    'mode: backup\nbackup_id: x\nsource: {bootstrap_servers: [k:1]}',
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:1: missing "storage"',
    /COFFER_STORAGE/,
  ],
  [
    'no source',
    'mode: backup\nbackup_id: x\nstorage: /b\n',
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:1: missing "source"',
    undefined,
  ],
  [
    'no bucket',
    backupFile({ storage: 'backend: s3' }),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:5: missing "storage.bucket"',
    undefined,
  ],
  [
    'no backend',
    backupFile({ storage: 'path: /b' }),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:5: missing "storage.backend"',
    /filesystem/,
  ],
  [
    'an unknown backend',
    backupFile({ storage: 'backend: ftp' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:6: "storage.backend": expected one of filesystem or s3, got "ftp"',
    undefined,
  ],
  [
    'Azure',
    backupFile({ storage: 'backend: azure' }),
    'UNSUPPORTED',
    'sox-backup.yaml:6: "storage.backend": Azure Blob Storage is not supported',
    /s3/,
  ],
  [
    'Kerberos',
    backupFile({ source: 'security:\n  sasl_mechanism: GSSAPI' }),
    'UNSUPPORTED',
    'sox-backup.yaml:6: "source.security.sasl_mechanism": GSSAPI is not supported',
    /SCRAM/,
  ],
  [
    'an enterprise section',
    backupFile({ top: 'enterprise: {encryption: {enabled: true}}' }),
    'UNSUPPORTED',
    'sox-backup.yaml:3: "enterprise" is not supported',
    /enterprise/,
  ],
  [
    'a Kubernetes resource',
    'apiVersion: kafka.oso.sh/v1alpha1\nkind: KafkaBackup\n',
    'UNSUPPORTED',
    'sox-backup.yaml:1: "apiVersion" is not supported',
    /Kubernetes/,
  ],
  [
    'an id that leaves the archive',
    backupFile().replace('daily', '../daily'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:2: "backup_id": expected letters, digits, ".", "_" and "-" (no slash, no space), at most 200 characters, got "../daily"',
    undefined,
  ],
  [
    'an id of two dots',
    backupFile().replace('daily', '..'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:2: "backup_id": expected letters, digits, ".", "_" and "-" (no slash, no space), at most 200 characters, got ".."',
    undefined,
  ],
  [
    'a server without a port',
    backupFile().replace('kafka:9092', 'kafka'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:4: "source.bootstrap_servers.0": expected host:port (an IPv6 address in brackets), got "kafka"',
    undefined,
  ],
  [
    'no server at all',
    backupFile().replace('[kafka:9092]', '[]'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:4: "source.bootstrap_servers": expected at least one host:port, got a list',
    undefined,
  ],
  [
    'a level out of bounds',
    backupFile({ backup: 'compression_level: 23' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.compression_level": expected "adaptive" or a whole number from 1 to 22, got "23"',
    undefined,
  ],
  [
    'a compression that nobody wrote',
    backupFile({ backup: 'compression: gzip' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.compression": expected one of zstd, lz4 or none, got "gzip"',
    undefined,
  ],
  [
    'a count of nothing',
    backupFile({ backup: 'max_concurrent_partitions: 0' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.max_concurrent_partitions": expected a whole number from 1 to 1000, got "0"',
    undefined,
  ],
  [
    'a number with an exponent',
    backupFile({ backup: 'segment_max_bytes: 1e6' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.segment_max_bytes": expected a whole number from 1 to 1073741824, got "1e6"',
    undefined,
  ],
  [
    'yes for true',
    backupFile({ backup: 'continuous: yes' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.continuous": expected true or false, got "yes"',
    undefined,
  ],
  [
    'a list for a value',
    backupFile({ backup: 'compression: [zstd]' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:9: "backup.compression": expected a value, got a list',
    undefined,
  ],
  [
    'a value for a section',
    backupFile({ source: 'security: SSL' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:5: "source.security": expected a section, got "SSL"',
    undefined,
  ],
  [
    'a snapshot that never ends',
    backupFile({ backup: 'continuous: true\nstop_at_current_offsets: true' }),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:10: "backup.stop_at_current_offsets" can\'t go with "backup.continuous"',
    /keep one/,
  ],
  [
    'SASL without a password',
    backupFile({ source: 'security:\n  security_protocol: SASL_SSL\n  sasl_mechanism: PLAIN\n  sasl_username: u' }),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:6: missing "source.security.sasl_password", which SASL_SSL needs',
    undefined,
  ],
  [
    'a password that would not be used',
    backupFile({ source: 'security:\n  sasl_mechanism: PLAIN\n  sasl_username: u\n  sasl_password: p' }),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:6: "source.security.sasl_mechanism" is set, but the security protocol PLAINTEXT does not use it',
    /SASL_SSL/,
  ],
  [
    'a CA that would not be used',
    backupFile({ source: 'security:\n  ssl_ca_location: /ca.pem' }),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:6: "source.security.ssl_ca_location" is set, but the security protocol PLAINTEXT does not use it',
    /"security_protocol: SSL"/,
  ],
  [
    'a certificate without its key',
    backupFile({ source: 'security:\n  security_protocol: SSL\n  ssl_certificate_location: /c.pem' }),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:6: missing "source.security.ssl_key_location", which SSL needs',
    undefined,
  ],
  [
    'an http endpoint',
    backupFile({ storage: 'backend: s3\nbucket: abc\nendpoint: http://minio:9000' }),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:8: "storage.endpoint" is http://, which sends the archive unencrypted',
    /allow_http/,
  ],
  [
    'half a key pair',
    backupFile({ storage: 'backend: s3\nbucket: abc\naccess_key: k' }),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:5: missing "storage.secret_key"',
    /neither/,
  ],
  [
    'a time without a zone',
    restoreFile('time_window_start: 2026-01-01T00:00:00'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:7: "restore.time_window_start": expected a time with its zone (2026-04-05T02:00:00Z or …+02:00), got "2026-01-01T00:00:00"',
    undefined,
  ],
  [
    'a day that does not exist',
    restoreFile('time_window_start: 2026-02-30T00:00:00Z'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:7: "restore.time_window_start": expected a time that exists, got "2026-02-30T00:00:00Z"',
    undefined,
  ],
  [
    'a window that ends before it begins',
    restoreFile('time_window_start: 2000\ntime_window_end: 1000'),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:8: "restore.time_window_end" (1970-01-01T00:00:01.000Z) lies before "restore.time_window_start" (1970-01-01T00:00:02.000Z)',
    undefined,
  ],
  [
    'offsets of no group',
    restoreFile('reset_consumer_offsets: true'),
    'CONFIG_MISSING_KEY',
    'sox-backup.yaml:7: missing "restore.consumer_groups", which "restore.reset_consumer_offsets" needs',
    /auto_consumer_groups/,
  ],
  [
    'two lists of topics',
    restoreFile('topics: [a]', 'topics: {include: [b]}'),
    'CONFIG_CONFLICT',
    'sox-backup.yaml:8: "restore.topics" and "target.topics.include" both say what to restore',
    /one/,
  ],
  [
    'a partition that is no number',
    restoreFile('partition_mapping: {a: 1}'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:7: the key "restore.partition_mapping.a": expected a whole number from 0 to 2147483647',
    undefined,
  ],
  [
    'no partitions to spread over',
    restoreFile('repartitioning: {a: {target_partitions: 0}}'),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:7: "restore.repartitioning.a.target_partitions": expected a whole number from 1 to 100000, got "0"',
    undefined,
  ],
  [
    'a broken pattern',
    backupFile({ source: 'topics: ["~a("]' }),
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:5: "source.topics.0": expected a regular expression after "~" (expected ")"), got "~a("',
    undefined,
  ],
  [
    'an alias without an anchor',
    backupFile({ top: 'logging: *nowhere' }),
    'CONFIG_SYNTAX',
    'sox-backup.yaml:3:10: the alias "nowhere" has no anchor',
    undefined,
  ],
]

for (const [what, file, code, message, hint] of CASES) {
  test(`${what} is refused as ${code}`, () => {
    const error = refusal(file)
    assert.deepEqual(codeAndMessage(error), [code, message])
    if (hint === undefined) return
    assert.match(error.hint ?? '', hint)
  })
}

test('a file for the other verb is refused', () => {
  const error = refusal(backupFile(), {}, 'restore')
  assert.deepEqual(codeAndMessage(error), [
    'CONFIG_INVALID_VALUE',
    'sox-backup.yaml:1: expected "mode: restore", got "backup"',
  ])
})

test('the topmost problem is the error, and the others are in its details', () => {
  const error = refusal(backupFile({ backup: 'compression: gzip\ncontinous: true', source: 'topic: [a]' }))
  assert.equal(error.code, 'CONFIG_UNKNOWN_KEY')
  assert.equal(error.details?.line, 5)
  assert.equal((error.details?.also as string[] | undefined)?.length, 2)
})

test('no refusal repeats a secret, given in the file or through a variable', () => {
  const secrets = ['s3cr3t-in-file', 's3cr3t-in-variable']
  const file = backupFile({
    source: `security:\n  security_protocol: "\${PASSWORD}"\n  sasl_password: {s3cr3t-in-file: 1}`,
    storage: 'backend: s3\nbucket: "${PASSWORD}"\nsecret_key: [s3cr3t-in-file]',
  })
  const error = refusal(file, { PASSWORD: 's3cr3t-in-variable' })
  const all = inspect(error, { depth: 9 }) + JSON.stringify(error.details)
  for (const secret of secrets) assert.ok(!all.includes(secret), secret)
  assert.match(all, /\$\{PASSWORD\}/)
})

test('hostile files end in a code, and soon', () => {
  const files = [
    '['.repeat(100_000),
    `${'{a: '.repeat(5_000)}`,
    `a: &a [x, x, x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}`,
    'a: &a [*a]',
    `mode: ${'x'.repeat(900_000)}`,
    'x'.repeat(1_000_001),
    '? [a, b]\n: c',
    '\0\x01\x02',
    `backup_id: "${'${'.repeat(10_000)}"`,
  ]
  const before = Date.now()
  for (const file of files) assert.match(refusal(file).code, /^CONFIG_/)
  assert.ok(Date.now() - before < 10_000)
})
