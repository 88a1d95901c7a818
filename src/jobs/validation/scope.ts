import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { parseManifest } from '../../archive/manifest/parse.ts'
import type { LoadedManifest } from '../../archive/manifest/store.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { manifestsPrefix } from '../../archive/paths.ts'
import { selectTopics } from '../../contract/config/topics.ts'
import type { RestoreConfig } from '../../contract/config/types.ts'
import type { ValidationConfig } from '../../contract/config/validation.ts'
import { CofferError } from '../../contract/errors.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { plural } from '../../contract/words.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ClusterIdentity, TopicMetadata } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import { loadOffsetMap, type OffsetMap } from '../offsets/store.ts'
import { restoreIdFor } from '../restore/preflight.ts'
import { type Prepared, prepare } from '../restore/prepare.ts'
import { choicesOf, listRestoreStates, type RestoreState } from '../restore/state.ts'
import { existingTargets } from '../restore/target.ts'

/** What is compared with what: the archive as it was restored, and the target as it is. */
export interface Scope {
  /** The restore as it was configured, or as its own record tells it. */
  restore: RestoreConfig
  prepared: Prepared
  identity: ClusterIdentity
  /** Targets that exist, by name. */
  existing: ReadonlyMap<string, TopicMetadata>
  /** The restore's own record; null where the archive holds none that fits. */
  state: RestoreState | null
  map: OffsetMap | null
  /** One sentence each: for the log and for the report's list of what was not covered. */
  notes: string[]
}

/**
 * Finds out what was restored, how and from which generation: from the file's `restore` section, from the record that
 * the restore left in the archive, or (without both) topic by topic of the same name.
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, NOTHING_MATCHED, CONFIG_CONFLICT, OBJECT_MISSING for a `restore_id` that
 *   isn't there
 */
export async function findScope(
  config: ValidationConfig,
  storage: Storage,
  cluster: Cluster,
  warn: (message: string) => void,
): Promise<Scope> {
  const identity = await cluster.identity()
  const newest = await requireManifest(storage, config.backup_id)
  const topics = new Map((await cluster.topics()).map((topic) => [topic.name, topic]))
  const ofCluster = (await listRestoreStates(storage, config.backup_id, warn)).filter(
    (state) => state.target_cluster_id === identity.clusterId,
  )
  const states = ofCluster.filter((state) => sameTopics(state, topics))
  const notes: string[] = []
  const state = await chooseState(config, states, storage, newest, identity, topics)
  // Of a restore whose topics are gone, or were made again, only what it mapped is still of use.
  const gone = ofCluster.filter((one) => endsAsAsked(one, config))
  const stale = state === null && !config.restore_given ? (gone.find(isComplete) ?? gone[0]) : undefined
  const told = state ?? stale
  const restore = told === undefined || config.restore_given ? config.restore : configOf(config, told)
  const loaded = state === null ? newest : await manifestOf(storage, state, newest, notes)
  const prepared = await prepare(restore, storage, loaded)
  notes.push(...prepared.notes.map((one) => english(one)))
  const existing = await existingTargets(cluster, prepared.plan.topics)
  if (stale !== undefined) {
    notes.push(
      `target topics of restore ${stale.restore_id} are gone or were made again since: they were compared as they are now`,
    )
  } else if (state === null) {
    notes.push(
      config.restore_given
        ? 'the archive holds no record of this restore: the start of each target partition was taken from its log'
        : `the archive holds no record of a restore ${config.pitr_timestamp === null ? '' : 'to this point in time '}into this cluster: each topic was compared with the one of ${config.restore.restore.topic_mapping.size > 0 ? 'its mapping' : 'the same name'}, ${config.pitr_timestamp === null ? 'whole' : `up to ${isoTime(config.pitr_timestamp)}`}`,
    )
  } else if (state.state !== 'complete') {
    warn(`restore ${state.restore_id} has not been completed (${state.state})`)
    notes.push(`restore ${state.restore_id} had not been completed when it was validated (${state.state})`)
  }
  const map = state === null ? null : await loadOffsetMap(storage, config.backup_id, state.restore_id)
  return { restore, prepared, identity, existing, state, map, notes }
}

/** A topic that was deleted and made again is another one, whatever its name. */
function sameTopics(state: RestoreState, topics: ReadonlyMap<string, TopicMetadata>): boolean {
  return state.topics.every(({ target, topic_id }) => {
    const there = topics.get(target)
    return there !== undefined && (topic_id === null || there.topicId === null || there.topicId === topic_id)
  })
}

async function chooseState(
  config: ValidationConfig,
  states: readonly RestoreState[],
  storage: Storage,
  newest: LoadedManifest,
  identity: ClusterIdentity,
  topics: ReadonlyMap<string, TopicMetadata>,
): Promise<RestoreState | null> {
  if (config.restore_id !== null) {
    const named = states.find((state) => state.restore_id === config.restore_id)
    if (named !== undefined) {
      await refuseOther(config, named, storage, newest)
      return named
    }
    throw new CofferError('OBJECT_MISSING', `no record of a restore "${config.restore_id}" into this cluster`, {
      hint:
        states.length === 0
          ? 'The archive holds no record of a restore whose topics are still there. Leave "restore_id" out.'
          : `There are: ${states
              .map((state) => state.restore_id)
              .slice(0, 10)
              .join(', ')}.`,
    })
  }
  if (!config.restore_given) {
    const wanted = states.filter((state) => endsAsAsked(state, config))
    return wanted.find(isComplete) ?? wanted[0] ?? null
  }
  const prepared = await prepare(config.restore, storage, newest)
  const choices = choicesOf(config.restore.restore)
  const fits = (state: RestoreState): boolean => hadTopics(state, prepared) && isDeepStrictEqual(state.options, choices)
  const found = states.find((state) => state.state === 'complete' && fits(state)) ?? states.find(fits)
  if (found !== undefined) return found
  // states of earlier releases hold no options, but their id tells
  const present = new Map(
    prepared.plan.topics.flatMap(({ target }) => {
      const there = topics.get(target)
      return there === undefined ? [] : [[target, there] as const]
    }),
  )
  if (present.size < prepared.plan.topics.length) return null
  const id = restoreIdFor(config.restore, prepared, identity, present)
  return states.find((state) => state.restore_id === id) ?? null
}

