import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { loadExtract } from '../../src/contract/config/extract.ts'
import type { MaskRule } from '../../src/contract/config/extract-mask.ts'
import { compileMask, type Parts } from '../../src/jobs/extract/mask.ts'
import { maskSecret } from '../../src/jobs/extract/request.ts'
import { withCode } from '../archive/support.ts'

const SECRET = Buffer.from('0123456789abcdef')

function load(mask: unknown) {
  const text = JSON.stringify({
    mode: 'extract',
    backup_id: 'b',
    storage: '/x',
    case: { matter: 'm' },
    extract: { mask },
    output: 'o.zip',
  })
  return loadExtract({ text, name: 'case.yaml' }, {})
}

function masked(rules: unknown, parts: Partial<Parts>) {
  const apply = compileMask(load(rules).extract.mask, SECRET)
  assert.ok(apply !== null)
  const all: Parts = { key: null, value: null, headers: [], ...parts }
  return { ...apply(all), parts: all, value: all.value?.toString() ?? null, key: all.key?.toString() ?? null }
}

const value = Buffer.from(
  '{"name":"Ada Lovelace","iban":"DE44500105175407324931","n":12345678901234567890,"items":[{"pin":"1"},{"pin":"22"}]}',
)

test('remove, replace, keep the last ones, keyed hash; everything else stays to the last digit', () => {
  const rules = [
    { json: '$.name', remove: 'true' },
    { json: '$.iban', keep_last: '4' },
    { name: 'pins', json: '$.items[*].pin', replace: 'x' },
    { json: '$.n', hash: 'true' },
  ]
  const result = masked(rules, { value })
  const hash = createHmac('sha256', SECRET).update('12345678901234567890').digest('hex')
  assert.equal(
    result.value,
    `{"iban":"******************4931","n":"hmac-sha256:${hash}","items":[{"pin":"x"},{"pin":"x"}]}`,
  )
  assert.deepEqual(result.redacted, ['mask-1', 'mask-2', 'mask-4', 'pins'])
})

test('equal values stay equal, in a key as in a value', () => {
  const rules = [
    { key: 'true', hash: 'true' },
    { json: '$.id', hash: 'true' },
  ]
  const result = masked(rules, { key: Buffer.from('C17'), value: Buffer.from('{"id":"C17"}') })
  assert.equal(result.value, `{"id":"${result.key}"}`)
})

test('a rule that finds nothing changes nothing, and is not said to have', () => {
  const result = masked(
    [
      { json: '$.other', remove: 'true' },
      { key: 'true', remove: 'true' },
    ],
    { value },
  )
  assert.deepEqual(result.redacted, [])
  assert.ok(result.parts.value?.equals(value))
})

test('a value that is no JSON is taken out whole where rules speak of JSON paths', () => {
  for (const bytes of [Buffer.from('name: Ada'), Buffer.of(0xff, 0x00)]) {
    const result = masked([{ json: '$.name', remove: 'true' }], { value: bytes })
    assert.equal(result.value, null)
    assert.equal(result.withheld, true)
    assert.deepEqual(result.redacted, ['mask-1'])
  }
})

test('a value that no rule can enter is taken out whole: nobody can say what is in it', () => {
  const rules = [{ json: '$.iban', remove: 'true' }]
  for (const text of [
    '"DE44500105175407324931"',
    '44500105175407324931',
    '[{"iban":"DE44"}]',
    'null',
    '\ufeff"DE44"',
  ]) {
    const result = masked(rules, { value: Buffer.from(text) })
    assert.deepEqual([result.value, result.withheld, result.redacted], [null, true, ['mask-1']], text)
  }
  assert.equal(
    masked([{ json: '$[*].iban', replace: 'x' }], { value: Buffer.from('[{"iban":"DE44"}]') }).value,
    '[{"iban":"x"}]',
  )
  assert.equal(masked([{ json: '$[0]', remove: 'true' }], { value: Buffer.from('{"0":"DE44"}') }).withheld, true)
  // one of several rules is enough to say that the value is of the shape they speak of
  const mixed = [...rules, { json: '$[*].iban', replace: 'x' }]
  assert.equal(masked(mixed, { value: Buffer.from('{"iban":"DE44","b":1}') }).value, '{"b":1}')
  assert.equal(masked([{ json: '$', replace: 'x' }], { value: Buffer.from('"DE44"') }).value, '"x"')
})

