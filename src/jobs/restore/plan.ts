import type { Manifest, PartitionEntry, SegmentEntry, TopicEntry } from '../../archive/types.ts'
import type { Repartitioning, RestoreOptions } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import { listed } from '../names.ts'
import { mayHold, type Window } from './window.ts'

/** What a restore would do: which records go where, in which order. */
export interface RestorePlan {
  window: Window
  topics: TopicPlan[]
  segmentsToRead: number
  segmentsSkipped: number
  /** Upper bounds with a window or overlapping segments, exact otherwise. */
  records: number
  bytes: number
}

export interface TopicPlan {
  source: string
  target: string
  archived: TopicEntry
  sourcePartitions: number
  /** What the target gets when it is created. */
  partitions: number
  /** The least that an existing target must have. */
  neededPartitions: number
  repartitioning: Repartitioning | null
  /** Source partition → target partition, for all that are restored without repartitioning. */
  placed: [source: number, target: number][]
  flows: FlowPlan[]
  records: number
  bytes: number
  /** Ruled out by the window (whole segments) or the partition filter, without being opened. */
  recordsFiltered: number
  segmentsToRead: number
  segmentsSkipped: number
}

/**
 * One ordered sequence of archived records and the target partitions that it fills. What a target partition holds is
 * a function of its flow alone: its sources in order, each by offset. That is what makes a restore resumable.
 */
export interface FlowPlan {
  target: string
  /** Of the target: one, or with repartitioning all of them. */
  partitions: number[]
  repartitioning: Repartitioning | null
  sources: SourcePlan[]
  records: number
  /** Uncompressed. */
  bytes: number
}

export interface SourcePlan {
  topic: string
  partition: number
  /** In offset order. More than one in a group: their ranges overlap, and they are read side by side. */
  groups: SegmentEntry[][]
  /** Ruled out by the window. */
  skipped: SegmentEntry[]
  records: number
  bytes: number
  /** Exclusive end of what the archive accounts for. */
  end: number
}

export type PlanOptions = Pick<
  RestoreOptions,
  | 'time_window_start'
  | 'time_window_end'
  | 'source_partitions'
  | 'partition_mapping'
  | 'topic_mapping'
  | 'repartitioning'
>

/**
 * Pure: says what would be done, from the manifest and the options alone.
 * @param selected names of the archived topics to restore
 * @throws CONFIG_CONFLICT, NOTHING_MATCHED, CONFIG_INVALID_VALUE
 */
export function planRestore(manifest: Manifest, selected: readonly string[], options: PlanOptions): RestorePlan {
  const window: Window = { start: options.time_window_start, end: options.time_window_end }
  if (window.start !== null && window.end !== null && window.start > window.end) {
    throw new CofferError(
      'CONFIG_INVALID_VALUE',
      `expected time_window_start not after time_window_end, got "${window.start}" and "${window.end}"`,
    )
  }
  const chosen = manifest.topics.filter((topic) => selected.includes(topic.name))
  if (chosen.length === 0) {
    throw new CofferError('NOTHING_MATCHED', `no topic of the archive "${manifest.backup_id}" matches target.topics`, {
      hint: `The archive holds: ${listed(manifest.topics.map((topic) => topic.name))}.`,
    })
  }
  checkMappings(manifest, chosen, options)
  const topics = chosen.map((topic) => planTopic(topic, window, options))
  if (options.source_partitions !== null && topics.every((topic) => topic.sourcePartitions === 0)) {
    throw new CofferError(
      'NOTHING_MATCHED',
      `no archived partition matches source_partitions "${options.source_partitions.join(', ')}"`,
    )
  }
  const total = (amount: (topic: TopicPlan) => number) => topics.reduce((sum, topic) => sum + amount(topic), 0)
  return {
    window,
    topics,
    segmentsToRead: total((topic) => topic.segmentsToRead),
    segmentsSkipped: total((topic) => topic.segmentsSkipped),
    records: total((topic) => topic.records),
    bytes: total((topic) => topic.bytes),
  }
}

function checkMappings(manifest: Manifest, chosen: readonly TopicEntry[], options: PlanOptions): void {
  const names = manifest.topics.map((topic) => topic.name)
  for (const source of options.topic_mapping.keys()) {
    if (names.includes(source)) continue
    throw new CofferError('NOTHING_MATCHED', `topic_mapping names "${source}", which the archive does not hold`, {
      hint: `The archive holds: ${listed(names)}.`,
    })
  }
  const sourceOf = new Map<string, string>()
  for (const { name } of chosen) {
    const target = options.topic_mapping.get(name) ?? name
    const other = sourceOf.get(target)
    if (other !== undefined) {
      throw new CofferError('CONFIG_CONFLICT', `"${other}" and "${name}" would both be restored to topic "${target}"`, {
        hint: 'Give each archived topic a target of its own with restore.topic_mapping, or restore one at a time.',
      })
    }
    sourceOf.set(target, name)
  }
  if (options.repartitioning.size > 0 && options.partition_mapping.size > 0) {
    throw new CofferError('CONFIG_CONFLICT', 'expected repartitioning or partition_mapping, got both')
  }
  for (const target of options.repartitioning.keys()) {
    if (sourceOf.has(target)) continue
    throw new CofferError('NOTHING_MATCHED', `repartitioning names "${target}", which is no target topic`, {
      hint: `Its keys are target topics: ${listed([...sourceOf.keys()])}.`,
    })
  }
}

