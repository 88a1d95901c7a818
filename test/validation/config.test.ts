import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { loadValidation } from '../../src/contract/config/load-validation.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { configurationFacts } from '../../src/jobs/validation/configuration.ts'

/** The file of the worked example for SOX, as the vendor's guide has it. */
const SOX = `backup_id: "financial-data-weekly"

storage:
  backend: s3
  bucket: sox-compliance-backups
  region: us-east-1
  prefix: production/weekly

target:
  bootstrap_servers:
    - validation-kafka:9092

checks:
  message_count:
    enabled: true
    mode: exact
    topics:
      - transactions
      - settlements
      - audit-log
    fail_threshold: 0
  offset_range:
    enabled: true
  consumer_group_offsets:
    enabled: false # Not restoring consumer groups in this scenario

evidence:
  formats: [json, pdf]
  signing:
    enabled: true
    private_key_path: "/etc/kafka-backup/sox-signing-key.pem"
  storage:
    prefix: "evidence-reports/sox/"
    retention_days: 2555 # 7 years (SOX requirement)

notifications:
  slack:
    webhook_url: "\${SLACK_SOX_CHANNEL_WEBHOOK}"

triggered_by: "weekly-sox-validation-cron"
`
const HOOK = 'https://hooks.example/services/T000/B000/SECRETSECRET'
const ENVIRONMENT = { SLACK_SOX_CHANNEL_WEBHOOK: HOOK }
const source = (text: string) => ({ text, name: 'sox-validation.yaml', directory: '/' })
const load = (text: string, environment: Record<string, string> = ENVIRONMENT, overrides = {}) =>
  loadValidation(source(text), environment, overrides)

function refusal(text: string, environment: Record<string, string> = ENVIRONMENT): CofferError {
  try {
    load(text, environment)
  } catch (error) {
    if (error instanceof CofferError) return error
    throw error
  }
  throw new Error('expected the file to be refused')
}

test("the guide's file is read as it stands", () => {
  const config = load(SOX)
  assert.equal(config.backup_id, 'financial-data-weekly')
  assert.deepEqual(config.checks.message_count.topics, ['transactions', 'settlements', 'audit-log'])
  assert.equal(config.checks.consumer_group_offsets.enabled, false)
  assert.equal(config.checks.content.enabled, true)
  assert.equal(config.evidence.prefix, 'evidence-reports/sox/')
  assert.equal(config.evidence.retention_days, 2_555)
  assert.deepEqual(config.evidence.formats, ['json', 'pdf'])
  assert.equal(config.evidence.signing.private_key_path, '/etc/kafka-backup/sox-signing-key.pem')
  assert.equal(config.triggered_by, 'weekly-sox-validation-cron')
  assert.equal(config.restore_given, false)
  assert.deepEqual(config.notes, [])
})

test('the command line wins over the file', () => {
  const config = load(SOX, ENVIRONMENT, { pitr: 1_775_354_400_000, triggeredBy: 'by hand' })
  assert.equal(config.triggered_by, 'by hand')
  assert.equal(config.pitr_timestamp, 1_775_354_400_000)
  assert.equal(config.restore.restore.time_window_end, 1_775_354_400_000)
})

test('secrets show nowhere, in no printed form and not in what the report gets (field failure 22)', () => {
  const config = load(
    SOX.replace(
      '    enabled: true\n    private',
      '    enabled: true\n    passphrase: pass-SECRETSECRET\n    private',
    ).replace('storage:\n', 'storage:\n  access_key: AKIASECRETSECRET\n  secret_key: key-SECRETSECRET\n'),
  )
  for (const shown of [
    inspect(config, { depth: 20 }),
    JSON.stringify(config),
    JSON.stringify(configurationFacts(config)),
  ]) {
    assert.ok(!shown.includes('SECRETSECRET'), shown)
  }
  assert.equal(config.notifications.slack?.webhook_url.reveal(), HOOK)
})

test('signing asked for without a key is an error with its line (field failure 24)', () => {
  const error = refusal(SOX.replace(/ {4}private_key_path.*\n/, ''))
  assert.equal(error.code, 'CONFIG_MISSING_KEY')
  assert.match(error.message, /^sox-validation\.yaml:\d+: missing "evidence\.signing\.private_key_path"/)
})

const REFUSED: [what: string, text: string, code: string, words: RegExp][] = [
  ['a mode', `mode: backup\n${SOX}`, 'CONFIG_UNKNOWN_KEY', /^sox-validation\.yaml:1: unknown key "mode"/],
  ['a misspelt check', SOX.replace('offset_range', 'offset_rnge'), 'CONFIG_UNKNOWN_KEY', /"checks\.offset_rnge"/],
  ['a misspelt option', SOX.replace('fail_threshold', 'fail_treshold'), 'CONFIG_UNKNOWN_KEY', /fail_treshold/],
  [
    'another mode of counting',
    SOX.replace('mode: exact', 'mode: fast'),
    'CONFIG_INVALID_VALUE',
    /expected one of exact or sample/,
  ],
  ['a missing target', SOX.replace(/target:[\s\S]*?checks/, 'checks'), 'CONFIG_MISSING_KEY', /missing "target"/],
  [
    'a prefix that leaves the storage',
    SOX.replace('evidence-reports/sox/', '../elsewhere/'),
    'CONFIG_INVALID_VALUE',
    /storage\.prefix/,
  ],
  [
    'an address that is none',
    SOX.replace(/webhook_url: .*/, 'webhook_url: hooks.example'),
    'CONFIG_INVALID_VALUE',
    /webhook_url/,
  ],
  [
    'two points in time',
    `${SOX}pitr_timestamp: 1775354400000\nrestore:\n  time_window_end: 1775354400001\n`,
    'CONFIG_CONFLICT',
    /point in time/,
  ],
  [
    'two keys',
    SOX.replace('    private_key_path', '    key: mine\n    private_key_path'),
    'CONFIG_CONFLICT',
    /both say what to sign with/,
  ],
]
for (const [what, text, code, words] of REFUSED) {
  test(`refused with its line: ${what}`, () => {
    const error = refusal(text)
    assert.equal(error.code, code, error.message)
    assert.match(error.message, words)
    assert.match(error.message, /^sox-validation\.yaml:\d+: /)
    assert.ok(!`${error.message}${error.hint}`.includes('SECRETSECRET'))
  })
}

test('an unset variable is an error, never an empty address', () => {
  assert.equal(refusal(SOX, {}).code, 'CONFIG_UNSET_VARIABLE')
})
