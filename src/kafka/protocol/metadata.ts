import type { BrokerAddress, PartitionMetadata } from '../types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export interface MetadataAnswer {
  throttleMs: number
  brokers: BrokerAddress[]
  clusterId: string | null
  controllerId: number | null
  topics: MetadataTopic[]
}

export interface MetadataTopic {
  errorCode: number
  name: string
  topicId: string | null
  internal: boolean
  partitions: (PartitionMetadata & { errorCode: number })[]
  /** Bit n is set when AclOperation n is allowed; only where asked for. */
  authorizedOperations: number
}

/** Metadata, versions 8 to 12. `names` null asks for all topics that may be seen. No topic is ever created by asking. */
export function encodeMetadata(version: number, names: readonly string[] | null, withOperations = false): Buffer {
  const writer = new ByteWriter()
  if (version >= 9) {
    if (names === null) writer.uvarint(0)
    else
      writer.compactArray(names, (name, w) => {
        if (version >= 10) w.raw(Buffer.alloc(16))
        w.compactString(name).noTags()
      })
  } else if (names === null) writer.int32(-1)
  else writer.array(names, (name, w) => w.string(name))
  const allowAutoTopicCreation = false
  writer.bool(allowAutoTopicCreation)
  if (version <= 10) writer.bool(false)
  writer.bool(withOperations)
  if (version >= 9) writer.noTags()
  return writer.bytes()
}

export function decodeMetadata(answer: Buffer, version: number): MetadataAnswer {
  const reader = new ByteReader(answer)
  const flexible = version >= 9
  const array = <T>(element: (r: ByteReader) => T): T[] =>
    flexible ? reader.compactArray(element) : reader.array(element)
  const text = () => (flexible ? reader.compactNullableString() : reader.nullableString())
  const tags = () => {
    if (flexible) reader.taggedFields()
  }
  const throttleMs = reader.int32()
  const brokers = array((r) => {
    const broker = { id: r.int32(), host: text() ?? '', port: r.int32(), rack: text() }
    tags()
    return broker
  })
  const clusterId = text()
  const controllerId = reader.int32()
  const topics = array((r) => {
    const errorCode = r.int16()
    const name = text() ?? ''
    const topicId = version >= 10 ? r.uuid() : null
    const internal = r.bool()
    const partitions = array((p) => {
      const partition = {
        errorCode: p.int16(),
        partition: p.int32(),
        leader: p.int32(),
        leaderEpoch: p.int32(),
        replicas: array((x) => x.int32()),
        isr: array((x) => x.int32()),
      }
      array((x) => x.int32())
      tags()
      return partition
    })
    const authorizedOperations = r.int32()
    tags()
    return { errorCode, name, topicId, internal, partitions, authorizedOperations }
  })
  return { throttleMs, brokers, clusterId, controllerId: controllerId < 0 ? null : controllerId, topics }
}
