import { type LoadedManifest, requireManifest } from '../../archive/manifest/store.ts'
import { checkedKey } from '../../archive/paths.ts'
import { isForeign, looksLikeControlMarker } from '../../archive/suspects.ts'
import type { Manifest, SegmentEntry } from '../../archive/types.ts'
import { literalTopics, selectTopics } from '../../contract/config/topics.ts'
import type { RestoreConfig } from '../../contract/config/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'
import { type Cluster, NOT_TOLD } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { ByteBudget } from './byte-budget.ts'
import type { FlowContext } from './flow.ts'
import { asStored } from './foreign.ts'
import { planRestore, type RestorePlan } from './plan.ts'
import { segmentsOf } from './scan.ts'
import { windowTest } from './window.ts'

/** Bytes of segments in memory at once, over all partitions. */
const SEGMENT_BUDGET = 64 * 1024 * 1024
const HEADS_AT_ONCE = 16

export interface Prepared {
  loaded: LoadedManifest
  plan: RestorePlan
  foreign: boolean
  /** Oddities of a foreign archive, a sentence each. */
  notes: Said[]
}

/** Reads the manifest and plans. @param read it already, maybe of an earlier generation. @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, NOTHING_MATCHED, CONFIG_CONFLICT … */
export async function prepare(config: RestoreConfig, storage: Storage, read?: LoadedManifest): Promise<Prepared> {
  const loaded = read ?? (await requireManifest(storage, config.backup_id))
  const { manifest } = loaded
  const names = manifest.topics.map((topic) => topic.name)
  const missing = literalTopics(config.target.topics).filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new CofferError(
      'NOTHING_MATCHED',
      `the archive "${config.backup_id}" does not hold "${missing.join('", "')}"`,
      {
        hint: `It holds: ${names
          .slice(0, 10)
          .map((name) => `"${name}"`)
          .join(', ')}${names.length > 10 ? ' and others' : ''}.`,
        details: { missing },
      },
    )
  }
  const matched = selectTopics(names, config.target.topics)
  const { selected, skipped } = withoutInternal(manifest, matched, config)
  const foreign = isForeign(manifest)
  const stored = foreign ? await asStored(storage, manifest, selected) : { manifest, notes: [] }
  const plan = planRestore(stored.manifest, selected, config.restore)
  const notes = skipped.map((topic) => say('restore.leftOut', { topic }))
  return { loaded, plan, foreign, notes: [...notes, ...stored.notes] }
}

/** Kafka's own topics can't be written to by a client; under another name they can. */
function withoutInternal(
  manifest: Manifest,
  matched: readonly string[],
  config: RestoreConfig,
): { selected: string[]; skipped: string[] } {
  const isInternal = (name: string) =>
    KAFKAS_OWN.has(name) || manifest.topics.some((topic) => topic.name === name && topic.internal === true)
  const skipped = matched.filter((name) => isInternal(name) && !config.restore.topic_mapping.has(name))
  return { selected: matched.filter((name) => !skipped.includes(name)), skipped }
}

const KAFKAS_OWN = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state', '__cluster_metadata'])

/** What every walk over the archive's records shares. */
export function walkContext(
  config: RestoreConfig,
  storage: Storage,
  { plan, foreign }: Prepared,
  stop: AbortSignal,
): Omit<FlowContext, 'limit' | 'meter'> {
  return {
    segments: {
      storage,
      backupId: config.backup_id,
      budget: new ByteBudget(SEGMENT_BUDGET),
      stop,
      window: plan.window,
    },
    window: windowTest(plan.window),
    suspect: foreign && config.restore.suspect_records === 'skip' ? looksLikeControlMarker : null,
    addHeaders: config.restore.include_original_offset_header,
    stripHeaders: config.restore.strip_offset_headers,
    spill: null,
  }
}

/** Whether every needed segment is there, in the size that the manifest states. @throws OBJECT_MISSING, SEGMENT_DAMAGED */
export async function checkSegments(storage: Storage, backupId: string, plan: RestorePlan): Promise<Said> {
  const segments: SegmentEntry[] = plan.topics.flatMap(segmentsOf)
  let bytes = 0
  await forEachConcurrent(segments, HEADS_AT_ONCE, async (segment) => {
    const key = checkedKey(backupId, segment.key)
    const there = await storage.head(key)
    if (there === null) {
      throw new CofferError('OBJECT_MISSING', say('restore.segmentMissing', { segment: key }), {
        hint: 'Nothing was restored. Check the archive with "coffer validate --deep".',
        details: { segment: key },
      })
    }
    bytes += there.size
    if (segment.compressed_size === 0 || segment.compressed_size === there.size) return
    throw new CofferError(
      'SEGMENT_DAMAGED',
      say('segment.damaged', {
        segment: key,
        why: say('segment.size', { expected: segment.compressed_size, got: there.size }),
      }),
      { details: { segment: key, expected: segment.compressed_size, got: there.size } },
    )
  })
  return say('restore.segmentsThere', { count: segments.length, bytes: say('check.bytes', { count: bytes }) })
}

/** What the user must be allowed to do with an existing target. @throws KAFKA_NOT_AUTHORIZED */
export async function checkTopicRights(
  cluster: Cluster,
  topic: string,
  needed: readonly ('write' | 'delete')[],
): Promise<Said> {
  const allowed = await cluster.authorized({ type: 'topic', name: topic })
  if (allowed === NOT_TOLD) return say('restore.rightsNotTold')
  const missing = needed.filter((operation) => !allowed.has(operation))
  if (missing.length === 0) return say(needed.includes('delete') ? 'restore.mayWriteAndDelete' : 'restore.mayWrite')
  throw new CofferError('KAFKA_NOT_AUTHORIZED', say('restore.mayNot', { operations: missing, topic }), {
    hint: `Ask for an ACL that allows ${missing.map((one) => one.toUpperCase()).join(' and ')} on the topic.`,
    details: { topic, missing },
  })
}

/**
 * Brokers show nobody a topic that may not be described: on a list it looks like one that does not exist.
 * @throws KAFKA_NOT_AUTHORIZED for such a topic
 */
export async function refuseHidden(cluster: Cluster, topic: string): Promise<void> {
  const allowed = await cluster.authorized({ type: 'topic', name: topic }).catch((error: unknown) => {
    if (isCofferError(error, 'TOPIC_MISSING')) return NOT_TOLD
    throw error
  })
  if (allowed === NOT_TOLD || allowed.size > 0) return
  throw new CofferError('KAFKA_NOT_AUTHORIZED', say('restore.mayNotDescribe', { topic }), {
    hint: 'Ask for an ACL that allows WRITE on the topic, if it exists; restore.create_topics needs CREATE too.',
    details: { topic, missing: ['describe', 'write'] },
  })
}

/** @throws KAFKA_NOT_AUTHORIZED */
export async function checkGroupRights(cluster: Cluster, id: string): Promise<Said> {
  const allowed = await cluster.authorized({ type: 'group', id })
  if (allowed === NOT_TOLD) return say('restore.rightsNotTold')
  if (allowed.has('read')) return say('restore.mayCommit')
  throw new CofferError('KAFKA_NOT_AUTHORIZED', say('restore.mayNotCommit', { group: id }), {
    hint: 'Ask for an ACL that allows READ on the group.',
    details: { group: id },
  })
}
