import { AccountBuilder } from '../../archive/account.ts'
import { segmentKey } from '../../archive/paths.ts'
import { FrameLevel } from '../../archive/segment/level.ts'
import { SegmentWriter } from '../../archive/segment/writer.ts'
import type { AbsentKind, AccountEntry, Compression, SealedSegment } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { IsolationLevel, ReadBatch, ReadStep } from '../../kafka/types.ts'
import type { PartitionMeter } from '../progress.ts'
import type { ClockWatch } from './clock.ts'
import type { MemoryBudget } from './memory.ts'
import { checkTermEnd, lastEpochOf, type PartitionPlan } from './plan.ts'
import type { LastEpoch, Recorder } from './recorder.ts'

/** When a segment is full. Bytes are uncompressed. */
export interface SegmentLimits {
  maxBytes: number
  maxRecords: number | null
  maxIntervalMs: number
}

export interface PartitionOptions {
  backupId: string
  generation: number
  compression: Compression
  level: number | 'adaptive'
  limits: SegmentLimits
  isolation: IsolationLevel
  /** What an offset is that the log passes over without a word: `compacted` where the topic compacts. */
  holes: AbsentKind
  /** OSO's tracking headers, only where the configuration asks for them. */
  offsetHeaders: { sourceClusterId: string | null } | null
}

/** What a partition archiver works with: the wire's reader, the recorder of durable work, and the shared limits. */
export interface PartitionDeps {
  read(range: Pick<PartitionPlan, 'topic' | 'topicId' | 'partition' | 'from' | 'to'>): AsyncIterable<ReadStep>
  /** Where a leader's term ended in the log as it is now; -1 where that is not known. */
  termEnd(of: { topic: string; partition: number; epoch: number }): Promise<number>
  recorder: Recorder
  memory: MemoryBudget
  clock: ClockWatch
  meter: PartitionMeter
  count(records: number, bytes: number): void
  signal: AbortSignal
}

/**
 * Archives one partition: reads up to a given end, keeps the account of every offset it passes, and cuts segments.
 * One segment is written while the one before is being stored; what is committed to the recorder is durable and in
 * order, so that the manifest never names a segment whose predecessor is missing.
 */
export class PartitionArchiver {
  readonly #plan: PartitionPlan
  readonly #options: PartitionOptions
  readonly #deps: PartitionDeps
  readonly #account: AccountBuilder
  readonly #level: FrameLevel
  #writer: SegmentWriter | null = null
  #openedAt = 0
  #segmentStart = 0
  #storing: Promise<void> = Promise.resolve()
  #position: number
  /** Of the last batch that was taken whole, be it by an earlier run. */
  #epoch: LastEpoch | null
  /** Where the account was last cut: everything before is committed or on its way. */
  #cutAt: number

  constructor(plan: PartitionPlan, options: PartitionOptions, deps: PartitionDeps) {
    this.#plan = plan
    this.#options = options
    this.#level = new FrameLevel(options.level)
    this.#deps = deps
    this.#account = new AccountBuilder(plan.from)
    this.#position = plan.from
    this.#cutAt = plan.from
    this.#epoch = lastEpochOf(plan.cut)
    this.#pass('deleted_before', plan.from, plan.lostFrom)
    this.#pass('deleted_during', plan.lostFrom, plan.readFrom)
  }

  /** The next offset to read. */
  get position(): number {
    return this.#position
  }

