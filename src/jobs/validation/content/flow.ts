import { dropInjectedHeaders } from '../../../archive/suspects.ts'
import { CofferError } from '../../../contract/errors.ts'
import type { RecordView } from '../../../contract/record.ts'
import { say } from '../../../contract/said/said.ts'
import type { Cluster } from '../../../kafka/cluster.ts'
import type { FlowContext } from '../../restore/flow.ts'
import { headerAdder } from '../../restore/offset-headers.ts'
import { partitionerFor } from '../../restore/partitioner.ts'
import type { FlowPlan, SourcePlan } from '../../restore/plan.ts'
import { recordBytes } from '../../restore/same-record.ts'
import { walkSource } from '../../restore/walk.ts'
import type { LanePlace } from '../places.ts'
import { told } from './difference.ts'
import { Lane, type Room } from './lane.ts'
import { PASS_RECORDS, RecordDigest, RecordTable } from './multiset.ts'
import { emptyTally, note, type Tally } from './tally.ts'
import { TargetStream } from './target-stream.ts'

export type Walk = Omit<FlowContext, 'limit' | 'meter'>

/** A flow, with where each of its target partitions stands. */
export interface FlowTask {
  flow: FlowPlan
  source: string
  places: LanePlace[]
  allowAppended: boolean
  /** Shared by all flows of a topic. */
  room: Room
}

/** Where a comparison that was stopped goes on; only at points where both sides agreed. */
export interface FlowPosition {
  source: number
  group: number
  /** By lane, the target's next offset. */
  next: number[]
  tally: Tally
}

export interface FlowHooks {
  tell: (records: number, bytes: number) => void
  /** At a point from which the comparison could go on. */
  checkpoint: (position: FlowPosition) => void
}

export interface ComparedFlow {
  tally: Tally
  lanes: Lane[]
}

/**
 * Compares one flow of the archive with its target partitions.
 * @param from where an earlier run stopped; null: the beginning
 * @throws SEGMENT_DAMAGED, OBJECT_MISSING, ARCHIVE_DIFFERS, KAFKA_…
 */
export async function compareFlow(
  task: FlowTask,
  cluster: Cluster,
  walk: Walk,
  from: FlowPosition | null,
  hooks: FlowHooks,
): Promise<ComparedFlow> {
  const { flow, places } = task
  const { stop } = walk.segments
  const tally = from?.tally ?? emptyTally()
  if (from === null) {
    for (const place of places) {
      tally.before += place.before
      if (task.allowAppended) tally.appended += place.appended
    }
  }
  const lanes = places.map((place, i) => {
    const to = task.allowAppended ? place.end - place.appended : place.end
    const start = from?.next[i] ?? place.first
    const deleted = from === null ? place.deleted : 0
    return new Lane(new TargetStream(cluster, flow.target, place.partition, start, to, stop), tally, {
      compacted: place.compacted,
      deleted,
      room: task.room,
    })
  })
  const how = flow.repartitioning
  const route = how === null ? null : partitionerFor(how.strategy, how.target_partitions)
  try {
    for (const [s, source] of flow.sources.entries()) {
      if (s < (from?.source ?? 0)) continue
      let group = s === from?.source ? from.group : 0
      const rest: SourcePlan = { ...source, groups: source.groups.slice(group) }
      let inGroup = 0
      tally.repeated += await walkRecords(rest, walk, tally, hooks, {
        visit: (view) => lanes[route === null ? 0 : route(view)]!.offer(view, source.partition),
        segmentRead: () => {
          tally.segments++
          if (++inGroup < (source.groups[group]?.length ?? 1)) return
          inGroup = 0
          group++
          if (route !== null || !lanes.every((lane) => lane.clean)) return
          hooks.checkpoint({ source: s, group, next: lanes.map((lane) => lane.position), tally })
        },
      })
      if (stop.aborted) break
    }
    if (!stop.aborted) for (const lane of lanes) await lane.finish()
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()))
  }
  return { tally, lanes }
}

