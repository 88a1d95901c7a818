import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { checkStorage } from '../../src/storage/check.ts'
import { openStorage } from '../../src/storage/open.ts'

const scratch = await mkdtemp(path.join(tmpdir(), 'coffer-check-'))
after(() => rm(scratch, { recursive: true, force: true }))

const outcomes = async (folder: string): Promise<unknown> =>
  (await checkStorage({ backend: 'filesystem', path: folder })).map(({ step, outcome, code }) => [step, outcome, code])

const PASSED = [
  ['storage-read', 'passed', undefined],
  ['storage-write', 'passed', undefined],
]

test('a folder that works passes, and nothing of the check stays there', async () => {
  const folder = path.join(scratch, 'one')
  await (await openStorage({ backend: 'filesystem', path: folder })).put('backup/manifest.json', Buffer.from('{}'))
  assert.deepEqual(await outcomes(folder), PASSED)
  assert.deepEqual(await readdir(folder), ['backup'])
  const [read, write] = await checkStorage({ backend: 'filesystem', path: folder })
  assert.match(read?.message ?? '', /can be listed and read/)
  assert.match(write?.message ?? '', /can be deleted/)
})

test('a folder that is not there yet passes, and is not there afterwards', async () => {
  await mkdir(path.join(scratch, 'two'))
  assert.deepEqual(await outcomes(path.join(scratch, 'two/three/four')), PASSED)
  assert.deepEqual(await readdir(path.join(scratch, 'two')), [])
})

test('the step that fails is named, with a code', async () => {
  await writeFile(path.join(scratch, 'file'), '')
  assert.deepEqual(await outcomes(path.join(scratch, 'file/below')), [
    ['storage-read', 'passed', undefined],
    ['storage-write', 'failed', 'STORAGE_FAILED'],
  ])
  assert.deepEqual(await outcomes('/sys/coffer-check'), [
    ['storage-read', 'passed', undefined],
    ['storage-write', 'failed', 'STORAGE_NOT_ALLOWED'],
  ])
})

test('an address that can not be one fails as configuration', async () => {
  const steps = await checkStorage({ backend: 's3', bucket: 'b', path_style: true, allow_http: false })
  assert.deepEqual(
    steps.map(({ step, outcome, code }) => [step, outcome, code]),
    [['configuration', 'failed', 'CONFIG_INVALID_VALUE']],
  )
})
