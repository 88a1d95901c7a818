import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { english } from '../../src/contract/said/said.ts'
import { Secret } from '../../src/contract/secret.ts'
import { createIdentity } from '../../src/signing/issue/identity.ts'
import { publicKeyDerOf } from '../../src/signing/store/key-kinds.ts'
import { loadPrivateKey } from '../../src/signing/store/load.ts'
import { toPem } from '../../src/signing/store/pem.ts'
import { temporaryFolder } from './support.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/keys')
const WORDS = 'Fußball und Süßholz'
let folder = ''
before(async () => {
  folder = await temporaryFolder()
})

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content, { mode: 0o600 })
  return path
}

const secret = (words: string | null) => (words === null ? null : new Secret(words))
const failure = (code: string, message: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, code, error.stack)
  assert.match(error.message, message)
  return true
}

const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const KINDS: [string, KeyObject][] = [
  ['P-256', P256],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ['RSA', RSA],
]

for (const [name, key] of KINDS) {
  test(`${name}: PKCS#8 as PEM and DER, clear and encrypted`, async () => {
    const lock = { cipher: 'aes-256-cbc', passphrase: WORDS }
    const forms: [string | Buffer, string | null][] = [
      [key.export({ type: 'pkcs8', format: 'pem' }), null],
      [key.export({ type: 'pkcs8', format: 'der' }), null],
      [key.export({ type: 'pkcs8', format: 'pem', ...lock }), WORDS],
      [key.export({ type: 'pkcs8', format: 'der', ...lock }), WORDS],
    ]
    for (const [index, [content, words]] of forms.entries()) {
      const path = await file(`${name}-${index}`, content)
      // a passphrase that isn't needed does no harm
      for (const passphrase of words === null ? [null, 'superfluous'] : [words]) {
        const loaded = await loadPrivateKey(path, secret(passphrase))
        assert.ok(publicKeyDerOf(loaded.privateKey).equals(publicKeyDerOf(key)))
        assert.deepEqual([loaded.certificates, loaded.warnings], [[], []])
      }
      if (words === null) continue
      await assert.rejects(loadPrivateKey(path, null), failure('KEY_PASSPHRASE', /no passphrase was given/))
      // one wrong passphrase in 256 passes the padding: many, so that both ways to fail are met
      for (let i = 0; i < 8; i++) {
        await assert.rejects(loadPrivateKey(path, new Secret(`wrong ${i}`)), failure('KEY_PASSPHRASE', /doesn't open/))
      }
    }
  })
}

test('the older forms of OpenSSL, clear and encrypted, with parameters before and words between', async () => {
  const ec = P256.export({ type: 'sec1', format: 'pem' })
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
  const locked = P256.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: WORDS })
  const rsa = RSA.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: WORDS })
  for (const [content, words, key] of [
    [`Bag Attributes\n  friendlyName: x\n${parameters}${ec}`, null, P256],
    [`${ec}`.replaceAll('\n', '\r\n'), null, P256],
    [`${locked}`, WORDS, P256],
    [`${rsa}`, WORDS, RSA],
  ] as const) {
    const path = await file('older.pem', content)
    assert.ok(publicKeyDerOf((await loadPrivateKey(path, secret(words))).privateKey).equals(publicKeyDerOf(key)))
  }
  await assert.rejects(loadPrivateKey(await file('l.pem', locked), new Secret('no')), failure('KEY_PASSPHRASE', /./))
})

