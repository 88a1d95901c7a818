import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupCapture } from '../../src/contract/results.ts'
import { backupResult, type ResultInput } from '../../src/jobs/backup/result.ts'

/** What a run says that captured its consumer groups so. */
function warningsWith(groups: GroupCapture | null, wanted = true): string[] {
  const run = {
    isolation_level: 'read_committed',
    started_at: 1,
    ended_at: 2,
    source: {},
    clock: {},
    records: 0,
    bytes: 0,
  }
  const recorder = { committed: [], manifest: { backup_id: 'b', topics: [] }, run }
  const config = {
    backup_id: 'b',
    source: { topics: { include: [], exclude: [] } },
    backup: { consumer_group_snapshot: wanted, internal_topics: [] },
  }
  const input = {
    config,
    storage: { location: 'file:///b' },
    run: { recorder, generation: 1, groups },
    passes: { interrupted: false, plans: [] },
    state: 'complete',
    manifestSha256: '',
    signature: null,
    unsigned: null,
    knownTopics: new Set(),
  }
  return backupResult(input as unknown as ResultInput).warnings
}

test('failure 17: consumer groups that could not be read are a warning of the run', () => {
  const failed = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ group_id: `g${i}`, code: 'KAFKA_UNAVAILABLE' as const, message: 'x' }))
  assert.deepEqual(warningsWith({ groups: 3, offsets: 9, failed: [] }), [])
  assert.deepEqual(warningsWith({ groups: 3, offsets: 9, failed: failed(2) }), [
    '2 consumer groups could not be read and are not in the snapshot: "g0", "g1"',
  ])
  assert.match(warningsWith({ groups: 0, offsets: 0, failed: failed(11) })[0] ?? '', /^11 .*"g9" …$/)
  assert.match(warningsWith(null)[0] ?? '', /^stopped before/)
  assert.deepEqual(warningsWith(null, false), [])
})
