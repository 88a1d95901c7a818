import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { VERBS } from '../../src/cli/verbs/table.ts'
import { EXIT_MEANING } from '../../src/contract/exit-codes.ts'
import { ROOT } from './program.ts'

test('the README has the table of exit codes as the code has it', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const section = readme.split(/^#+ Exit codes$/m)[1]?.split(/^#/m)[0] ?? ''
  const rows = [...section.matchAll(/^\| (\d+) \| (.+?) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  assert.deepEqual(rows, Object.entries(EXIT_MEANING))
})

test('the README names every verb', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  for (const verb of VERBS) assert.ok(new RegExp(`^\\| .*\`${verb.name}\``, 'm').test(readme), verb.name)
})
