import type { GroupsShownResult, StorageLockResult, TopicsResult } from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { bytes, count, plural } from '../words.ts'

export function topicsText(result: TopicsResult): string[] {
  const rows = result.topics.map((topic) => [
    topic.topic,
    count(topic.partitions),
    topic.stored_bytes === null ? '–' : bytes(topic.stored_bytes),
    topic.details === null ? '–' : count(topic.details.offsets),
  ])
  return [
    `${plural(result.topics.length, 'topic')} on cluster ${result.cluster_id ?? '(without an id)'}`,
    ...table(['topic', 'partitions', 'on the brokers', 'records at most'], rows),
  ]
}

export function storageLockText(result: StorageLockResult): string[] {
  const held = result.mode === 'COMPLIANCE' || result.mode === 'GOVERNANCE'
  const what = held ? `new objects are under a ${result.mode} lock for ${result.days ?? 0} days` : result.mode
  return [paint(held ? 'green' : 'yellow', `${result.location}: ${what}`), `  ${result.reason}`]
}

export function groupsText(result: GroupsShownResult): string[] {
  const rows = result.groups.map((one) => [one.group_id, one.state ?? '–', count(one.topics), count(one.offsets)])
  return [
    `${plural(result.groups_total, 'consumer group')} in the snapshot of "${result.backup_id}"`,
    ...table(['group', 'state', 'topics', 'positions'], rows),
  ]
}
