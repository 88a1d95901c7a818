import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { KeyOverview } from '../../src/contract/results/keys.ts'
import { runTool } from '../rig/cache.ts'
import { PROGRAM } from '../rig/program.ts'
import { inSession, UNSET } from './session.ts'
import { PASSPHRASE, searchFiles, temporaryFolder, traces } from './support.ts'

const child = join(import.meta.dirname, 'show-key.ts')

test('a key lives in the keychain, across sessions, and nowhere on disk in clear', async () => {
  const home = await temporaryFolder()
  const made = await inSession(home, 'coffer keys create --name audit --owner "Jane Doe" --json')
  assert.equal(made.code, 0, made.stderr)
  const { key } = JSON.parse(made.stdout) as { key: KeyOverview }
  assert.deepEqual([key.kept_in, key.status], ['keychain', 'usable'])

  // another session, another daemon: what the kernel's keyring would have forgotten is there
  const shown = await inSession(home, `node "${child}" audit`)
  assert.equal(shown.code, 0, shown.stderr)
  const privateKey = createPrivateKey(shown.stdout)
  assert.ok((await readdir(join(home, 'data/keyrings'))).includes('login.keyring'))
  const { files, found } = await searchFiles(home, traces(privateKey))
  assert.ok(files >= 2, 'the key’s file and the keyring were looked through')
  assert.deepEqual(found, [])
  const record = await searchFiles(join(home, 'profile/keys'), new Map([['a sealed box', Buffer.from('scrypt')]]))
  assert.deepEqual(record, { files: 1, found: [] })

  const revoked = await inSession(home, 'coffer keys revoke --name audit --reason superseded --json')
  assert.equal(revoked.code, 0, revoked.stderr)
  assert.equal((JSON.parse(revoked.stdout) as { key: KeyOverview }).key.status, 'revoked')
})

test('an RSA key fits too; a name that is taken leaves nothing behind in the keychain', async () => {
  const home = await temporaryFolder()
  const script = [
    'openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "$HOME/rsa.pem" 2>/dev/null',
    'coffer keys import --name firm --file "$HOME/rsa.pem" --json',
    'if coffer keys create --name firm --quiet >/dev/null 2>"$HOME/taken"; then exit 9; fi',
    'cat "$HOME/taken" >&2',
  ].join('\n')
  const run = await inSession(home, script)
  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stderr, /there is a key "firm" already \[KEY_EXISTS\]/)
  const { key } = JSON.parse(run.stdout) as { key: KeyOverview }
  assert.deepEqual([key.algorithm, key.kept_in, key.status], ['RSA-SHA256', 'keychain', 'bare'])
  const shown = await inSession(home, `node "${child}" firm`)
  assert.equal(createPrivateKey(shown.stdout).asymmetricKeyDetails?.modulusLength, 4096, shown.stderr)
})

test('without a keychain: an error that says what to do, or the encrypted file where there is a passphrase', async () => {
  const home = await temporaryFolder()
  const nobody = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'no-bus')}` }
  const create = (name: string, env: Record<string, string>) =>
    runTool('node', [PROGRAM, 'keys', 'create', '--name', name, '--json'], {
      env: { ...UNSET, HOME: home, XDG_RUNTIME_DIR: home, COFFER_PROFILE: join(home, 'profile'), ...nobody, ...env },
    })
  const refused = await create('a', {})
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /no keychain answers here: .*\[KEYCHAIN_FAILED\]\nhint: .*COFFER_KEY_PASSPHRASE/)
  const sealed = await create('a', { COFFER_KEY_PASSPHRASE: PASSPHRASE })
  assert.equal(sealed.code, 0, sealed.stderr)
  assert.equal((JSON.parse(sealed.stdout) as { key: KeyOverview }).key.kept_in, 'file')
  const insisted = await create('b', { COFFER_KEY_PASSPHRASE: PASSPHRASE, COFFER_KEY_STORE: 'keychain' })
  assert.equal(insisted.code, 3)
  assert.match(insisted.stderr, /KEYCHAIN_FAILED/)
})

test('a keychain that has lost the key: said so', async () => {
  const home = await temporaryFolder()
  const made = await inSession(home, 'coffer keys create --name audit --quiet >/dev/null')
  assert.equal(made.code, 0, made.stderr)
  const script = `mv "$HOME/profile" "$HOME/other" && rm -r "$XDG_DATA_HOME" && mv "$HOME/other" "$HOME/profile"`
  assert.equal(
    (await runTool('bash', ['-c', script], { env: { HOME: home, XDG_DATA_HOME: join(home, 'data') } })).code,
    0,
  )
  const run = await inSession(home, 'coffer keys revoke --name audit')
  assert.equal(run.code, 4, run.stderr)
  assert.match(run.stderr, /the keychain no longer has the key "audit" \[KEY_UNREADABLE\]/)
})
