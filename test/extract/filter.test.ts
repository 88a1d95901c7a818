import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadExtract } from '../../src/contract/config/extract.ts'
import type { ExtractFilter } from '../../src/contract/config/extract-filter.ts'
import { filterSaid, filterWords } from '../../src/contract/config/filter-words.ts'
import { parseJsonPath } from '../../src/contract/config/json-path.ts'
import { english } from '../../src/contract/said/said.ts'
import { Candidate, compileFilter } from '../../src/jobs/extract/filter.ts'
import { compareDecimals } from '../../src/jobs/extract/json/decimal.ts'
import { parseLossless, withoutSpace, writeLossless } from '../../src/jobs/extract/json/parse.ts'
import { type PlainRecord, view, withCode } from '../archive/support.ts'

/** A filter as a file has it, through the same reading. */
function filterOf(filter: unknown): ExtractFilter {
  const text = JSON.stringify({
    mode: 'extract',
    backup_id: 'b',
    storage: '/x',
    case: { matter: 'm' },
    extract: { filter },
    output: 'o.zip',
  })
  const loaded = loadExtract({ text, name: 'case.yaml' }, {})
  assert.ok(loaded.extract.filter !== null)
  return loaded.extract.filter
}

function takes(filter: unknown, record: Omit<PlainRecord, 'offset'>): boolean {
  const test = compileFilter(filterOf(filter))
  assert.ok(test !== null)
  return test(new Candidate(view({ offset: 1, ...record })))
}

const value =
  '{ "customer_id": "C17", "amount": 12.50, "big": 9007199254740993, "flag": true, "none": null, "list": [{"id": 1}, {"id": 2}], "a b": 1 }'

const CASES: [filter: Record<string, unknown>, expected: boolean][] = [
  [{ json: '$.customer_id', equals: 'C17' }, true],
  [{ json: '$.customer_id', equals: 'c17' }, false],
  [{ json: "$['customer_id']", in: ['C1', 'C17'] }, true],
  [{ json: '$.customer_id', prefix: 'C1' }, true],
  [{ json: '$.customer_id', matches: '^C[0-9]+$' }, true],
  [{ json: '$.big', prefix: '900719' }, true],
  [{ json: '$.big', matches: '93$' }, true],
  [{ json: '$.amount', equals: '12.5' }, true],
  [{ json: '$.amount', greater_than: '12.49999999999999999999' }, true],
  [{ json: '$.amount', less_than: '12.5' }, false],
  [{ json: '$.big', equals: '9007199254740993' }, true],
  [{ json: '$.big', equals: '9007199254740992' }, false],
  [{ json: '$.big', greater_than: '9007199254740992' }, true],
  [{ json: '$.big', in: ['1', '9007199254740993'] }, true],
  [{ json: '$.flag', equals: 'true' }, true],
  [{ json: '$.none', equals: 'null' }, true],
  [{ json: '$.none', exists: 'true' }, true],
  [{ json: '$.missing', exists: 'true' }, false],
  [{ json: '$.missing', exists: 'false' }, true],
  [{ json: '$.list[*].id', equals: '2' }, true],
  [{ json: '$.list[0].id', equals: '2' }, false],
  [{ json: '$.list[-1].id', equals: '2' }, true],
  [{ json: "$['a b']", equals: '1' }, true],
  [{ key: 'order-1' }, true],
  [{ key: { prefix: 'order-' } }, true],
  [{ key: { matches: '-1$' } }, true],
  [{ key: { in: ['order-2'] } }, false],
  [{ header: 'trace', equals: 'two' }, true],
  [{ header: 'trace', exists: 'true' }, true],
  [{ header: 'Trace', exists: 'true' }, false],
  [{ contains: '"C17"' }, true],
  [{ contains: 'C18' }, false],
  [{ all: [{ contains: 'C17' }, { key: 'order-1' }] }, true],
  [{ any: [{ contains: 'C18' }, { key: 'order-1' }] }, true],
  [{ not: { contains: 'C18' } }, true],
]

test('a filter’s sentence by name makes the words of reports', () => {
  const all = CASES.map(([filter]) => filterOf(filter))
  const deep = { all: [{ any: all }, { not: { all } }] }
  for (const filter of [...all, deep]) {
    const said = filterSaid(filter)
    assert.ok(said, filterWords(filter))
    assert.equal(english(said), filterWords(filter))
  }
  // so deep that nothing is said by name rather than something else
  assert.equal(filterSaid({ not: { not: { not: { not: { not: { not: { not: deep } } } } } } }), undefined)
})

for (const [filter, expected] of CASES) {
  test(`${filterWords(filterOf(filter))}: ${expected}`, () => {
    const headers: PlainRecord['headers'] = [
      ['trace', 'one'],
      ['trace', 'two'],
      ['empty', null],
    ]
    assert.equal(takes(filter, { key: 'order-1', value, headers }), expected)
  })
}