const PKCS12: [string, string | null][] = [
  ['legacy-rc2-40', WORDS],
  ['legacy-rc2-128', 'fixture'],
  ['triple-des', 'fixture'],
  ['pbes2', WORDS],
  ['no-password', null],
  ['no-password', ''],
  ['no-mac', 'fixture'],
]
for (const [name, words] of PKCS12) {
  test(`PKCS#12 ${name} with ${words === null ? 'no password' : `"${words}"`}`, async () => {
    const path = join(FIXTURES, `${name}.p12`)
    const loaded = await loadPrivateKey(path, secret(words))
    const expected = createPublicKey(await readFile(join(FIXTURES, 'public-key.pem')))
    assert.ok(publicKeyDerOf(loaded.privateKey).equals(publicKeyDerOf(expected)))
    assert.equal(loaded.certificates.length, 2, 'certificate and root')
    for (let i = 0; i < 4; i++) {
      await assert.rejects(loadPrivateKey(path, new Secret(`wrong ${i}`)), failure('KEY_PASSPHRASE', /doesn't open/))
    }
    if (words) await assert.rejects(loadPrivateKey(path, null), failure('KEY_PASSPHRASE', /no passphrase was given/))
  })
}

test('PKCS#12 with RC4: said to be unsupported, by its number', async () => {
  await assert.rejects(
    loadPrivateKey(join(FIXTURES, 'rc4.p12'), new Secret('fixture')),
    failure('UNSUPPORTED', /1\.2\.840\.113549\.1\.12\.1\.1 is not supported/),
  )
})

test('PKCS#12 cut short or with a byte changed: an error of ours, never a key that differs, never a hang', async () => {
  const whole = await readFile(join(FIXTURES, 'triple-des.p12'))
  const expected = publicKeyDerOf(createPublicKey(await readFile(join(FIXTURES, 'public-key.pem'))))
  const outcomes = new Map<string, number>()
  const attempt = async (bytes: Buffer) => {
    const path = await file('mutant.p12', bytes)
    const outcome = await loadPrivateKey(path, new Secret('fixture')).then(
      ({ privateKey }) => (publicKeyDerOf(privateKey).equals(expected) ? 'same key' : 'ANOTHER KEY'),
      (error: Error & { code?: string }) => error.code ?? error.stack ?? 'no code',
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  for (let at = 0; at < whole.length; at += 7) await attempt(whole.subarray(0, at))
  for (let at = 0; at < whole.length; at += 3) {
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
    await attempt(bytes)
  }
  const known = ['KEY_PASSPHRASE', 'KEY_UNREADABLE', 'UNSUPPORTED', 'same key']
  assert.deepEqual(
    [...outcomes.keys()].filter((one) => !known.includes(one)),
    [],
  )
  assert.ok((outcomes.get('same key') ?? 0) < 12, `the MAC covers nearly everything: ${JSON.stringify([...outcomes])}`)
})

test('certificates in a PEM file: ordered, strangers left out, another key refused', async () => {
  const mine = createIdentity({ commonName: 'A', organisation: null }, 'ECDSA-P256-SHA256', Date.now())
  const other = createIdentity({ commonName: 'A', organisation: null }, 'ECDSA-P256-SHA256', Date.now())
  const pem = (ders: (Buffer | undefined)[]) => ders.map((der) => toPem('CERTIFICATE', der as Buffer)).join('')
  const key = mine.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const [leaf, root] = mine.certificates
  const mixed = await file(
    'mixed.pem',
    pem([other.certificates[1], root, leaf, leaf]) + key + toPem('X509 CRL', mine.crl),
  )
  const loaded = await loadPrivateKey(mixed, null)
  assert.deepEqual(loaded.certificates, [leaf, root])
  assert.deepEqual(loaded.crls, [mine.crl])
  assert.match(loaded.warnings.map((one) => english(one)).join(), /^1 of the certificates .* left out$/)
  const foreign = await file('foreign.pem', pem(other.certificates) + key)
  await assert.rejects(loadPrivateKey(foreign, null), failure('KEY_UNREADABLE', /none of the certificates/))
  const broken = await file('broken.pem', `${key}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`)
  await assert.rejects(loadPrivateKey(broken, null), failure('KEY_UNREADABLE', /a certificate in .* can't be read/))
})

test('files that hold no key that signs', async () => {
  const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`
  const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const cases: [string | Buffer, string, RegExp][] = [
    ['', 'KEY_UNREADABLE', /no private key/],
    ['hello', 'KEY_UNREADABLE', /no private key/],
    [Buffer.from([0x30, 0x80]), 'KEY_UNREADABLE', /no private key/],
    [Buffer.from('3080'.repeat(200), 'hex'), 'KEY_UNREADABLE', /nested deeper/],
    [Buffer.from('3084ffffffff', 'hex'), 'KEY_UNREADABLE', /leads out/],
    [block('CERTIFICATE'), 'KEY_UNREADABLE', /got "CERTIFICATE" only/],
    [block('OPENSSH PRIVATE KEY'), 'UNSUPPORTED', /OPENSSH/],
    [block('DSA PRIVATE KEY'), 'UNSUPPORTED', /DSA/],
    [block('PRIVATE KEY'), 'KEY_UNREADABLE', /can't be read/],
    [pkcs8(P256) + pkcs8(RSA), 'KEY_UNREADABLE', /expected one private key .* got 2/],
    [pkcs8(P256).replace('-----END', '----END'), 'KEY_UNREADABLE', /no complete PEM block/],
    [pkcs8(P521), 'UNSUPPORTED', /got "secp521r1"/],
    [pkcs8(small), 'UNSUPPORTED', /got "RSA of 1024 bits"/],
    [pkcs8(generateKeyPairSync('x25519').privateKey), 'UNSUPPORTED', /got "x25519"/],
  ]
  for (const [content, code, message] of cases) {
    await assert.rejects(loadPrivateKey(await file('odd', content), null), failure(code, message))
  }
  await assert.rejects(loadPrivateKey(join(folder, 'none'), null), failure('KEY_MISSING', /there is no file/))
  await assert.rejects(loadPrivateKey(folder, null), failure('KEY_UNREADABLE', /it is a folder/))
  await assert.rejects(loadPrivateKey('/dev/null', null), failure('KEY_UNREADABLE', /no regular file/))
  const large = await file('large', Buffer.alloc(1_000_001))
  await assert.rejects(loadPrivateKey(large, null), failure('KEY_UNREADABLE', /at most 1000000 bytes/))
})

test('no part of a damaged key is in its error', async () => {
  const pem = P256.export({ type: 'pkcs8', format: 'pem' }).toString()
  const line = pem.split('\n')[1] as string
  const path = await file('damaged.pem', pem.replace(line, line.slice(0, -5)))
  const error = await loadPrivateKey(path, null).then(
    () => null,
    (error: Error) => error,
  )
  assert.ok(error)
  const text = `${error.message} ${error.stack} ${JSON.stringify(error)} ${(error.cause as Error | undefined)?.stack}`
  assert.ok(!text.includes(line.slice(0, 20)))
})

test('a key file that others may read is used, with a warning', async () => {
  await mkdir(join(folder, 'modes'))
  for (const [mode, warns] of [
    [0o600, false],
    [0o400, false],
    [0o640, true],
    [0o604, true],
  ] as const) {
    const path = join(folder, 'modes', mode.toString(8))
    await copyFile(join(FIXTURES, 'pbes2.p12'), path)
    await chmod(path, mode)
    const { warnings } = await loadPrivateKey(path, new Secret(WORDS))
    assert.equal(warnings.length, warns ? 1 : 0, mode.toString(8))
    if (warns)
      assert.match(warnings.map((one) => english(one)).join(), /open to other users \(mode 06(40|04)\): run chmod 600/)
  }
})
