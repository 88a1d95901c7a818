import { randomInt } from 'node:crypto'
import type { SegmentEntry } from '../../../archive/types.ts'
import type { Cluster } from '../../../kafka/cluster.ts'
import { compareFlow, type FlowHooks, type FlowTask, type Walk } from './flow.ts'
import type { Lane } from './lane.ts'
import { addTally, emptyTally, type Tally } from './tally.ts'

export interface Sampled {
  tally: Tally
  compared: { task: FlowTask; lanes: Lane[] }[]
  drawn: Drawn
}

/** Whether a segment's place in the target follows from the manifest alone. */
export function canSample(task: FlowTask, walk: Walk): boolean {
  const { flow, places } = task
  return (
    flow.repartitioning === null &&
    walk.window === null &&
    walk.suspect === null &&
    places.length === 1 &&
    flow.sources.every((source) => source.groups.every((group) => group.length === 1))
  )
}

/**
 * Compares some segments of a flow with the offsets of the target where they must lie. Each segment is taken with the
 * same chance; at least one is.
 */
export async function sampleFlow(
  task: FlowTask,
  percentage: number,
  cluster: Cluster,
  walk: Walk,
  hooks: Pick<FlowHooks, 'tell'>,
): Promise<Sampled> {
  const place = task.places[0]!
  const all: { source: number; segment: SegmentEntry; first: number }[] = []
  let first = place.base
  for (const [source, { groups }] of task.flow.sources.entries()) {
    for (const [segment] of groups) {
      if (segment === undefined) continue
      all.push({ source, segment, first })
      first += segment.record_count
    }
  }
  const wanted = Math.min(all.length, Math.max(1, Math.ceil((all.length * percentage) / 100)))
  const sampled: Sampled = { tally: emptyTally(), compared: [], drawn: { segments: all.length, taken: 0 } }
  for (const { source, segment, first: from } of pick(all, wanted)) {
    const whole = task.flow.sources[source]!
    const part: FlowTask = {
      ...task,
      allowAppended: false,
      flow: { ...task.flow, sources: [{ ...whole, groups: [[segment]] }] },
      places: [
        {
          ...place,
          first: Math.max(from, place.start),
          end: Math.min(place.end, from + segment.record_count),
          deleted: Math.max(0, Math.min(place.start - from, segment.record_count)),
          before: 0,
          appended: 0,
        },
      ],
    }
    const { tally, lanes } = await compareFlow(part, cluster, walk, null, { ...hooks, checkpoint: () => {} })
    addTally(sampled.tally, tally)
    sampled.compared.push({ task: part, lanes })
    sampled.drawn.taken++
    if (walk.segments.stop.aborted) break
  }
  return sampled
}

function pick<T>(items: readonly T[], count: number): T[] {
  const rest = [...items.keys()]
  const taken: number[] = []
  while (taken.length < count) taken.push(rest.splice(randomInt(rest.length), 1)[0]!)
  return taken.sort((a, b) => a - b).map((index) => items[index]!)
}

/** From which some segments were taken by themselves: those of one flow. */
export interface Drawn {
  segments: number
  taken: number
}

/** A chance of 5 %, as the logarithm that is added up. */
const CHANCE = -Math.log(0.05)

/**
 * What a sample without a difference says of the rest: the largest number of segments with a difference that would
 * have been missed with a chance of 5 % or more, in whichever flows they lie. Each flow is drawn from by itself, without
 * replacement: many small ones that were taken whole say nothing of a large one.
 * @returns of all segments; 0 where all were taken
 */
export function undetected(drawn: readonly Drawn[]): number {
  // By how much one bad segment more in a flow lowers the chance that all are missed. It rises with each, so that the
  // most that may be missed are the smallest steps of all flows.
  const steps: number[] = []
  for (const { segments, taken } of drawn) {
    let flow = 0
    for (let bad = 1; bad <= segments - taken && flow <= CHANCE; bad++) {
      const step = -Math.log((segments - taken - bad + 1) / (segments - bad + 1))
      flow += step
      steps.push(step)
    }
  }
  steps.sort((a, b) => a - b)
  let sum = 0
  let missed = 0
  for (const step of steps) {
    sum += step
    // what comes to 5 % exactly may be missed
    if (sum > CHANCE + 1e-9) break
    missed++
  }
  return missed
}
