import { CofferError } from '../../../contract/errors.ts'
import type { AreaHandlers, CallInput, CallOutput } from '../../../contract/ipc/map.ts'
import type { TopicOverview, TopicsResult } from '../../../contract/results.ts'
import { toldOf } from '../../../contract/said/said.ts'
import { TopicMatcher } from '../../plans/topic-matcher.ts'
import type { ServiceCore } from '../core.ts'

/** For so long a cluster's list is paged through without asking again. */
const KEPT_MS = 60_000
const CLUSTERS_KEPT = 5

interface Kept {
  yaml: string
  at: number
  result: Promise<TopicsResult>
}

export const clusterHandlers = (core: ServiceCore): AreaHandlers<'clusters'> => {
  const kept = new Map<string, Kept>()

  const listOf = async (connectionId: string, fresh: boolean): Promise<Kept & { topics: TopicsResult }> => {
    const connection = await core.connections.get(connectionId)
    if (connection.kind === 'storage') {
      throw new CofferError('USAGE', `expected a connection to a cluster, got "${connection.name}", which is a storage`)
    }
    const known = kept.get(connectionId)
    const usable = known !== undefined && !fresh && known.yaml === connection.yaml && Date.now() - known.at < KEPT_MS
    const one = usable
      ? known
      : {
          yaml: connection.yaml,
          at: Date.now(),
          result: core.ask({ kind: 'topics', config: core.configOf(connection), names: null }),
        }
    kept.delete(connectionId)
    kept.set(connectionId, one)
    const oldest = kept.keys().next().value
    if (kept.size > CLUSTERS_KEPT && oldest !== undefined) kept.delete(oldest)
    try {
      return { ...one, topics: await one.result }
    } catch (error) {
      // asked anew the next time
      if (kept.get(connectionId) === one) kept.delete(connectionId)
      throw error
    }
  }

  return {
    'clusters.topics': async (input) => {
      const { at, topics } = await listOf(input.connectionId, input.fresh)
      const page = pageOf(topics, input)
      const bare = page.rows.filter((row) => row.details === null).map((row) => row.topic)
      if (bare.length > 0) {
        const config = core.configOf(await core.connections.get(input.connectionId))
        const told = await core.ask({ kind: 'topics', config, names: bare })
        const byName = new Map(told.topics.map((topic) => [topic.topic, topic]))
        for (const topic of topics.topics) topic.details ??= byName.get(topic.topic)?.details ?? null
      }
      return { ...(bare.length > 0 ? pageOf(topics, input) : page), readAt: new Date(at).toISOString() }
    },
  }
}

type Page = Omit<CallOutput<'clusters.topics'>, 'readAt'>

function pageOf(result: TopicsResult, input: CallInput<'clusters.topics'>): Page {
  const { include, exclude, internal, search, matchedOnly, sort, offset, limit } = input
  const matcher = new TopicMatcher(include, exclude)
  const all = result.topics.filter((topic) => internal || !topic.internal)
  const names = all.map(({ topic }) => topic)
  const problems = toldOf(matcher.problems)
  const taken = matcher.taken(names)
  const wanted = search.trim().toLowerCase()
  const left = all.filter(
    ({ topic }) => (!matchedOnly || taken.has(topic)) && (wanted === '' || topic.toLowerCase().includes(wanted)),
  )
  if (sort === 'size') left.sort((a, b) => (b.stored_bytes ?? 0) - (a.stored_bytes ?? 0))
  if (sort === 'partitions') left.sort((a, b) => b.partitions - a.partitions)
  return {
    clusterId: result.cluster_id,
    sizesTold: result.sizes_told,
    all: totalsOf(all),
    matched: totalsOf(all.filter(({ topic }) => taken.has(topic))),
    byPattern: matcher.counts(names),
    problems: problems.texts,
    sayings: problems.sayings,
    total: left.length,
    rows: left.slice(offset, offset + limit).map((topic) => ({
      topic: topic.topic,
      partitions: topic.partitions,
      internal: topic.internal,
      storedBytes: topic.stored_bytes,
      matched: taken.has(topic.topic),
      details:
        topic.details === null
          ? null
          : {
              offsets: topic.details.offsets,
              retentionMs: topic.details.retention_ms,
              retentionBytes: topic.details.retention_bytes,
              cleanupPolicy: topic.details.cleanup_policy,
            },
    })),
  }
}

function totalsOf(topics: readonly TopicOverview[]): Page['all'] {
  const told = topics.every(({ stored_bytes }) => stored_bytes !== null)
  return {
    topics: topics.length,
    partitions: topics.reduce((sum, { partitions }) => sum + partitions, 0),
    storedBytes: told ? topics.reduce((sum, { stored_bytes }) => sum + (stored_bytes ?? 0), 0) : null,
  }
}

/** What a storage says of itself. */
export const storageHandlers = (core: ServiceCore): AreaHandlers<'storages'> => ({
  'storages.lock': async ({ connectionId }) => {
    const archive = await core.archive({ connectionId })
    const { kind: _, ...lock } = await core.ask({ kind: 'storage-lock', archive })
    return lock
  },
})
