import { CofferError } from '../../src/contract/errors.ts'
import { BatchBuilder, type Identity } from '../../src/kafka/batch/builder.ts'
import { compressRecords } from '../../src/kafka/batch/compress.ts'
import type { Codec } from '../../src/kafka/batch/header.ts'
import type { AbortedTransaction, FetchAnswer } from '../../src/kafka/protocol/fetch.ts'
import { AnswerWalker, wholeBatches } from '../../src/kafka/reader/answer.ts'
import type { IsolationLevel } from '../../src/kafka/types.ts'
import type { DumpedRecord } from '../rig/java-client.ts'
import { dumped, type PlainRecord, records, viewOf } from './support.ts'

const NOBODY: Identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1 }

export async function batchOf(list: readonly PlainRecord[], codec: Codec = 'none', identity = NOBODY): Promise<Buffer> {
  const builder = new BatchBuilder(Buffer.alloc(64))
  for (const record of list) builder.append(viewOf(record))
  return Buffer.concat(builder.finish(codec, await compressRecords(codec, builder.records()), identity))
}

export function answerOf(bytes: Buffer, aborted: AbortedTransaction[] = []): FetchAnswer {
  const marks = { highWatermark: 0, lastStableOffset: 0, logStart: 0 }
  return { throttleMs: 0, errorCode: 0, ...marks, aborted, records: bytes, present: true }
}

export interface Walked {
  kind: string
  baseOffset: number
  lastOffset: number
  records: DumpedRecord[]
}

/** Everything in an answer, as the reader would see it. */
export function walk(answer: FetchAnswer, isolation: IsolationLevel = 'read_committed'): Walked[] {
  const where = { topic: 't', partition: 0 }
  const walker = new AnswerWalker({
    isolation,
    damaged: (offset, damage) =>
      new CofferError('BATCH_DAMAGED', damage.message, { details: { offset }, cause: damage }),
  })
  const walked: Walked[] = []
  let whole: ReturnType<typeof wholeBatches>
  try {
    whole = wholeBatches(answer.records)
  } catch (cause) {
    throw new CofferError('BATCH_DAMAGED', (cause as Error).message, { cause })
  }
  for (const { kind, baseOffset, lastOffset, records: cursor, timestampType } of walker.batches(
    answer,
    whole.bytes,
    0,
  )) {
    const list = Array.from(records(cursor), (view) => dumped(view, where, timestampType))
    walked.push({ kind, baseOffset, lastOffset, records: list })
  }
  return walked
}

export const walkBytes = (bytes: Buffer) => walk(answerOf(bytes))
