import { CofferError } from '../../contract/errors.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { TopicPartition } from '../../kafka/types.ts'
import type { FlowPlan, TopicPlan } from '../restore/plan.ts'
import type { Scope } from './scope.ts'

/** Where one target partition stands, and where the restored records lie in it. */
export interface LanePlace {
  topic: string
  partition: number
  /** The log's start and the end of what a committed consumer may read. */
  start: number
  end: number
  /** Where the restore began to write: by its record, else the log's start (or before it, where records are gone). */
  base: number
  /** By the restore's record; null without one. */
  restored: number | null
  /** The first offset that is compared. */
  first: number
  /** Records of the archive that lie before `start`: the target's retention (or somebody) deleted them. */
  deleted: number
  /** Offsets before `base`, which are not the restore's. */
  before: number
  /** Offsets after the restored ones, by the restore's record. */
  appended: number
  compacted: boolean
}

/** The places of all target partitions that exist, by `topic/partition`. */
export async function readPlaces(cluster: Cluster, scope: Scope): Promise<Map<string, LanePlace>> {
  const { plan } = scope.prepared
  const wanted: TopicPartition[] = []
  const flows = new Map<string, { topic: TopicPlan; flow: FlowPlan }>()
  for (const topic of plan.topics) {
    const count = scope.existing.get(topic.target)?.partitions.length ?? 0
    for (const flow of topic.flows) {
      for (const partition of flow.partitions) {
        if (partition >= count) continue
        wanted.push({ topic: topic.target, partition })
        flows.set(`${topic.target}/${partition}`, { topic, flow })
      }
    }
  }
  if (wanted.length === 0) return new Map()
  const [starts, ends] = await Promise.all([
    cluster.offsets(wanted, 'earliest'),
    cluster.offsets(wanted, 'last_stable'),
  ])
  const configs = await cluster.topicConfigs([...new Set(wanted.map(({ topic }) => topic))])
  const compacted = (topic: string) =>
    configs
      .get(topic)
      ?.find(({ name }) => name === 'cleanup.policy')
      ?.value?.includes('compact') === true
  const places = new Map<string, LanePlace>()
  for (const { topic, partition } of wanted) {
    const key = `${topic}/${partition}`
    const [start, end] = [starts.get(key), ends.get(key)]
    if (start === undefined || end === undefined) {
      throw new CofferError('KAFKA_UNAVAILABLE', `no offsets of "${key}" were told`)
    }
    const kept = scope.state?.partitions[key]
    const base = kept?.base ?? guessedBase(scope, flows.get(key)!.flow, start, end)
    const restored = kept === undefined || scope.state?.state !== 'complete' ? null : kept.records
    places.set(key, {
      topic,
      partition,
      start,
      end,
      base,
      restored,
      first: Math.max(start, base),
      deleted: Math.max(0, Math.min(start - base, restored ?? Number.MAX_SAFE_INTEGER)),
      before: Math.max(0, Math.min(base, end) - start),
      appended: restored === null ? 0 : Math.max(0, end - (base + restored)),
      compacted: compacted(topic),
    })
  }
  return places
}

/**
 * Without a record of the restore: its log's start. Where the log has lost its start and the archive has for it exactly
 * as many records as would fill it up, the restore began where it begins then. Only a guess, for where to begin to
 * compare; what is compared is compared byte by byte.
 */
function guessedBase(scope: Scope, flow: FlowPlan, start: number, end: number): number {
  const { plan, foreign } = scope.prepared
  const exact = plan.window.start === null && plan.window.end === null && !foreign && flow.repartitioning === null
  const before = end - flow.records
  return exact && start > 0 && before >= 0 && before < start ? before : start
}
