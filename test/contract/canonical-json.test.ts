import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson } from '../../src/contract/canonical-json.ts'

test('the example of RFC 8785, section 3.2.2', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  assert.equal(
    canonicalJson(value),
    `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
  )
})

test('members are sorted by UTF-16 code units (section 3.2.3)', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))
  assert.equal(text, `{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`)
})

test('integers beyond 2^53 keep their digits, and what has no form is refused', () => {
  assert.equal(canonicalJson({ t: 9223372036854775807n, none: undefined }), '{"t":9223372036854775807}')
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', () => 0, { a: Symbol('s') }]) {
    assert.throws(() => canonicalJson(value), TypeError)
  }
})
