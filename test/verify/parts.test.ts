import assert from 'node:assert/strict'
import { constants, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { worstOf } from '../../src/verify/answers.ts'
import type { SignatureScheme } from '../../src/verify/crypto.ts'
import { Der } from '../../src/verify/der/reader.ts'
import { readInteger, readOid } from '../../src/verify/der/values.ts'
import { parseStrictJson, TooMuchJson } from '../../src/verify/json.ts'
import { nobleCrypto } from '../../src/verify/noble-crypto.ts'
import { readPem } from '../../src/verify/pem.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { readExtensions } from '../../src/verify/x509/certificate.ts'
import { type Kind, key, signWith } from './vectors/pki.ts'

const DATA = Buffer.from('what is signed')

describe('both cryptographies say the same', () => {
  const rsa = key('parts', 'RSA')
  const pss = (salt: number) =>
    sign('sha256', DATA, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt })
  const cases: [string, SignatureScheme, Kind, () => Buffer][] = [
    ...(['P-256', 'P-384', 'P-521'] as const).map((kind): [string, SignatureScheme, Kind, () => Buffer] => [
      kind,
      { kind: 'ecdsa', hash: 'SHA-384' },
      kind,
      () => signWith(key('parts', kind), 'sha384', DATA, true),
    ]),
    ['Ed25519', { kind: 'ed25519' }, 'Ed25519', () => signWith(key('parts', 'Ed25519'), 'sha256', DATA)],
    ['RSA PKCS#1', { kind: 'rsa-pkcs1', hash: 'SHA-256' }, 'RSA', () => signWith(rsa, 'sha256', DATA)],
    ['RSA PSS, salt of 32', { kind: 'rsa-pss', hash: 'SHA-256', saltLength: 32 }, 'RSA', () => pss(32)],
    ['RSA PSS, no salt', { kind: 'rsa-pss', hash: 'SHA-256', saltLength: 0 }, 'RSA', () => pss(0)],
  ]
  for (const [name, scheme, kind, make] of cases) {
    test(name, async () => {
      const signature = make()
      const { spki } = key('parts', kind)
      const changed = Buffer.from(signature)
      changed[5] = (changed[5] as number) ^ 1
      const wrong: [Buffer, Buffer, Buffer][] = [
        [spki, changed, DATA],
        [spki, signature, Buffer.from('something else')],
        [spki, signature.subarray(1), DATA],
        [spki, Buffer.alloc(signature.length), DATA],
        [spki, Buffer.alloc(signature.length, 0xff), DATA],
        [key('others', kind).spki, signature, DATA],
        [key('parts', kind === 'Ed25519' ? 'P-256' : 'Ed25519').spki, signature, DATA],
        [Buffer.from('no key'), signature, DATA],
      ]
      for (const crypto of [nodeCrypto, nobleCrypto]) {
        assert.equal(await crypto.verify(scheme, spki, signature, DATA), true)
        for (const [one, value, data] of wrong) assert.equal(await crypto.verify(scheme, one, value, data), false)
      }
    })
  }

  test('an RSA signature without its leading zero is none', async () => {
    const { spki } = key('parts', 'RSA')
    let signature = pss(32)
    while (signature[0] !== 0) signature = pss(32)
    const scheme = { kind: 'rsa-pss', hash: 'SHA-256', saltLength: 32 } as const
    for (const crypto of [nodeCrypto, nobleCrypto]) {
      assert.equal(await crypto.verify(scheme, spki, signature, DATA), true)
      assert.equal(await crypto.verify(scheme, spki, signature.subarray(1), DATA), false)
    }
  })

  test('digests, at once and in parts', () => {
    for (const algorithm of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      assert.deepEqual(Buffer.from(nobleCrypto.hash(algorithm, DATA)), Buffer.from(nodeCrypto.hash(algorithm, DATA)))
    }
    for (const crypto of [nodeCrypto, nobleCrypto]) {
      const stream = crypto.sha256Stream()
      stream.update(DATA.subarray(0, 3))
      stream.update(DATA.subarray(3))
      assert.deepEqual(Buffer.from(stream.digest()), Buffer.from(crypto.sha256(DATA)))
    }
  })
})

