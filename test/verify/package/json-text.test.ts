import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { isCompactOf, JsonText, stringOfEnd } from '../../../src/verify/package/json-text.ts'
import { NOT_ASCII } from '../../../src/verify/package/long-strings.ts'

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

test('long strings, which are searched and not read byte by byte, are taken as JSON.parse takes them, wherever they lie', () => {
  const unit = fc.oneof(
    { arbitrary: fc.constantFrom('a', 'plain text of some length ', '0123456789abcdef'.repeat(4)), weight: 12 },
    {
      arbitrary: fc.constantFrom(
        '"',
        '\\',
        '\\"',
        '\\u00e9',
        '\\x',
        '\n',
        '\u0000',
        '\u001f',
        ' ',
        'é',
        '\u2028',
        '😀',
      ),
      weight: 2,
    },
  )
  const text = fc.array(unit, { maxLength: 24 }).map((parts) => `"${parts.join('')}"`)
  let taken = 0
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.nat(9), (texts, before) => {
      // all in one buffer, as the lines of a file are, and at every distance from where its words begin
      const bytes = Buffer.from(`${'~'.repeat(before)}${texts.join('~')}~"\\`).subarray(before)
      let at = 0
      for (const one of texts) {
        const length = Buffer.byteLength(one)
        const end = reader.end(bytes, at, at + length)
        if (end === at + length) taken++
        if ((end === at + length) !== isJson(one)) return false
        // no more may be asked of it than there is
        if (length > 2 && reader.end(bytes, at, at + length - 1) === at + length) return false
        at += length + 1
      }
      return true
    }),
    { numRuns: 5000, seed: 11 },
  )
  assert.ok(taken > 1000, `${taken} were JSON`)
})

test('each byte of a long string counts', () => {
  const plain = `"${'x'.repeat(150)}"`
  for (let at = 1; at <= 150; at++) {
    for (const byte of [0x00, 0x1f, 0x0a, 0x22, 0x5c, 0x80, 0xff, 0x20, 0x7f]) {
      const bytes = Buffer.from(plain)
      bytes[at] = byte
      const isGood = byte === 0x20 || byte === 0x7f
      assert.equal(reader.end(bytes, 0, bytes.length) === bytes.length, isGood, `${byte} at ${at}`)
    }
    const [long, other] = [Buffer.from(plain), Buffer.from('é')]
    if (at < 150) other.copy(long, at)
    assert.equal(reader.end(long, 0, long.length), long.length)
  }
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

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
      const other = raw.some((byte) => byte > 0x7f) ? NOT_ASCII : 0
      return stringOfEnd(more, 0, more.length, raw, 0, raw.length) === written.length + other
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
