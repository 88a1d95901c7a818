import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { keepable, saidOfNotKept } from '../../src/worker/profile/keepable.ts'
import { backupRequest } from './support.ts'

const kept = (text: string, file: string | null = null) => {
  const { request, notKept } = keepable(backupRequest(text), file)
  return { text: request?.kind === 'backup' ? request.config.text : null, notKept }
}

describe('what is kept of a request', () => {
  test('the text as it is, without the environment', () => {
    const text = `mode: backup\nsource:\n  security: { sasl_password: "$\{PW}" }\nstorage:\n  path: /x\n`
    const { request } = keepable(backupRequest(text), null)
    assert.deepEqual(request, {
      kind: 'backup',
      config: { text, name: 'b.yaml', directory: '/tmp' },
      dryRun: false,
    })
  })

  for (const [text, key] of [
    ['sasl_password: hunter2', 'sasl_password'],
    ['sasl_password: 12345', 'sasl_password'],
    [`sasl_password: $\{PW:-hunter2}`, 'sasl_password'],
    ['a: { b: { secret_key: hunter2 } }', 'secret_key'],
    ['a: [{ session_token: hunter2 }]', 'session_token'],
    ['tokens: [hunter2]', 'tokens'],
    ['endpoint: http://user:hunter2@host', 'endpoint'],
    ['list: ["http://user:hunter2@host"]', 'list'],
    ['notifications: { slack: { webhook_url: https://hooks/hunter2 } }', 'webhook_url'],
    ['webhooks: [{ name: x, url: https://hooks/hunter2 }]', 'url'],
    ['pagerduty: { integration_key: hunter2 }', 'integration_key'],
    ['passphrase: |\n  hunter2\n', 'passphrase'],
    ['x: &a hunter2\nsasl_password: *a', 'sasl_password'],
  ] as const) {
    test(`not where a secret stands in clear: ${text.split('\n')[0]}`, () => {
      const { text: found, notKept } = kept(text)
      assert.equal(found, null)
      assert.match(notKept ?? '', new RegExp(`secret in clear \\("${key}"\\)`))
      assert.doesNotMatch(notKept ?? '', /hunter2/)
      assert.deepEqual(saidOfNotKept(notKept ?? ''), { id: 'input.keptNoSecret', values: { key } })
      assert.deepEqual(kept(text, '/home/jane/b.yaml'), { text: '', notKept: null }, 'it is read again from its file')
    })
  }

  test('not where the text is no YAML, which may hold anything', () => {
    assert.match(kept('sasl_password: [').notKept ?? '', /is no YAML/)
    assert.deepEqual(saidOfNotKept(kept('sasl_password: [').notKept ?? ''), { id: 'input.keptNoYaml' })
    assert.equal(saidOfNotKept('somebody else’s sentence ("x")'), undefined)
  })

  test('comments are left out, lines stay where they are, and the meaning is the same', () => {
    const text = [
      '# password: hunter2',
      'mode: backup # hunter2',
      'title: "a # b"',
      "other: 'c # d'",
      'plain: e#f',
      'block: |  # hunter2',
      '  # not a comment',
      '  text',
      'list: [a, # hunter2',
      '  "#b"]',
      '# hunter2',
    ].join('\n')
    const found = kept(text).text ?? ''
    assert.doesNotMatch(found, /hunter2/)
    assert.deepEqual(parse(found), parse(text))
    assert.equal(found.split('\n').length, text.split('\n').length)
    assert.match(found.split('\n')[8] ?? '', /^list:/)
  })
})
