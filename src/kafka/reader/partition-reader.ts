import { setTimeout as sleep } from 'node:timers/promises'
import { CofferError } from '../../contract/errors.ts'
import type { Damage } from '../batch/damage.ts'
import type { Brokers } from '../brokers.ts'
import { brokerError, isRetriable, topicRecreated, WireError } from '../errors.ts'
import { API } from '../protocol/api.ts'
import { decodeFetch, encodeFetch, type FetchAnswer, MAX_FETCH_BYTES } from '../protocol/fetch.ts'
import { gaveUp, MISSING_PATIENCE_MS, pauseMs } from '../retry.ts'
import type { IsolationLevel, ReadStep } from '../types.ts'
import { AnswerWalker, wholeBatches } from './answer.ts'
import { AnswerBuffers } from './buffers.ts'

export interface ReaderOptions {
  topic: string
  /** Of the topic that is meant: one that was made again under its name is not read (from Kafka 3.1 on). */
  topicId?: string | null
  partition: number
  /** First offset to read. */
  from: number
  /** Exclusive. */
  to: number
  isolation: IsolationLevel
  /** What the broker may send in one answer; a larger batch still comes whole. Two answers are held at a time. */
  maxBytes?: number
  signal?: AbortSignal
  /** Without progress for so long the read fails with KAFKA_UNAVAILABLE. */
  stallTimeoutMs?: number
}

/** What the reader asks of the cluster besides fetching. */
export interface ReaderCluster {
  brokers: Brokers
  /** The partition's log start and high watermark, from its leader. */
  bounds: () => Promise<{ start: number; end: number }>
  /** Whether the topic is known to be compacted. */
  compacts: () => Promise<boolean>
}

export const DEFAULT_MAX_BYTES = 2 * 1024 * 1024
export const DEFAULT_STALL_MS = 120_000
const MAX_WAIT_MS = 500
/** Empty answers, and the time over which they came, before a hole at the end of a compacted log is believed. */
const HOLE_ANSWERS = 5
const HOLE_MS = 3000
/** A new leader may know less for a moment; an end that stays before our position means that the log was cut. */
const CUT_LOG_MS = 5000

/**
 * Reads one partition from `from` to `to`. Ends only when every offset below `to` has been passed: an empty answer is
 * never an end. One answer is fetched ahead while the caller works on the one before.
 */
export async function* readPartition(cluster: ReaderCluster, options: ReaderOptions): AsyncGenerator<ReadStep, void> {
  const reader = new PartitionReader(cluster, options)
  yield* reader.steps()
}

class PartitionReader {
  readonly #cluster: ReaderCluster
  readonly #options: ReaderOptions
  readonly #what: string
  readonly #where: { topic: string; partition: number }
  readonly #lane: number
  readonly #buffers = new AnswerBuffers()
  readonly #walker: AnswerWalker
  #position: number
  #maxBytes: number
  #waitingSince = Date.now()
  #failures = 0
  #emptyAnswers = 0