test('a null key, a null value and bytes that are no JSON fit no comparison', () => {
  for (const record of [
    { key: null, value: null },
    { key: Buffer.of(0xff), value: Buffer.of(0xff, 0xfe) },
  ]) {
    assert.equal(takes({ key: { prefix: 'a' } }, record), false)
    assert.equal(takes({ json: '$', exists: 'true' }, record), false)
    assert.equal(takes({ contains: 'a' }, record), false)
    assert.equal(takes({ json: '$', exists: 'false' }, record), true)
  }
})

test('a repeated member counts in each of its places', () => {
  assert.ok(takes({ json: '$.id', equals: 'A' }, { value: '{"id":"A","id":"B"}' }))
  assert.ok(takes({ json: '$.id', equals: 'B' }, { value: '{"id":"A","id":"B"}' }))
})

test('a text is found in JSON however it is escaped, as it reads', () => {
  for (const text of [
    '{"name":"M\\u00fcller"}',
    '{"name":"\\u004d\\u00fcller"}',
    '{"M\\u00fcller":1}',
    '[["x\\tM\\u00FCller & Co."]]',
    '\ufeff{"name":"M\\u00fcller"}',
  ]) {
    assert.equal(takes({ contains: 'Müller' }, { value: text }), true, text)
  }
  assert.equal(takes({ contains: 'http://a/b' }, { value: '{"u":"http:\\/\\/a\\/b"}' }), true)
  assert.equal(takes({ contains: 'Müller' }, { value: '{"name":"M\\u00fcll\\u0065s"}' }), false)
  // no JSON: its backslashes are its own
  assert.equal(takes({ contains: 'Müller' }, { value: 'M\\u00fcller' }), false)
})

test('JSON behind a byte order mark is JSON', () => {
  assert.equal(takes({ json: '$.id', equals: 'C17' }, { value: '\ufeff{"id":"C17"}' }), true)
})

test('a record that a JSON path could not look into is known to be one', () => {
  const isBlind = (filter: unknown, record: Omit<PlainRecord, 'offset'>) => {
    const test = compileFilter(filterOf(filter))
    const candidate = new Candidate(view({ offset: 1, ...record }))
    assert.equal(test?.(candidate), false)
    return candidate.isBlind
  }
  const path = { json: '$.id', equals: 'C17' }
  const deep = '['.repeat(1000) + ']'.repeat(1000)
  for (const value of [
    'name: C17',
    Buffer.of(0, 0, 0, 0, 7, 0x7b, 0x7d),
    deep,
    Buffer.from('{"id":"C17 \xff"}', 'latin1'),
  ]) {
    assert.equal(isBlind(path, { value }), true, String(value).slice(0, 20))
  }
  for (const value of [null, '{"id":"C18"}', '[]', '""']) assert.equal(isBlind(path, { value }), false, String(value))
  // its path decided nothing, or no path was asked
  assert.equal(isBlind({ all: [{ key: 'k' }, path] }, { key: 'other', value: 'text' }), false)
  assert.equal(isBlind({ contains: 'a\\b' }, { value: 'a\\c' }), false)
  assert.equal(isBlind({ any: [{ contains: 'x' }, path] }, { value: 'tet' }), true)
})

test('a pattern that would hang a backtracking engine ends', () => {
  assert.equal(
    takes({ json: '$.x', matches: '(a+)+$' }, { value: JSON.stringify({ x: `${'a'.repeat(20_000)}!` }) }),
    false,
  )
})

test('decimals are compared to the last digit', () => {
  for (const [a, b, sign] of [
    ['1', '1.0', 0],
    ['1e3', '1000', 0],
    ['-0', '0.000', 0],
    ['0.1', '0.10000000000000000000001', -1],
    ['-2', '-1', -1],
    ['10', '9', 1],
    ['1e-400', '0', 1],
    ['123456789012345678901234567890', '123456789012345678901234567891', -1],
  ] as const) {
    assert.equal(Math.sign(compareDecimals(a, b) ?? Number.NaN), sign, `${a} and ${b}`)
  }
  assert.equal(compareDecimals('1e999999', '1'), null)
  assert.equal(compareDecimals('x', '1'), null)
})

test('numbers of millions of digits are compared at once', () => {
  const zeros = '0'.repeat(4_000_000)
  const began = performance.now()
  assert.equal(Math.sign(compareDecimals(`1${zeros}1`, `1${zeros}2`) ?? Number.NaN), -1)
  assert.equal(compareDecimals(`1${zeros}1.${zeros}`, `1${zeros}1`), 0)
  assert.equal(takes({ json: '$.a', greater_than: '5' }, { value: `{"a":"${zeros}1${zeros}1"}` }), true)
  assert.ok(performance.now() - began < 10_000)
})

