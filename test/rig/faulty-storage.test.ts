import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { openStorage } from '../../src/storage/open.ts'
import { withCode } from '../storage/contract.ts'
import { type Fault, FaultyStorage, onNth, SimulatedCrash } from './faulty-storage.ts'

const scratch = await mkdtemp(path.join(tmpdir(), 'coffer-faulty-'))
after(() => rm(scratch, { recursive: true, force: true }))

let folders = 0
async function faulty(call: 'put' | 'get' | 'list', nth: number, fault: Fault): Promise<FaultyStorage> {
  const inner = await openStorage({ backend: 'filesystem', path: path.join(scratch, `${++folders}`) })
  return new FaultyStorage(inner, onNth(call, nth, fault))
}

test('the call that is picked fails, the others pass', async () => {
  const storage = await faulty('put', 2, { kind: 'fail', code: 'STORAGE_UNREACHABLE' })
  await storage.put('a', Buffer.from('one'))
  await assert.rejects(storage.put('b', Buffer.from('two')), withCode('STORAGE_UNREACHABLE'))
  assert.equal(await storage.head('b'), null)
  await storage.put('b', Buffer.from('two'))
  assert.deepEqual(
    storage.calls.map(({ call, key, nth }) => [call, key, nth]),
    [
      ['put', 'a', 1],
      ['put', 'b', 2],
      ['head', 'b', 1],
      ['put', 'b', 3],
    ],
  )
})

test('a write that failed can be found by a later read', async () => {
  const storage = await faulty('put', 1, { kind: 'fail after', code: 'STORAGE_FAILED' })
  await assert.rejects(storage.put('a', Buffer.from('one')), withCode('STORAGE_FAILED'))
  assert.equal((await storage.get('a')).body.toString(), 'one')
})

test('nothing passes after a crash', async () => {
  const storage = await faulty('put', 1, { kind: 'crash after' })
  await assert.rejects(storage.put('a', Buffer.from('one')), SimulatedCrash)
  await assert.rejects(storage.get('a'), SimulatedCrash)
  const again = await openStorage({ backend: 'filesystem', path: path.join(scratch, `${folders}`) })
  assert.equal((await again.get('a')).body.toString(), 'one')
})

test('reads can lie', async () => {
  const storage = await faulty('get', 1, { kind: 'flip', at: 1 })
  await storage.put('a', Buffer.from([1, 2, 3]))
  assert.deepEqual((await storage.get('a')).body, Buffer.from([1, 253, 3]))
  assert.deepEqual((await storage.get('a')).body, Buffer.from([1, 2, 3]))
  const short = await faulty('get', 1, { kind: 'truncate', bytes: 2 })
  await short.put('a', Buffer.from([1, 2, 3]))
  assert.deepEqual((await short.get('a')).body, Buffer.from([1, 2]))
})
