import { type Brokers, PATIENCE_MS } from './brokers.ts'
import { brokerError, isRetriable, type WireError } from './errors.ts'
import { API } from './protocol/api.ts'
import { decodeEpochEnd, encodeEpochEnd } from './protocol/epoch-end.ts'
import {
  CONSUMER,
  DEBUGGING,
  decodeListOffsets,
  EARLIEST,
  encodeListOffsets,
  LATEST,
  type OffsetAnswer,
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
  const timestamp = which === 'earliest' ? EARLIEST : LATEST
  const isolation = which === 'last_stable' ? 'read_committed' : 'read_uncommitted'
  const replica = which === 'log_end' ? DEBUGGING : CONSUMER
  return askLeaders(brokers, partitions, `asking for the ${which} offset`, async (leader, queries) => {
    const { offsets } = await brokers.callBroker(leader, 0, {
      api: API.listOffsets,
      encode: () => encodeListOffsets(queries, timestamp, isolation, replica),
      decode: decodeListOffsets,
    })
    return offsets.map((one) => ({ ...one, errorCode: one.errorCode || (one.offset < 0 ? NOT_AVAILABLE : 0) }))
  })
}

/**
 * Where the term of a leader ended in each partition's log as it is now: behind its last record that is still of that
 * log. It lies before what was read of that term only where the log was cut back meanwhile.
 * @param epochs with each partition the term that is asked for
 * @returns by `topic/partition`; -1 where the broker does not know
 * @throws as `listOffsets`
 */
export async function epochEnds(
  brokers: Brokers,
  epochs: readonly (TopicPartition & { epoch: number })[],
): Promise<Map<string, number>> {
  const asked = new Map(epochs.map((one) => [keyOf(one), one.epoch]))
  return askLeaders(brokers, epochs, "asking where a leader's term ended", async (leader, queries) => {
    const terms = queries.map(({ topic, partition, leaderEpoch }) => {
      return { topic, partition, currentEpoch: leaderEpoch, epoch: asked.get(keyOf({ topic, partition })) ?? -1 }
    })
    const { ends } = await brokers.callBroker(leader, 0, {
      api: API.epochEnd,
      encode: () => encodeEpochEnd(terms),
      decode: decodeEpochEnd,
    })
    return ends.map(({ end, ...one }) => ({ ...one, offset: end }))
  })
}

const NOT_AVAILABLE = 78

/** One number for each partition, asked of its leader; again of those that could not answer. */
async function askLeaders(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  what: string,
  ask: (leader: number, queries: OffsetQuery[]) => Promise<OffsetAnswer[]>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  let open = [...new Map(partitions.map((p) => [keyOf(p), p])).values()]
  await retrying(what, { deadlineMs: PATIENCE_MS }, async () => {
    const failures: WireError[] = []
    const byLeader = new Map<number, OffsetQuery[]>()
    for (const { topic, partition } of open) {
      const leader = await brokers.leader(topic, partition)
      const queries = byLeader.get(leader.id) ?? []
      queries.push({ topic, partition, leaderEpoch: leader.epoch })
      byLeader.set(leader.id, queries)
    }
    const asked = [...byLeader].map(async ([leader, queries]) => {
      for (const { topic, partition, errorCode, offset } of await ask(leader, queries)) {
        if (errorCode === 0) found.set(keyOf({ topic, partition }), offset)
        else
          failures.push(
            brokerError(errorCode, `${what} of topic "${topic}" partition ${partition}`, { topic, partition }),
          )
      }
    })
    for (const outcome of await Promise.allSettled(asked)) {
      if (outcome.status === 'fulfilled') continue
      if (!isRetriable(outcome.reason)) throw outcome.reason
      failures.push(outcome.reason)
    }
    open = open.filter((partition) => !found.has(keyOf(partition)))
    const fatal = failures.find((failure) => !failure.retriable) ?? failures[0]
    if (open.length === 0) return
    for (const { topic, partition } of open) brokers.forgetLeader(topic, partition)
    throw fatal ?? brokerError(7, what)
  })
  return found
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
