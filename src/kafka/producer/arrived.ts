import { HEADER_BYTES, LOG_OVERHEAD } from '../batch/header.ts'
import type { Brokers } from '../brokers.ts'
import { brokerError } from '../errors.ts'
import { API } from '../protocol/api.ts'
import { decodeFetch, encodeFetch, MAX_FETCH_BYTES } from '../protocol/fetch.ts'

const OUT_OF_RANGE = 1
const NOT_AUTHORIZED = 29

/** What tells a batch from every other one of the log (KIP-98), and how many records it has. */
export interface BatchIdentity {
  producerId: bigint
  producerEpoch: number
  baseSequence: number
  count: number
}

/**
 * Whether the log holds this very batch at an offset. Asked when its answer was lost, because a broker that was started
 * anew may have forgotten the producer and would take the batch a second time.
 * @returns false also where this user may not read the topic
 * @throws WireError where the leader can't be asked
 */
export async function arrivedAt(
  brokers: Brokers,
  lane: number,
  where: { topic: string; partition: number; offset: number },
  wanted: BatchIdentity,
): Promise<boolean> {
  const { topic, partition, offset } = where
  const leader = await brokers.leader(topic, partition)
  // A first batch comes whole however few bytes are asked for (KIP-74).
  const query = { topic, partition, leaderEpoch: leader.epoch, offset, maxBytes: 1, maxWaitMs: 0 }
  const { errorCode, records } = await brokers.callBroker(leader.id, lane, {
    api: API.fetch,
    encode: (version) => encodeFetch({ ...query, isolation: 'read_uncommitted' }, version),
    decode: decodeFetch,
    options: { maxAnswerBytes: MAX_FETCH_BYTES },
  })
  if (errorCode === OUT_OF_RANGE || errorCode === NOT_AUTHORIZED) return false
  if (errorCode !== 0) throw brokerError(errorCode, `looking at topic "${topic}" partition ${partition}`, where)
  if (records.length < HEADER_BYTES || records.length < LOG_OVERHEAD + records.readInt32BE(8)) return false
  return (
    records.readInt8(16) === 2 &&
    Number(records.readBigInt64BE(0)) === offset &&
    records.readInt32BE(23) === wanted.count - 1 &&
    records.readBigInt64BE(43) === wanted.producerId &&
    records.readInt16BE(51) === wanted.producerEpoch &&
    records.readInt32BE(53) === wanted.baseSequence
  )
}
