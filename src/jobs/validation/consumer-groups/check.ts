import { type GroupSnapshot, parseGroupSnapshot, readGroupSnapshot } from '../../../archive/groups.ts'
import { earlierGroupsKey } from '../../../archive/paths.ts'
import { isCofferError } from '../../../contract/errors.ts'
import { type Said, say } from '../../../contract/said/said.ts'
import { isoTime } from '../../../contract/time.ts'
import { translateGroup } from '../../restore/groups.ts'
import { type Answer, detailed, type Session } from '../session.ts'

const LISTED = 100

interface Issue {
  group: string
  topic: string
  partition: number
  issue: 'not_in_snapshot' | 'missing' | 'behind' | 'ahead'
  expected: number | null
  actual: number | null
}

/**
 * Whether each consumer group stands on the target where it stood on the source when the snapshot was taken: its
 * positions through the restore's map of offsets, against what its coordinator answers.
 */
export async function checkConsumerGroups(session: Session): Promise<Answer> {
  const { scope, cluster, config } = session
  const options = config.checks.consumer_group_offsets
  const snapshot = await snapshotOf(session)
  // Asked for in the file, what can't be looked at is open; by default it is only left out (field failure 19).
  if ('id' in snapshot) {
    const outcome = config.groups_asked ? 'INDETERMINATE' : 'SKIPPED'
    return { outcome, ...detailed(snapshot), data: { reason: 'no_snapshot' } }
  }
  const all = options.verify_all_groups || options.groups.length === 0
  const wanted = snapshot.groups.filter(({ group_id: id }) => all || options.groups.includes(id))
  const issues: Issue[] = options.groups
    .filter((id) => !snapshot.groups.some((group) => group.group_id === id))
    .map((group) => ({ group, topic: '', partition: -1, issue: 'not_in_snapshot', expected: null, actual: null }))
  // Groups that could not be read when the snapshot was taken are in nothing that could be compared.
  const unread = all ? (snapshot.errors ?? []) : []
  if (wanted.length === 0 && issues.length === 0 && unread.length === 0) {
    return { outcome: 'SKIPPED', ...detailed(say('report.noGroups')), data: { reason: 'no_groups_found' } }
  }
  if (scope.map === null) {
    return {
      outcome: 'INDETERMINATE',
      ...detailed(say('report.noOffsetMap', { groups: say('check.consumerGroups', { count: wanted.length }) })),
      data: { reason: 'no_offset_map', groups: wanted.length },
    }
  }
  const restored = {
    plan: scope.prepared.plan,
    entries: Map.groupBy(scope.map.entries, (entry) => `${entry.sourceTopic}/${entry.targetPartition}`),
    bases: new Map([...session.places].map(([key, place]) => [key, place.base])),
    coverage: new Map(),
  }
  let offsets = 0
  let found = 0
  let outside = 0
  for (const group of wanted) {
    const committed = new Map(
      (await cluster.committedOffsets(group.group_id)).map((one) => [`${one.topic}/${one.partition}`, one.offset]),
    )
    for (const position of translateGroup(group, restored)) {
      const { target_offset: expected, target_topic: topic, target_partition: partition } = position
      if (expected === null) {
        outside++
        continue
      }
      offsets++
      const actual = committed.get(`${topic}/${partition}`) ?? null
      if (actual !== null && actual >= 0) found++
      if (actual === expected) continue
      const issue = actual === null || actual < 0 ? 'missing' : actual < expected ? 'behind' : 'ahead'
      issues.push({ group: group.group_id, topic, partition, issue, expected, actual })
    }
  }
  if (found === 0 && !config.groups_asked && (scope.state?.groups.length ?? 0) === 0) {
    return {
      outcome: 'SKIPPED',
      ...detailed(say('report.groupsNotRestored', { groups: wanted.length })),
      data: { reason: 'groups_not_restored', groups: wanted.length },
    }
  }
  const failed = issues.filter(({ issue }) => issue !== 'ahead').length
  const ahead = issues.length - failed
  const parts = [
    say('report.groupsVerified', {
      groups: say('check.consumerGroups', { count: wanted.length }),
      offsets: say('many.offsets', { count: offsets }),
      issues: say('many.issues', { count: issues.length }),
    }),
  ]
  if (ahead > 0) parts.push(say('report.movedOn', { count: ahead }))
  if (outside > 0) parts.push(say('report.positionsOutside', { count: outside }))
  if (unread.length > 0) parts.push(say('report.groupsUnread', { count: unread.length }))
  const [first] = issues
  if (first !== undefined) {
    parts.push(
      first.issue === 'not_in_snapshot'
        ? say('report.firstNotInSnapshot', { group: first.group })
        : say('report.firstPosition', {
            group: first.group,
            place: `${first.topic}/${first.partition}`,
            issue: first.issue,
            expected: String(first.expected),
            got: first.actual ?? 'none',
          }),
    )
  }
  return {
    outcome:
      failed > 0 ? 'FAILED' : offsets === 0 || unread.length > 0 ? 'INDETERMINATE' : ahead > 0 ? 'WARNING' : 'PASSED',
    ...detailed(parts),
    data: {
      check: 'ConsumerGroupOffsetCheck',
      groups_checked: wanted.length,
      total_offsets: offsets,
      snapshot_time: isoTime(snapshot.snapshot_time),
      positions_outside: outside,
      groups_unread: unread.slice(0, LISTED).map(({ group_id: group, code }) => ({ group, code })),
      groups_unread_total: unread.length,
      issues: issues.slice(0, LISTED),
      issues_total: issues.length,
    },
  }
}

/** The snapshot of the generation that was restored, or why there is none. */
async function snapshotOf({ storage, config, scope }: Session): Promise<GroupSnapshot | Said> {
  const restored = scope.prepared.loaded.manifest.coffer?.generation
  let newest: GroupSnapshot
  try {
    newest = await readGroupSnapshot(storage, config.backup_id)
  } catch (error) {
    if (isCofferError(error, 'GROUP_SNAPSHOT_MISSING')) return say('report.noSnapshot')
    throw error
  }
  if (restored === undefined || newest.generation === undefined || newest.generation <= restored) return newest
  try {
    return parseGroupSnapshot((await storage.get(earlierGroupsKey(config.backup_id, restored))).body)
  } catch (error) {
    if (!isCofferError(error, 'OBJECT_MISSING')) throw error
    return say('report.noSnapshotOf', { generation: restored })
  }
}
