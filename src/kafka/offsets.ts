import { type Brokers, PATIENCE_MS } from './brokers.ts'
import { brokerError, isRetriable, type WireError } from './errors.ts'
import { API } from './protocol/api.ts'
import {
  CONSUMER,
  DEBUGGING,
  decodeListOffsets,
  EARLIEST,
  encodeListOffsets,
  LATEST,
  type OffsetQuery,
} from './protocol/list-offsets.ts'
import { retrying } from './retry.ts'
import type { TopicPartition } from './types.ts'

export type WhichOffset = 'earliest' | 'latest' | 'last_stable' | 'log_end'

/**
 * One offset for each partition, asked of its leader: where the log starts, its high watermark (what all replicas in sync
 * have), its last stable offset (the end of what read_committed may see), or the end of the leader's own log.
 * @returns by `topic/partition`
 * @throws TOPIC_MISSING, KAFKA_NOT_AUTHORIZED, KAFKA_UNAVAILABLE where a leader stays away
 */
export async function listOffsets(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  which: WhichOffset,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  let open = [...new Map(partitions.map((p) => [keyOf(p), p])).values()]
  await retrying('asking for offsets', { deadlineMs: PATIENCE_MS }, async () => {
    const failures: WireError[] = []
    const byLeader = new Map<number, OffsetQuery[]>()
    for (const { topic, partition } of open) {
      const leader = await brokers.leader(topic, partition)
      const queries = byLeader.get(leader.id) ?? []
      queries.push({ topic, partition, leaderEpoch: leader.epoch })
      byLeader.set(leader.id, queries)
    }
    const asked = [...byLeader].map(([leader, queries]) => askLeader(brokers, leader, queries, which, found))
    const outcomes = await Promise.allSettled(asked)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') failures.push(...outcome.value)
      else if (isRetriable(outcome.reason)) failures.push(outcome.reason)
      else throw outcome.reason
    }
    open = open.filter((partition) => !found.has(keyOf(partition)))
    const fatal = failures.find((failure) => !failure.retriable) ?? failures[0]
    if (open.length === 0) return
    for (const { topic, partition } of open) brokers.forgetLeader(topic, partition)
    throw fatal ?? brokerError(7, 'asking for offsets')
  })
  return found
}

async function askLeader(
  brokers: Brokers,
  leader: number,
  queries: readonly OffsetQuery[],
  which: WhichOffset,
  found: Map<string, number>,
): Promise<WireError[]> {
  const timestamp = which === 'earliest' ? EARLIEST : LATEST
  const isolation = which === 'last_stable' ? 'read_committed' : 'read_uncommitted'
  const { offsets } = await brokers.callBroker(leader, 0, {
    api: API.listOffsets,
    encode: () => encodeListOffsets(queries, timestamp, isolation, which === 'log_end' ? DEBUGGING : CONSUMER),
    decode: decodeListOffsets,
  })
  const failures: WireError[] = []
  for (const answer of offsets) {
    const { topic, partition, errorCode, offset } = answer
    if (errorCode === 0 && offset >= 0) found.set(keyOf(answer), offset)
    else {
      const what = `asking for the ${which} offset of topic "${topic}" partition ${partition}`
      const offsetNotAvailable = 78
      failures.push(brokerError(errorCode || offsetNotAvailable, what, { topic, partition }))
    }
  }
  return failures
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
