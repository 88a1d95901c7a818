import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { isCompactOf, JsonText, stringOfEnd } from '../../../src/verify/package/json-text.ts'

const reader = new JsonText({ isUtf8 })
const endOf = (text: string | Buffer) => {
  const bytes = Buffer.from(text as string)
  return reader.end(bytes, 0, bytes.length)
}
const isCompact = (text: string, raw: string) => {
  const [a, b] = [Buffer.from(text), Buffer.from(raw)]
  return isCompactOf(a, 0, a.length, b, 0, b.length, nodePackageTools)
}

test('what JSON.stringify writes is read to its end, however it is nested', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => endOf(JSON.stringify(value)) === Buffer.byteLength(JSON.stringify(value))),
  )
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  assert.equal(endOf(deep), deep.length)
})

test('any other text is taken as JSON.parse takes it', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'[]{}",:0123e.-+\\utrfalsn x'), maxLength: 12 })
  fc.assert(
    fc.property(letters, (text) => {
      let is = true
      try {
        JSON.parse(text)
      } catch {
        is = false
      }
      // white space outside strings is not read here
      if (is && JSON.stringify(JSON.parse(text)) !== text && /\s/.test(text)) return true
      return (endOf(text) === text.length) === is || text === ''
    }),
    { numRuns: 20_000, seed: 7 },
  )
  for (const text of [
    '01',
    '1.',
    '1e',
    '-',
    '"\\x"',
    '"\u0001"',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    'nul',
    Buffer.from([0x22, 0xff, 0x22]),
  ]) {
    assert.ok(endOf(text) !== Buffer.from(text as string).length, String(text))
  }
})

test('white space may be left out between tokens alone', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', ' \n'), (value, space) =>
      isCompact(JSON.stringify(value), JSON.stringify(value, null, space as number)),
    ),
  )
  assert.equal(isCompact('12', '1 2'), false)
  assert.equal(isCompact('12', '1  2'), false)
  assert.equal(isCompact('[1,2]', ' [1 , 2 ] '), true)
  assert.equal(isCompact('{"a":"b  c"}', '{ "a" : "b  c" }'), true)
  assert.equal(isCompact('{"a":"b c"}', '{ "a" : "b  c" }'), false)
  assert.equal(isCompact('true', 'tr ue'), false)
})

const escaped = fc.string({ unit: fc.constantFrom(...'"\\/\b\f\n\r\t\u0000\u001f\u007fé\u2028a') })

test('a text is the string that JSON.stringify writes of it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), escaped), (text) => {
      const raw = Buffer.from(text)
      const written = Buffer.from(JSON.stringify(raw.toString()))
      const more = Buffer.concat([written, Buffer.from(',"')])
      assert.equal(stringOfEnd(written, 0, written.length - 1, raw, 0, raw.length), -1)
      return stringOfEnd(more, 0, more.length, raw, 0, raw.length) === written.length
    }),
  )
  const [a, b] = [Buffer.from('"abc"'), Buffer.from('abd')]
  assert.equal(stringOfEnd(a, 0, a.length, b, 0, b.length), -1)
  // JSON says the same in other ways as well
  for (const [written, of] of [
    ['"\\u000a"', '\n'],
    ['"\\u0022"', '"'],
    ['"\\/"', '/'],
    ['"\n"', '\n'],
  ]) {
    const [text, raw] = [Buffer.from(written as string), Buffer.from(of as string)]
    assert.equal(stringOfEnd(text, 0, text.length, raw, 0, raw.length), -1, written)
  }
})
