import { CofferError } from '../../contract/errors.ts'
import type { RecordView } from '../../contract/record.ts'
import type { Cluster, PartitionProducer, Producer } from '../../kafka/cluster.ts'
import { holdsMore, PresentRecords, type SinkStart } from './present.ts'

/**
 * One target partition: passes over what is there already, proves that it is what the archive says, and writes the
 * rest. It knows at each moment which record lies at which offset, and stops at the first sign of somebody else.
 */
export class Sink {
  readonly start: SinkStart
  readonly #present: PresentRecords
  readonly #lane: PartitionProducer
  #index = 0
  #acked = 0
  #failure: CofferError | null = null

  constructor(start: SinkStart, cluster: Cluster, producer: Producer) {
    this.start = start
    this.#present = new PresentRecords(start, cluster)
    this.#lane = producer.partition(start.topic, start.partition, {
      startOffset: start.base + start.present,
      onBatchAcked: (_first, _last, baseOffset, count) => this.#onAck(baseOffset, count),
    })
  }

  /** Records offered so far, those that were there included. */
  get index(): number {
    return this.#index
  }

  /** Records of the sequence that are surely in the target. */
  get durable(): number {
    return this.start.present + this.#acked
  }

  /** Written and acknowledged in this run. */
  get acked(): number {
    return this.#acked
  }

  /** Whether the next record will have to be written, and not only passed over. */
  get writing(): boolean {
    return this.#index >= this.start.present
  }

  /** The next record of the sequence. The view may be moved once the promise, or nothing, has come back. */
  take(view: RecordView): Promise<void> | undefined {
    const index = this.#index++
    const { present, compareFrom } = this.start
    if (index < present) return index < compareFrom ? undefined : this.#present.compare(view, index)
    if (this.#failure !== null) throw this.#failure
    return this.#lane.append(view)
  }

  /** Sends what waits for its batch to fill. */
  send(): void {
    this.#lane.send()
  }

  /**
   * Waits until all is acknowledged.
   * @throws TARGET_DIFFERS where the partition holds fewer than were written; TARGET_NOT_EMPTY where it held more
   */
  async finish(): Promise<void> {
    await this.#present.close()
    if (this.#index < this.start.present) throw holdsMore(this.start, this.#index)
    if (this.#index === this.start.present) return
    await this.#lane.flush()
    if (this.#failure !== null) throw this.#failure
    if (this.durable === this.#index) return
    const { topic, partition } = this.start
    throw new CofferError(
      'TARGET_DIFFERS',
      `expected ${this.#index} records in "${topic}/${partition}", got ${this.durable} acknowledged`,
      { details: { topic, partition, expected: this.#index, got: this.durable } },
    )
  }

  /** After a stop that was asked for: waits for what is under way, so that it counts. */
  async settle(): Promise<void> {
    await this.#present.close()
    if (this.#index > this.start.present) await this.#lane.flush()
  }

  #onAck(baseOffset: number, count: number): void {
    const expected = this.start.base + this.durable
    this.#acked += count
    // A broker that had the batch already may answer without an offset; the partition's end is checked all the same.
    if (baseOffset < 0 || baseOffset === expected) return
    const { topic, partition } = this.start
    this.#failure ??= new CofferError(
      'TARGET_DIFFERS',
      `somebody else writes to "${topic}/${partition}": expected the next record at offset ${expected}, got ${baseOffset}`,
      {
        hint: 'Stop every producer on the target topic, empty it (purge_topics, or delete it) and restore again.',
        details: { topic, partition, expected, got: baseOffset },
      },
    )
  }
}
