import type { JobContext, PartitionProgress, Progress } from '../contract/jobs.ts'
import { english, type Said } from '../contract/said/said.ts'

/** How often a job tells its progress, in milliseconds. */
const TELL_EVERY_MS = 250
/** The rate is the mean over this many of the last seconds. */
const RATE_WINDOW_SECONDS = 10
const PARTITIONS_TOLD = 20

/** One partition's share of a job: `advance` takes offsets passed since the last call. */
export interface PartitionMeter {
  advance(offsets: number): void
  /** A continuous job learns of more to do. */
  extend(offsets: number): void
}

interface Sample {
  at: number
  records: number
  bytes: number
}

/**
 * Counts what a job has done and tells it, at most four times a second, through `context.progress`.
 * Totals are null where the end isn't known. Bytes are uncompressed.
 */
export class ProgressMeter {
  readonly #context: JobContext
  readonly #startedAt = performance.now()
  readonly #partitions = new Map<string, PartitionProgress>()
  readonly #timer: NodeJS.Timeout
  #samples: Sample[] = []
  #phase: Said
  #recordsTotal: number | null
  #bytesTotal: number | null
  #records = 0
  #bytes = 0

  constructor(context: JobContext, start: { phase: Said; recordsTotal: number | null; bytesTotal: number | null }) {
    this.#context = context
    this.#phase = start.phase
    this.#recordsTotal = start.recordsTotal
    this.#bytesTotal = start.bytesTotal
    this.#timer = setInterval(() => this.tell(), TELL_EVERY_MS)
    this.#timer.unref()
  }

  get records(): number {
    return this.#records
  }

  get bytes(): number {
    return this.#bytes
  }

  phase(said: Said): void {
    this.#phase = said
  }

  totals(recordsTotal: number | null, bytesTotal: number | null): void {
    this.#recordsTotal = recordsTotal
    this.#bytesTotal = bytesTotal
  }

  add(records: number, bytes: number): void {
    this.#records += records
    this.#bytes += bytes
  }

  partition(topic: string, partition: number, total: number): PartitionMeter {
    const key = `${topic}/${partition}`
    const entry = this.#partitions.get(key) ?? { topic, partition, done: 0, total: 0 }
    entry.total += total
    this.#partitions.set(key, entry)
    return {
      advance: (offsets) => {
        entry.done += offsets
      },
      extend: (offsets) => {
        entry.total += offsets
      },
    }
  }

  /** Tells where the job is now, whatever the throttle says. */
  tell(): void {
    this.#context.progress(this.snapshot())
  }

  /** Stops the timer and tells a last time. */
  stop(): void {
    clearInterval(this.#timer)
    this.tell()
  }

  snapshot(): Progress {
    const now = performance.now()
    this.#samples.push({ at: now, records: this.#records, bytes: this.#bytes })
    while (this.#samples.length > 2 && now - this.#samples[0]!.at > RATE_WINDOW_SECONDS * 1000) this.#samples.shift()
    const first = this.#samples.length > 1 ? this.#samples[0]! : { at: this.#startedAt, records: 0, bytes: 0 }
    const seconds = Math.max((now - first.at) / 1000, 0.001)
    const recordsPerSecond = (this.#records - first.records) / seconds
    const bytesPerSecond = (this.#bytes - first.bytes) / seconds
    return {
      phase: english(this.#phase),
      said: this.#phase,
      recordsDone: this.#records,
      recordsTotal: this.#recordsTotal,
      bytesDone: this.#bytes,
      bytesTotal: this.#bytesTotal,
      recordsPerSecond,
      bytesPerSecond,
      secondsLeft: this.#secondsLeft(recordsPerSecond, bytesPerSecond),
      elapsedSeconds: (now - this.#startedAt) / 1000,
      partitions: this.#lagging(),
    }
  }

  #secondsLeft(recordsPerSecond: number, bytesPerSecond: number): number | null {
    if (this.#bytesTotal !== null && bytesPerSecond > 0) {
      return Math.max(0, this.#bytesTotal - this.#bytes) / bytesPerSecond
    }
    if (this.#recordsTotal !== null && recordsPerSecond > 0) {
      return Math.max(0, this.#recordsTotal - this.#records) / recordsPerSecond
    }
    return null
  }

  #lagging(): PartitionProgress[] {
    return [...this.#partitions.values()]
      .filter((entry) => entry.done < entry.total)
      .sort((a, b) => b.total - b.done - (a.total - a.done))
      .slice(0, PARTITIONS_TOLD)
      .map((entry) => ({ ...entry }))
  }
}
