import { totalAccount } from '../../archive/account.ts'
import { selectTopics } from '../../contract/config/topics.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import type { BackupResult, BackupTopicResult, ManifestSignature } from '../../contract/results.ts'
import { type Said, say, warned } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage } from '../../storage/storage.ts'
import { listedInBrief } from '../names.ts'
import { statisticsOf } from '../statistics.ts'
import { listGaps } from './account.ts'
import type { BegunRun } from './begin.ts'
import type { Passes } from './passes.ts'
import type { Committed } from './recorder.ts'

export interface ResultInput {
  config: BackupConfig
  storage: Storage
  run: BegunRun
  passes: Passes
  state: 'complete' | 'interrupted'
  manifestSha256: string
  /** null where no key is configured. */
  signature: ManifestSignature | null
  /** Why the manifest that this run went on with is not signed; null where that is no question. */
  unsigned: string | null
  /** Names of the topics that the archive held before this run. */
  knownTopics: ReadonlySet<string>
}

/** What a run says of itself, from what was committed and nothing else. */
export function backupResult(input: ResultInput): BackupResult {
  const { config, storage, run, passes, state, manifestSha256 } = input
  const { committed, manifest } = run.recorder
  const entry = run.recorder.run
  const { gaps, total } = listGaps(committed)
  const endedAt = entry.ended_at ?? entry.started_at
  const told = warned([
    ...(input.unsigned === null ? [] : [input.unsigned]),
    ...warnings(passes, entry.isolation_level),
    ...goneTopics(input),
    ...noGroups(input),
  ])
  return {
    kind: 'backup',
    dry_run: false,
    backup_id: config.backup_id,
    location: storage.location,
    state,
    mode: entry.mode,
    isolation_level: entry.isolation_level,
    run_id: entry.run_id,
    generation: run.generation,
    started_at: isoTime(entry.started_at),
    ended_at: isoTime(endedAt),
    duration_seconds: (endedAt - entry.started_at) / 1000,
    source: entry.source,
    clock_offset_ms: entry.clock.offset_ms,
    records: entry.records,
    bytes: entry.bytes,
    stored_bytes: sum(committed, (one) => one.storedBytes),
    segments: sum(committed, (one) => one.segments),
    account: totalAccount(committed.flatMap((one) => one.accounts)),
    topics: topicResults(input),
    gaps,
    gaps_total: total,
    consumer_groups: run.groups,
    manifest_sha256: manifestSha256,
    ...(input.signature === null ? {} : { signature: input.signature }),
    archive: statisticsOf(manifest),
    ...told,
  }
}

function topicResults({ run, passes, knownTopics }: ResultInput): BackupTopicResult[] {
  const byTopic = new Map<string, Committed[]>(passes.plans.map((plan) => [plan.topic, []]))
  for (const one of run.recorder.committed) byTopic.get(one.topic)?.push(one)
  return [...byTopic].map(([topic, parts]) => ({
    topic,
    new: !knownTopics.has(topic),
    partitions: passes.plans.filter((plan) => plan.topic === topic).length,
    records: sum(parts, (one) => one.records),
    bytes: sum(parts, (one) => one.bytes),
    stored_bytes: sum(parts, (one) => one.storedBytes),
    segments: sum(parts, (one) => one.segments),
    account: totalAccount(parts.flatMap((one) => one.accounts)),
  }))
}

function warnings(passes: Passes, isolation: BackupResult['isolation_level']): Said[] {
  const held = passes.plans.filter((plan) => plan.cut.high_watermark > plan.to)
  const words: Said[] = []
  if (isolation === 'read_committed' && held.length > 0) {
    const offsets = sum(held, (plan) => plan.cut.high_watermark - plan.to)
    words.push(say('backup.openTransactions', { offsets, partitions: held.length }))
  }
  if (isolation === 'read_uncommitted') {
    words.push(say('backup.uncommitted'))
  }
  return words
}

function noGroups({ config, run }: ResultInput): Said[] {
  if (!config.backup.consumer_group_snapshot) return []
  if (run.groups === null) return [say('backup.noGroups')]
  const { failed } = run.groups
  if (failed.length === 0) return []
  const groups = listedInBrief(failed.map(({ group_id }) => group_id))
  return [say('backup.groupsUnread', { count: failed.length, groups })]
}

/** Topics that the configuration still asks for and the archive holds, and of which the cluster shows nothing. */
function goneTopics({ config, passes, knownTopics }: ResultInput): Said[] {
  const { internal_topics } = config.backup
  const read = new Set(passes.plans.map((plan) => plan.topic))
  const wanted = new Set([...selectTopics(knownTopics, config.source.topics), ...internal_topics])
  return [...knownTopics]
    .filter((name) => wanted.has(name) && !read.has(name))
    .map((topic) => say('backup.topicGone', { topic }))
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
