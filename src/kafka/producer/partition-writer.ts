import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordView } from '../../contract/record.ts'
import { BatchBuilder, recordBound } from '../batch/builder.ts'
import { compressRecords } from '../batch/compress.ts'
import { HEADER_BYTES } from '../batch/header.ts'
import { sendCall } from '../brokers.ts'
import { brokerError, isRetriable, WireError } from '../errors.ts'
import type { WireConnection } from '../kafkajs.ts'
import { listOffsets } from '../offsets.ts'
import { API } from '../protocol/api.ts'
import { decodeProduce, encodeProduce, type ProduceAnswer } from '../protocol/produce.ts'
import { gaveUp, MISSING_PATIENCE_MS, pauseMs } from '../retry.ts'
import { arrivedAt } from './arrived.ts'
import type { BatchAcked, PartitionProducer, ProducerShare } from './producer.ts'

/** A sealed batch on its way. Its sequence never changes, however often it is sent. */
interface Batch {
  builder: BatchBuilder
  baseSequence: number
  parts: Promise<Buffer[]>
  bytes: number
  /** How often it may have reached a broker. */
  sends: number
  inFlight: boolean
  /** Over which it was sent last. */
  wire: WireConnection | null
}

/** Sealed bytes of all partitions together, beyond which callers wait. */
const PENDING_BYTES = 32 * 1024 * 1024
const OUT_OF_ORDER = 45
const DUPLICATE = 46
const UNKNOWN_PRODUCER = 59

/** Why a batch was held back: the one before it has to arrive first. Nothing is wrong then, and nobody is told. */
const HEAD_FIRST = new WireError('KAFKA_UNAVAILABLE', 'the batch before it has to arrive first', { retriable: true })

/**
 * Writes one partition strictly in order. Up to `maxInFlight` batches are on their way; after any failure nothing new
 * is sent until all of them have come back, and then the unacknowledged ones are sent again in order with the same
 * sequences, so that the broker drops what it has already. A broker that was started anew may have forgotten the
 * producer (it judges by the age of its records) and then takes any sequence as the first: over a new connection, and
 * after a failure, the first batch goes alone, or the second could be taken before a broker that still refuses the first.
 * It would also take a repeated batch twice: so what is unacknowledged is looked for on the log before it is sent again.
 */
export class PartitionWriter implements PartitionProducer {
  readonly #share: ProducerShare
  readonly #topic: string
  readonly #partition: number
  readonly #onBatchAcked: BatchAcked
  readonly #lane: number
  #limit = 0
  #open: BatchBuilder | null = null
  readonly #queue: Batch[] = []
  #nextSequence = 0
  /** Where the next record will lie; null until that is known. */
  #endOffset: number | null
  #inFlight = 0
  #failure: Error | null = null
  /** The failure that stopped the sending, until all that is on its way has come back. */
  #trouble: WireError | null = null
  #troubleSince: number | null = null
  #attempts = 0
  #recovering = false
  /** The connection over which a batch was acknowledged: its broker knows this producer. */
  #knownBy: WireConnection | null = null
  /** Resolves when the batch before has been given to the socket. */
  #lastSent: Promise<void> = Promise.resolve()
  #waiters: { resolve: () => void; until: () => boolean }[] = []

  /** @param startOffset where the first record will lie, where nobody else writes; null where that is not known */
  constructor(
    share: ProducerShare,
    topic: string,
    partition: number,
    onBatchAcked: BatchAcked,
    startOffset: number | null,
  ) {
    this.#share = share
    this.#endOffset = startOffset
    this.#topic = topic
    this.#partition = partition
    this.#onBatchAcked = onBatchAcked
    this.#lane = share.brokers.takeLane()
  }

