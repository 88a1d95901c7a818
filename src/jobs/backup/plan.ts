import type { Manifest, PartitionEntry, RunCut } from '../../archive/types.ts'
import type { StartOffset } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import { topicRecreated } from '../../kafka/errors.ts'
import type { TopicMetadata } from '../../kafka/types.ts'
import type { LastEpoch } from './recorder.ts'

/** Where each partition of the chosen topics stood at the cut. Keys are `topic/partition`. */
export interface ClusterCut {
  clusterId: string | null
  topics: TopicMetadata[]
  logStart: ReadonlyMap<string, number>
  highWatermark: ReadonlyMap<string, number>
  /** Exclusive end of what may be read: the last stable offset, or the high watermark with read_uncommitted. */
  end: ReadonlyMap<string, number>
  /** Where the terms ended that the archive's last batches are of; -1, or nothing, where that is not known. */
  epochEnd?: ReadonlyMap<string, number>
}

/** What is to be read of one partition. */
export interface PartitionPlan {
  topic: string
  /** null where the cluster gives topics none (before Kafka 2.8). */
  topicId: string | null
  partition: number
  /** First offset that this run must account for. */
  from: number
  /** First offset that can be read: `from`, or the log start where offsets before it are gone. */
  readFrom: number
  /** Exclusive. */
  to: number
  /**
   * Of [from, readFrom), what was still on the log when an earlier run looked: deleted since, [lostFrom, readFrom) is
   * a loss. What lies before it had gone before the first run. `readFrom` where nothing was lost.
   */
  lostFrom: number
  cut: RunCut
  /** Nothing of this partition is in the archive yet. */
  first: boolean
}

/**
 * What a run has to read: pure arithmetic over the cut and the manifest, and the dry run's base.
 * @param previous the archive's manifest, or null for a first run
 * @param start where the first run begins; later runs go on where the one before ended
 * @throws TOPIC_RECREATED, OFFSETS_LOST, CONFIG_CONFLICT (another cluster), UNSUPPORTED (an archive of another program)
 */
export function planBackup(cut: ClusterCut, previous: Manifest | null, start: StartOffset): PartitionPlan[] {
  if (previous !== null) checkSameOrigin(cut, previous)
  // What appears later, a topic or a partition, is read from its beginning: nobody asked to leave that out.
  const begin: StartOffset = previous === null ? start : { at: 'earliest' }
  const plans: PartitionPlan[] = []
  for (const topic of cut.topics) {
    const known = previous?.topics.find((entry) => entry.name === topic.name)
    checkSameTopic(topic, known?.topic_id ?? null)
    for (const { partition } of topic.partitions) {
      const entry = known?.partitions.find((one) => one.partition_id === partition)
      const earlier = previous?.coffer?.run.cut[`${topic.name}/${partition}`]
      const { name, topicId } = topic
      plans.push(planPartition({ topic: name, topicId, partition, cut, entry, earlier, start: begin }))
    }
  }
  return plans
}

function planPartition(input: {
  topic: string
  topicId: string | null
  partition: number
  cut: ClusterCut
  entry: PartitionEntry | undefined
  /** The last run's cut: where nothing was archived yet, all that tells where that run was to begin. */
  earlier: RunCut | undefined
  start: StartOffset
}): PartitionPlan {
  const { topic, topicId, partition, cut, entry, earlier, start } = input
  const key = `${topic}/${partition}`
  const logStart = at(cut.logStart, key)
  const end = at(cut.end, key)
  const highWatermark = at(cut.highWatermark, key)
  const archivedTo = entry?.account?.at(-1)?.to
  const first = archivedTo === undefined
  const from = archivedTo ?? earlier?.from ?? firstOffset(topic, partition, logStart, end, start)
  if ((!first || earlier !== undefined) && highWatermark < from) {
    throw new CofferError(
      'OFFSETS_LOST',
      `the log of "${key}" ends at offset ${highWatermark}, but the archive stands at ${from}`,
      {
        hint: 'The topic was truncated or made again. Start a new backup under another backup_id; this archive stays as it is.',
        details: { topic, partition, log_end: highWatermark, archived_to: from },
      },
    )
  }
  const archived = lastEpochOf(earlier)
  const epochEnd = cut.epochEnd?.get(key) ?? -1
  if (archived !== null) checkTermEnd({ topic, partition }, archived, epochEnd)
  // An open transaction can hold the end back behind what an earlier read_uncommitted run has archived.
  const to = Math.max(from, end)
  const readFrom = Math.min(Math.max(from, logStart), to)
  const seenFrom = first ? (earlier?.log_start ?? readFrom) : from
  return {
    topic,
    topicId,
    partition,
    from,
    readFrom,
    to,
    lostFrom: Math.min(readFrom, Math.max(from, seenFrom)),
    cut: {
      from,
      to,
      high_watermark: highWatermark,
      log_start: logStart,
      ...archived,
    },
    first,
  }
}

