import { type Brokers, type Call, PATIENCE_MS } from './brokers.ts'
import { brokerError, brokerErrorName, WireError } from './errors.ts'
import { API } from './protocol/api.ts'
import {
  type CommittedOffset,
  decodeConsumerGroupDescribe,
  decodeDescribeGroups,
  decodeFindCoordinator,
  decodeListGroups,
  decodeOffsetCommit,
  decodeOffsetFetch,
  encodeConsumerGroupDescribe,
  encodeDescribeGroup,
  encodeFindCoordinator,
  encodeListGroups,
  encodeOffsetCommit,
  encodeOffsetFetch,
  type OffsetToCommit,
} from './protocol/groups.ts'
import { retrying } from './retry.ts'

export interface GroupDescription {
  id: string
  /** Kafka's: Empty, Stable, PreparingRebalance, Dead (no such group) … */
  state: string
  members: number
}

/** Where groups and their offsets are kept: the leader of a group's partition is its coordinator. */
const OFFSETS_TOPIC = '__consumer_offsets'

/**
 * All groups of the cluster: each broker tells those that it coordinates. Share groups have no committed offsets.
 * @throws KAFKA_UNAVAILABLE while a part of the groups has no coordinator, and no broker would tell them
 */
export async function listGroups(brokers: Brokers): Promise<string[]> {
  const found = new Set<string>()
  await retrying('listing consumer groups', { deadlineMs: PATIENCE_MS }, async () => {
    await failWithoutCoordinator(brokers)
    for (const { id: broker } of brokers.addresses) {
      const call = { api: API.listGroups, encode: encodeListGroups, decode: decodeListGroups }
      const answer = await brokers.callBroker(broker, 0, call)
      if (answer.errorCode !== 0) throw brokerError(answer.errorCode, `listing the consumer groups of broker ${broker}`)
      for (const { id, protocolType } of answer.groups) if (protocolType !== 'share') found.add(id)
    }
  })
  return [...found].sort()
}

/**
 * Fails, to be tried again, while a partition of the offsets topic has no leader. Where there is no such topic, no group
 * has committed anything; where it may not be described, nothing can be told.
 */
async function failWithoutCoordinator(brokers: Brokers): Promise<void> {
  const { topics } = await brokers.metadata([OFFSETS_TOPIC])
  const lost = topics.flatMap(({ partitions }) => partitions).find(({ leader }) => leader < 0)
  if (lost === undefined) return
  const { partition } = lost
  const noLeader = 5
  const what = `finding the coordinators of partition ${partition} of topic "${OFFSETS_TOPIC}"`
  throw brokerError(noLeader, what, { topic: OFFSETS_TOPIC, partition })
}

export async function describeGroup(brokers: Brokers, groupId: string): Promise<GroupDescription> {
  const what = `describing consumer group "${groupId}"`
  return withCoordinator(brokers, what, groupId, async (call) => {
    const { groups } = await call({
      api: API.describeGroups,
      encode: () => encodeDescribeGroup(groupId, false),
      decode: decodeDescribeGroups,
    })
    const classic = groups[0]
    const unknownId = 69
    if (classic === undefined) throw brokerError(-1, what, { group: groupId })
    const dead = classic.errorCode === unknownId || (classic.errorCode === 0 && classic.state === 'Dead')
    if (!dead) {
      if (classic.errorCode !== 0) throw brokerError(classic.errorCode, what, { group: groupId })
      return { id: groupId, state: classic.state, members: classic.members }
    }
    // It may be a group of the new protocol (KIP-848), which the old request does not see.
    return (await describeNewGroup(call, what, groupId)) ?? { id: groupId, state: 'Dead', members: 0 }
  })
}

type CoordinatorCall = <T>(call: Call<T>) => Promise<T & { throttleMs: number }>