test('JSON is read and written without loss, and what is none is refused', () => {
  const text = ' { "b" : 1.10 , "a" : [ -0, 1e5 , "x\\u0041" ], "b" : 12345678901234567890 } '
  const parsed = parseLossless(text)
  assert.ok(parsed !== undefined)
  assert.equal(writeLossless(parsed), '{"b":1.10,"a":[-0,1e5,"xA"],"b":12345678901234567890}')
  assert.equal(withoutSpace(text), '{"b":1.10,"a":[-0,1e5,"x\\u0041"],"b":12345678901234567890}')
  assert.equal(withoutSpace('{"a b": "c \\" d" }'), '{"a b":"c \\" d"}')
  for (const bad of [
    '',
    '{',
    '[1,]',
    '01',
    '+1',
    '"\n"',
    '{"a":1,}',
    'nul',
    '1 2',
    '"\\x"',
    "{'a':1}",
    '['.repeat(1000) + ']'.repeat(1000),
  ]) {
    assert.equal(parseLossless(bad), undefined, bad.slice(0, 20))
  }
})

test('strings of many MB are read, with escapes and without', () => {
  for (const part of ['a', '\\n', '\\\\', '\\"']) {
    const text = `{ "a": "${part.repeat(24_000_000 / part.length)}" }`
    assert.ok(parseLossless(text) !== undefined, part)
    assert.equal(withoutSpace(text).length, text.length - 3, part)
  }
  for (const bad of ['"', '"\\"', '"\\\\\\"', '"a\tb"', '"\\\t"']) assert.equal(parseLossless(bad), undefined, bad)
})

test('JSON paths outside the strict part are refused with a reason', () => {
  for (const bad of ['a', '$..a', '$.', '$[01]', '$[1:2]', '$[?(@.a)]', "$['a'", "$['a',b]", '$a', '$[-0]', '$.a b']) {
    assert.throws(() => parseJsonPath(bad), Error, bad)
  }
  assert.deepEqual(parseJsonPath("$.a['b\\'c'][0][*].*"), [
    { kind: 'name', name: 'a' },
    { kind: 'name', name: "b'c" },
    { kind: 'index', index: 0 },
    { kind: 'wildcard' },
    { kind: 'wildcard' },
  ])
})

const REFUSED: [filter: unknown, message: RegExp][] = [
  [{ jsno: '$.a', equals: '1' }, /unknown key "extract.filter.jsno"/],
  [{ json: '$.a', equal: '1' }, /unknown key "extract.filter.equal"/],
  [{ json: '$.a' }, /expected a comparison/],
  [{ json: '$.a', equals: '1', prefix: '2' }, /expected one comparison, got "equals" and "prefix"/],
  [{ json: 'a', equals: '1' }, /begins with "\$"/],
  [{ json: '$.a', greater_than: 'x' }, /expected a number/],
  [{ key: { greater_than: '1' } }, /unknown key "extract.filter.key.greater_than"/],
  [{ key: 'a', header: 'b', equals: 'c' }, /got both/],
  [{ key: { matches: '(' } }, /extract.filter.key.matches/],
  [{ all: [] }, /expected a list of filters/],
  [{ any: [{ key: 'a' }, { kay: 'b' }] }, /unknown key "extract.filter.any.1.kay"/],
  ['text', /expected a filter/],
]

for (const [filter, message] of REFUSED) {
  test(`the filter ${JSON.stringify(filter)} is refused`, () => {
    assert.throws(
      () => filterOf(filter),
      (error: Error) => {
        assert.match(error.message, message)
        assert.match(error.message, /^case\.yaml:1: /)
        return true
      },
    )
  })
}

test('a window that leaves out the rest of a last second is said to', () => {
  const notesOf = (end: string) =>
    loadExtract(
      {
        text: `mode: extract\nbackup_id: b\nstorage: /x\ncase: {matter: m}\nextract: {time_window_end: "${end}"}\noutput: o.zip\n`,
        name: 'case.yaml',
      },
      {},
    ).notes
  assert.match(
    notesOf('2026-03-31T23:59:59Z').join(),
    /"extract.time_window_end" is 2026-03-31T23:59:59.000Z: the rest of that second.*write 2026-03-31T23:59:59.999Z/,
  )
  assert.match(notesOf('1950-03-31T23:59:59Z').join(), /write 1950-03-31T23:59:59.999Z/)
  for (const end of ['2026-03-31T23:59:59.999Z', '2026-04-01T00:00:00Z', '2026-03-31T23:59:58Z']) {
    assert.deepEqual(notesOf(end), [], end)
  }
})

test('a file that is none for an extraction is refused by line', () => {
  const text =
    'mode: extract\nbackup_id: b\nstorage: /x\ncase: {matter: m}\nextract:\n  time_windw_start: 2026-01-01T00:00:00Z\noutput: o.zip\n'
  assert.throws(
    () => loadExtract({ text, name: 'case.yaml' }, {}),
    withCode('CONFIG_UNKNOWN_KEY', /^case\.yaml:6: unknown key "extract.time_windw_start"/),
  )
  assert.throws(
    () => loadExtract({ text: 'mode: backup', name: 'case.yaml' }, {}),
    withCode('CONFIG_INVALID_VALUE', /expected "mode: extract", got "backup"/),
  )
})
