import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadExtract } from '../../src/contract/config/extract.ts'
import { filterWords } from '../../src/contract/config/filter-words.ts'
import type { FilterPart } from '../../src/contract/requests/spec.ts'
import { extractionYaml } from '../../src/contract/requests/yaml.ts'
import { CASE, filterTest, specOf, yamlOf } from './support.ts'

const load = (text: string, environment: Record<string, string> = {}) =>
  loadExtract({ text, name: 'extraction.yaml' }, environment)

/** What the file's own reading makes of a filter that was built in the window. */
function read(parts: FilterPart[], mode: 'all' | 'any' | 'none' = 'all'): string | null {
  const { filter } = load(yamlOf({ filter: { type: 'group', id: 'g', mode, parts } })).extract
  return filter === null ? null : filterWords(filter)
}

describe('the file of what was chosen', () => {
  test('reads back as the case, the window, the formats and the signature', () => {
    const start = Date.UTC(2026, 6, 1)
    const end = Date.UTC(2026, 9, 1) - 1
    const config = load(
      yamlOf({
        start,
        end,
        topics: ['orders'],
        formats: ['csv', 'dat'],
        key: 'legal',
        role: 'officer',
        meaning: 'seen',
      }),
    )
    assert.deepEqual(config.case, {
      matter: 'REG-1',
      custodian: 'Records',
      requested_by: 'the supervisor',
      reason: 'a letter',
    })
    assert.equal(config.extract.time_window_start, start)
    assert.equal(config.extract.time_window_end, end)
    assert.deepEqual(config.extract.topics.include, ['orders'])
    assert.deepEqual(config.extract.formats, ['ndjson', 'csv', 'dat'])
    assert.equal(config.evidence.signing.enabled, true)
    assert.equal(config.output, '/out.zip')
  })
  test('asks nothing where nothing is asked', () => {
    assert.equal(read([]), null)
    assert.equal(read([{ type: 'group', id: 'g2', mode: 'any', parts: [] }]), null)
  })
  test('has groups of all, any and none, and single tests turned round', () => {
    const [a, b] = [filterTest({ place: '$.a', text: '1' }), filterTest({ on: 'key', text: 'k', is: 'prefix' })]
    assert.equal(read([a, b]), 'value $.a equals "1" and key begins with "k"')
    assert.equal(read([a, b], 'any'), 'value $.a equals "1" or key begins with "k"')
    assert.equal(read([a, b], 'none'), 'not (value $.a equals "1" or key begins with "k")')
    assert.equal(read([a], 'none'), 'not value $.a equals "1"')
    assert.equal(read([{ ...b, negate: true }]), 'not key begins with "k"')
    assert.equal(
      read([a, { type: 'group', id: 'g2', mode: 'any', parts: [b, filterTest({ on: 'contains', text: 'x' })] }]),
      'value $.a equals "1" and (key begins with "k" or value contains "x")',
    )
  })
  test('takes every comparison, and text as it was typed', () => {
    const text = `true: "#\${HOME}' null`
    assert.equal(read([filterTest({ place: '$.a', text })]), `value $.a equals ${JSON.stringify(text)}`)
    assert.equal(read([filterTest({ place: '$.a', is: 'exists' })]), 'value $.a exists')
    assert.equal(read([filterTest({ place: '$.a', is: 'in', texts: ['1', 'x'] })]), 'value $.a is one of "1", "x"')
    assert.equal(read([filterTest({ place: '$.a', is: 'greater_than', text: '5' })]), 'value $.a is greater than 5')
    assert.equal(read([filterTest({ on: 'header', place: 'h', text: 'v' })]), 'header "h" equals "v"')
  })
  test('names the line of what is not right yet', () => {
    assert.throws(() => read([filterTest({ place: '$.a b', text: '1' })]), { code: 'CONFIG_INVALID_VALUE' })
  })
  test('leaves the variables of a connection to be resolved, and nothing else', () => {
    const storage = { backend: 's3', bucket: 'bucket', access_key: `$\{KEY}`, secret_key: `$\{SECRET}`, region: 'eu' }
    const text = extractionYaml({ ...CASE, reason: `$\{SECRET}` }, specOf({}), storage, '/out.zip')
    const config = load(text, { KEY: 'k', SECRET: 's' })
    assert.equal(config.case.reason, `$\{SECRET}`)
    assert.ok(config.storage.backend === 's3')
  })
  test('has each way of hiding', () => {
    const rule = { id: 'r', on: 'json' as const, place: '$.iban', how: 'remove' as const, text: '***', characters: 4 }
    const { mask } = load(
      yamlOf({
        mask: [
          rule,
          { ...rule, how: 'keep_last' },
          { ...rule, how: 'replace', on: 'header', place: 'h' },
          { ...rule, on: 'key', how: 'hash' },
        ],
      }),
    ).extract
    assert.deepEqual(
      mask.map(({ on, how }) => [on.kind, how]),
      [
        ['json', { kind: 'remove' }],
        ['json', { kind: 'keep_last', characters: 4 }],
        ['header', { kind: 'replace', text: '***' }],
        ['key', { kind: 'hash' }],
      ],
    )
  })
})
