import { joinInt64 } from '../../contract/record.ts'

/**
 * What can be seen of the broker's clock. Kafka's protocol carries none; but on a topic with LogAppendTime a batch
 * bears the broker's own time, and one that lies in this host's future shows that the host is behind by at least that.
 */
export class ClockWatch {
  #hostBehindBy = 0
  #seen = 0

  /** @param hi, lo a LogAppendTime batch's maxTimestamp  @param now the host's clock, ms since the epoch */
  observe(hi: number, lo: number, now: number): void {
    this.#seen++
    const ahead = Number(joinInt64(hi, lo)) - now
    if (ahead > this.#hostBehindBy) this.#hostBehindBy = ahead
  }

  /** Host minus broker in milliseconds, or null; and on what it rests. */
  result(): { offset_ms: number | null; method: string } {
    if (this.#hostBehindBy > 0) {
      return {
        offset_ms: -this.#hostBehindBy,
        method: 'at least: a broker time (LogAppendTime) lay in the future of this host',
      }
    }
    if (this.#seen > 0) {
      return {
        offset_ms: null,
        method: `not behind: none of ${this.#seen} batches with broker time (LogAppendTime) lay in the future of this host`,
      }
    }
    return { offset_ms: null, method: 'not visible: no batch carried a broker time (LogAppendTime)' }
  }
}
