import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { mustRun } from '../rig/cache.ts'
import { removeOnExit } from '../rig/child.ts'

const AWAITED_BY_NOBODY = `
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
test('one that is fine', () => {})
test('one that leaves an error behind', async () => {
  setTimeout(() => { throw new Error('awaited by nobody') }, 20)
  Promise.reject(new Error('nor this one'))
  await delay(100)
})`

test('an error that no test awaits fails, and so do a file without tests, one that is skipped, and one that crashes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-runner-'))
  removeOnExit(folder)
  const files = {
    'stray.test.mjs': AWAITED_BY_NOBODY,
    'empty.test.mjs': 'export {}',
    'skipped.test.mjs': "import { test } from 'node:test'\ntest.skip('later', () => {})",
    'crash.test.mjs': "import { test } from 'node:test'\ntest('it', () => process.exit(3))",
  }
  const runner = join(folder, 'runner.mjs')
  await writeFile(
    runner,
    `import { runTests } from ${JSON.stringify(join(import.meta.dirname, 'node-tests.ts'))}
const { passed, failed } = await runTests(${JSON.stringify(folder)}, [process.argv[2]], 1)
console.log(JSON.stringify([passed, failed]))`,
  )
  // within a test, the runner would report to the outer one
  const env = { NODE_TEST_CONTEXT: undefined } as unknown as Record<string, string>
  const tally: Record<string, unknown> = {}
  for (const [name, source] of Object.entries(files)) {
    const file = join(folder, name)
    await writeFile(file, source)
    const { stdout } = await mustRun(process.execPath, [runner, file], { env })
    tally[name] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    if (name === 'stray.test.mjs') assert.match(stdout, /awaited by nobody/)
  }
  assert.deepEqual(tally, {
    'stray.test.mjs': [1, 1],
    'empty.test.mjs': [0, 1],
    'skipped.test.mjs': [0, 2],
    'crash.test.mjs': [0, 1],
  })
})
