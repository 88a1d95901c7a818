import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { english } from '../../src/contract/said/said.ts'
import type { KeyRecord } from '../../src/signing/store/record.ts'
import { openKeyStore } from '../../src/signing/store/store.ts'
import { fileStore, keys, NEW, PASSPHRASE, searchFiles, temporaryFolder, traces } from './support.ts'

/** One store with two keys, made once: scrypt takes its time on purpose. */
let profile = ''
const at = (name: string) => join(profile, 'keys', `${name}.json`)
const store = (environment: Record<string, string> = {}) =>
  openKeyStore({ profile, environment: { ...fileStore(profile), ...environment } })
const record = async (name: string) => JSON.parse(await readFile(at(name), 'utf8')) as KeyRecord
const failure = (code: string, message: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, code, error.stack)
  assert.match(error.message, message)
  return true
}
before(async () => {
  profile = await temporaryFolder()
  await keys(fileStore(profile), { ...NEW, name: 'audit', owner: 'Jane Doe', organisation: 'Example Bank' })
  await keys(fileStore(profile), { ...NEW, name: 'other', algorithm: 'p-384' })
})

test('a key comes back as it went in, with its chain and revocation list', async () => {
  const key = await (await store()).get('audit')
  assert.deepEqual([key.name, key.certificates.length, key.crls.length, key.warnings], ['audit', 2, 1, []])
  const leaf = new X509Certificate(key.certificates[0] as Buffer)
  assert.ok(leaf.checkPrivateKey(key.privateKey))
  assert.equal(leaf.subject, 'O=Example Bank\nCN=Jane Doe')
})

test('files and folder are for their owner alone, and no half file is left', async () => {
  assert.equal((await stat(join(profile, 'keys'))).mode & 0o777, 0o700)
  assert.equal((await stat(at('audit'))).mode & 0o777, 0o600)
  assert.deepEqual((await readdir(join(profile, 'keys'))).sort(), ['audit.json', 'other.json'])
})

test('the private keys stand nowhere on disk in clear: not the signing key’s, not the root’s', async () => {
  const opened = await (await store()).get('audit')
  const wanted = traces(opened.privateKey)
  // the search finds what is there: the same key in clear, beside the profile
  const proof = await temporaryFolder()
  for (const type of ['pkcs8', 'sec1'] as const) {
    await writeFile(join(proof, type), opened.privateKey.export({ format: 'der', type }))
    await writeFile(join(proof, `${type}.pem`), opened.privateKey.export({ format: 'pem', type }))
  }
  const control = await searchFiles(proof, wanted)
  assert.deepEqual([control.files, new Set(control.found.map((line) => line.split(': ')[0])).size], [4, 4])

  assert.deepEqual(await searchFiles(profile, wanted), { files: 2, found: [] })
  let root: ReturnType<typeof traces> | undefined
  const stop = new Error('seen')
  const look = (await store()).replaceCrl('audit', (_, { key }) => {
    root = traces(key)
    throw stop
  })
  await assert.rejects(look, stop)
  assert.deepEqual(await searchFiles(profile, root as ReturnType<typeof traces>), { files: 2, found: [] })
})

