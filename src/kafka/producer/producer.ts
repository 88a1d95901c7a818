import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { RecordView } from '../../contract/record.ts'
import type { Codec } from '../batch/header.ts'
import { type Brokers, PATIENCE_MS, REQUEST_TIMEOUT_MS } from '../brokers.ts'
import { brokerError } from '../errors.ts'
import { API } from '../protocol/api.ts'
import { decodeInitProducerId, encodeInitProducerId } from '../protocol/produce.ts'
import { retrying } from '../retry.ts'
import { describeTopicConfigs } from '../topics.ts'
import { PartitionWriter } from './partition-writer.ts'

export interface ProducerOptions {
  compression: Codec
  /** Batches of a partition that may be on their way at once: 1 to 5, the most that brokers keep in order. */
  maxInFlight?: number
  /** Records of a batch at most; without it only bytes bound it. */
  maxRecords?: number
  acks?: -1 | 1
  /** How long the broker may take to acknowledge one batch before it is sent again. */
  ackTimeoutMs?: number
  /** How long a batch is tried again before KAFKA_UNAVAILABLE. */
  timeoutMs?: number
}

/**
 * Called for each acknowledged batch, in order: records `firstSourceOffset` to `lastSourceOffset` (as their views said)
 * went to `count` consecutive target offsets from `baseOffset` on.
 */
export type BatchAcked = (
  firstSourceOffset: number,
  lastSourceOffset: number,
  baseOffset: number,
  count: number,
) => void

export interface PartitionOptions {
  onBatchAcked?: BatchAcked
  /** Where the first record will lie, for whoever has the partition for himself: it tells whether a batch without an answer arrived. */
  startOffset?: number
}

export interface Producer {
  /** The writer of one partition; ask once for each. */
  partition(topic: string, partition: number, options?: PartitionOptions): PartitionProducer
  /** Records that were not flushed are given up. */
  close(): Promise<void>
}

export interface PartitionProducer {
  /**
   * Adds a record behind the ones before. Undefined when it was only buffered; a promise when the caller must wait for
   * room. The view may be moved after that.
   * @throws (or rejects) what became of an earlier batch: KAFKA_REJECTED, KAFKA_NOT_AUTHORIZED, KAFKA_UNAVAILABLE …
   */
  append(view: RecordView): Promise<void> | undefined
  /** Sends what is buffered though its batch is not full, and waits for nothing: for callers that append slowly. */
  send(): void
  /** Waits until all records are acknowledged. `endOffset` is the next offset of the partition. */
  flush(): Promise<{ endOffset: number }>
}

/** Bounds what all partitions of a producer hold together. */
export interface ProducerShare {
  readonly brokers: Brokers
  readonly compression: Codec
  readonly maxInFlight: number
  readonly maxRecords: number
  readonly acks: -1 | 1
  readonly ackTimeoutMs: number
  readonly timeoutMs: number
  readonly producerId: bigint
  readonly producerEpoch: number
  /** The largest batch that the topic takes. */
  maxMessageBytes(topic: string): Promise<number>
  /** How large a batch may grow before it is sent. */
  batchBytes(): number
  /** Bytes that are sealed and not acknowledged yet. */
  pendingBytes: number
  takeBuffer(): Buffer
  giveBuffer(buffer: Buffer): void
}

const DEFAULT_BATCH_BYTES = 1024 * 1024
const SMALLEST_BATCH_BYTES = 64 * 1024
/** Open batches of all partitions together. */
const OPEN_BYTES = 48 * 1024 * 1024
/** Kafka's default of max.message.bytes, for topics whose configuration may not be read. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588
const KEPT_BUFFERS = 16

/** Gets a producer id. @throws KAFKA_NOT_AUTHORIZED without IDEMPOTENT_WRITE or any WRITE */
export async function openProducer(brokers: Brokers, options: ProducerOptions): Promise<Producer> {
  const { producerId, producerEpoch } = await retrying(
    'getting a producer id',
    { deadlineMs: PATIENCE_MS },
    async () => {
      const answer = await brokers.callAny({
        api: API.initProducerId,
        encode: encodeInitProducerId,
        decode: decodeInitProducerId,
      })
      if (answer.errorCode !== 0) throw brokerError(answer.errorCode, 'getting a producer id')
      return answer
    },
  )
  return new IdempotentProducer(brokers, options, producerId, producerEpoch)
}

