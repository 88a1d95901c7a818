import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inSession } from '../keys/session.ts'
import { searchFiles } from '../keys/support.ts'
import { removeOnExit } from '../rig/child.ts'

/** A real gnome-keyring, one daemon a session, on a bus and in a home folder of its own. */

const VALUE = 'correct-horse-battery-staple'
const child = join(import.meta.dirname, 'vault-child.ts')

async function homeFolder(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'coffer-vault-'))
  removeOnExit(home)
  return home
}

test('a secret of a connection lives in the keychain, across sessions, and nowhere on disk in clear', async () => {
  const home = await homeFolder()
  // the value goes in by standard input: an argument would be in the process list
  const saved = await inSession(home, `printf %s '${VALUE}' | node "${child}" save "$COFFER_PROFILE"`)
  assert.equal(saved.code, 0, saved.stderr)
  assert.deepEqual(JSON.parse(saved.stdout), {
    variables: [{ name: 'PW', from: 'keychain' }],
    state: { state: 'keychain', kept: 1, inMemory: 0, problem: null },
  })
  assert.ok((await readdir(join(home, 'data/keyrings'))).includes('login.keyring'))

  // another session, another daemon: the job's environment has it, and no answer to the window does
  const used = await inSession(home, `node "${child}" use "$COFFER_PROFILE"`)
  assert.equal(used.code, 0, used.stderr)
  const { told, environment } = JSON.parse(used.stdout) as { told: unknown; environment: string | null }
  assert.equal(environment, VALUE)
  assert.ok(!JSON.stringify(told).includes(VALUE))
  const found = await searchFiles(home, traces())
  assert.ok(found.files >= 4, 'profile, database and keyring were looked through')
  assert.deepEqual(found.found, [])

  const removed = await inSession(
    home,
    `node "${child}" remove "$COFFER_PROFILE"; node "${child}" use "$COFFER_PROFILE"`,
  )
  assert.equal(removed.code, 0, removed.stderr)
  const [, after] = removed.stdout.trim().split('\n')
  assert.equal(JSON.parse(after ?? '').environment, null)
  const record = JSON.parse(await readFile(join(home, 'profile/secrets.json'), 'utf8'))
  assert.deepEqual([record.keychain, record.sealed], [[], null])
})

test('without a keychain it is said why, the value is in memory, and then in the encrypted file', async () => {
  const home = await homeFolder()
  const script = `export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/no-bus
printf %s '${VALUE}' | node "${child}" save "$COFFER_PROFILE"
printf '%s\\n%s' '${VALUE}' 'four words make a passphrase' | node "${child}" file "$COFFER_PROFILE"
printf %s 'four words make a passphrase' | node "${child}" unlock "$COFFER_PROFILE"
if printf %s 'another one' | node "${child}" unlock "$COFFER_PROFILE"; then exit 9; fi`
  const run = await inSession(home, script)
  assert.equal(run.code, 0, run.stderr)
  const [memory, file, unlocked] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(memory.state.state, 'none')
  assert.match(memory.state.problem, /no keychain answers here/)
  assert.deepEqual(memory.variables, [{ name: 'PW', from: 'memory' }])
  assert.deepEqual(file.variables, [{ name: 'PW', from: 'file' }])
  assert.deepEqual([unlocked.before, unlocked.state, unlocked.environment], ['file-locked', 'file-unlocked', VALUE])
  assert.match(run.stderr, /KEY_PASSPHRASE/)
  const { files, found } = await searchFiles(home, traces())
  assert.ok(files >= 3)
  assert.deepEqual(found, [])
})

/** The value as it might stand somewhere. */
function traces(): Map<string, Buffer> {
  const bytes = Buffer.from(VALUE)
  return new Map([
    ['clear', bytes],
    ['UTF-16', Buffer.from(VALUE, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ...[0, 1, 2].map((shift): [string, Buffer] => {
      const text = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '')
      return [`base64, shifted by ${shift}`, Buffer.from(text.slice(4, -4))]
    }),
  ])
}
