import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { ROOT } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'coffer-pack-list-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('what an earlier build left in dist is not packed: only the command line is, which its build empties first', () => {
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  const built = ['bin/coffer.mjs', 'dist/cli/coffer.js', 'dist/cli/verify.html']
  const left = ['dist/old.js', 'dist/worker/dispatch.js', 'dist/renderer/index.html', 'dist/main/preload.cjs']
  for (const path of [...built, ...left]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const [packed] = JSON.parse(out) as { files: { path: string }[] }[]
  const paths = packed?.files.map(({ path }) => path).sort()
  assert.deepEqual(paths, [...built, 'package.json'].sort())
})
