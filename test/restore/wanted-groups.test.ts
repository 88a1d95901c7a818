import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeGroupSnapshot } from '../../src/archive/groups.ts'
import { english } from '../../src/contract/said/said.ts'
import { wantedGroups } from '../../src/jobs/restore/groups.ts'
import { FilesystemStorage } from '../../src/storage/filesystem.ts'
import { temporaryFolder } from './support.ts'

test('failure 19: a snapshot that is older than the backup is told, since its groups will read again', async () => {
  const storage = new FilesystemStorage(await temporaryFolder())
  const groups = [{ group_id: 'payroll', offsets: { ledger: { 0: 7 } } }]
  await writeGroupSnapshot(storage, 'b', { snapshot_time: Date.UTC(2026, 0, 2), groups }, 3)
  const all = { consumer_groups: [], reset_consumer_offsets: false, auto_consumer_groups: true }
  const notes = async (generation?: number) =>
    (await wantedGroups(storage, 'b', all, generation))?.notes.map((note) => english(note))
  assert.deepEqual([await notes(3), await notes(2), await notes()], [[], [], []])
  const [older, ...others] = (await notes(5)) ?? []
  assert.match(older ?? '', /taken 2026-01-02T00:00:00.*in generation 3 and the backup goes on to generation 5/)
  assert.deepEqual(others, [])
})
