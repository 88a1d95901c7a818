import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { children, DerError, readDer, readInteger, readOid, readTime } from '../../src/signing/der/read.ts'
import { integer, namedBits, octets, oid, sequence, setOf, time, value } from '../../src/signing/der/write.ts'

const hex = (bytes: Buffer) => bytes.toString('hex')

describe('DER', () => {
  // The examples of X.690 and RFC 5280, encoded by hand.
  test('is written as the standard has it', () => {
    assert.equal(hex(integer(0)), '020100')
    assert.equal(hex(integer(127)), '02017f')
    assert.equal(hex(integer(128)), '02020080')
    assert.equal(hex(integer(Buffer.from('000080', 'hex'))), '02020080')
    assert.equal(hex(oid('1.2.840.113549.1.7.2')), '06092a864886f70d010702')
    assert.equal(hex(oid('2.16.840.1.101.3.4.2.1')), '0609608648016503040201')
    assert.equal(hex(oid('2.999.3')), '0603883703')
    assert.equal(hex(namedBits(0, 1)), '030206c0')
    assert.equal(hex(namedBits(5, 6)), '03020106')
    assert.equal(hex(namedBits(8)), '0303070080')
    assert.equal(hex(octets(Buffer.alloc(127))).slice(0, 4), '047f')
    assert.equal(hex(octets(Buffer.alloc(128))).slice(0, 6), '048180')
    assert.equal(hex(octets(Buffer.alloc(256))).slice(0, 8), '04820100')
    assert.equal(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1', 2), '491231235959Z')
    assert.equal(time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2), '20500101000000Z')
  })

  test('a SET OF is in the order of its octets', () => {
    const parts = [octets(Buffer.of(2)), octets(Buffer.of(1)), integer(5)]
    assert.equal(hex(setOf(...parts)), `3109${hex(integer(5))}${hex(octets(Buffer.of(1)))}${hex(octets(Buffer.of(2)))}`)
  })

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 300n }),
        (number) => readInteger(readDer(integer(number))) === number,
      ),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 39 }),
        fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 8 }),
        (root, second, rest) => {
          const dotted = [root, second, ...rest].join('.')
          return readOid(readDer(oid(dotted))) === dotted
        },
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (parts) => {
        const read = children(readDer(sequence(...parts.map((part) => octets(Buffer.from(part))))))
        assert.deepEqual(
          read.map((one) => hex(one.contents)),
          parts.map((part) => hex(Buffer.from(part))),
        )
      }),
    )
  })

  for (const [what, bytes] of Object.entries({
    'a length in long form that fits the short one': '30810100',
    'a length with a leading zero': '3082000105',
    'an indefinite length': '30800000',
    'more bytes after it': '02010100',
    'less bytes than stated': '300502',
    'no bytes at all': '',
    'a tag of many octets': '1f8101',
    'a length of five octets': '308500000000ff',
  })) {
    test(`refused: ${what}`, () => {
      assert.throws(() => readDer(Buffer.from(bytes, 'hex')), DerError)
    })
  }

  for (const [what, bytes] of Object.entries({
    'an integer with a leading zero': '02020001',
    'an integer of no octets': '0200',
    'a negative integer': '0201ff',
  })) {
    test(`refused: ${what}`, () => {
      assert.throws(() => readInteger(readDer(Buffer.from(bytes, 'hex'))), DerError)
    })
  }

  test('refused: object identifiers and times that are none', () => {
    for (const bytes of ['0600', '060180', '06028001', '06032a86ff']) {
      assert.throws(() => readOid(readDer(Buffer.from(bytes, 'hex'))), DerError, bytes)
    }
    for (const text of ['991332000000Z', '9901010000Z', '990101000000+0100', '990230000000Z']) {
      assert.throws(() => readTime(readDer(value(0x17, Buffer.from(text)))), DerError, text)
    }
    assert.equal(
      readTime(readDer(value(0x18, Buffer.from('20260405020000.25Z')))).toISOString(),
      '2026-04-05T02:00:00.250Z',
    )
  })

  test('any bytes are read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const der = readDer(Buffer.from(bytes))
          if ((der.tag & 0x20) !== 0) children(der)
        } catch (error) {
          assert.ok(error instanceof DerError)
        }
      }),
    )
  })
})