describe('strict JSON', () => {
  test('reads what there is, with exact integers', () => {
    const value = parseStrictJson('{"a":[1,-2.5e3,9007199254740993,"\\u00e4\\n"],"b":{"c":null,"d":true}}')
    assert.deepEqual(JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))), {
      a: [1, -2500, '9007199254740993n', 'ä\n'],
      b: { c: null, d: true },
    })
  })
  test('a member named __proto__ is one like any other', () => {
    assert.deepEqual(Object.keys(parseStrictJson('{"__proto__":1}') as object), ['__proto__'])
  })
  test('a string is as long as it is', () => {
    assert.equal((parseStrictJson(`"${'a'.repeat(30_000_000)}"`) as string).length, 30_000_000)
  })
  test('more values than are read are no fault of the text', () => {
    assert.throws(() => parseStrictJson('[1,2,3]', { values: 3 }), TooMuchJson)
    assert.deepEqual(parseStrictJson('[1,2,3]', { values: 4 }), [1, 2, 3])
  })
  const refused: [string, string | Uint8Array][] = [
    ['a member twice', '{"a":1,"a":1}'],
    ['a member twice, written in two ways', '{"a":1,"\\u0061":2}'],
    ['a byte-order mark', '\uFEFF{}'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['half a character', '"\\ud800"'],
    ['a comma at the end', '[1,]'],
    ['a leading zero', '[01]'],
    ['no number', '[NaN]'],
    ['a number larger than can be', '[1e999]'],
    ['a control character in a string', '"a\nb"'],
    ['something behind its end', '{} x'],
    ['nothing', ''],
    ['a string without an end', '"abc'],
    ['a string that ends in an escape', '"abc\\'],
    ['an escape that is none', '"\\x41"'],
    ['a number of more than 40 characters', `[${'1'.repeat(41)}]`],
    ['white space of another kind', '{\u00a0}'],
    ['too many levels', `${'['.repeat(100)}${']'.repeat(100)}`],
  ]
  for (const [name, text] of refused) {
    test(`refuses ${name}`, () => assert.throws(() => parseStrictJson(text), { code: 'CHECK_FAILED' }))
  }
})

describe('whom to trust', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' })
  test('a public key, PEM with remarks before it, or DER', () => {
    const der = pair.publicKey.export({ type: 'spki', format: 'der' })
    const trust = parseTrust([
      { name: 'a.pem', bytes: Buffer.from(`# of Jane\n${pem}`) },
      { name: 'a.der', bytes: der },
    ])
    assert.equal(trust.keys.length, 2)
    for (const { spki } of trust.keys) assert.deepEqual(Buffer.from(spki), der)
  })
  test('a private key is refused, and not repeated', () => {
    const secret = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
      type: 'pkcs8',
      format: 'pem',
    })
    assert.throws(() => parseTrust([{ name: 'key.pem', bytes: Buffer.from(secret) }]), {
      code: 'CERTIFICATE_UNUSABLE',
      message: `can't trust "key.pem": it is a private key`,
    })
  })
  for (const [name, text] of [
    ['text', 'hello'],
    ['nothing', ''],
    ['half a block', String(pem).slice(0, 60)],
  ] as const) {
    test(`${name} is refused`, () => {
      assert.throws(() => parseTrust([{ name, bytes: Buffer.from(text) }]), { code: 'CERTIFICATE_UNUSABLE' })
    })
  }
})

test('where nothing was checked, nothing passed', () => {
  assert.equal(worstOf([]), 'indeterminate')
})

describe('what has one form only', () => {
  test('an integer of no bytes, and a structure that ends too early', () => {
    const [empty, cut] = ['0200', '3003020105'].map((hex) => Der.parse(Buffer.from(hex, 'hex'), 'test')) as [Der, Der]
    assert.throws(() => readInteger(empty), { sub: 'FORMAT_FAILURE' })
    const fields = cut.fields()
    assert.equal(readInteger(fields.next(0x02, 'version')), 5n)
    assert.throws(() => fields.next(0x02, 'serialNumber'), {
      sub: 'FORMAT_FAILURE',
      message: /serialNumber is missing/,
    })
  })
  test('numbers, identifiers and extensions that would keep a processor busy', () => {
    const element = (tag: number, content: Buffer) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(content.length)
      // long lengths in their shortest form, short ones too
      const from = content.length < 128 ? 3 : length.findIndex((byte) => byte !== 0)
      const head = content.length < 128 ? [tag] : [tag, 0x80 | (4 - from)]
      return Buffer.concat([Buffer.from(head), length.subarray(from), content])
    }
    const extension = (n: number) =>
      element(
        0x30,
        Buffer.concat([
          element(6, Buffer.of(0x55, 0x80 | (n >> 14), 0x80 | ((n >> 7) & 127), n & 127)),
          element(4, Buffer.of(0)),
        ]),
      )
    const began = performance.now()
    assert.throws(() => readInteger(Der.parse(element(2, Buffer.alloc(400_000, 0x55)), 'test')), {
      sub: 'FORMAT_FAILURE',
    })
    assert.throws(
      () => readOid(Der.parse(element(6, Buffer.concat([Buffer.alloc(400_000, 0xff), Buffer.of(1)])), 'test')),
      { sub: 'FORMAT_FAILURE' },
    )
    const many = Array.from({ length: 50_000 }, (_, i) => extension(20_000 + i))
    assert.equal(readExtensions(Der.parse(element(0x30, Buffer.concat(many)), 'test'), 'test').length, 50_000)
    assert.ok(performance.now() - began < 5_000)
  })
  test('PEM that belongs to a signature is written as writers do it; what people send may have remarks', () => {
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
    for (const text of [`# of Jane\n${pem}`, pem.replace('\n', '\n\n'), `${pem}# end\n`]) {
      assert.throws(() => readPem(Buffer.from(text), 'key', true), { sub: 'FORMAT_FAILURE' })
    }
    assert.equal(readPem(Buffer.from(`# of Jane\n${pem}`), 'key').length, 1)
    assert.equal(readPem(Buffer.from(pem), 'key', true).length, 1)
  })
})
