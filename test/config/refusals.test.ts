// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files' variables are spelled so
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { backupFile, codeAndMessage, refusal } from './load.ts'
import { REFUSALS } from './refusals.ts'

for (const [what, file, code, message, hint] of REFUSALS) {
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
