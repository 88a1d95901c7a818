import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startElectron } from '../../src/web-host/electron.ts'
import { ROOT } from './host.ts'

/** What `npm start` opens. Electron's package is a stand-in: its runtime is no browser, and its installer fetches nothing. */

const work = mkdtempSync(join(tmpdir(), 'coffer-start-'))
const display = process.env.DISPLAY
after(() => {
  if (display === undefined) delete process.env.DISPLAY
  else process.env.DISPLAY = display
  rmSync(work, { recursive: true, force: true })
})

/** @param installer what install.js does @param isThere whether the runtime was fetched already */
function electronPackage(name: string, installer: string, isThere = false): string {
  const folder = join(work, name)
  mkdirSync(join(folder, 'dist'), { recursive: true })
  const program = '#!/bin/sh\nprintf "%s\\n" "$1" "$COFFER_PROFILE" "$COFFER_DIRECTORY" > "$(dirname "$0")/ran"\n'
  writeFileSync(join(folder, 'dist/electron'), program, { mode: 0o755 })
  if (isThere) writeFileSync(join(folder, 'path.txt'), 'electron')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'electron' }))
  writeFileSync(join(folder, 'install.js'), installer)
  return folder
}
const FETCHES = "require('node:fs').writeFileSync(require('node:path').join(__dirname, 'path.txt'), 'electron')"

test('Electron is opened where its runtime is, with the profile and the folder that was meant; nothing is fetched', async () => {
  process.env.DISPLAY = ':0'
  const folder = electronPackage('there', 'process.exit(7)', true)
  assert.equal(await startElectron(ROOT, '/a/profile', folder), null)
  const [root, profile, directory] = readFileSync(join(folder, 'dist/ran'), 'utf8').split('\n')
  assert.deepEqual([root, profile, directory], [ROOT, '/a/profile', process.env.INIT_CWD ?? process.cwd()])
})

test('its runtime is fetched once where it is not there', async () => {
  process.env.DISPLAY = ':0'
  const folder = electronPackage('fetched', FETCHES)
  assert.equal(await startElectron(ROOT, '/a/profile', folder), null)
  assert.ok(existsSync(join(folder, 'dist/ran')))
})

test('where it can’t be had it is said why, in words', async () => {
  process.env.DISPLAY = ':0'
  const start = (folder: string | null) => startElectron(ROOT, '/a/profile', folder)
  assert.equal(await start(null), 'the package "electron" is not installed')
  assert.equal(await start(electronPackage('offline', 'process.exit(1)')), 'its runtime could not be downloaded')
  assert.equal(await start(electronPackage('half', '')), 'its runtime is not complete')
  delete process.env.DISPLAY
  delete process.env.WAYLAND_DISPLAY
  if (process.platform === 'linux') assert.equal(await start(electronPackage('dark', '')), 'there is no display')
})

test('and then the window is served to this machine’s browser, which is said', {
  skip: process.platform !== 'linux',
}, async () => {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...environment } = process.env
  const script = join(ROOT, 'src/web-host/start.ts')
  const child = spawn(process.execPath, [script, '--no-open', '--profile', join(work, 'profile')], {
    env: { ...environment, COFFER_KEY_STORE: 'file' },
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text))
  const ended = once(child, 'exit')
  try {
    const [printed] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer]
    assert.match(String(printed), /^http:\/\/127\.0\.0\.1:\d+\/open\?token=/, told)
    assert.match(told, /Electron can't be had here \(there is no display\), so Coffer opens in this machine's browser/)
  } finally {
    child.kill('SIGINT')
  }
  await ended
})
