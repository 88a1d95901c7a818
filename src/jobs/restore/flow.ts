import { dropInjectedHeaders, injectedHeaders } from '../../archive/suspects.ts'
import type { RecordView } from '../../contract/record.ts'
import { MapEntry } from '../offsets/map.ts'
import { OffsetRuns } from '../offsets/runs.ts'
import type { SpillFile } from '../offsets/spill.ts'
import type { PartitionMeter, ProgressMeter } from '../progress.ts'
import { headerAdder } from './offset-headers.ts'
import { partitionerFor } from './partitioner.ts'
import type { FlowPlan, SourcePlan } from './plan.ts'
import type { RateLimit } from './rate-limit.ts'
import { recordBytes } from './same-record.ts'
import type { Sink } from './sink.ts'
import { type SegmentSource, walkSource } from './walk.ts'
import type { WindowTest } from './window.ts'

/** What all flows of a restore share. */
export interface FlowContext {
  segments: SegmentSource
  window: WindowTest | null
  /** Whether a record looks like a transaction's marker that was archived as data; null where they are restored. */
  suspect: ((view: RecordView) => boolean) | null
  addHeaders: boolean
  /** Takes off what the backup's tool has added. */
  stripHeaders: boolean
  /** For the map of offsets, where it grows large. */
  spill: SpillFile | null
  limit: RateLimit | null
  meter: ProgressMeter
}

/** What became of one flow's records, growing while it runs. */
export interface FlowTally {
  /** Written in this run. */
  records: number
  bytes: number
  alreadyThere: number
  filtered: number
  /** Of them: not looked at, by the word of their segment's index. */
  ruledOut: number
  suspect: number
  /** Stored more than once in the archive, restored once. */
  repeated: number
  segmentsRead: number
  /** Source partitions whose records carry the tracking headers of the tool that archived them. */
  tracked: string[]
  /** One for each source partition and target partition that got records of it. */
  entries: MapEntry[]
  /** By source partition: the first archived record after the last restored one that was left out; null if none. */
  leftOutAfter: Map<number, number | null>
}

export function emptyTally(): FlowTally {
  return {
    records: 0,
    bytes: 0,
    alreadyThere: 0,
    filtered: 0,
    ruledOut: 0,
    suspect: 0,
    repeated: 0,
    segmentsRead: 0,
    tracked: [],
    entries: [],
    leftOutAfter: new Map(),
  }
}

/**
 * Brings one flow's records, in their order, into its target partitions. Returns early, with what is durable counted,
 * once `segments.stop` is aborted.
 * @param sinks one for each of `flow.partitions`, in that order
 * @param tally is filled while it runs
 */
export async function runFlow(
  flow: FlowPlan,
  sinks: readonly Sink[],
  tally: FlowTally,
  context: FlowContext,
): Promise<void> {
  const { stop } = context.segments
  const how = flow.repartitioning
  const place = how === null ? null : partitionerFor(how.strategy, how.target_partitions)
  for (const source of flow.sources) {
    await runSource(source, sinks, place, tally, context)
    if (stop.aborted) break
  }
  if (stop.aborted) {
    // What the brokers still take is theirs; what they don't is for the next run.
    await Promise.allSettled(sinks.map((sink) => sink.settle()))
  } else {
    for (const sink of sinks) await sink.finish()
  }
  tally.records = sinks.reduce((sum, sink) => sum + sink.acked, 0)
}

async function runSource(
  source: SourcePlan,
  sinks: readonly Sink[],
  place: ((view: RecordView) => number) | null,
  tally: FlowTally,
  context: FlowContext,
): Promise<void> {
  const { window, suspect, limit, meter, stripHeaders } = context
  const withHeaders = context.addHeaders ? headerAdder() : null
  const partitionMeter = meter.partition(source.topic, source.partition, source.records)
  const entries: MapEntry[] = sinks.map(
    (sink) =>
      new MapEntry({
        sourceTopic: source.topic,
        sourcePartition: source.partition,
        targetTopic: sink.start.topic,
        targetPartition: sink.start.partition,
        targetFirst: sink.start.base + sink.index,
        runs: new OffsetRuns(context.spill),
      }),
  )
  tally.entries.push(...entries)
  const counts = new Counts(tally, meter, partitionMeter)
  let leftOut: number | null = null
  let first = true
  const note = () => tally.leftOutAfter.set(source.partition, leftOut)
  const visit = (view: RecordView): Promise<void> | undefined => {
    const bytes = recordBytes(view)
    counts.passed++
    counts.passedBytes += bytes
    if (window !== null && !window(view.tsHi, view.tsLo)) {
      counts.filtered++
      leftOut ??= view.offset
      return undefined
    }
    if (suspect?.(view) === true) {
      counts.suspect++
      return undefined
    }
    leftOut = null
    if (stripHeaders) dropInjectedHeaders(view)
    else if (first) {
      first = false
      if (injectedHeaders(view) > 0) tally.tracked.push(`${source.topic}/${source.partition}`)
    }
    const slot = place === null ? 0 : place(view)
    const sink = sinks[slot]!
    entries[slot]!.add(view)
    const out = withHeaders === null ? view : withHeaders(view, source.partition)
    if (!sink.writing) {
      counts.alreadyThere++
      return sink.take(out)
    }
    counts.bytes += bytes
    const waiting = sink.take(out)
    const paying = limit?.take(bytes)
    if (paying === undefined) return waiting
    // At a low rate a piece of a segment takes minutes: progress is told before each wait.
    counts.flush()
    return both(waiting, paying)
  }
  try {
    tally.repeated += await walkSource(source, context.segments, {
      visit,
      passedOver: ({ records, bytes, firstOffset }) => {
        counts.passed += records
        counts.passedBytes += bytes
        counts.filtered += records
        tally.ruledOut += records
        leftOut ??= firstOffset
      },
      pause: () => counts.flush(),
      segmentRead: () => {
        tally.segmentsRead++
      },
    })
  } finally {
    counts.flush()
    note()
    for (const entry of entries) entry.runs.done()
  }
}

async function both(first: Promise<void> | undefined, second: Promise<void>): Promise<void> {
  await first
  await second
}

/** Counters of the hot loop, brought to the tally and the progress from time to time. */
class Counts {
  /** Visited, whatever became of it: what progress tells, so that it ends at its total. */
  passed = 0
  passedBytes = 0
  /** To be written. */
  bytes = 0
  alreadyThere = 0
  filtered = 0
  suspect = 0
  readonly #tally: FlowTally
  readonly #meter: ProgressMeter
  readonly #partition: PartitionMeter

  constructor(tally: FlowTally, meter: ProgressMeter, partition: PartitionMeter) {
    this.#tally = tally
    this.#meter = meter
    this.#partition = partition
  }

  flush(): void {
    this.#meter.add(this.passed, this.passedBytes)
    this.#partition.advance(this.passed)
    const tally = this.#tally
    tally.bytes += this.bytes
    tally.alreadyThere += this.alreadyThere
    tally.filtered += this.filtered
    tally.suspect += this.suspect
    this.passed = this.passedBytes = this.bytes = this.alreadyThere = this.filtered = this.suspect = 0
  }
}
