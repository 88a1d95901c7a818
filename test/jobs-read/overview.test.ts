import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { runOverview } from '../../src/jobs/overview/run.ts'
import { attentionOf } from '../../src/worker/services/attention.ts'

/** The sample archive that comes with Coffer: two runs, one of which found 40 offsets gone. */
const SAMPLE = new URL('../../assets/sample/archive', import.meta.url).pathname
const context = { signal: new AbortController().signal, progress: () => {}, log: () => {} }
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-overview-'))
  await cp(SAMPLE, join(folder, 'archive'), { recursive: true })
})
after(() => rm(folder, { recursive: true, force: true }))

const overview = async (...paths: string[]) => {
  const places = paths.map((path) => ({ name: path, archive: { path } }))
  return (await runOverview({ kind: 'overview', places, days: 30, environment: {} }, context)).result
}

test('a backup stands as its manifests say: records, signature, losses by stream', async () => {
  const { places } = await overview(join(folder, 'archive'))
  const [one] = places[0]?.backups ?? []
  assert.ok(one)
  assert.equal(one.backup_id, 'sample-ledger')
  assert.equal(one.signature, 'signed')
  assert.equal(one.generation, 2)
  assert.equal(one.streams.find((stream) => stream.topic === 'ledger-payments')?.records, 12_000)
  assert.deepEqual(
    one.streams.filter((stream) => stream.lost_offsets > 0).map((stream) => [stream.topic, stream.lost_offsets]),
    [['ledger-audit', 40]],
  )
  assert.equal(one.last_proof, null)
  assert.equal(one.lock.mode, 'none')
  assert.equal(one.coverage.length, 30)
})

test('what needs a person is told, the worst first; a place out of reach hides no other', async () => {
  const result = await overview(join(folder, 'nowhere'), join(folder, 'archive'))
  const kinds = attentionOf(result, []).map((one) => one.kind)
  assert.deepEqual(kinds, ['place', 'lost', 'unproved', 'unlocked'])
})

test('a manifest that was changed afterwards is told as broken', async () => {
  const copy = join(folder, 'changed')
  await cp(SAMPLE, copy, { recursive: true })
  const path = join(copy, 'sample-ledger', 'manifest.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('"zstd"', '"zstd" '))
  const [first] = attentionOf(await overview(copy), [])
  assert.equal(first?.kind, 'broken')
})

test('a manifest that can’t be read is told, and so is the one before it that is missing', async () => {
  const copy = join(folder, 'unreadable')
  await cp(SAMPLE, copy, { recursive: true })
  await writeFile(join(copy, 'sample-ledger', 'manifest.json'), '{')
  assert.equal(attentionOf(await overview(copy), [])[0]?.kind, 'unreadable')

  const shorter = join(folder, 'shorter')
  await cp(SAMPLE, shorter, { recursive: true })
  for (const name of await readdir(join(shorter, 'sample-ledger', 'manifests')))
    await rm(join(shorter, 'sample-ledger', 'manifests', name), { recursive: true })
  assert.equal(attentionOf(await overview(shorter), [])[0]?.kind, 'broken')
})
