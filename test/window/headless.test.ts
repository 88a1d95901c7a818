import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundleMain } from '../../src/main/bundle.ts'
import { ROOT } from './host.ts'

/** `coffer` with a verb, out of the desktop application: no window, the command line's own output and exit codes. */

const profile = mkdtempSync(join(tmpdir(), 'coffer-headless-'))
before(() => bundleMain(ROOT, join(ROOT, 'dist/main')))
after(() => rmSync(profile, { recursive: true, force: true }))

function coffer(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, COFFER_PROFILE: profile, COFFER_KEY_STORE: 'file', DISPLAY: '', WAYLAND_DISPLAY: '' }
  const script = join(import.meta.dirname, 'headless-main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env, cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

describe('the packaged program with a verb', () => {
  test('runs the job, prints what the command line prints, and opens no window', async () => {
    const where = ['--path', 'test/fixtures/oso', '--backup-id', 'oso-ledger-zstd']
    const { code, stdout, stderr } = await coffer('validate', ...where, '--deep', '--json')
    assert.equal(code, 0, stderr)
    assert.equal((JSON.parse(stdout) as { verdict: string }).verdict, 'PASSED')
  })
  test('ends with the exit codes of the command line', async () => {
    const { code, stderr } = await coffer('validate', '--no-such-flag')
    assert.equal(code, 2)
    assert.match(stderr, /no-such-flag/)
  })
})
