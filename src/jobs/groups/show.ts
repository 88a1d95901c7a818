import { readGroupSnapshot } from '../../archive/groups.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobResult } from '../../contract/jobs.ts'
import type { GroupsShownResult } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'

const MOST = 10_000

/**
 * The consumer groups of an archive's snapshot, with how many positions each has.
 * @throws GROUP_SNAPSHOT_MISSING, MANIFEST_DAMAGED, STORAGE_…
 */
export async function runShowGroups(storage: Storage, backupId: string): Promise<JobResult<GroupsShownResult>> {
  const snapshot = await readGroupSnapshot(storage, backupId)
  const groups = snapshot.groups.map((group) => ({
    group_id: group.group_id,
    state: group.state ?? null,
    topics: Object.keys(group.offsets).length,
    offsets: Object.values(group.offsets).reduce((sum, positions) => sum + Object.keys(positions).length, 0),
  }))
  const result: GroupsShownResult = {
    kind: 'groups',
    backup_id: backupId,
    location: storage.location,
    taken_at: snapshot.snapshot_time > 0 ? isoTime(snapshot.snapshot_time) : null,
    groups: groups.slice(0, MOST),
    groups_total: groups.length,
    failed: (snapshot.errors ?? []).slice(0, MOST),
  }
  return { exitCode: EXIT.done, result }
}
