import { dropInjectedHeaders } from '../../archive/suspects.ts'
import type { RecordView } from '../../contract/record.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { FlowContext } from './flow.ts'
import { headerAdder } from './offset-headers.ts'
import { partitionerFor } from './partitioner.ts'
import type { FlowPlan } from './plan.ts'
import { holdsMore, PresentRecords, type SinkStart } from './present.ts'
import { walkSource } from './walk.ts'

/**
 * Compares all that a flow's target partitions hold with what the archive says they should, and writes nothing: for
 * targets that no kept state vouches for. Done for all of them before the first record is written.
 * @param starts one for each of `flow.partitions`, in that order
 * @throws TARGET_NOT_EMPTY at the first record that is another
 */
export async function proveFlow(
  flow: FlowPlan,
  starts: readonly SinkStart[],
  cluster: Cluster,
  context: Omit<FlowContext, 'limit' | 'meter'>,
): Promise<void> {
  const enough = new AbortController()
  const stop = AbortSignal.any([context.segments.stop, enough.signal])
  const how = flow.repartitioning
  const place = how === null ? null : partitionerFor(how.strategy, how.target_partitions)
  const withHeaders = context.addHeaders ? headerAdder() : null
  const lanes = starts.map((start) => ({ start, index: 0, present: new PresentRecords(start, cluster) }))
  let left = starts.reduce((sum, start) => sum + start.present, 0)
  try {
    for (const source of flow.sources) {
      if (left === 0 || stop.aborted) break
      const visit = (view: RecordView): Promise<void> | undefined => {
        if (left === 0) return undefined
        if (context.window !== null && !context.window(view.tsHi, view.tsLo)) return undefined
        if (context.suspect?.(view) === true) return undefined
        if (context.stripHeaders) dropInjectedHeaders(view)
        const lane = lanes[place === null ? 0 : place(view)]!
        const index = lane.index++
        if (index >= lane.start.present) return undefined
        if (--left === 0) enough.abort()
        return lane.present.compare(withHeaders === null ? view : withHeaders(view, source.partition), index)
      }
      await walkSource(source, { ...context.segments, stop }, { visit, passedOver: () => {} })
    }
  } finally {
    await Promise.all(lanes.map((lane) => lane.present.close()))
  }
  if (context.segments.stop.aborted) return
  for (const lane of lanes) if (lane.index < lane.start.present) throw holdsMore(lane.start, lane.index)
}
