import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { verifierPage } from '../../src/evidence/package/verifier-page.ts'
import { coffer, ROOT } from './program.ts'

const run = promisify(execFile)
let folder = ''
let entry = ''

/** Packs the project as npm would publish it, and lays it out as npm would install it, beside the same dependencies. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-package-'))
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT })
  const tarball = stdout.trim().split('\n').at(-1) ?? ''
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'coffer'), { recursive: true })
  await run('tar', ['-xzf', join(folder, tarball), '-C', join(modules, 'coffer'), '--strip-components=1'])
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  entry = join(modules, 'coffer/bin/coffer.mjs')
})
after(() => rm(folder, { recursive: true, force: true }))

test('the packed program runs where it is installed', async () => {
  const version = await coffer(['--version'], { entry })
  assert.deepEqual([version.code, version.err], [0, ''])
  assert.match(version.out, /^coffer \d/)
})

test('and so does its worker', async () => {
  const archives = join(ROOT, 'test/fixtures/oso')
  const list = await coffer(['list', '--path', archives, '--json'], { entry })
  assert.equal(list.code, 0, list.err)
  assert.equal((JSON.parse(list.out) as { backups: unknown[] }).backups.length, 3)
})

test('and the threads that check an archive', async () => {
  const archives = join(ROOT, 'test/fixtures/oso')
  const check = await coffer(['validate', '--path', archives, '--backup-id', 'oso-ledger-zstd', '--deep', '--json'], {
    entry,
  })
  assert.equal(check.code, 0, check.err)
  assert.equal((JSON.parse(check.out) as { checked: { records: number } }).checked.records, 866)
})

test('it holds what a user needs, and nothing of the checkout', async () => {
  const inside = join(folder, 'node_modules/coffer')
  const files = await readdir(inside, { recursive: true })
  const page = 'dist/cli/verify.html'
  const FONT = 'assets/fonts/NotoSansJP_400Regular.ttf.zst'
  for (const wanted of ['LICENSE', 'README.md', 'package.json', 'bin/coffer.mjs', 'dist/cli/coffer.js', page, FONT]) {
    assert.ok(files.includes(wanted), wanted)
  }
  // a package made by the installed program holds the same page as one made in a checkout
  assert.deepEqual(await readFile(join(inside, page)), await verifierPage())
  const tops = [...new Set(files.map((file) => file.split('/')[0]))]
  const known = ['LICENSE', 'README.md', 'assets', 'bin', 'dist', 'package.json']
  assert.deepEqual(
    tops.filter((name) => !known.includes(name as string)),
    [],
  )
  assert.deepEqual(
    files.filter((file) => /(^|\/)test(s?)(\/|$)|\.test\.|\.npmrc/.test(file)),
    [],
  )
})

test('a report in any script finds its faces in the installed program, and the package its page', async () => {
  const output = join(folder, 'case.zip')
  // an extraction is entered in the archive's chain of custody
  const archives = join(folder, 'archives')
  await cp(join(ROOT, 'test/fixtures/oso'), archives, { recursive: true })
  const archive = ['--path', archives, '--backup-id', 'oso-ledger-zstd']
  const { code, err } = await coffer(['extract', ...archive, '--matter', 'ケース 17', '--output', output], { entry })
  assert.equal(code, 0, err)
  const { stdout: pdf } = await run('unzip', ['-p', output, 'report.pdf'], { encoding: 'latin1', maxBuffer: 2 ** 26 })
  assert.ok(/\/FontName \/[A-Z]{6}\+NotoSansJP/.test(pdf))
  const { stdout: page } = await run('unzip', ['-p', output, 'verify.html'], { maxBuffer: 2 ** 26 })
  assert.ok(page === (await verifierPage()).toString())
})