test('a wrong or missing passphrase has its own error, and what is public needs none', async () => {
  const wrong = await store({ COFFER_KEY_PASSPHRASE: `${PASSPHRASE} ` })
  await assert.rejects(wrong.get('audit'), failure('KEY_PASSPHRASE', /^the passphrase doesn't open the key "audit"$/))
  const none = await store({ COFFER_KEY_PASSPHRASE: '' })
  await assert.rejects(none.get('audit'), failure('KEY_PASSPHRASE', /needs a passphrase, and none was given/))
  assert.equal((await none.facts('audit')).name, 'audit')
  assert.equal((await none.list()).keys.length, 2)
})

test('the passphrase may be in a file; both at once, an open file, an empty one', async () => {
  const path = join(await temporaryFolder(), 'passphrase')
  await writeFile(path, `${PASSPHRASE}\n`, { mode: 0o600 })
  const fromFile = { COFFER_KEY_PASSPHRASE: '', COFFER_KEY_PASSPHRASE_FILE: path }
  assert.deepEqual((await (await store(fromFile)).get('audit')).warnings, [])
  await chmod(path, 0o644)
  const { warnings } = await (await store(fromFile)).get('audit')
  assert.match(warnings.map((one) => english(one)).join(), /holds a passphrase and is open to other/)
  const both = store({ COFFER_KEY_PASSPHRASE_FILE: path })
  await assert.rejects((await both).get('audit'), failure('CONFIG_CONFLICT', /got both/))
  for (const [content, reason] of [
    ['\n', /it is empty/],
    [Buffer.from([0xff, 0xfe]), /not UTF-8/],
  ] as const) {
    await writeFile(path, content)
    await assert.rejects((await store(fromFile)).get('audit'), failure('CONFIG_UNREADABLE', reason))
  }
  const gone = { ...fromFile, COFFER_KEY_PASSPHRASE_FILE: join(profile, 'none') }
  await assert.rejects((await store(gone)).get('audit'), failure('CONFIG_UNREADABLE', /there is no file/))
})

test('a short passphrase is refused before anything is written', async () => {
  const environment = fileStore(profile, { COFFER_KEY_PASSPHRASE: 'seven77' })
  await assert.rejects(keys(environment, { ...NEW, name: 'short' }), failure('KEY_PASSPHRASE', /at least 8 characters/))
  assert.ok(!(await readdir(join(profile, 'keys'))).join().includes('short'))
})

test('an existing name is never overwritten, even when two want it at once', async () => {
  const before = await readFile(at('audit'))
  await assert.rejects(keys(fileStore(profile), { ...NEW, name: 'audit' }), failure('KEY_EXISTS', /already/))
  assert.deepEqual(await readFile(at('audit')), before)

  const shared = await temporaryFolder()
  const both = await Promise.allSettled([1, 2].map(() => keys(fileStore(shared), { ...NEW, name: 'same' })))
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const lost = both.find((one) => one.status === 'rejected')
  assert.equal((lost?.reason as { code?: string } | undefined)?.code, 'KEY_EXISTS')
  assert.deepEqual(await readdir(join(shared, 'keys')), ['same.json'])
  const kept = both.find((one) => one.status === 'fulfilled')?.value.result
  const now = await (await openKeyStore({ profile: shared, environment: fileStore(shared) })).get('same')
  assert.ok(kept?.action === 'create' && now.certificates.length === 2)
  assert.equal(new X509Certificate(now.certificates[0] as Buffer).serialNumber, kept.key.certificate?.serial)
})

test('sealed boxes open only where they belong', async () => {
  const [one, two] = [await record('audit'), await record('other')]
  assert.ok(one.protection.kind === 'passphrase' && two.protection.kind === 'passphrase')
  const mixed: [string, KeyRecord][] = [
    ['roles swapped', { ...one, protection: { ...one.protection, signing: one.protection.root as never } }],
    ['of another key', { ...one, protection: two.protection }],
    ['cipher text changed', { ...one, protection: { ...one.protection, signing: flipped(one.protection.signing) } }],
  ]
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'keys'))
  for (const [what, changed] of mixed) {
    await writeFile(join(folder, 'keys/audit.json'), JSON.stringify(changed), { mode: 0o600 })
    const opened = (await openKeyStore({ profile: folder, environment: fileStore(folder) })).get('audit')
    await assert.rejects(opened, failure('KEY_PASSPHRASE', /doesn't open/), what)
  }
})

function flipped(box: { nonce: string; data: string }): { nonce: string; data: string } {
  const bytes = Buffer.from(box.data, 'base64')
  bytes[5] = (bytes[5] ?? 0) ^ 1
  return { ...box, data: bytes.toString('base64') }
}

test('a record whose parts don’t belong together is refused, and the list names it', async () => {
  const [one, two] = [await record('audit'), await record('other')]
  const cases: [string, unknown, RegExp][] = [
    ['no JSON', 'hello', /not what Coffer wrote/],
    ['another name', two, /not what Coffer wrote/],
    ['a member too many', { ...one, note: 'x' }, /is not as expected/],
    ['another format', { ...one, format: 'coffer-key/2' }, /"format" is not as expected/],
    ['another’s certificates', { ...one, certificates: two.certificates }, /certificate is of another key/],
    ['another’s root', { ...one, certificates: [one.certificates[0], two.certificates[1]] }, /form no chain/],
    ['another’s revocation list', { ...one, crls: two.crls }, /by nobody in its chain/],
    ['another id', { ...one, key_id: two.key_id }, /its id is not that of its key/],
    ['no certificate', { ...one, certificates: ['AAAA'] }, /can't be read/],
  ]
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'keys'))
  for (const [what, changed, message] of cases) {
    const text = typeof changed === 'string' ? changed : JSON.stringify(changed)
    await writeFile(join(folder, 'keys/audit.json'), text, { mode: 0o600 })
    const opened = await openKeyStore({ profile: folder, environment: fileStore(folder) })
    await assert.rejects(opened.get('audit'), failure('KEY_UNREADABLE', message), what)
    const { exitCode, result } = await keys(fileStore(folder), { action: 'list' })
    assert.ok(result.action === 'list' && result.unreadable.length === 1 && exitCode === 4, what)
  }
})

test('scrypt parameters that would keep us busy are refused', async () => {
  const one = await record('audit')
  assert.ok(one.protection.kind === 'passphrase')
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'keys'))
  for (const change of [{ n: 2 ** 30 }, { r: 4096 }, { p: 1000 }, { n: 12345 }, { n: 1 }, { r: 0 }, { p: -1 }]) {
    const protection = { ...one.protection, scrypt: { ...one.protection.scrypt, ...change } }
    await writeFile(join(folder, 'keys/audit.json'), JSON.stringify({ ...one, protection }), { mode: 0o600 })
    const opened = (await openKeyStore({ profile: folder, environment: fileStore(folder) })).get('audit')
    await assert.rejects(opened, failure('KEY_UNREADABLE', /expected scrypt with at most/), JSON.stringify(change))
  }
})