function planTopic(topic: TopicEntry, window: Window, options: PlanOptions): TopicPlan {
  const target = options.topic_mapping.get(topic.name) ?? topic.name
  const repartitioning = options.repartitioning.get(target) ?? null
  const archived = [...topic.partitions].sort((a, b) => a.partition_id - b.partition_id)
  const wanted = archived.filter(({ partition_id }) => options.source_partitions?.includes(partition_id) ?? true)
  const sources = wanted.map((partition) => planSource(topic.name, partition, window))
  const count = partitionCount(topic)
  const chosen = partitionsToFill(topic, wanted, count, options)
  const place = (partition: number) => options.partition_mapping.get(partition) ?? partition
  const highest = Math.max(-1, ...chosen.map(place))
  const flows =
    repartitioning === null
      ? flowsByPartition(target, sources, chosen, place)
      : [flowOf(target, range(repartitioning.target_partitions), repartitioning, sources)]
  const kept = sources.flatMap((source) => source.groups.flat())
  const all = archived.flatMap((partition) => partition.segments)
  const records = sumOf(kept, (segment) => segment.record_count)
  return {
    source: topic.name,
    target,
    archived: topic,
    sourcePartitions: chosen.length,
    partitions: repartitioning?.target_partitions ?? Math.max(count, highest + 1),
    neededPartitions: repartitioning?.target_partitions ?? highest + 1,
    repartitioning,
    placed: repartitioning === null ? chosen.map((partition) => [partition, place(partition)]) : [],
    flows,
    records,
    bytes: sumOf(kept, (segment) => segment.uncompressed_size),
    recordsFiltered: sumOf(all, (segment) => segment.record_count) - records,
    segmentsToRead: kept.length,
    segmentsSkipped: all.length - kept.length,
  }
}

/** Archives leave empty partitions out of `partitions`: the topic's own count says how many there were. */
function partitionCount(topic: TopicEntry): number {
  return Math.max(topic.original_partition_count ?? 1, 1, ...topic.partitions.map((entry) => entry.partition_id + 1))
}

function partitionsToFill(
  topic: TopicEntry,
  wanted: readonly PartitionEntry[],
  count: number,
  options: PlanOptions,
): number[] {
  if (options.source_partitions !== null) return wanted.map((partition) => partition.partition_id)
  return topic.original_partition_count === null ? wanted.map((entry) => entry.partition_id) : range(count)
}

function flowsByPartition(
  target: string,
  sources: readonly SourcePlan[],
  chosen: readonly number[],
  place: (partition: number) => number,
): FlowPlan[] {
  // Also those that get nothing: they are to be as empty as their source.
  const byTarget = new Map<number, SourcePlan[]>(chosen.map((partition) => [place(partition), []]))
  for (const source of sources) {
    const partition = place(source.partition)
    byTarget.set(partition, [...(byTarget.get(partition) ?? []), source])
  }
  return [...byTarget].sort(([a], [b]) => a - b).map(([partition, mapped]) => flowOf(target, [partition], null, mapped))
}

function flowOf(
  target: string,
  partitions: number[],
  repartitioning: Repartitioning | null,
  sources: SourcePlan[],
): FlowPlan {
  const records = sumOf(sources, (source) => source.records)
  return { target, partitions, repartitioning, sources, records, bytes: sumOf(sources, (source) => source.bytes) }
}

function planSource(topic: string, partition: PartitionEntry, window: Window): SourcePlan {
  const all = [...new Map(partition.segments.map((segment) => [segment.key, segment])).values()]
  const held = all.filter((segment) => segment.record_count > 0)
  const segments = held
    .filter((segment) => mayHold(window, segment))
    .sort((a, b) => a.start_offset - b.start_offset || a.end_offset - b.end_offset)
  const groups: SegmentEntry[][] = []
  let end = -1
  for (const segment of segments) {
    if (segment.start_offset <= end) groups.at(-1)!.push(segment)
    else groups.push([segment])
    end = Math.max(end, segment.end_offset)
  }
  return {
    topic,
    partition: partition.partition_id,
    groups,
    skipped: held.filter((segment) => !mayHold(window, segment)),
    records: sumOf(segments, (segment) => segment.record_count),
    bytes: sumOf(segments, (segment) => segment.uncompressed_size),
    end: partition.account?.at(-1)?.to ?? all.reduce((end, segment) => Math.max(end, segment.end_offset + 1), 0),
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0)
}
