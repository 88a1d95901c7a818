import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { acquireLock, type LeaseRecord, readLock } from '../../src/archive/lock.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { FaultyStorage, onNth } from '../rig/faulty-storage.ts'
import { freshStorage, withCode } from './support.ts'

const operator = { os_user: 'anna', host: hostname() }
const KEY = 'b/lock.json'

function foreignLease(change: Partial<LeaseRecord>): Buffer {
  const now = Date.now()
  const lease = { run_id: 'theirs', os_user: 'bert', host: 'elsewhere', pid: 7, acquired_at: now, renewed_at: now }
  return Buffer.from(JSON.stringify({ ...lease, expires_at: now + 60_000, ...change }))
}

async function take(storage: Storage, runId = 'mine', more: { leaseMs?: number; now?: () => number } = {}) {
  return acquireLock(storage, 'b', { runId, operator, ...more })
}

test('failure 15: the lock refuses a second writer and names the first', async () => {
  const { storage } = await freshStorage()
  const lease = await take(storage)
  await assert.rejects(take(storage, 'second'), (error) => {
    withCode('LOCKED', /locked by "anna" on ".+" \(process \d+, run mine\) since 20.+Z, until 20.+Z$/)(error)
    return true
  })
  assert.equal((await readLock(storage, 'b'))?.run_id, 'mine')
  await lease.release()
  await lease.release()
  assert.equal(await readLock(storage, 'b'), null)
  await (await take(storage, 'second')).release()
})

test('of many who try at once, one gets it', async () => {
  const { storage } = await freshStorage()
  const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => take(storage, `run-${i}`)))
  const leases = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  assert.equal(leases.length, 1)
  for (const result of tries) if (result.status === 'rejected') withCode('LOCKED')(result.reason)
  await leases[0]?.release()
})

test('a lease whose time is up is taken over, one that may be alive is not', async () => {
  const { storage } = await freshStorage()
  const now = Date.now()
  await storage.put(KEY, foreignLease({ expires_at: now - 1000 }))
  await assert.rejects(take(storage), withCode('LOCKED'), 'the margin for clocks that differ')
  await storage.put(KEY, foreignLease({ expires_at: now - 60_000 }))
  const lease = await take(storage)
  assert.equal((await readLock(storage, 'b'))?.run_id, 'mine')
  await lease.release()
})

test('a holder whose process died on this host is taken over at once', async () => {
  const { storage } = await freshStorage()
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  await storage.put(KEY, foreignLease({ host: hostname(), pid: child.pid as number }))
  await (await take(storage)).release()
  await storage.put(KEY, foreignLease({ host: hostname(), pid: process.ppid }))
  await assert.rejects(take(storage), withCode('LOCKED'))
})

test('a lock that is no lease is taken over', async () => {
  const { storage } = await freshStorage()
  for (const garbage of ['', '{', '{}', 'null', '{"run_id":1}', foreignLease({ expires_at: 1e300 })]) {
    await storage.put(KEY, Buffer.from(garbage as string))
    await (await take(storage)).release()
  }
})

test('a lease renews itself, and is lost when somebody else has it', async () => {
  const { storage } = await freshStorage()
  const lease = await take(storage, 'mine', { leaseMs: 3_000 })
  const first = lease.record.expires_at
  const until = Date.now() + 5000
  while (lease.record.expires_at <= first && Date.now() < until) await new Promise((r) => setTimeout(r, 10))
  assert.ok(lease.record.expires_at > first, 'renewed by its timer')
  lease.check()
  await storage.put(KEY, foreignLease({}))
  await assert.rejects(lease.renew(), withCode('LOCK_LOST', /"bert" on "elsewhere" has it/))
  assert.equal(lease.lost.aborted, true)
  assert.throws(() => lease.check(), withCode('LOCK_LOST'))
  await lease.release()
  assert.equal((await readLock(storage, 'b'))?.run_id, 'theirs', 'another’s lock is left alone')
})

test('a lease that can’t be renewed is lost when its time is up, not before', async () => {
  const { storage } = await freshStorage()
  let now = 1_000_000
  const clock = () => now
  let down = false
  const faulty = new FaultyStorage(storage, ({ call }) =>
    down && call === 'put' ? { kind: 'fail', code: 'STORAGE_UNREACHABLE' } : undefined,
  )
  const lease = await take(faulty, 'mine', { now: clock, leaseMs: 3_600_000 })
  down = true
  now += 3_000_000
  await lease.renew()
  lease.check()
  down = false
  await lease.renew()
  assert.equal(lease.record.expires_at, now + 3_600_000)
  down = true
  now += 3_600_000
  await assert.rejects(lease.renew(), withCode('LOCK_LOST', /in time/))
  assert.ok(lease.lost.aborted)
})

test('a lease whose renewal hangs is lost when its time is up, though nobody asks', async () => {
  const { storage } = await freshStorage()
  let hangs = false
  const faulty = new FaultyStorage(storage, ({ call }) =>
    hangs && call === 'put' ? { kind: 'slow', ms: 3000 } : undefined,
  )
  const lease = await take(faulty, 'mine', { leaseMs: 200 })
  hangs = true
  const last = () => lease.record.expires_at
  const lost = once(lease.lost, 'abort')
  const late = setTimeout(() => assert.fail('it is still held'), 2500)
  await lost
  clearTimeout(late)
  assert.ok(Date.now() >= last() && Date.now() - last() < 1000)
  withCode('LOCK_LOST', /in time/)(lease.lost.reason)
  await lease.release()
})

test('a renewal whose answer was lost is recognised as done', async () => {
  const { storage } = await freshStorage()
  const faulty = new FaultyStorage(storage, onNth('put', 2, { kind: 'fail after', code: 'STORAGE_FAILED' }))
  const lease = await take(faulty)
  await lease.renew()
  await lease.renew()
  lease.check()
  await lease.release()
  assert.equal(await readLock(storage, 'b'), null)
})

test('where nothing can be deleted, releasing ends the lease', async () => {
  const { storage } = await freshStorage()
  const faulty = new FaultyStorage(storage, ({ call }) =>
    call === 'delete' ? { kind: 'fail', code: 'STORAGE_NOT_ALLOWED' } : undefined,
  )
  await (await take(faulty)).release()
  assert.equal((await readLock(storage, 'b'))?.expires_at, 0)
  await (await take(storage, 'next')).release()
})
