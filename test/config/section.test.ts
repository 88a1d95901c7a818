import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isLoneSection, loadSection, loadStorage } from '../../src/contract/config/section.ts'
import type { CofferError } from '../../src/contract/errors.ts'

const of = (text: string) => ({ text, name: 'one', directory: '/' })
const fails = (code: string, words: RegExp) => (error: CofferError) => {
  assert.equal(error.code, code)
  assert.match(error.message, words)
  return true
}

describe('a lone section', () => {
  test('is a cluster', () => {
    for (const side of ['source', 'target'] as const) {
      const section = loadSection(of(`${side}:\n  bootstrap_servers: ['$\{HOST}:9092']\n`), { HOST: 'h' })
      assert.ok(section.section === side)
      assert.deepEqual(section.cluster.bootstrap_servers, ['h:9092'])
      assert.equal(section.cluster.security.security_protocol, 'PLAINTEXT')
    }
  })
  test('is a storage', () => {
    const text = 'storage:\n  backend: filesystem\n  path: /x\n'
    assert.deepEqual(loadSection(of(text), {}), { section: 'storage', storage: { backend: 'filesystem', path: '/x' } })
    assert.deepEqual(loadStorage(of(text), {}), { backend: 'filesystem', path: '/x' })
  })
  test('is told from a whole file', () => {
    assert.equal(isLoneSection(of('storage: {backend: filesystem, path: /x}'), {}), true)
    for (const text of [
      'mode: backup\nsource: {}',
      'backup: {}',
      'text',
      '[]',
      '__proto__: 1',
      'source: {}\ntarget: {}',
    ])
      assert.equal(isLoneSection(of(text), {}), false, text)
  })
  test('is as strict as a file, and names the line', () => {
    const source = (lines: string) => () => loadSection(of(`source:\n  bootstrap_servers: [h:1]\n${lines}`), {})
    assert.throws(source('  oops: 1\n'), fails('CONFIG_UNKNOWN_KEY', /^one:3: unknown key "source.oops"/))
    assert.throws(
      source('  security:\n    security_protocol: SASL\n'),
      fails('CONFIG_INVALID_VALUE', /^one:4: "source.security.security_protocol"/),
    )
    assert.throws(
      source('  security:\n    security_protocol: SASL_SSL\n'),
      fails('CONFIG_MISSING_KEY', /sasl_mechanism/),
    )
    assert.throws(source(`  security:\n    sasl_password: $\{UNSET}\n`), fails('CONFIG_UNSET_VARIABLE', /UNSET/))
    assert.throws(
      () => loadSection(of('storage:\n  backend: tape\n'), {}),
      fails('CONFIG_INVALID_VALUE', /^one:2: .*backend/),
    )
    assert.throws(() => loadSection(of('source:\n'), {}), fails('CONFIG_MISSING_KEY', /^one:1: /))
    assert.throws(() => loadSection(of('mode: backup\n'), {}), fails('CONFIG_MISSING_KEY', /nothing else/))
  })
  test('of a cluster has no storage', () => {
    assert.throws(
      () => loadStorage(of('source:\n  bootstrap_servers: [h:1]\n'), {}),
      fails('CONFIG_MISSING_KEY', /missing "storage"/),
    )
  })
})
