import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { acquireLock } from '../../src/archive/lock.ts'
import { serializeManifest } from '../../src/archive/manifest/parse.ts'
import { requireManifest } from '../../src/archive/manifest/store.ts'
import { runDescribe } from '../../src/jobs/describe/run.ts'
import { runList } from '../../src/jobs/list/run.ts'
import { monthOf, readHistory } from '../../src/jobs/monthly-report/history.ts'
import { standingOf } from '../../src/jobs/overview/standing.ts'
import { runStatus } from '../../src/jobs/status/run.ts'
import { generationsOf } from '../../src/journal/generations.ts'
import { addGeneration, records, withCode } from '../archive/support.ts'
import { FaultyStorage } from '../rig/faulty-storage.ts'
import { context, FIXTURES, storageAt, temporaryFolder } from './support.ts'

const operator = { os_user: 'backup', host: hostname() }

test('a backup of ours: how its last run ended, who ran it, and how far each partition is', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [
    { from: 0, to: 40, records: records(10, 20), absent: [['deleted_before', 0, 10]] },
  ])
  const { exitCode, result } = await runStatus(storage, 'b', context())
  assert.equal(exitCode, 0)
  assert.deepEqual(
    [result.state, result.generation, result.run_id, result.operator, result.started_at],
    ['complete', 1, 'run-1', 'tester@here', '2025-11-24T16:00:00.000Z'],
  )
  assert.deepEqual(result.partitions, [{ topic: 'ledger', partition: 0, next_offset: 40, cut: 40 }])
  assert.deepEqual(result.account, { offsets: 40, archived: 20, absent: { deleted_before: 10, compacted: 10 } })
  assert.equal(result.lock, null)
  // The run has no end time here, so the manifest's own time is told.
  assert.ok(Math.abs(Date.parse(result.updated_at ?? '') - Date.now()) < 60_000)
})

test('failure 15: who holds the lock is told, alive or gone', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [{ from: 0, to: 5, records: records(0, 5) }])
  const lease = await acquireLock(storage, 'b', { runId: 'run-2', operator })
  const held = (await runStatus(storage, 'b', context())).result.lock
  assert.equal(held?.holder, `backup@${hostname()} (process ${process.pid}, run run-2)`)
  assert.equal(held?.expired, false)
  await lease.release()
  assert.equal((await runStatus(storage, 'b', context())).result.lock, null)

  const yesterday = Date.now() - 86_400_000
  await acquireLock(storage, 'b', { runId: 'run-3', operator, now: () => yesterday })
  assert.equal((await runStatus(storage, 'b', context())).result.lock?.expired, true)
})

test('a run is told as running while it holds the lock; one that was killed was interrupted, in every listing', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'b', [{ from: 0, to: 5, records: records(0, 5) }])
  const { manifest } = await requireManifest(storage, 'b')
  assert.ok(manifest.coffer !== undefined)
  manifest.coffer.run.state = 'running'
  manifest.coffer.run.cut['ledger/0'] = { from: 0, to: 90, high_watermark: 90, log_start: 0 }
  await storage.put('b/manifest.json', serializeManifest(manifest))
  const states = async () => {
    const { result } = await runStatus(storage, 'b', context())
    assert.deepEqual(result.partitions, [{ topic: 'ledger', partition: 0, next_offset: 5, cut: 90 }])
    assert.equal(result.ended_at, null)
    return [
      result.state,
      (await runList(storage, null, context())).result.backups[0]?.state,
      (await runList(storage, 'b', context())).result.backups[0]?.state,
      (await runDescribe(storage, 'b', context())).result.overview.state,
      (await standingOf(storage, 'b', Date.now(), 1)).state,
    ]
  }
  const lease = await acquireLock(storage, 'b', { runId: 'run-1', operator })
  assert.deepEqual(await states(), Array(5).fill('running'))
  await lease.release()
  assert.deepEqual(await states(), Array(5).fill('interrupted'))
  const yesterday = Date.now() - 86_400_000
  await acquireLock(storage, 'b', { runId: 'run-1', operator, now: () => yesterday })
  assert.deepEqual(await states(), Array(5).fill('interrupted'))

  // its end may come between the look at the manifest and the one at the lock
  manifest.coffer.run.state = 'complete'
  const ends = new FaultyStorage(storage, ({ call, key }) => {
    if (call === 'get' && key === 'b/lock.json')
      writeFileSync(join(folder, 'b/manifest.json'), serializeManifest(manifest))
    return undefined
  })
  assert.equal((await runList(ends, 'b', context())).result.backups[0]?.state, 'complete')
})

test('a killed run that another came after counts as failed on its day, in the chain of custody and for the month', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [{ from: 0, to: 5, records: records(0, 5) }])
  const { manifest } = await requireManifest(storage, 'b')
  assert.ok(manifest.coffer !== undefined)
  manifest.coffer.run.state = 'running'
  await storage.put('b/manifest.json', serializeManifest(manifest))
  await addGeneration(storage, 'b', [{ from: 5, to: 9, records: records(5, 4) }])
  const loaded = await requireManifest(storage, 'b')
  const states = []
  for await (const { state } of generationsOf(storage, loaded, (why) => assert.fail(String(why)))) states.push(state)
  assert.deepEqual(states, ['complete', 'interrupted'])
  const began = manifest.coffer.run.started_at
  const { coverage } = await standingOf(storage, 'b', began, 1)
  assert.deepEqual([coverage[0]?.runs, coverage[0]?.failed_runs], [2, 1])
  const month = monthOf(new Date(began).toISOString().slice(0, 7))
  const { runs } = await readHistory(storage, loaded, month, new AbortController().signal)
  assert.deepEqual(
    runs.map(({ state }) => state),
    ['interrupted', 'complete'],
  )
})

test('an archive of another program has positions, and no runs', async () => {
  const { result } = await runStatus(await storageAt(FIXTURES), 'oso-ledger-zstd', context())
  assert.deepEqual(
    [result.state, result.generation, result.run_id, result.operator, result.account, result.lock],
    ['unknown', null, null, null, null, null],
  )
  assert.deepEqual(result.partitions.slice(0, 3), [
    { topic: 'ledger-append-time', partition: 0, next_offset: 20, cut: null },
    { topic: 'ledger-customer-profile', partition: 0, next_offset: 174, cut: null },
    { topic: 'ledger-customer-profile', partition: 1, next_offset: 186, cut: null },
  ])
  await assert.rejects(runStatus(await storageAt(FIXTURES), 'none', context()), withCode('ARCHIVE_MISSING'))
})