test('names: what may stand in a file name everywhere, and nothing that leads elsewhere', async () => {
  const odd = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    '-x',
    'x.',
    'con',
    'NUL.txt',
    'a b',
    'ä',
    'a\n',
    'a'.repeat(65),
  ]
  for (const name of odd) {
    await assert.rejects(keys(fileStore(profile), { ...NEW, name }), failure('USAGE', /expected 1 to 64 letters/), name)
    await assert.rejects((await store()).get(name), failure('USAGE', /./), name)
  }
  await assert.rejects((await store()).get('audi'), failure('KEY_MISSING', /there is no key "audi"/))
})

test('a key file that others may read is used, with a warning', async () => {
  await chmod(at('other'), 0o644)
  const { result, logged } = await keys(fileStore(profile), { action: 'list' })
  assert.match(logged.join(), /^warn: .*other\.json" holds a private key and is open to other users \(mode 0644\)/)
  assert.equal(result.warnings.length, 1)
  await chmod(at('other'), 0o600)
})

test('owner and organisation: no control characters, no invisible ones, not too long', async () => {
  for (const owner of ['', '   ', 'a\u0000b', 'a\u202eb', 'a\u200bb', 'x'.repeat(65)]) {
    await assert.rejects(keys(fileStore(profile), { ...NEW, name: 'x', owner }), failure('USAGE', /owner/), owner)
  }
  await assert.rejects(keys(fileStore(profile), { ...NEW, name: 'x', algorithm: 'rsa' }), failure('UNSUPPORTED', /rsa/))
  await assert.rejects(keys(fileStore(profile), { ...NEW, name: 'x', algorithm: 'P-521' }), failure('USAGE', /P-521/))
})

test('revoked: a new list with time and reason, once, and nothing is signed any more', async () => {
  const folder = await temporaryFolder()
  const environment = fileStore(folder)
  const { result: made } = await keys(environment, { ...NEW, name: 'soon' })
  assert.ok(made.action === 'create' && made.key.status === 'usable' && made.key.crl?.number === 1)
  const ask = (reason: string | null) => keys(environment, { action: 'revoke', name: 'soon', reason })
  await assert.rejects(ask('boredom'), failure('USAGE', /unknown reason "boredom"/))
  const wrong = { ...environment, COFFER_KEY_PASSPHRASE: 'another passphrase' }
  const refused = keys(wrong, { action: 'revoke', name: 'soon', reason: null })
  await assert.rejects(refused, failure('KEY_PASSPHRASE', /doesn't open/))
  const { result } = await ask('key-compromise')
  assert.ok(result.action === 'revoke')
  assert.deepEqual([result.key.status, result.key.crl?.number, result.key.crl?.revoked], ['revoked', 2, 1])
  assert.equal(result.key.revoked?.reason, 'key-compromise')
  await assert.rejects(ask('superseded'), failure('KEY_REVOKED', /was revoked before/))
  const opened = (await openKeyStore({ profile: folder, environment })).get('soon')
  await assert.rejects(opened, failure('KEY_REVOKED', /was revoked on .*key-compromise/))
})

test('an imported key: kept, listed, used; its issuer revokes it, not Coffer', async () => {
  const folder = await temporaryFolder()
  const file = join(import.meta.dirname, '../fixtures/keys/legacy-rc2-40.p12')
  const environment = fileStore(folder, { COFFER_IMPORT_PASSPHRASE: 'Fußball und Süßholz' })
  const { result } = await keys(environment, { action: 'import', name: 'firm', file })
  assert.ok(result.action === 'import')
  assert.deepEqual(
    [result.key.origin, result.key.can_revoke, result.key.certificate?.subject],
    ['imported', false, 'Jane Doe, Example Bank'],
  )
  const key = await (await openKeyStore({ profile: folder, environment })).get('firm')
  assert.ok(new X509Certificate(key.certificates[0] as Buffer).checkPrivateKey(key.privateKey))
  assert.deepEqual((await searchFiles(folder, traces(key.privateKey))).found, [])
  const revoked = keys(environment, { action: 'revoke', name: 'firm', reason: null })
  await assert.rejects(revoked, failure('UNSUPPORTED', /was not issued by Coffer/))
  const wrong = keys(fileStore(folder), { action: 'import', name: 'firm-2', file })
  await assert.rejects(wrong, (error: Error & { code?: string; hint?: string }) => {
    assert.deepEqual([error.code, error.hint?.includes('COFFER_IMPORT_PASSPHRASE')], ['KEY_PASSPHRASE', true])
    return true
  })
})

test('export: public parts alone, again and again, but never over somebody’s file', async () => {
  const output = join(await temporaryFolder(), 'deep/er')
  const ask = () => keys({ COFFER_PROFILE: profile }, { action: 'export-public', name: 'audit', output })
  const { result } = await ask()
  assert.ok(result.action === 'export-public')
  const names = ['public-key', 'chain', 'root', 'crl'].map((part) => `audit-${part}.pem`)
  assert.deepEqual(
    result.files.map(({ name }) => name),
    names,
  )
  assert.deepEqual((await readdir(output)).sort(), [...names].sort())
  assert.deepEqual(((await ask()).result as typeof result).files, result.files)
  for (const name of names) assert.doesNotMatch(await readFile(join(output, name), 'utf8'), /PRIVATE/)

  await rename(join(output, 'audit-root.pem'), join(output, 'audit-crl.pem'))
  await assert.rejects(ask(), failure('USAGE', /won't overwrite ".*audit-crl\.pem"/))
  const onFile = { action: 'export-public', name: 'audit', output: join(output, 'audit-chain.pem') } as const
  await assert.rejects(keys(fileStore(profile), onFile), failure('STORAGE_FAILED', /no folder/))
})

test('a place where no folder can be made: an error, and an end', { timeout: 120_000 }, async () => {
  // /proc answers "not there" to making a folder, which Node's own recursive mkdir repeats for ever
  const place = process.platform === 'linux' ? '/proc/coffer' : join(profile, 'keys/audit.json')
  const ask = keys({ COFFER_PROFILE: profile }, { action: 'export-public', name: 'audit', output: place })
  await assert.rejects(ask, failure('STORAGE_FAILED', /can't write to/))
  await assert.rejects(keys(fileStore(place), { ...NEW, name: 'x' }), failure('STORAGE_FAILED', /key store/))
})

test('a profile that can’t be written to: said so, nothing lost', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  await assert.rejects(keys(fileStore(file), { ...NEW, name: 'x' }), failure('STORAGE_FAILED', /key store .*no folder/))
})

test('no keychain and no passphrase: said so, with what to do', async () => {
  const environment = { COFFER_PROFILE: profile, COFFER_KEY_STORE: 'file' }
  await assert.rejects(keys(environment, { ...NEW, name: 'x' }), failure('KEY_PASSPHRASE', /none was given/))
  const odd = { ...environment, COFFER_KEY_STORE: 'cloud' }
  await assert.rejects(keys(odd, { ...NEW, name: 'x' }), failure('CONFIG_INVALID_VALUE', /got "cloud"/))
})