class IdempotentProducer implements Producer, ProducerShare {
  readonly brokers: Brokers
  readonly compression: Codec
  readonly maxInFlight: number
  readonly maxRecords: number
  readonly acks: -1 | 1
  readonly ackTimeoutMs: number
  readonly timeoutMs: number
  readonly producerId: bigint
  readonly producerEpoch: number
  pendingBytes = 0
  readonly #writers = new Map<string, PartitionWriter>()
  readonly #limits = new Map<string, Promise<number>>()
  readonly #buffers: Buffer[] = []

  constructor(brokers: Brokers, options: ProducerOptions, producerId: bigint, producerEpoch: number) {
    this.brokers = brokers
    this.compression = options.compression
    this.maxInFlight = Math.min(5, Math.max(1, options.maxInFlight ?? 5))
    this.maxRecords = Math.max(1, options.maxRecords ?? Number.POSITIVE_INFINITY)
    this.acks = options.acks ?? -1
    this.ackTimeoutMs = options.ackTimeoutMs ?? REQUEST_TIMEOUT_MS
    this.timeoutMs = options.timeoutMs ?? 120_000
    this.producerId = producerId
    this.producerEpoch = producerEpoch
  }

  partition(topic: string, partition: number, options: PartitionOptions = {}): PartitionProducer {
    const key = `${topic}/${partition}`
    // A second writer would begin at sequence 0 again, and the broker would take its records for repeated ones.
    if (this.#writers.has(key)) throw new Error(`topic "${topic}" partition ${partition} has a writer already`)
    const { onBatchAcked = () => {}, startOffset = null } = options
    const writer = new PartitionWriter(this, topic, partition, onBatchAcked, startOffset)
    this.#writers.set(key, writer)
    return writer
  }

  async close(): Promise<void> {
    const closed = new CofferError('INTERRUPTED', 'the producer was closed before all records were acknowledged')
    for (const writer of this.#writers.values()) writer.abandon(closed)
  }

  maxMessageBytes(topic: string): Promise<number> {
    const known = this.#limits.get(topic)
    if (known !== undefined) return known
    const asked = this.#askMaxMessageBytes(topic)
    this.#limits.set(topic, asked)
    return asked
  }

  batchBytes(): number {
    const share = Math.floor(OPEN_BYTES / Math.max(1, this.#writers.size))
    return Math.min(DEFAULT_BATCH_BYTES, Math.max(SMALLEST_BATCH_BYTES, share))
  }

  takeBuffer(): Buffer {
    return this.#buffers.pop() ?? Buffer.allocUnsafeSlow(SMALLEST_BATCH_BYTES)
  }

  giveBuffer(buffer: Buffer): void {
    const small = buffer.length <= 2 * DEFAULT_BATCH_BYTES
    if (small && this.#buffers.length < KEPT_BUFFERS) this.#buffers.push(buffer)
  }

  async #askMaxMessageBytes(topic: string): Promise<number> {
    try {
      const configs = await describeTopicConfigs(this.brokers, [topic])
      // Neither is a batch taken that is larger than a segment of the log.
      const limits = ['max.message.bytes', 'segment.bytes'].map((name) => {
        return Number(configs.get(topic)?.find((entry) => entry.name === name)?.value)
      })
      const known = limits.filter((bytes) => Number.isSafeInteger(bytes) && bytes > 0)
      return known.length > 0 ? Math.min(...known) : DEFAULT_MAX_MESSAGE_BYTES
    } catch (error) {
      if (isCofferError(error, 'KAFKA_NOT_AUTHORIZED')) return DEFAULT_MAX_MESSAGE_BYTES
      throw error
    }
  }
}