test('what is hidden and still stands elsewhere in the record is seen', () => {
  const rule = { json: '$.id', remove: 'true' }
  const repeated = (parts: Partial<Parts>, rules: unknown = [rule]) => masked(rules, parts).repeated
  const name = Buffer.from('h')
  const of = (text: string) => ({ value: Buffer.from(`{"id":${text}}`) })
  // the very key or header, however short
  assert.equal(repeated({ key: Buffer.from('C17'), ...of('"C17"') }), true)
  assert.equal(repeated({ key: Buffer.from('17'), ...of('17') }), true)
  assert.equal(repeated({ headers: [[name, Buffer.from('C17')]], ...of('"C17"') }), true)
  // within others where that is not chance
  assert.equal(repeated({ key: Buffer.from('order/CUST-17'), ...of('"CUST-17"') }), true)
  assert.equal(repeated({ key: Buffer.from('order/C17'), ...of('"C17"') }), false)
  assert.equal(repeated({ value: Buffer.from('{"id":"CUST-17","note":"of CUST-17"}') }), true)
  // hidden there as well
  const both = [rule, { key: 'true', hash: 'true' }]
  assert.equal(repeated({ key: Buffer.from('CUST-17'), ...of('"CUST-17"') }, both), false)
  assert.equal(
    repeated({ headers: [[name, Buffer.from('C17')]], ...of('"C17"') }, [rule, { header: 'h', remove: 'true' }]),
    false,
  )
  // a header that is taken out, and is the key
  assert.equal(
    repeated({ key: Buffer.from('C17'), headers: [[name, Buffer.from('C17')]] }, [{ header: 'h', remove: 'true' }]),
    true,
  )
  assert.equal(repeated({ ...of('""'), key: Buffer.alloc(0) }), false)
})

test('every repetition of a member is masked', () => {
  assert.equal(
    masked([{ json: '$.a', replace: 'x' }], { value: Buffer.from('{"a":"1","a":"2"}') }).value,
    '{"a":"x","a":"x"}',
  )
})

test('nothing of a short text is kept', () => {
  for (const [text, shown] of [
    ['1234', '****'],
    ['123', '***'],
    ['12345', '*2345'],
    ['\u{1f511}\u{1f511}\u{1f511}\u{1f511}', '****'],
    ['a\u{1f511}\u{1f511}\u{1f511}\u{1f511}', '*\u{1f511}\u{1f511}\u{1f511}\u{1f511}'],
    ['\u{1f511}12\u{1f511}3', '*12\u{1f511}3'],
    ['\u{1f511}\u{1f511}1234', '**1234'],
    ['', '*'],
  ] as const) {
    assert.equal(
      masked([{ json: '$.a', keep_last: '4' }], { value: Buffer.from(JSON.stringify({ a: text })) }).value,
      JSON.stringify({ a: shown }),
    )
  }
  assert.equal(masked([{ key: 'true', keep_last: '2' }], { key: Buffer.of(0xff, 0xfe, 0xfd) }).key, '***')
})

test('all headers of the name are masked, in place; others stay', () => {
  const headers: Parts['headers'] = [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
  ].map(([name, text]) => [Buffer.from(name as string), Buffer.from(text as string)])
  const replaced = masked([{ header: 'a', replace: 'x' }], { headers: [...headers] })
  assert.deepEqual(
    replaced.parts.headers.map(([name, text]) => `${name}=${text}`),
    ['a=x', 'b=2', 'a=x'],
  )
  const removed = masked([{ header: 'a', remove: 'true' }], { headers: [...headers] })
  assert.deepEqual(
    removed.parts.headers.map(([name, text]) => `${name}=${text}`),
    ['b=2'],
  )
})

test('an item that is removed becomes null, so that no other moves; the whole document can go', () => {
  assert.equal(masked([{ json: '$[0]', remove: 'true' }], { value: Buffer.from('[1,2]') }).value, '[null,2]')
  assert.equal(masked([{ json: '$', remove: 'true' }], { value: Buffer.from('[1,2]') }).value, null)
})

test('the key of hash rules comes from the environment, long enough, and is not in the configuration', () => {
  const config = load([{ key: 'true', hash: 'true' }])
  assert.throws(() => maskSecret(config, {}), withCode('CONFIG_UNSET_VARIABLE'))
  assert.throws(() => maskSecret(config, { COFFER_MASK_KEY: 'short' }), withCode('CONFIG_INVALID_VALUE'))
  assert.ok(maskSecret(config, { COFFER_MASK_KEY: SECRET.toString() })?.equals(SECRET))
  assert.equal(maskSecret(load([{ key: 'true', remove: 'true' }]), {}), null)
})

test('a rule needs one subject and one way', () => {
  for (const rule of [
    { key: 'true' },
    { remove: 'true' },
    { key: 'true', header: 'a', remove: 'true' },
    { key: 'true', remove: 'true', hash: 'true' },
    { json: 'x', remove: 'true' },
    { key: 'false', remove: 'true' },
  ]) {
    assert.throws(() => load([rule]), withCode('CONFIG_INVALID_VALUE'), JSON.stringify(rule))
  }
  const twice: Pick<MaskRule, 'id'>[] = [{ id: 'a' }]
  assert.throws(
    () => load([...twice, ...twice].map(({ id }) => ({ name: id, key: 'true', remove: 'true' }))),
    withCode('CONFIG_INVALID_VALUE', /"a" twice/),
  )
})

test('a long text is hidden without a list of its characters', () => {
  const { value } = masked([{ json: '$', keep_last: '3' }], { value: Buffer.from(`"${'a'.repeat(40_000_000)}xyz"`) })
  assert.deepEqual([value?.length, value?.slice(-5)], [40_000_005, '*xyz"'])
})
