import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export interface ProduceAnswer {
  throttleMs: number
  errorCode: number
  /** -1 where the broker does not know. */
  baseOffset: number
  /** Why single records were refused (KIP-467). */
  recordErrors: { index: number; said: string | null }[]
  said: string | null
}

/** Produce, versions 7 and 8, with one batch for one partition. @param batch its parts, sent as they are */
export function encodeProduce(
  topic: string,
  partition: number,
  acks: number,
  timeoutMs: number,
  batch: readonly Buffer[],
): Buffer[] {
  const noTransaction = null
  const head = new ByteWriter().nullableString(noTransaction).int16(acks).int32(timeoutMs)
  head.int32(1).string(topic).int32(1).int32(partition)
  head.int32(batch.reduce((sum, part) => sum + part.length, 0))
  return [head.bytes(), ...batch]
}

export function decodeProduce(answer: Buffer, version: number): ProduceAnswer {
  const reader = new ByteReader(answer)
  const parts = reader.array((r) => {
    r.string()
    return r.array((p) => {
      p.int32()
      const errorCode = p.int16()
      const baseOffset = p.safeInt64()
      p.int64()
      p.int64()
      const recordErrors = version >= 8 ? p.array((e) => ({ index: e.int32(), said: e.nullableString() })) : []
      const said = version >= 8 ? p.nullableString() : null
      return { errorCode, baseOffset, recordErrors, said }
    })
  })
  const throttleMs = reader.int32()
  const unknown = { errorCode: -1, baseOffset: -1, recordErrors: [], said: null }
  return { throttleMs, ...(parts.flat()[0] ?? unknown) }
}

/** InitProducerId, version 1, without a transactional id. */
export function encodeInitProducerId(): Buffer {
  const noTransaction = null
  const noTimeout = 0
  return new ByteWriter().nullableString(noTransaction).int32(noTimeout).bytes()
}

export function decodeInitProducerId(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  return { throttleMs, errorCode: reader.int16(), producerId: reader.int64(), producerEpoch: reader.int16() }
}
