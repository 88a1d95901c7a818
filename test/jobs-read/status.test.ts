import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { acquireLock } from '../../src/archive/lock.ts'
import { serializeManifest } from '../../src/archive/manifest/parse.ts'
import { requireManifest } from '../../src/archive/manifest/store.ts'
import { runStatus } from '../../src/jobs/status/run.ts'
import { addGeneration, records, withCode } from '../archive/support.ts'
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

test('a run that never ended is told as running, with its last sign of life', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [{ from: 0, to: 5, records: records(0, 5) }])
  const { manifest } = await requireManifest(storage, 'b')
  assert.ok(manifest.coffer !== undefined)
  manifest.coffer.run.state = 'running'
  manifest.coffer.run.cut['ledger/0'] = { from: 0, to: 90, high_watermark: 90, log_start: 0 }
  await storage.put('b/manifest.json', serializeManifest(manifest))
  const { result } = await runStatus(storage, 'b', context())
  assert.equal(result.state, 'running')
  assert.deepEqual(result.partitions, [{ topic: 'ledger', partition: 0, next_offset: 5, cut: 90 }])
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
