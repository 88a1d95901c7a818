import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { namesSigningKey } from '../../src/worker/signing-key-slip.ts'
import { coffer, ROOT } from './program.ts'

/** `extract --key` means the records' key: a signing key in its place is told, and no package is made. */

const folder = mkdtempSync(join(tmpdir(), 'coffer-slip-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const environment = {
  COFFER_PROFILE: join(folder, 'profile'),
  COFFER_KEY_STORE: 'file',
  COFFER_KEY_PASSPHRASE: 'a passphrase of this test',
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
}
const output = join(folder, 'case.zip')
const extract = (...args: string[]) => {
  const where = ['--path', join(folder, 'archive'), '--backup-id', 'oso-ledger-zstd']
  return coffer(['extract', ...where, '--matter', 'M-1', '--output', output, ...args], { environment })
}

before(async () => {
  // a package leaves a line of custody in the archive that it was cut out of
  cpSync(join(ROOT, 'test/fixtures/oso/oso-ledger-zstd'), join(folder, 'archive/oso-ledger-zstd'), { recursive: true })
  const made = await coffer(['keys', 'create', '--name', 'audit-2026'], { environment })
  assert.equal(made.code, 0, made.err)
})

test('the name of a signing key: exit code 2, what to write instead, and no package', async () => {
  const run = await extract('--key', 'audit-2026')
  assert.equal(run.code, 2)
  assert.match(
    run.err,
    /^error: expected the key of records for "--key", got "audit-2026", which is the name of a signing key \[USAGE\]\n/,
  )
  assert.match(run.err, /--signing-key audit-2026/)
  assert.ok(!existsSync(output))
})

test('with a signing key beside it, the records’ key is what was meant', async () => {
  const run = await extract('--key', 'audit-2026', '--signing-key', 'audit-2026', '--json')
  assert.equal(run.code, 0, run.err)
  const result = JSON.parse(run.out)
  assert.deepEqual([result.records, result.signed], [0, true])
})

test('files of private keys, in their forms; anything else is a key of records', async () => {
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  openssl('genpkey', '-algorithm', 'ED25519', '-out', at('own.pem'))
  openssl('pkcs8', '-topk8', '-in', at('own.pem'), '-passout', 'pass:x', '-out', at('sealed.pem'))
  openssl('pkey', '-in', at('own.pem'), '-outform', 'DER', '-out', at('own.der'))
  openssl('pkey', '-in', at('own.pem'), '-pubout', '-out', at('public.pem'))
  writeFileSync(at('C17'), 'no key at all')
  const named = async (text: string) => (await namesSigningKey(text, environment)) !== null
  for (const name of ['own.pem', 'sealed.pem', 'own.der']) assert.ok(await named(at(name)), name)
  for (const text of [
    at('public.pem'),
    at('C17'),
    at('none.pem'),
    folder,
    'C17',
    '',
    '../../etc/passwd',
    'audit-2025',
  ]) {
    assert.ok(!(await named(text)), text)
  }
})
