import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, toolDigest } from '../../../src/evidence/report/tool-digest.ts'

test('the digest is over the lines that sha256sum prints for the program’s files, sorted by path', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-digest-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'b'))
  const files = { 'b/a.ts': 'one', 'a.js': 'two', 'b/z.mjs': '' }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await writeFile(join(folder, 'notes.txt'), 'not a program file')
  const sum = (text: string) => createHash('sha256').update(text).digest('hex')
  const lines = ['a.js', 'b/a.ts', 'b/z.mjs'].map((name) => `${sum(files[name as keyof typeof files])}  ${name}\n`)
  assert.equal((await digest(folder)).sha256, sum(lines.join('')))
  await writeFile(join(folder, 'a.js'), 'changed')
  assert.notEqual((await digest(folder)).sha256, sum(lines.join('')))
})

test('the program’s own digest is made once', async () => {
  const first = await toolDigest()
  assert.match(first?.sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.equal(await toolDigest(), first)
})
