import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { runTool } from '../rig/cache.ts'

/** `npm run demo` on a machine that lacks what it needs. */
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-demo-missing-'))
})
after(() => rm(folder, { recursive: true, force: true }))

/** @param programs name → what it does, in the shell's language: all that this machine has beside Node */
async function demo(programs: Record<string, string>) {
  const bin = join(folder, 'bin')
  const temporary = join(folder, 'tmp')
  await rm(bin, { recursive: true, force: true })
  await mkdir(bin, { recursive: true })
  await mkdir(temporary, { recursive: true })
  await symlink(process.execPath, join(bin, 'node'))
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const env = { PATH: bin, TMPDIR: temporary, COFFER_CACHE: join(folder, 'cache'), HOME: folder }
  const run = await runTool(process.execPath, [join(import.meta.dirname, 'demo.ts')], { env })
  assert.equal(run.code, 1, run.stdout)
  assert.doesNotMatch(run.stderr, / {4}at /, 'no stack trace')
  assert.deepEqual(await readdir(temporary), [], 'nothing is left behind')
  return run.stderr
}

const JAVA = (version: string) => `echo 'openjdk version "${version}"' >&2`

test('without Java, with too old a one, or without Maven, it says what to install', async () => {
  assert.match(
    await demo({}),
    /demo failed: "java" is not installed: install a JDK of version 17 or later \(Debian: apt/,
  )
  assert.match(await demo({ java: JAVA('11.0.2') }), /"java" is version 11: install a JDK of version 17 or later/)
  assert.match(await demo({ java: JAVA('17.0.9') }), /"mvn" is not installed: install Apache Maven \(Debian: apt/)
})
