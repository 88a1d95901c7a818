import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compareVersions, VERSION } from '../../src/contract/versions.ts'
import { failsWith, fileHere, freshFolder, inDays, listOf, PACKAGE, Person } from './support.ts'

/** The publisher's side, with OpenSSL's own keys and OpenSSL as the judge. */

interface Bench {
  person: Person
  folder: string
  draft: string
  key: string
  sign(changes?: Record<string, unknown>): ReturnType<Person['run']>
}

function bench(): Bench {
  const person = new Person()
  const folder = freshFolder()
  const draft = join(folder, 'draft.json')
  const key = join(folder, 'key.pem')
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key], {
    stdio: 'pipe',
  })
  writeFileSync(join(folder, 'coffer-9.1.0.AppImage'), PACKAGE)
  return {
    person,
    folder,
    draft,
    key,
    sign: (changes = {}) => {
      writeFileSync(draft, JSON.stringify(listOf(changes), null, 2))
      return person.run({ action: 'sign-list', file: draft, signingKey: key, output: join(folder, 'site') })
    },
  }
}

test('OpenSSL checks what was signed, and somebody takes it', async () => {
  const { person, folder, sign, key } = bench()
  const done = await sign()
  assert.ok(done.action === 'sign-list')
  const site = join(folder, 'site')
  const at = (name: string) => join(site, name)
  assert.deepEqual(done.files, [
    'updates.json',
    'updates.json.chain.pem',
    'updates.json.pub.pem',
    'updates.json.sig',
    'updates.json.sig.der',
  ])
  assert.deepEqual(readdirSync(site).sort(), done.files)
  const verify = (list: string) =>
    execFileSync(
      'openssl',
      ['dgst', '-sha256', '-verify', at('updates.json.pub.pem'), '-signature', at('updates.json.sig.der'), list],
      { encoding: 'utf8' },
    )
  assert.match(verify(at('updates.json')), /Verified OK/)
  writeFileSync(at('other.json'), `${readFileSync(at('updates.json'), 'utf8')} `)
  assert.throws(() => verify(at('other.json')))
  const publicKey = join(folder, 'public.pem')
  execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-out', publicKey])
  assert.equal(readFileSync(publicKey, 'utf8'), readFileSync(at('updates.json.pub.pem'), 'utf8'))
  const der = execFileSync('openssl', ['pkey', '-pubin', '-in', publicKey, '-outform', 'DER'])
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der, encoding: 'utf8' }).split(' ')[0]
  assert.equal(done.key_id, digest)
  assert.deepEqual([done.checked, done.missing], [['coffer-9.1.0.AppImage'], []])

  const on = await person.on(site, publicKey)
  assert.equal(on.key?.key_id, done.key_id)
  const found = await person.check()
  assert.deepEqual([found.newest?.version, found.list.sha256], ['9.1.0', done.sha256])
})

test('sizes and digests are filled in from the packages; one that differs is not signed', async () => {
  const { folder, sign, person } = bench()
  const { size: _, sha256: __, ...bare } = fileHere()
  const versions = (file: Record<string, unknown>) => [
    { version: '9.1.0', released_at: inDays(-1), notes: '', files: [file] },
  ]
  await sign({ versions: versions(bare) })
  const list = JSON.parse(readFileSync(join(folder, 'site/updates.json'), 'utf8'))
  assert.deepEqual(list.versions[0].files, [fileHere()])
  await assert.rejects(
    sign({ serial: 8, versions: versions({ ...fileHere(), size: 1 }) }),
    failsWith('CHECK_FAILED', undefined, /says size 1/),
  )
  await assert.rejects(
    sign({ serial: 8, versions: versions({ ...fileHere(), sha256: 'ab'.repeat(32) }) }),
    failsWith('CHECK_FAILED'),
  )
  const gone = await sign({ serial: 8, versions: versions(fileHere('gone.AppImage')) })
  assert.deepEqual(gone.action === 'sign-list' && gone.missing, ['gone.AppImage'])
  assert.ok(person.warnings.some((one) => one.includes('"gone.AppImage" does not lie beside the draft')))
})

test('drafts that nobody would take are not signed', async () => {
  const { draft, folder, person, key, sign } = bench()
  await assert.rejects(
    sign({ expires_at: inDays(-0.5) }),
    failsWith('CONFIG_INVALID_VALUE', undefined, /"expires_at" has passed/),
  )
  await assert.rejects(sign({ serial: 0 }), failsWith('CONFIG_INVALID_VALUE', undefined, /"serial"/))
  await assert.rejects(sign({ format: 'coffer-updates/2' }), failsWith('CONFIG_INVALID_VALUE', undefined, /"format"/))
  await sign({ serial: 8 })
  await assert.rejects(sign({ serial: 8, channel: 'stable' }), failsWith('CONFIG_CONFLICT', undefined, /above 8/))
  await assert.rejects(sign({ serial: 7 }), failsWith('CONFIG_CONFLICT'))
  const run = (file: string) =>
    person.run({ action: 'sign-list', file, signingKey: key, output: join(folder, 'other') })
  writeFileSync(draft, '{"a":1,"a":2}')
  await assert.rejects(run(draft), failsWith('CONFIG_SYNTAX', undefined, /is there twice/))
  await assert.rejects(run(join(folder, 'none.json')), failsWith('CONFIG_UNREADABLE', undefined, /no such file/))
})

test('versions in the order of Semantic Versioning, clause 11', () => {
  const rising = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
    '2.0.0',
  ]
  for (const [at, one] of rising.entries()) {
    assert.match(one, VERSION)
    for (const [against, other] of rising.entries()) {
      assert.equal(Math.sign(compareVersions(one, other)), Math.sign(at - against), `${one} and ${other}`)
    }
  }
  for (const none of ['1', '1.2', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3+build', '1.2.3 ', 'v1.2.3', ''])
    assert.doesNotMatch(none, VERSION)
})
