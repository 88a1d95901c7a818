import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** FindCoordinator, version 2, for a group. */
export function encodeFindCoordinator(groupId: string): Buffer {
  const group = 0
  return new ByteWriter().string(groupId).int8(group).bytes()
}

export function decodeFindCoordinator(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  return { throttleMs, errorCode: reader.int16(), said: reader.nullableString(), nodeId: reader.int32() }
}

/** ListGroups, version 2: the groups that one broker coordinates. */
export function encodeListGroups(): Buffer {
  return Buffer.alloc(0)
}

export function decodeListGroups(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const errorCode = reader.int16()
  const groups = reader.array((r) => ({ id: r.string(), protocolType: r.string() }))
  return { throttleMs, errorCode, groups }
}

/** DescribeGroups, version 4, for one group of the classic protocol. */
export function encodeDescribeGroup(groupId: string, withOperations: boolean): Buffer {
  return new ByteWriter().int32(1).string(groupId).bool(withOperations).bytes()
}

export function decodeDescribeGroups(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const groups = reader.array((r) => {
    const errorCode = r.int16()
    const id = r.string()
    const state = r.string()
    r.string()
    r.string()
    const members = r.array((m) => {
      m.string()
      m.nullableString()
      m.string()
      m.string()
      m.nullableBytes()
      m.nullableBytes()
    })
    return { errorCode, id, state, members: members.length, authorizedOperations: r.int32() }
  })
  return { throttleMs, groups }
}

/** ConsumerGroupDescribe (KIP-848), version 0, for one group of the new protocol. */
export function encodeConsumerGroupDescribe(groupId: string): Buffer {
  const withOperations = false
  return new ByteWriter()
    .compactArray([groupId], (id, w) => w.compactString(id))
    .bool(withOperations)
    .noTags()
    .bytes()
}

export function decodeConsumerGroupDescribe(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const groups = reader.compactArray((r) => {
    const errorCode = r.int16()
    r.compactNullableString()
    const id = r.compactString()
    const state = r.compactString()
    r.int32()
    r.int32()
    r.compactString()
    const members = r.compactArray(skipMember).length
    r.int32()
    r.taggedFields()
    return { errorCode, id, state, members }
  })
  return { throttleMs, groups }
}

function skipMember(reader: ByteReader): void {
  reader.compactString()
  reader.compactNullableString()
  reader.compactNullableString()
  reader.int32()
  reader.compactString()
  reader.compactString()
  reader.compactArray((r) => r.compactString())
  reader.compactNullableString()
  skipAssignment(reader)
  skipAssignment(reader)
  reader.taggedFields()
}

function skipAssignment(reader: ByteReader): void {
  reader.compactArray((r) => {
    r.uuid()
    r.compactString()
    r.compactArray((p) => p.int32())
    r.taggedFields()
  })
  reader.taggedFields()
}

export interface CommittedOffset {
  topic: string
  partition: number
  offset: number
  metadata: string | null
  leaderEpoch: number | null
}

/** OffsetFetch, version 5, for all partitions that the group has committed. */
export function encodeOffsetFetch(groupId: string): Buffer {
  const allTopics = -1
  return new ByteWriter().string(groupId).int32(allTopics).bytes()
}

export function decodeOffsetFetch(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const offsets = reader.array((r) => {
    const topic = r.string()
    return r.array((p) => {
      const partition = p.int32()
      const offset = p.safeInt64()
      const leaderEpoch = p.int32()
      const metadata = p.nullableString()
      const errorCode = p.int16()
      return { topic, partition, offset, metadata, leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch, errorCode }
    })
  })
  return { throttleMs, errorCode: reader.int16(), offsets: offsets.flat() }
}

export interface OffsetToCommit {
  topic: string
  partition: number
  offset: number
  metadata?: string | null
}

/** OffsetCommit, version 7, as somebody who is not a member: brokers take it only while the group is empty. */
export function encodeOffsetCommit(groupId: string, offsets: readonly OffsetToCommit[]): Buffer {
  const byTopic = Map.groupBy(offsets, (offset) => offset.topic)
  const noGeneration = -1
  return new ByteWriter()
    .string(groupId)
    .int32(noGeneration)
    .string('')
    .nullableString(null)
    .array([...byTopic], ([topic, list], w) => {
      w.string(topic).array(list, ({ partition, offset, metadata }, p) => {
        const noLeaderEpoch = -1
        p.int32(partition)
          .int64(offset)
          .int32(noLeaderEpoch)
          .nullableString(metadata ?? null)
      })
    })
    .bytes()
}

export function decodeOffsetCommit(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const results = reader.array((r) => {
    const topic = r.string()
    return r.array((p) => ({ topic, partition: p.int32(), errorCode: p.int16() }))
  })
  return { throttleMs, results: results.flat() }
}