  constructor(cluster: ReaderCluster, options: ReaderOptions) {
    const { topic, partition, isolation } = options
    this.#cluster = cluster
    this.#options = options
    this.#where = { topic, partition }
    this.#what = `reading topic "${topic}" partition ${partition}`
    this.#lane = cluster.brokers.takeLane()
    this.#position = options.from
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    this.#walker = new AnswerWalker({
      isolation,
      damaged: (offset, damage) => this.#damaged(offset, damage),
    })
  }

  async *steps(): AsyncGenerator<ReadStep, void> {
    const { to } = this.#options
    let ahead: Promise<FetchAnswer> | null = null
    while (this.#position < to) {
      const answer = await this.#next(ahead)
      ahead = null
      if (answer === null) continue
      if (answer.errorCode === 1) {
        const step = await this.#outOfRange()
        if (step === null) continue
        yield step
        this.#waitingSince = Date.now()
        continue
      }
      const whole = this.#whole(answer)
      if (whole.nextOffset === null || whole.nextOffset <= this.#position) {
        const step = await this.#nothing(answer, whole.cutBatchBytes)
        if (step !== null) yield step
        continue
      }
      this.#failures = 0
      this.#emptyAnswers = 0
      if (whole.nextOffset < to) {
        ahead = this.#fetch(whole.nextOffset)
        // It is awaited later; a failure in between must not count as unhandled.
        ahead.catch(() => {})
      }
      yield* this.#hand(answer, whole.bytes)
      this.#buffers.release(answer.records)
      this.#waitingSince = Date.now()
    }
  }

  *#hand(answer: FetchAnswer, bytes: number): Generator<ReadStep, void> {
    const { to } = this.#options
    for (const batch of this.#walker.batches(answer, bytes, this.#position)) {
      if (batch.baseOffset > this.#position) {
        const until = Math.min(batch.baseOffset, to)
        yield { type: 'passed', from: this.#position, to: until }
        this.#position = until
      }
      if (this.#position >= to) return
      yield { type: 'batch', batch }
      this.#position = batch.lastOffset + 1
      if (this.#position >= to) return
    }
  }

  /** The next answer, or null after a failure that may pass. */
  async #next(ahead: Promise<FetchAnswer> | null): Promise<FetchAnswer | null> {
    this.#failIfAborted()
    try {
      const answer = await this.#abortable(ahead ?? this.#fetch(this.#position))
      if (answer.errorCode === 0 || answer.errorCode === 1) return answer
      const details = { ...this.#where, offset: this.#position }
      if (answer.errorCode === 2) throw this.#damaged(this.#position, 'the broker finds it damaged on its own disk')
      throw brokerError(answer.errorCode, this.#what, details)
    } catch (error) {
      if (!isRetriable(error)) throw error
      await this.#pause(error)
      return null
    }
  }

  async #fetch(offset: number): Promise<FetchAnswer> {
    const { topic, partition } = this.#where
    const { brokers } = this.#cluster
    const { topicId = null } = this.#options
    const leader = await brokers.leader(topic, partition)
    const query = {
      topic,
      topicId,
      partition,
      leaderEpoch: leader.epoch,
      offset,
      isolation: this.#options.isolation,
      maxBytes: this.#maxBytes,
      maxWaitMs: MAX_WAIT_MS,
    }
    return brokers.callBroker(leader.id, this.#lane, {
      api: topicId === null ? API.fetch : API.fetchById,
      encode: (version) => encodeFetch(query, version),
      decode: decodeFetch,
      options: { maxAnswerBytes: MAX_FETCH_BYTES, allocate: (size) => this.#buffers.take(size) },
    })
  }

  async #pause(error: WireError, leaderInDoubt = true): Promise<void> {
    const { topic, partition } = this.#where
    const spent = Date.now() - this.#waitingSince
    if (error.code === 'TOPIC_MISSING' && spent >= MISSING_PATIENCE_MS) {
      await this.#failIfRecreated()
      throw error
    }
    if (spent >= (this.#options.stallTimeoutMs ?? DEFAULT_STALL_MS)) throw gaveUp(this.#what, spent, error)
    this.#failures++
    if (leaderInDoubt) {
      if (this.#failures === 1) this.#cluster.brokers.log('info', `${error.message}; trying again`)
      this.#cluster.brokers.forgetLeader(topic, partition)
    }
    await this.#abortable(sleep(pauseMs(this.#failures)))
  }

  /** @throws TOPIC_RECREATED where there is a topic of that name, and it is another one */
  async #failIfRecreated(): Promise<void> {
    const { topic, topicId = null } = this.#options
    const now = (await this.#cluster.brokers.metadata([topic])).topics[0]
    if (topicId === null || now === undefined || now.errorCode !== 0 || now.topicId === topicId) return
    throw topicRecreated(topic, topicId, now.topicId)
  }

  /** The log does not hold our position: it starts later now, or it was cut off behind it. */
  async #outOfRange(): Promise<ReadStep | null> {
    const position = this.#position
    const { start, end } = await this.#cluster.bounds()
    if (start > position) {
      const until = Math.min(start, this.#options.to)
      this.#position = until
      return { type: 'deleted', from: position, to: until }
    }
    const details = { ...this.#where, offset: position, logStart: start, logEnd: end }
    if (end < position && Date.now() - this.#waitingSince >= CUT_LOG_MS) {
      const message = `topic "${this.#where.topic}" partition ${this.#where.partition} ends at offset ${end}, expected at least ${position}`
      const hint = 'The topic was deleted and made again, or records were lost in an unclean leader election.'
      throw new CofferError('OFFSETS_LOST', message, { hint, details })
    }
    const message = `${this.#what}: offset ${position} is out of range`
    await this.#pause(new WireError('KAFKA_UNAVAILABLE', message, { retriable: true, details }))
    return null
  }

  /** An answer without a whole batch: a batch larger than asked for, a throttled or waiting broker, or a hole. */
  async #nothing(answer: FetchAnswer, cutBatchBytes: number): Promise<ReadStep | null> {
    this.#buffers.release(answer.records)
    if (cutBatchBytes > this.#maxBytes && cutBatchBytes < MAX_FETCH_BYTES) {
      this.#maxBytes = cutBatchBytes
      return null
    }
    const { to, isolation } = this.#options
    const end = isolation === 'read_committed' ? answer.lastStableOffset : answer.highWatermark
    const spent = Date.now() - this.#waitingSince
    const trusted = answer.present && answer.throttleMs === 0 && answer.records.length === 0 && end >= to
    this.#emptyAnswers = trusted ? this.#emptyAnswers + 1 : 0
    if (this.#emptyAnswers >= HOLE_ANSWERS && spent >= HOLE_MS && (await this.#cluster.compacts())) {
      const from = this.#position
      this.#position = to
      return { type: 'passed', from, to }
    }
    const message = `${this.#what}: no records at offset ${this.#position}, the broker's readable end is ${end}`
    const stalled = new WireError('KAFKA_UNAVAILABLE', message, {
      retriable: true,
      details: { ...this.#where, offset: this.#position, readableEnd: end },
    })
    await this.#pause(stalled, false)
    return null
  }

  #whole(answer: FetchAnswer): ReturnType<typeof wholeBatches> {
    try {
      return wholeBatches(answer.records)
    } catch (damage) {
      throw this.#damaged(this.#position, damage as Damage)
    }
  }

  #damaged(offset: number, damage: Damage | string): CofferError {
    const why = typeof damage === 'string' ? damage : damage.message
    const { topic, partition } = this.#where
    return new CofferError(
      'BATCH_DAMAGED',
      `the batch at offset ${offset} of topic "${topic}" partition ${partition} is damaged: ${why}`,
      {
        hint: "The broker's disk or the network may be at fault: compare with another replica.",
        details: { ...this.#where, offset, reason: why },
        cause: damage,
      },
    )
  }

  #failIfAborted(): void {
    if (this.#options.signal?.aborted === true) throw new CofferError('INTERRUPTED', `${this.#what} was interrupted`)
  }

  /** Stops waiting when the signal comes; what was waited for goes on by itself and is forgotten. */
  async #abortable<T>(work: Promise<T>): Promise<T> {
    const signal = this.#options.signal
    if (signal === undefined) return work
    let stop = () => {}
    const aborted = new Promise<void>((resolve) => {
      stop = resolve
      signal.addEventListener('abort', stop, { once: true })
    })
    try {
      const result = await Promise.race([work, aborted])
      this.#failIfAborted()
      return result as T
    } finally {
      signal.removeEventListener('abort', stop)
      work.catch(() => {})
    }
  }
}
