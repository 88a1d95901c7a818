import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { coffer } from '../cli/program.ts'
import { runTool, type ToolResult } from '../rig/cache.ts'

/** `npm run demo` as a new user runs it, but for its temporary folder: what it leaves there can be looked at. */
let folder = ''
let run: ToolResult

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-demo-test-'))
  run = await runTool(process.execPath, [join(import.meta.dirname, 'demo.ts')], { env: { TMPDIR: folder } })
})
after(() => rm(folder, { recursive: true, force: true }))

test('it ends well: every record compared, a package verified, its forgery caught', () => {
  assert.equal(run.code, 0, `${run.stdout.slice(-2_000)}\n${run.stderr.slice(-2_000)}`)
  assert.match(run.stdout, /61,700 records compared, no difference; the package is verified and its forgery caught/)
})

test('it leaves the package and the public parts of the key that signed it, and nothing else', async () => {
  const left = await readdir(folder)
  assert.equal(left.length, 1, left.join(', '))
  const evidence = join(folder, left[0] ?? '')
  const keys = ['demo-chain.pem', 'demo-crl.pem', 'demo-public-key.pem', 'demo-root.pem']
  assert.deepEqual((await readdir(evidence)).sort(), ['case-2026-017.zip', ...keys])
  const verified = await coffer([
    'verify',
    join(evidence, 'case-2026-017.zip'),
    '--trust',
    join(evidence, 'demo-root.pem'),
  ])
  assert.equal(verified.code, 0, verified.out)
})

test('it leaves nothing running', async () => {
  const { stdout } = await runTool('ps', ['-axww', '-o', 'pid=,command='])
  assert.ok(stdout.includes(process.execPath), 'this test is among what runs')
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.includes(folder)),
    [],
  )
})
