import type { SegmentEntry } from '../../../archive/types.ts'
import type { Cluster } from '../../../kafka/cluster.ts'
import type { FlowPlan } from '../../restore/plan.ts'
import { walkSource } from '../../restore/walk.ts'
import type { FlowTask, Walk } from './flow.ts'
import { TargetStream } from './target-stream.ts'

/**
 * How many records of a flow are to be in the target. By the manifest where it says so exactly; segments that the window
 * may cut, that overlap others, or whose records may look like markers are read.
 */
export async function countExpected(flow: FlowPlan, walk: Walk): Promise<number> {
  let records = 0
  for (const source of flow.sources) {
    const toRead: SegmentEntry[][] = []
    for (const group of source.groups) {
      const [segment] = group
      if (group.length === 1 && segment !== undefined && walk.suspect === null && wholeIn(segment, walk)) {
        records += segment.record_count
      } else toRead.push(group)
    }
    if (toRead.length === 0) continue
    await walkSource({ ...source, groups: toRead }, walk.segments, {
      visit: (view) => {
        if (walk.window !== null && !walk.window(view.tsHi, view.tsLo)) return undefined
        if (walk.suspect?.(view) !== true) records++
        return undefined
      },
    })
  }
  return records
}

function wholeIn({ min_timestamp: min, max_timestamp: max }: SegmentEntry, { window }: Walk): boolean {
  if (window === null) return true
  if (min === undefined || max === undefined) return false
  return [min, max].every((time) => {
    const value = BigInt(time)
    return window(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asUintN(32, value)))
  })
}

/** How many records a committed consumer reads from the flow's target partitions. */
export async function countTarget(task: FlowTask, cluster: Cluster, stop: AbortSignal): Promise<number> {
  let records = 0
  for (const place of task.places) {
    const to = task.allowAppended ? place.end - place.appended : place.end
    const stream = new TargetStream(cluster, task.flow.target, place.partition, place.first, to, stop)
    try {
      while ((await stream.next()) !== null) records++
    } finally {
      await stream.close()
    }
  }
  return records
}