  append(view: RecordView): Promise<void> | undefined {
    if (this.#failure !== null) throw this.#failure
    if (this.#limit === 0) return this.#appendFirst(view)
    this.#add(view)
    if (this.#hasRoom()) return undefined
    return this.#wait(() => this.#hasRoom())
  }

  send(): void {
    if (this.#failure === null) this.#seal()
  }

  async flush(): Promise<{ endOffset: number }> {
    if (this.#failure !== null) throw this.#failure
    this.#seal()
    await this.#wait(() => this.#queue.length === 0)
    if (this.#endOffset !== null) return { endOffset: this.#endOffset }
    const where = { topic: this.#topic, partition: this.#partition }
    const offsets = await listOffsets(this.#share.brokers, [where], 'latest')
    return { endOffset: offsets.get(`${this.#topic}/${this.#partition}`) as number }
  }

  /** Fails all that waits, now and later. */
  abandon(error: Error): void {
    if (this.#failure !== null) return
    this.#failure = error
    for (const batch of this.#queue.splice(0)) this.#share.pendingBytes -= batch.bytes
    this.#wake()
  }

  async #appendFirst(view: RecordView): Promise<void> {
    this.#limit = await this.#share.maxMessageBytes(this.#topic)
    await this.append(view)
  }

  #add(view: RecordView): void {
    const limit = Math.min(this.#limit, this.#share.batchBytes())
    const size = recordBound(view)
    if (this.#open !== null && this.#open.size + size > limit) this.#seal()
    this.#open ??= new BatchBuilder(this.#share.takeBuffer())
    this.#open.append(view)
    if (this.#open.size >= limit - HEADER_BYTES || this.#open.count >= this.#share.maxRecords) this.#seal()
  }

  #hasRoom(): boolean {
    if (this.#queue.length === 0) return true
    return this.#queue.length < this.#share.maxInFlight && this.#share.pendingBytes < PENDING_BYTES
  }

  #seal(): void {
    const builder = this.#open
    if (builder === null || builder.count === 0) return
    this.#open = null
    const baseSequence = this.#nextSequence
    this.#nextSequence = nextSequence(baseSequence, builder.count)
    const { producerId, producerEpoch, compression } = this.#share
    const identity = { producerId, producerEpoch, baseSequence }
    const records = builder.records()
    const parts = compressRecords(compression, records).then((packed) => {
      // A topic limits batches as they are sent: noise that just fits would be refused for what packing adds to it.
      const grown = packed !== null && packed.length > records.length && HEADER_BYTES + packed.length > this.#limit
      return packed === null || grown
        ? builder.finish('none', null, identity)
        : builder.finish(compression, packed, identity)
    })
    parts.catch(() => {})
    this.#queue.push({ builder, baseSequence, parts, bytes: builder.size, sends: 0, inFlight: false, wire: null })
    this.#share.pendingBytes += builder.size
    this.#pump()
  }

  #pump(): void {
    if (this.#trouble !== null || this.#recovering || this.#failure !== null) return
    const atOnce = this.#knownBy === null ? 1 : this.#share.maxInFlight
    for (const batch of this.#queue) {
      if (this.#inFlight >= atOnce) return
      if (batch.inFlight) continue
      batch.inFlight = true
      this.#inFlight++
      void this.#send(batch)
    }
  }

  /** Sends once and waits for the answer. Batches are sent in the order in which `pump` called this. */
  async #send(batch: Batch): Promise<void> {
    let failure: Error | null = null
    try {
      const answer = await this.#inOrder(batch)
      failure = this.#judge(batch, answer)
    } catch (error) {
      failure = error as Error
    }
    this.#inFlight--
    batch.inFlight = false
    if (this.#failure !== null) return
    if (failure === null) this.#pump()
    else if (isRetriable(failure)) this.#stop(failure)
    else this.abandon(failure)
    if (this.#trouble !== null && this.#inFlight === 0 && !this.#recovering) await this.#recover(this.#trouble)
  }

  #stop(trouble: WireError): void {
    if (this.#trouble === null || this.#trouble === HEAD_FIRST) this.#trouble = trouble
    if (trouble !== HEAD_FIRST) this.#knownBy = null
  }

  /** Compression ends out of order; what goes onto the wire must not. */
  async #inOrder(batch: Batch): Promise<ProduceAnswer> {
    const before = this.#lastSent
    const { promise, resolve: sent } = Promise.withResolvers<void>()
    this.#lastSent = promise
    try {
      const parts = await batch.parts
      await before
      // Something before it has failed: the broker would only refuse this one as out of order.
      if (this.#trouble !== null) throw this.#trouble
      const { brokers, acks, ackTimeoutMs } = this.#share
      const leader = await brokers.leader(this.#topic, this.#partition)
      batch.wire = await brokers.connection(leader.id, this.#lane)
      if (batch.wire !== this.#knownBy && this.#queue[0] !== batch) throw HEAD_FIRST
      batch.sends++
      return await sendCall(batch.wire, {
        api: API.produce,
        encode: () => encodeProduce(this.#topic, this.#partition, acks, ackTimeoutMs, parts),
        decode: decodeProduce,
        options: { timeoutMs: ackTimeoutMs + 10_000, onSent: sent },
      })
    } catch (error) {
      if (isRetriable(error)) this.#stop(error)
      throw error
    } finally {
      sent()
    }
  }

  /** @returns null when the batch is safe, else why not */
  #judge(batch: Batch, answer: ProduceAnswer): Error | null {
    const isHead = this.#queue[0] === batch
    if (answer.errorCode === 0 || (answer.errorCode === DUPLICATE && batch.sends > 1)) {
      // The connection broke between the two, and the answer to the one before it was lost: the broker has that one too,
      // since it takes sequences in order only. Both come again, and the broker says where they are.
      if (!isHead) return brokerError(7, this.#what(), this.#details(batch))
      const baseOffset = answer.baseOffset >= 0 ? answer.baseOffset : this.#endOffset
      if (baseOffset === null) return this.#error('UNKNOWN_OFFSET', batch, answer)
      // A broker that died may forget a producer whose records are older than a day (it judges by their timestamps), and
      // then takes a repeated batch as a new one: it lies behind a place that nobody else can have filled.
      if (batch.sends > 1 && this.#endOffset !== null && baseOffset > this.#endOffset) {
        return this.#error('TWICE', batch, { ...answer, baseOffset })
      }
      this.#knownBy = batch.wire
      this.#shift(batch, baseOffset)
      return null
    }
    // Behind a batch that failed, the next ones are out of order: they come again after it.
    if (answer.errorCode === OUT_OF_ORDER && !isHead) {
      return brokerError(7, this.#what(), this.#details(batch))
    }
    return this.#error('BROKER', batch, answer)
  }

  /** The first batch is safe at `baseOffset`. */
  #shift({ builder, bytes }: Batch, baseOffset: number): void {
    this.#queue.shift()
    this.#share.pendingBytes -= bytes
    this.#endOffset = baseOffset + builder.count
    this.#troubleSince = null
    this.#attempts = 0
    this.#share.giveBuffer(builder.buffer())
    this.#onBatchAcked(builder.firstSourceOffset, builder.lastSourceOffset, baseOffset, builder.count)
    this.#wake()
  }

  #error(kind: 'BROKER' | 'UNKNOWN_OFFSET' | 'TWICE', batch: Batch, answer: ProduceAnswer): Error {
    const details = this.#details(batch)
    if (kind === 'TWICE') {
      const why = `the broker took a repeated batch at offset ${answer.baseOffset}, and may hold it before that too`
      return new WireError('KAFKA_REJECTED', `${this.#what()}: ${why}`, {
        hint: 'Empty the topic and restore it again, or let "coffer validation run" name what is there twice.',
        details: { ...details, baseOffset: answer.baseOffset, expectedOffset: this.#endOffset },
      })
    }
    if (kind !== 'BROKER') {
      const why = 'the broker acknowledged a batch without saying where'
      return new WireError('KAFKA_PROTOCOL', `${this.#what()}: ${why}`, { details })
    }
    const { errorCode, said, recordErrors } = answer
    if (errorCode === OUT_OF_ORDER || errorCode === UNKNOWN_PRODUCER || errorCode === DUPLICATE) {
      return new WireError(
        'KAFKA_REJECTED',
        `${this.#what()}: the broker no longer knows the batches before this one`,
        {
          hint: 'Records that were acknowledged may have been lost or deleted meanwhile: run the restore again, it checks what is there.',
          details: { ...details, brokerErrorCode: errorCode },
        },
      )
    }
    return brokerError(errorCode, this.#what(), details, recordErrors[0]?.said ?? said)
  }

  /** Nothing is on its way: finds the leader again, then sends what is not acknowledged, from the first on. */
  async #recover(trouble: WireError): Promise<void> {
    if (trouble === HEAD_FIRST) {
      this.#trouble = null
      this.#pump()
      return
    }
    this.#recovering = true
    this.#troubleSince ??= Date.now()
    const spent = Date.now() - this.#troubleSince
    const missing = trouble.code === 'TOPIC_MISSING' && spent >= MISSING_PATIENCE_MS
    if (missing || spent >= this.#share.timeoutMs) {
      this.abandon(missing ? trouble : gaveUp(this.#what(), spent, trouble))
      return
    }
    this.#attempts++
    const { brokers } = this.#share
    if (this.#attempts === 1) brokers.log('info', `${trouble.message}; trying again`)
    await sleep(pauseMs(this.#attempts))
    brokers.forgetLeader(this.#topic, this.#partition)
    const failure = await this.#passArrived().catch((error: Error) => error)
    this.#recovering = false
    if (failure === undefined) {
      this.#trouble = null
      this.#pump()
    } else if (isRetriable(failure)) await this.#recover(failure)
    else this.abandon(failure)
  }

  /** Takes the batches that lie on the log already for acknowledged. */
  async #passArrived(): Promise<void> {
    const { brokers, producerId, producerEpoch } = this.#share
    for (;;) {
      const [head] = this.#queue
      const offset = this.#endOffset
      if (head === undefined || head.sends === 0 || offset === null) return
      const { baseSequence, builder } = head
      const wanted = { producerId, producerEpoch, baseSequence, count: builder.count }
      const where = { topic: this.#topic, partition: this.#partition, offset }
      if (!(await arrivedAt(brokers, this.#lane, where, wanted)) || this.#queue[0] !== head) return
      this.#shift(head, offset)
    }
  }

  #wait(until: () => boolean): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiters.push({ resolve, until })
      this.#wake()
    }).then(() => {
      if (this.#failure !== null) throw this.#failure
    })
  }

  #wake(): void {
    const ready = this.#waiters.filter(({ until }) => this.#failure !== null || until())
    if (ready.length === 0) return
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter))
    for (const { resolve } of ready) resolve()
  }

  #what(): string {
    return `writing topic "${this.#topic}" partition ${this.#partition}`
  }

  #details(batch: Batch): Record<string, unknown> {
    const { firstSourceOffset, lastSourceOffset, count } = batch.builder
    return { topic: this.#topic, partition: this.#partition, firstSourceOffset, lastSourceOffset, records: count }
  }
}

/** Sequences are int32 and go on at 0 after the largest, as Kafka's DefaultRecordBatch counts. */
function nextSequence(sequence: number, count: number): number {
  const next = sequence + count
  return next > 0x7fffffff ? next - 0x80000000 : next
}
