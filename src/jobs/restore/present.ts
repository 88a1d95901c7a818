import { CofferError } from '../../contract/errors.ts'
import type { RecordView } from '../../contract/record.ts'
import { say } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import { sameRecord } from './same-record.ts'
import { TargetReader } from './target-reader.ts'

/** Where one target partition stands when a run begins. */
export interface SinkStart {
  topic: string
  partition: number
  /** Record n of the partition's sequence lies at `base + n`. */
  base: number
  /** Records of the sequence that an earlier run has written. */
  present: number
  /** The first of them to be compared with the archive: 0 where no state vouches for them. */
  compareFrom: number
}

export const EMPTY_HINT =
  'Restore into another topic with restore.topic_mapping, or empty this one with restore.purge_topics.'

/** Compares what a target partition holds with what the archive says it should, record by record, in order. */
export class PresentRecords {
  readonly #start: SinkStart
  readonly #cluster: Cluster
  #reader: TargetReader | null = null

  constructor(start: SinkStart, cluster: Cluster) {
    this.#start = start
    this.#cluster = cluster
  }

  /** @param index of the record in the sequence; consecutive from the first call on. @throws TARGET_NOT_EMPTY */
  async compare(view: RecordView, index: number): Promise<void> {
    const { topic, partition, base, present } = this.#start
    this.#reader ??= new TargetReader(this.#cluster, topic, partition, base + index, base + present)
    const there = await this.#reader.next()
    if (there !== null && there.offset === base + index && sameRecord(view, there)) return
    throw new CofferError(
      'TARGET_NOT_EMPTY',
      say('restore.notEmpty', {
        partition: `${topic}/${partition}`,
        offset: base + index,
        from: base,
        to: base + present - 1,
      }),
      { hint: EMPTY_HINT, details: { topic, partition, offset: base + index, from: base, to: base + present } },
    )
  }

  async close(): Promise<void> {
    await this.#reader?.close()
  }
}

/** The error for a target that holds more than the archive has for it. @param known how many the archive has */
export function holdsMore(start: SinkStart, known: number): CofferError {
  const { topic, partition, base, present } = start
  return new CofferError(
    'TARGET_NOT_EMPTY',
    say('restore.holdsMore', {
      partition: `${topic}/${partition}`,
      records: say('many.records', { count: present - known }),
      known,
      from: base + known,
      to: base + present - 1,
    }),
    { hint: EMPTY_HINT, details: { topic, partition, from: base + known, to: base + present } },
  )
}
