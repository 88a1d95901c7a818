import type { AbortedTransaction } from '../protocol/fetch.ts'

/**
 * Tells which batches of one answer belong to aborted transactions, as Apache Kafka's own consumer does
 * (org.apache.kafka.clients.consumer.internals.CompletedFetch): the answer's index says where each aborted
 * transaction of a producer begins, and the abort marker in the log says where it ends.
 */
export class AbortedFilter {
  readonly #index: readonly AbortedTransaction[]
  readonly #open = new Set<bigint>()
  #next = 0

  /** @param index sorted by first offset */
  constructor(index: readonly AbortedTransaction[]) {
    this.#index = index
  }

  /** Asked for each batch in order. */
  isAborted(batch: { lastOffset: number; producerId: bigint; transactional: boolean }): boolean {
    if (batch.producerId < 0n) return false
    for (; this.#next < this.#index.length; this.#next++) {
      const entry = this.#index[this.#next] as AbortedTransaction
      if (entry.firstOffset > batch.lastOffset) break
      this.#open.add(entry.producerId)
    }
    return batch.transactional && this.#open.has(batch.producerId)
  }

  /** An abort marker of this producer has been met. */
  end(producerId: bigint): void {
    this.#open.delete(producerId)
  }
}