async function describeNewGroup(
  call: CoordinatorCall,
  what: string,
  groupId: string,
): Promise<GroupDescription | null> {
  try {
    const { groups } = await call({
      api: API.consumerGroupDescribe,
      encode: () => encodeConsumerGroupDescribe(groupId),
      decode: decodeConsumerGroupDescribe,
    })
    const group = groups[0]
    const unknownId = 69
    if (group === undefined || group.errorCode === unknownId) return null
    if (group.errorCode !== 0) throw brokerError(group.errorCode, what, { group: groupId })
    return { id: groupId, state: group.state, members: group.members }
  } catch (error) {
    // Brokers before 3.7 have no such groups.
    if (error instanceof WireError && error.code === 'UNSUPPORTED') return null
    throw error
  }
}

/** What the group has committed, from its coordinator. */
export async function committedOffsets(brokers: Brokers, groupId: string): Promise<CommittedOffset[]> {
  const what = `reading the offsets of consumer group "${groupId}"`
  return withCoordinator(brokers, what, groupId, async (call) => {
    const answer = await call({
      api: API.offsetFetch,
      encode: () => encodeOffsetFetch(groupId),
      decode: decodeOffsetFetch,
    })
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode, what, { group: groupId })
    const committed: CommittedOffset[] = []
    for (const { errorCode, ...offset } of answer.offsets) {
      const { topic, partition } = offset
      if (errorCode !== 0) throw brokerError(errorCode, what, { group: groupId, topic, partition })
      if (offset.offset >= 0) committed.push(offset)
    }
    return committed
  })
}

/** Commits to the group's coordinator. All or an error; an error may still have committed some. */
export async function commitOffsets(
  brokers: Brokers,
  groupId: string,
  offsets: readonly OffsetToCommit[],
): Promise<void> {
  if (offsets.length === 0) return
  const what = `committing offsets of consumer group "${groupId}"`
  await withCoordinator(brokers, what, groupId, async (call) => {
    const { results } = await call({
      api: API.offsetCommit,
      encode: () => encodeOffsetCommit(groupId, offsets),
      decode: decodeOffsetCommit,
    })
    const [first, ...others] = results.filter((result) => result.errorCode !== 0)
    if (first === undefined) return
    const failed = [first, ...others].map(({ topic, partition, errorCode }) => {
      return { topic, partition, error: brokerErrorName(errorCode) }
    })
    const { topic, partition } = first
    throw brokerError(first.errorCode, what, { group: groupId, topic, partition, failed })
  })
}

/** What may be done with the group. An unknown group answers too; one that may not even be described throws. */
export async function groupOperations(brokers: Brokers, groupId: string): Promise<number> {
  const what = `asking what is allowed with consumer group "${groupId}"`
  return withCoordinator(brokers, what, groupId, async (call) => {
    const { groups } = await call({
      api: API.describeGroups,
      encode: () => encodeDescribeGroup(groupId, true),
      decode: decodeDescribeGroups,
    })
    const group = groups[0]
    if (group === undefined) throw brokerError(-1, what, { group: groupId })
    if (group.errorCode !== 0) throw brokerError(group.errorCode, what, { group: groupId })
    return group.authorizedOperations
  })
}

/**
 * Does `attempt` with the broker that coordinates the group. Asked again whenever the coordinator has moved or is still
 * loading: any other broker would answer as if the group had no offsets.
 */
async function withCoordinator<T>(
  brokers: Brokers,
  what: string,
  groupId: string,
  attempt: (call: CoordinatorCall) => Promise<T>,
): Promise<T> {
  return retrying(what, { deadlineMs: PATIENCE_MS }, async () => {
    const found = await brokers.callAny({
      api: API.findCoordinator,
      encode: () => encodeFindCoordinator(groupId),
      decode: decodeFindCoordinator,
    })
    if (found.errorCode !== 0) throw brokerError(found.errorCode, what, { group: groupId }, found.said)
    if (!brokers.addresses.some(({ id }) => id === found.nodeId)) await brokers.metadata([])
    return attempt((call) => brokers.callBroker(found.nodeId, 0, call))
  })
}