/** The term of the last batch that a run has on its books, and the offset behind it; null where that is not known. */
export function lastEpochOf({ leader_epoch, epoch_end }: Partial<RunCut> = {}): LastEpoch | null {
  return leader_epoch === undefined || epoch_end === undefined ? null : { leader_epoch, epoch_end }
}

/**
 * What was archived of a leader's term is still in the log (KIP-320).
 * @param archived the term, and up to which offset it was archived
 * @param end where the term ended in the log as it is now; -1 where that is not known
 * @throws OFFSETS_LOST
 */
export function checkTermEnd(
  { topic, partition }: { topic: string; partition: number },
  { leader_epoch, epoch_end }: LastEpoch,
  end: number,
): void {
  if (end < 0 || end >= epoch_end) return
  throw new CofferError(
    'OFFSETS_LOST',
    `the log of "${topic}/${partition}" was cut back to offset ${end} since it was archived up to ${epoch_end}`,
    {
      hint: 'A replica that lacked records became the leader (an unclean election). Start a new backup under another backup_id; this archive stays as it is.',
      details: { topic, partition, cut_back_to: end, archived_to: epoch_end, leader_epoch },
    },
  )
}

/** With `earliest` the account begins at 0, so that what retention took before the first run is on the books. */
function firstOffset(topic: string, partition: number, logStart: number, end: number, start: StartOffset): number {
  if (start.at === 'earliest') return 0
  if (start.at === 'latest') return end
  const asked = start.offsets.get(topic)?.get(partition)
  if (asked === undefined) return 0
  if (asked > end) {
    throw new CofferError(
      'CONFIG_INVALID_VALUE',
      `start_offset of "${topic}/${partition}" is ${asked}, but the log ends at ${end} (it starts at ${logStart})`,
      { hint: 'Give an offset within the log, or leave the partition out to start at its beginning.' },
    )
  }
  return asked
}

function checkSameOrigin(cut: ClusterCut, previous: Manifest): void {
  if (previous.coffer === undefined) {
    throw new CofferError('UNSUPPORTED', `the archive "${previous.backup_id}" was written by another program`, {
      hint: 'Coffer reads and restores it, and never adds to it. Give this backup a backup_id of its own.',
    })
  }
  const before = previous.coffer.run.source.cluster_id
  if (before !== null && cut.clusterId !== null && before !== cut.clusterId) {
    throw new CofferError(
      'CONFIG_CONFLICT',
      `the archive "${previous.backup_id}" was made from cluster "${before}", but the source is cluster "${cut.clusterId}"`,
      { hint: 'Give each cluster a backup_id of its own.', details: { expected: before, got: cut.clusterId } },
    )
  }
}

/**
 * The wire reads topics by name: without a look at their ids, a topic that was made again while a run is at work would
 * go on where the old one ended. @throws TOPIC_RECREATED
 */
export function checkSameTopics(now: readonly TopicMetadata[], before: readonly TopicMetadata[]): void {
  const ids = new Map(before.map((topic) => [topic.name, topic.topicId]))
  for (const topic of now) checkSameTopic(topic, ids.get(topic.name) ?? null)
}

function checkSameTopic(topic: TopicMetadata, archivedId: string | null): void {
  if (archivedId === null || topic.topicId === null || archivedId === topic.topicId) return
  throw topicRecreated(topic.name, archivedId, topic.topicId)
}

function at(offsets: ReadonlyMap<string, number>, key: string): number {
  const offset = offsets.get(key)
  if (offset === undefined) throw new CofferError('KAFKA_PROTOCOL', `the cluster gave no offset for "${key}"`)
  return offset
}