/**
 * A restore that is named has to be the one that the file speaks of: its offsets say nothing of another.
 * @throws CONFIG_CONFLICT
 */
async function refuseOther(
  config: ValidationConfig,
  named: RestoreState,
  storage: Storage,
  newest: LoadedManifest,
): Promise<void> {
  const { restore_id: id, options } = named
  if (!config.restore_given) {
    if (endsAsAsked(named, config)) return
    throw new CofferError('CONFIG_CONFLICT', `restore "${id}" did not end at the point in time that is asked for`, {
      hint: 'Leave out "restore_id" or the point in time: either of them tells which restore it is.',
    })
  }
  const same = options === undefined || isDeepStrictEqual(options, choicesOf(config.restore.restore))
  if (same && hadTopics(named, await prepare(config.restore, storage, newest))) return
  throw new CofferError('CONFIG_CONFLICT', `restore "${id}" is not the one that the section "restore" describes`, {
    hint: 'Leave out "restore": what was restored, and how, is known by its record.',
  })
}

/** Whether a restore wrote every topic that is to be compared, each under its name. */
function hadTopics({ topics }: RestoreState, { plan }: Prepared): boolean {
  const had = new Set(topics.map(({ source, target }) => `${source}\n${target}`))
  return plan.topics.every(({ source, target }) => had.has(`${source}\n${target}`))
}

function isComplete({ state }: RestoreState): boolean {
  return state === 'complete'
}

/** A restore to a point in time has its window end there; of any other its own record tells. */
function endsAsAsked({ options }: RestoreState, { pitr_timestamp: pitr }: ValidationConfig): boolean {
  return pitr === null || options?.time_window_end === pitr
}

/** The restore's configuration as its record tells it; what the file says of topics still narrows it. */
function configOf(config: ValidationConfig, state: RestoreState): RestoreConfig {
  const { restore } = config
  const { topics } = restore.target
  const sources = selectTopics(
    state.topics.map(({ source }) => source),
    topics,
  )
  if (sources.length === 0) {
    throw new CofferError('NOTHING_MATCHED', `no topic of restore ${state.restore_id} matches "target.topics"`)
  }
  const options = state.options
  return {
    ...restore,
    target: { ...restore.target, topics: { include: sources, exclude: [] } },
    restore: {
      ...restore.restore,
      topic_mapping: new Map(state.topics.map(({ source, target }) => [source, target])),
      ...(options === undefined
        ? {}
        : {
            time_window_start: options.time_window_start,
            time_window_end: options.time_window_end,
            source_partitions: options.source_partitions,
            partition_mapping: new Map(options.partition_mapping),
            repartitioning: new Map(options.repartitioning.map(({ target, ...how }) => [target, how])),
            suspect_records: options.suspect_records,
            include_original_offset_header: options.include_original_offset_header,
            strip_offset_headers: options.strip_offset_headers,
          }),
    },
  }
}

const NAMED = 10

/** What of the archive and of the target topics no check looks at. */
export function scopeGaps({ prepared: { loaded, plan }, existing }: Scope): Said[] {
  const gaps: Said[] = []
  const left = loaded.manifest.topics
    .map(({ name }) => name)
    .filter((name) => !plan.topics.some(({ source }) => source === name))
  if (left.length > 0) {
    const some = left.slice(0, NAMED).join(', ')
    const names = left.length > NAMED ? say('report.andOthers', { names: some }) : some
    gaps.push(say('gap.topicsLeft', { count: left.length, names }))
  }
  let others = 0
  for (const { target, flows } of plan.topics) {
    const filled = new Set(flows.flatMap(({ partitions }) => partitions))
    others += existing.get(target)?.partitions.filter(({ partition }) => !filled.has(partition)).length ?? 0
  }
  if (others > 0) gaps.push(say('gap.otherPartitions', { count: others }))
  return gaps
}

/** The manifest that the restore was made from; the newest one where that is it, or where it can't be found. */
async function manifestOf(
  storage: Storage,
  state: RestoreState,
  newest: LoadedManifest,
  notes: string[],
): Promise<LoadedManifest> {
  if (state.manifest_sha256 === newest.sha256) return newest
  const { backup_id: backupId, coffer } = newest.manifest
  const ending = `-${state.manifest_sha256.slice(0, 12)}.json`
  for await (const { key } of storage.list(manifestsPrefix(backupId))) {
    if (!key.endsWith(ending)) continue
    const { body, etag } = await storage.get(key)
    const sha256 = createHash('sha256').update(body).digest('hex')
    if (sha256 !== state.manifest_sha256) continue
    const manifest = parseManifest(body, backupId)
    const later = (coffer?.generation ?? 0) - (manifest.coffer?.generation ?? 0)
    notes.push(
      `the restore was made from generation ${manifest.coffer?.generation ?? 0}; what ${plural(later, 'later run', 'later runs')} of the backup added was not compared`,
    )
    return { manifest, bytes: body, sha256, etag }
  }
  notes.push('the manifest that the restore was made from is gone from the archive: the newest one was compared')
  return newest
}