/** The records of a source that the restore would have written, as it would have written them. */
async function walkRecords(
  source: SourcePlan,
  walk: Walk,
  tally: Tally | null,
  hooks: Pick<FlowHooks, 'tell'>,
  use: { visit: (view: RecordView) => Promise<void> | undefined; segmentRead?: () => void },
): Promise<number> {
  const withHeaders = walk.addHeaders ? headerAdder() : null
  let records = 0
  let passed = 0
  const repeated = await walkSource(source, walk.segments, {
    visit: (view) => {
      const bytes = recordBytes(view)
      records++
      passed += bytes
      if (walk.window !== null && !walk.window(view.tsHi, view.tsLo)) {
        if (tally !== null) tally.filtered++
        return undefined
      }
      if (walk.suspect?.(view) === true) {
        if (tally !== null) tally.suspect++
        return undefined
      }
      if (walk.stripHeaders) dropInjectedHeaders(view)
      if (tally !== null) {
        tally.expected++
        tally.bytes += bytes
      }
      return use.visit(withHeaders === null ? view : withHeaders(view, source.partition))
    },
    pause: () => {
      hooks.tell(records, passed)
      records = 0
      passed = 0
    },
    ...(use.segmentRead === undefined ? {} : { segmentRead: use.segmentRead }),
  })
  hooks.tell(records, passed)
  return repeated
}

/**
 * The same without order: for targets where the archive's order is not to be found. Both sides are read once for each
 * pass; memory stays the same.
 */
export async function countFlow(
  task: FlowTask,
  cluster: Cluster,
  walk: Walk,
  hooks: Pick<FlowHooks, 'tell'>,
): Promise<Tally> {
  const { flow, places } = task
  const { stop } = walk.segments
  const tally = emptyTally()
  const inTarget = places.reduce((sum, place) => sum + Math.max(0, place.end - place.first), 0)
  const passes = Math.max(1, Math.ceil((flow.records + inTarget) / PASS_RECORDS))
  const digest = new RecordDigest()
  for (let pass = 0; pass < passes && !stop.aborted; pass++) {
    const table = new RecordTable(pass, passes)
    const counted = pass === 0 ? tally : null
    for (const source of flow.sources) {
      const repeated = await walkRecords(source, walk, counted, hooks, {
        visit: (view) => {
          digest.of(view)
          table.archive(digest.words, view.offset, source.partition)
          return undefined
        },
      })
      if (counted !== null) counted.repeated += repeated
    }
    for (const place of places) {
      const to = task.allowAppended ? place.end - place.appended : place.end
      const stream = new TargetStream(cluster, flow.target, place.partition, place.first, to, stop)
      try {
        for (let view = await stream.next(); view !== null; view = await stream.next()) {
          if (pass === 0) tally.found++
          digest.of(view)
          table.target(digest.words, view.offset, place.partition)
        }
      } finally {
        await stream.close()
      }
    }
    if (table.full) {
      throw new CofferError('INDETERMINATE', `"${flow.target}" holds more records than were planned for: run it again`)
    }
    table.unmatched((surplus, archived, place) => {
      const kind = surplus > 0 ? 'missing' : archived ? 'duplicate' : 'extra'
      if (surplus > 0) tally.missing += surplus
      else tally.extra -= surplus
      if (kind === 'duplicate') tally.duplicates -= surplus
      const times = Math.abs(surplus)
      const once = { missing: 'report.notInTarget', duplicate: 'report.oftener', extra: 'report.notInArchive' } as const
      note(tally, {
        kind,
        topic: task.source,
        partition: surplus > 0 ? place.partition : null,
        source_offset: surplus > 0 ? place.offset : null,
        target_topic: flow.target,
        target_partition: surplus > 0 ? null : place.partition,
        target_offset: surplus > 0 ? null : place.offset,
        ...told(times === 1 ? say(once[kind]) : say(`${once[kind]}Times`, { times })),
      })
    })
  }
  tally.identical = tally.expected - tally.missing
  tally.unordered = places.length
  for (const place of places) {
    tally.before += place.before
    tally.deleted += place.deleted
    if (task.allowAppended) tally.appended += place.appended
  }
  return tally
}

/** Which of some records (by their hash) the archive has: extra ones that it has are there more than once. */
export async function foundInArchive(
  flow: FlowPlan,
  walk: Walk,
  wanted: ReadonlySet<string>,
  hashOf: (view: RecordView) => string,
): Promise<Map<string, { partition: number; offset: number }>> {
  const found = new Map<string, { partition: number; offset: number }>()
  for (const source of flow.sources) {
    await walkRecords(
      source,
      walk,
      null,
      { tell: () => {} },
      {
        visit: (view) => {
          const hash = hashOf(view)
          if (wanted.has(hash) && !found.has(hash))
            found.set(hash, { partition: source.partition, offset: view.offset })
          return undefined
        },
      },
    )
    if (walk.segments.stop.aborted) break
  }
  return found
}
