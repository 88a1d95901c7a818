import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export interface ReplicaSize {
  topic: string
  partition: number
  /** Bytes on the broker's disk, as the records were sent: usually compressed. */
  bytes: number
}

/** DescribeLogDirs, version 1, for all that the broker holds. */
export function encodeDescribeLogDirs(): Buffer {
  const all = -1
  return new ByteWriter().int32(all).bytes()
}

/** `folders` 0: the broker tells this user nothing (it asks for Describe on the cluster). */
export function decodeDescribeLogDirs(answer: Buffer): {
  throttleMs: number
  folders: number
  replicas: ReplicaSize[]
} {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const folders = reader.array((r) => {
    const errorCode = r.int16()
    r.string()
    const replicas = r.array((t) => {
      const topic = t.string()
      return t.array((p) => {
        const partition = p.int32()
        const bytes = p.safeInt64()
        p.safeInt64()
        const future = p.bool()
        return { topic, partition, bytes, future }
      })
    })
    return { errorCode, replicas: replicas.flat() }
  })
  const good = folders.filter(({ errorCode }) => errorCode === 0)
  return {
    throttleMs,
    folders: good.length,
    // a replica that is being moved to another disk is there twice
    replicas: good.flatMap(({ replicas }) => replicas.filter(({ future }) => !future)),
  }
}
