import type { RecordView } from '../../contract/record.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { RecordCursor } from '../../kafka/types.ts'

/** Reads back what lies in a target partition, record by record, to compare it with the archive. */
export class TargetReader {
  readonly #steps: AsyncIterator<import('../../kafka/types.ts').ReadStep>
  readonly #from: number
  #records: RecordCursor | null = null
  /** Moved by each `next`. */
  view: RecordView | null = null

  /** Reads [from, to). Uncommitted records are read too: whatever occupies an offset counts. */
  constructor(cluster: Cluster, topic: string, partition: number, from: number, to: number) {
    this.#from = from
    this.#steps = cluster.reader({ topic, partition, from, to, isolation: 'read_uncommitted' })[Symbol.asyncIterator]()
  }

  /** @returns the next record, or null after the last; markers of transactions are passed over */
  async next(): Promise<RecordView | null> {
    for (;;) {
      while (this.#records?.next() === true) {
        const { view } = this.#records
        if (view.offset < this.#from) continue
        this.view = view
        return view
      }
      const step = await this.#steps.next()
      if (step.done === true) return null
      if (step.value.type === 'batch' && step.value.batch.kind === 'data') this.#records = step.value.batch.records
    }
  }

  async close(): Promise<void> {
    await this.#steps.return?.()
  }
}
