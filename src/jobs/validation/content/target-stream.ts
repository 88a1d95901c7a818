import type { RecordView } from '../../../contract/record.ts'
import type { Cluster } from '../../../kafka/cluster.ts'
import type { ReadStep, RecordCursor } from '../../../kafka/types.ts'

/**
 * What a committed consumer sees of a target partition, record by record: no markers, nothing aborted. Tells how many
 * offsets without a record lie before each.
 */
export class TargetStream {
  readonly #steps: AsyncIterator<ReadStep>
  readonly #to: number
  #records: RecordCursor | null = null
  #next: number
  /** Of aborted transactions: nobody sees them. */
  aborted = 0
  /** Offsets without a record before the one that `next` gave. */
  hole = 0

  /** Reads [from, to). */
  constructor(cluster: Cluster, topic: string, partition: number, from: number, to: number, signal: AbortSignal) {
    this.#next = from
    this.#to = to
    const options = { topic, partition, from, to, isolation: 'read_committed' as const, signal }
    this.#steps = from < to ? cluster.reader(options)[Symbol.asyncIterator]() : empty()
  }

  /** The offset after the last record that was given. */
  get position(): number {
    return this.#next
  }

  /** The next record where it is at hand, else undefined: then ask `next`. */
  ready(): RecordView | undefined {
    const records = this.#records
    while (records?.next() === true) {
      const { view } = records
      if (view.offset < this.#next) continue
      if (view.offset >= this.#to) break
      this.hole = view.offset - this.#next
      this.#next = view.offset + 1
      return view
    }
    this.#records = null
    return undefined
  }

  /** @returns null after the last */
  async next(): Promise<RecordView | null> {
    for (;;) {
      const view = this.ready()
      if (view !== undefined) return view
      const step = await this.#steps.next()
      if (step.done === true) return null
      if (step.value.type !== 'batch') continue
      const { batch } = step.value
      if (batch.kind === 'data') this.#records = batch.records
      else if (batch.kind === 'aborted') this.aborted += batch.lastOffset - batch.baseOffset + 1
    }
  }

  async close(): Promise<void> {
    await this.#steps.return?.()
  }
}

function empty(): AsyncIterator<ReadStep> {
  return { next: async () => ({ done: true, value: undefined }) }
}