  /**
   * Reads [position, to). Returns when every offset before `to` is accounted for, or at a batch's end once the signal
   * is aborted or the time is up. Nothing is committed before `close`, unless a segment fills up on the way.
   * @param until milliseconds since the epoch
   */
  async readTo(to: number, until = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#position >= to || this.#deps.signal.aborted) return
    try {
      await this.#read(to, until)
    } catch (error) {
      // A stop that comes while the reader waits for the broker: the position stands at a batch's end all the same.
      if (!(isCofferError(error, 'INTERRUPTED') && this.#deps.signal.aborted)) throw error
    }
  }

  async #read(to: number, until: number): Promise<void> {
    const { topic, topicId, partition } = this.#plan
    for await (const step of this.#deps.read({ topic, topicId, partition, from: this.#position, to })) {
      const before = this.#position
      if (step.type === 'batch') await this.#takeBatch(step.batch, to)
      else if (step.type === 'deleted') this.#pass('deleted_during', step.from, Math.min(step.to, to))
      else this.#position = Math.max(this.#position, Math.min(step.to, to))
      this.#deps.meter.advance(this.#position - before)
      await this.#makeRoom()
      if (this.#deps.signal.aborted || Date.now() >= until) return
    }
    const before = this.#position
    this.#position = Math.max(this.#position, to)
    this.#deps.meter.advance(this.#position - before)
  }

  /** Closes the open segment when it has been open for longer than its interval. */
  async closeIfDue(now: number): Promise<void> {
    if (this.#writer !== null && now - this.#openedAt >= this.#options.limits.maxIntervalMs) await this.#cut()
  }

  /** Closes what is open and waits until all of it is durable and committed. */
  async close(): Promise<void> {
    if (this.#position > this.#cutAt) await this.#cut()
    await this.#storing
  }

  /** Drops what is open (after an error); waits for what was on its way, whatever becomes of it. */
  async abandon(): Promise<void> {
    this.#writer?.discard()
    this.#deps.memory.set(this, 0)
    await this.#storing.catch(() => {})
  }

  /**
   * A batch of a later leader: what was read of the one before must still be in the log, or else the new one lacked some of
   * it, and others may stand at offsets that were read already.
   * @throws OFFSETS_LOST
   */
  async #checkTerm({ leaderEpoch }: ReadBatch): Promise<void> {
    if (this.#epoch !== null && leaderEpoch > this.#epoch.leader_epoch) await this.checkEnd()
  }

  /**
   * For a log that ends before the position: it was cut back, unless its new leader has yet to learn how far the others are.
   * @throws OFFSETS_LOST
   */
  async checkEnd(): Promise<void> {
    const { topic, partition } = this.#plan
    const last = this.#epoch
    if (last === null) return
    checkTermEnd(this.#plan, last, await this.#deps.termEnd({ topic, partition, epoch: last.leader_epoch }))
  }

  async #takeBatch(batch: ReadBatch, to: number): Promise<void> {
    await this.#checkTerm(batch)
    if (batch.timestampType === 'LogAppendTime') {
      this.#deps.clock.observe(batch.maxTimestampHi, batch.maxTimestampLo, Date.now())
    }
    if (batch.kind === 'control') {
      this.#pass('control', batch.baseOffset, Math.min(batch.lastOffset + 1, to))
    } else if (batch.kind === 'aborted') {
      this.#takeAborted(batch, to)
    } else {
      await this.#takeRecords(batch, to)
    }
    this.#position = Math.max(this.#position, Math.min(batch.lastOffset + 1, to))
    if (batch.leaderEpoch >= 0) this.#epoch = { leader_epoch: batch.leaderEpoch, epoch_end: this.#position }
  }

  #takeAborted(batch: ReadBatch, to: number): void {
    // Record by record, since compaction may have taken some of them before.
    const { records } = batch
    while (records.next()) this.#pass('aborted', records.view.offset, Math.min(records.view.offset + 1, to))
  }

  async #takeRecords(batch: ReadBatch, to: number): Promise<void> {
    const { records } = batch
    const { view } = records
    let writer = this.#writer
    let count = 0
    let bytes = writer?.rawBytes ?? 0
    while (records.next()) {
      if (view.offset < this.#position) continue
      if (view.offset >= to) break
      if (writer !== null && this.#isFull(writer)) {
        this.#deps.count(count, writer.rawBytes - bytes)
        await this.#cut()
        writer = null
        count = 0
        bytes = 0
      }
      writer ??= this.#open(view.offset)
      writer.append(view)
      this.#account.archived(view.offset)
      this.#position = view.offset + 1
      count++
    }
    if (writer !== null) this.#deps.count(count, writer.rawBytes - bytes)
  }

  #isFull(writer: SegmentWriter): boolean {
    const { maxBytes, maxRecords } = this.#options.limits
    return writer.rawBytes >= maxBytes || (maxRecords !== null && writer.records >= maxRecords)
  }

  #open(startOffset: number): SegmentWriter {
    const { compression, offsetHeaders } = this.#options
    this.#writer = new SegmentWriter({
      compression,
      level: this.#level,
      includeOffsetHeaders: offsetHeaders !== null,
      sourceClusterId: offsetHeaders?.sourceClusterId ?? null,
    })
    this.#openedAt = Date.now()
    this.#segmentStart = startOffset
    return this.#writer
  }

  #pass(kind: AbsentKind, from: number, to: number): void {
    const start = Math.max(from, this.#position)
    if (to <= start) return
    this.#account.absent(kind, start, to)
    this.#position = to
  }

  /** Waits for compression where it lags, and cuts the segment early where memory is short or its time is up. */
  async #makeRoom(): Promise<void> {
    const writer = this.#writer
    if (writer === null) return
    this.#deps.memory.set(this, writer.heldBytes)
    await writer.pressure()
    const due = Date.now() - this.#openedAt >= this.#options.limits.maxIntervalMs
    if (due || this.#isFull(writer) || this.#deps.memory.shouldYield(this)) await this.#cut()
  }

  /** Cuts the account at the position and starts to store the segment, once the one before has been committed. */
  async #cut(): Promise<void> {
    const writer = this.#writer
    const { generation, holes, backupId, compression } = this.#options
    const { topic, partition } = this.#plan
    const key =
      writer === null
        ? null
        : segmentKey({ backupId, topic, partition, startOffset: this.#segmentStart, generation, compression })
    const account = this.#account.cut(this.#position, generation, key, holes)
    this.#writer = null
    this.#cutAt = this.#position
    await this.#storing
    this.#storing = this.#store(writer, key, account, this.#epoch)
    // Somebody waits for it later; until then a failure must not be an unhandled one.
    this.#storing.catch(() => {})
  }

  async #store(
    writer: SegmentWriter | null,
    key: string | null,
    account: AccountEntry,
    epoch: LastEpoch | null,
  ): Promise<void> {
    const owner = {}
    let sealed: SealedSegment | null = null
    try {
      if (writer !== null) {
        this.#deps.memory.set(this, 0)
        this.#deps.memory.set(owner, writer.heldBytes)
        sealed = await writer.seal()
      }
      await this.#deps.recorder.commit(this.#plan, key, sealed, account, epoch)
    } finally {
      this.#deps.memory.set(owner, 0)
    }
  }
}
