import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type GroupSnapshot,
  parseGroupSnapshot,
  readGroupSnapshot,
  writeGroupSnapshot,
} from '../../src/archive/groups.ts'
import { freshStorage, withCode } from './support.ts'

const SNAPSHOT: GroupSnapshot = {
  snapshot_time: 1_764_000_000_000,
  groups: [
    {
      group_id: 'ledger-settlement',
      offsets: { 'ledger-payments': { '0': 74, '11': 3 } },
      metadata: { 'ledger-payments': { '0': 'checkpoint ä' } },
      leader_epochs: { 'ledger-payments': { '0': 2 } },
      state: 'Empty',
      protocol_type: 'consumer',
      members: 0,
      coordinator: 1,
    },
  ],
  errors: [{ group_id: 'secret', code: 'KAFKA_NOT_AUTHORIZED', message: 'not allowed to read "secret"' }],
}

test('failure 19: a missing snapshot is an error', async () => {
  const { storage } = await freshStorage()
  await assert.rejects(readGroupSnapshot(storage, 'b'), withCode('GROUP_SNAPSHOT_MISSING', /"b"/))
})

test('a snapshot reads back, and the ones before it are kept', async () => {
  const { storage } = await freshStorage()
  await writeGroupSnapshot(storage, 'b', SNAPSHOT, 1)
  assert.deepEqual(await readGroupSnapshot(storage, 'b'), { ...SNAPSHOT, generation: 1 })
  const first = (await storage.get('b/consumer-groups-snapshot.json')).body
  await writeGroupSnapshot(storage, 'b', { ...SNAPSHOT, snapshot_time: 2 }, 1)
  await writeGroupSnapshot(storage, 'b', { ...SNAPSHOT, snapshot_time: 3 }, 2)
  assert.equal((await readGroupSnapshot(storage, 'b')).snapshot_time, 3)
  const kept: string[] = []
  for await (const object of storage.list('b/consumer-groups/')) kept.push(object.key)
  assert.deepEqual(kept, ['b/consumer-groups/snapshot-000001-001.json', 'b/consumer-groups/snapshot-000001.json'])
  assert.deepEqual((await storage.get('b/consumer-groups/snapshot-000001.json')).body, first)
})

test('a foreign snapshot of another shape is kept as it is when ours replaces it', async () => {
  const { storage } = await freshStorage()
  await storage.put('b/consumer-groups-snapshot.json', Buffer.from('not json'))
  await writeGroupSnapshot(storage, 'b', SNAPSHOT, 4)
  assert.equal((await storage.get('b/consumer-groups/snapshot-000000.json')).body.toString(), 'not json')
})

test('a hostile snapshot is refused by field', () => {
  const cases: [text: string, message: RegExp][] = [
    ['[]', /an object/],
    ['{"groups":{}}', /"groups"/],
    ['{"groups":[{}]}', /group_id/],
    ['{"groups":[{"group_id":"g","offsets":{"t":{"0":-1}}}]}', /offsets\.t\.0/],
    ['{"groups":[{"group_id":"g","offsets":{"t":{"x":1}}}]}', /offsets\.t\.x/],
    ['{"groups":[{"group_id":"g","offsets":{"t":{"4294967296":1}}}]}', /4294967296/],
    ['{"groups":[{"group_id":"g"},{"group_id":"g"}]}', /each group once/],
  ]
  for (const [text, message] of cases) {
    assert.throws(() => parseGroupSnapshot(Buffer.from(text)), withCode('MANIFEST_DAMAGED', message), text)
  }
  assert.deepEqual(parseGroupSnapshot(Buffer.from('{}')), { snapshot_time: 0, groups: [] })
})
