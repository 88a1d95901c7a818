import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../../archive/lock.ts'
import type { RestoreConfig } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type {
  ConfigurationDifference,
  RestoredGroup,
  RestorePlanResult,
  RestoreResult,
} from '../../contract/results.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { TOOL } from '../../contract/tool.ts'
import { plural } from '../../contract/words.ts'
import { type Cluster, JOB_PATIENCE_MS, openCluster } from '../../kafka/cluster.ts'
import type { TopicMetadata } from '../../kafka/types.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { noteCustody } from '../custody/note.ts'
import type { SourceCoverage } from '../offsets/map.ts'
import { SpillFile } from '../offsets/spill.ts'
import { encodeOffsetMap } from '../offsets/store.ts'
import { Checks } from './checks.ts'
import { commitGroups, refuseActive } from './groups.ts'
import { lockTargets } from './lock.ts'
import { type Preflight, preflight, restoreIdFor } from './preflight.ts'
import { type Prepared, prepare, walkContext } from './prepare.ts'
import { offsetReport } from './report.ts'
import { planResult, restoreResult } from './result.ts'
import { decideStanding, type Standing, verifyEnds } from './standing.ts'
import {
  choicesOf,
  openStateStore,
  type RestoreState,
  STATE_FORMAT,
  type StateStore,
  writeAtomically,
} from './state.ts'
import { createTarget, existingTargets } from './target.ts'
import { type Written, writeFlows } from './write.ts'

/** A long list of oddities of the manifest says no more than its beginning. */
const NOTES_TOLD = 20

interface Session {
  config: RestoreConfig
  directory: string
  storage: Storage
  cluster: Cluster
  prepared: Prepared
  states: StateStore
  /** null where the archive can't be written to. */
  lease: Lease | null
  context: JobContext
  startedAt: number
  warnings: (string | Said)[]
}

/**
 * Restores what `config` chooses of an archive. Killed at any moment and started again with the same configuration, it
 * goes on where it stopped: each record is in the target exactly once.
 * @param options.directory of the configuration file: relative paths in it start there
 * @returns exit code done, or interrupted where `context.signal` stopped it; a dry run: done, or what the first failed
 *   check asks for
 * @throws ARCHIVE_MISSING, NOTHING_MATCHED, CONFIG_CONFLICT, TOPIC_MISSING, CHECK_FAILED, TARGET_NOT_EMPTY,
 *   TARGET_DIFFERS, LOCKED, LOCK_LOST, GROUP_ACTIVE, GROUP_SNAPSHOT_MISSING, SEGMENT_DAMAGED, OBJECT_MISSING, KAFKA_…, STORAGE_…
 */
export async function runRestore(
  config: RestoreConfig,
  options: { dryRun: boolean; directory: string },
  context: JobContext,
): Promise<JobResult<RestoreResult | RestorePlanResult>> {
  const startedAt = Date.now()
  const storage = await openStorage(config.storage)
  try {
    const prepared = await prepare(config, storage)
    const dryRun = options.dryRun || config.restore.dry_run
    const checks = new Checks(dryRun)
    const warnings: (string | Said)[] = []
    const warn = (message: string | Said): void => {
      warnings.push(message)
      context.log('warn', typeof message === 'string' ? message : english(message))
    }
    for (const note of prepared.notes.slice(0, NOTES_TOLD)) warn(note)
    const untold = prepared.notes.length - NOTES_TOLD
    if (untold > 0) warn(say('restore.moreOutOfDate', { count: untold }))
    const states = openStateStore(
      storage,
      config.backup_id,
      { checkpointState: config.restore.checkpoint_state, directory: options.directory },
      warn,
    )
    const cluster = await connect(config, checks, context, dryRun ? 0 : JOB_PATIENCE_MS)
    if (cluster === null) return planResult({ config, storage, prepared, preflight: null, checks, warnings })
    let lease: Lease | null = null
    try {
      if (!dryRun) {
        const targets = prepared.plan.topics.map((topic) => topic.target)
        lease = await lockTargets(storage, config.backup_id, (await cluster.identity()).clusterId, targets)
      }
      const walk = walkContext(config, storage, prepared, context.signal)
      const found = await preflight({ config, storage, cluster, states, prepared, walk, checks, context })
      if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'stopped before anything was written')
      for (const note of found.groups?.notes ?? []) warn(note)
      if (dryRun) return planResult({ config, storage, prepared, preflight: found, checks, warnings })
      const { directory } = options
      const session = { config, directory, storage, cluster, prepared, states, lease, context, startedAt, warnings }
      return await restore(session, found)
    } finally {
      await lease?.release()
      await cluster.close()
    }
  } finally {
    await storage.close()
  }
}

/** @returns null where a dry run can't reach the cluster, which is then on its list */
async function connect(
  config: RestoreConfig,
  checks: Checks,
  context: JobContext,
  patienceMs: number,
): Promise<Cluster | null> {
  try {
    return await openCluster(config.target, {
      log: (level, message) => context.log(level, message),
      patienceMs,
      signal: context.signal,
    })
  } catch (error) {
    await checks.step('cluster', config.target.bootstrap_servers.join(', '), () => {
      throw error
    })
    return null
  }
}

async function restore(session: Session, found: Preflight): Promise<JobResult<RestoreResult>> {
  const { config, cluster, prepared, context, warnings } = session
  const { plan } = prepared
  const differences = [...found.differences]
  for (const one of found.toCreate) {
    context.log('info', `creating topic "${one.topic.name}" with ${plural(one.topic.partitions, 'partition')}`)
    differences.push(...(await createTarget(cluster, one)))
  }
  const existing = found.toCreate.length === 0 ? found.existing : await createdTargets(cluster, plan)
  const restoreId = restoreIdFor(config, prepared, found.identity, existing)
  const standing = found.standing ?? decideStanding(plan, found.ends, null, { purge: false, allowNonEmpty: false })
  const groups = found.groups
  const newGroups =
    groups === null
      ? []
      : groups.groups.filter((group) => !groups.commit || !standing.state?.groups.includes(group.group_id))
  const created = new Set(found.toCreate.map((one) => one.topic.name))
  const base: Begun = { session, found, standing, restoreId, differences, created }
  if (standing.complete && newGroups.length === 0) {
    warnings.push(say('restore.doneBefore'))
    context.log('info', `restore ${restoreId} was completed before: nothing is left to do`)
    return { exitCode: EXIT.done, result: restoreResult({ ...base, written: null, groups: null, offsetMap: null }) }
  }
  const state = await beginState(session, found, standing, restoreId, existing, created)
  if (standing.purge.length > 0) {
    context.log('info', `purging ${plural(standing.purge.length, 'partition')}; every segment has been verified`)
    await cluster.deleteRecords(standing.purge)
    await saveState(session, state, { phase: 'writing' })
  }
  if (groups?.commit === true) await refuseActive(cluster, newGroups)
  const present = [...standing.starts.values()].reduce((sum, start) => sum + start.present, 0)
  if (present > 0)
    context.log('info', `${plural(present, 'record is', 'records are')} there already; going on behind them`)
  const spill = new SpillFile()
  try {
    return await write({ ...base, state, newGroups }, spill)
  } finally {
    spill.close()
  }
}

interface Writing extends Begun {
  state: RestoreState
  newGroups: NonNullable<Preflight['groups']>['groups']
}

async function write(begun: Writing, spill: SpillFile): Promise<JobResult<RestoreResult>> {
  const { session, standing, state } = begun
  const { config, cluster, storage, prepared, context } = session
  // Whoever takes the lock over writes to the same partitions.
  const stop = session.lease === null ? context.signal : AbortSignal.any([context.signal, session.lease.lost])
  const walk = { ...walkContext(config, storage, prepared, stop), spill }
  const written = await writeFlows(config, cluster, prepared.plan, standing, walk, context, (durable) =>
    saveState(session, state, {}, durable),
  )
  try {
    if (written.failure !== null) throw written.failure.error
    if (!written.stopped) return await finish(begun, written)
  } catch (error) {
    const records = [...written.tallies.values()].reduce((sum, tally) => sum + tally.records, 0)
    context.log(
      'error',
      `it failed after ${plural(records, 'record was', 'records were')} written; started again, it goes on there`,
    )
    // The target's own ends tell where to go on; the kept state only says so in words.
    await saveState(session, state, { state: 'interrupted', ended_at: Date.now() }, written.durable).catch(() => {})
    throw error
  }
  await saveState(session, state, { state: 'interrupted', ended_at: Date.now() }, written.durable)
  const result = restoreResult({ ...begun, written, groups: null, offsetMap: null, interrupted: true })
  return { exitCode: EXIT.interrupted, result }
}

/** All targets, once the broker that is asked knows the new ones too: their ids are part of the restore's own. */
async function createdTargets(cluster: Cluster, plan: Prepared['plan']): Promise<Map<string, TopicMetadata>> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const existing = await existingTargets(cluster, plan.topics)
    const missing = plan.topics.find((topic) => !existing.has(topic.target))
    if (missing === undefined) return existing
    if (performance.now() > deadline) {
      throw new CofferError('TOPIC_MISSING', `topic "${missing.target}" was created, and did not appear for 30 s`)
    }
    await sleep(200)
  }
}

async function finish(begun: Writing, written: Written): Promise<JobResult<RestoreResult>> {
  const { session, found, standing, restoreId, state, newGroups } = begun
  const { cluster, prepared, config } = session
  const { plan } = prepared
  if (!standing.complete) {
    const expected = new Map(
      [...standing.starts].map(([key, start]) => [key, { start, records: written.durable.get(key) ?? 0 }]),
    )
    await verifyEnds(cluster, expected)
  }
  const entries = [...written.tallies.values()].flatMap((tally) => tally.entries)
  const map = {
    backupId: config.backup_id,
    restoreId,
    createdAt: Date.now(),
    sourceClusterId: prepared.loaded.manifest.source_cluster_id,
    targetClusterId: found.identity.clusterId,
    entries,
  }
  const offsetMap = await session.states.saveMap(restoreId, await encodeOffsetMap(map))
  if (config.restore.offset_report !== null) {
    const path = resolve(session.directory, config.restore.offset_report)
    await writeAtomically(path, [Buffer.from(offsetReport(map))]).catch((cause: unknown) => {
      throw new CofferError('STORAGE_FAILED', `the offset report "${path}" can't be written`, { cause })
    })
  }
  let groups: RestoredGroup[] | null = null
  if (found.groups !== null) {
    const bases = new Map([...standing.starts].map(([key, start]) => [key, start.base]))
    const byTarget = Map.groupBy(entries, (entry) => `${entry.sourceTopic}/${entry.targetPartition}`)
    const restored = { plan, entries: byTarget, bases, coverage: coverageOf(written) }
    groups = await commitGroups(cluster, { ...found.groups, groups: newGroups }, restored, async (groupId) => {
      state.groups.push(groupId)
      await saveState(session, state, {}, written.durable)
    })
  }
  await saveState(session, state, { state: 'complete', phase: 'done', ended_at: Date.now() }, written.durable)
  const result = restoreResult({ ...begun, written, groups, offsetMap })
  await noteRestore(session, result)
  return { exitCode: EXIT.done, result }
}

/** The backup's chain of custody says that it was restored, where to, and by whom. */
async function noteRestore({ storage, prepared, warnings, context }: Session, result: RestoreResult): Promise<void> {
  const problem = await noteCustody(context, storage, result.backup_id, {
    action: 'restored',
    subject: `manifest generation ${prepared.loaded.manifest.coffer?.generation ?? 0}`,
    sha256: prepared.loaded.sha256,
    location: result.target.brokers.join(','),
    details: {
      restore_id: result.restore_id,
      target_cluster: result.target.cluster_id,
      topics: result.topics.length,
      records: result.records + result.records_already_there,
      started_at: result.started_at,
    },
  })
  if (problem !== null) warnings.push(problem)
}

interface Begun {
  session: Session
  found: Preflight
  standing: Standing
  restoreId: string
  differences: ConfigurationDifference[]
  created: ReadonlySet<string>
}

/** What the archive covers of each source partition, and where the window left records out behind the last restored. */
function coverageOf(written: Written): Map<string, SourceCoverage> {
  const coverage = new Map<string, SourceCoverage>()
  for (const [flow, tally] of written.tallies) {
    for (const source of flow.sources) {
      const last = tally.entries
        .filter((entry) => entry.sourcePartition === source.partition)
        .reduce((most, entry) => Math.max(most, entry.runs.lastOffset), -1)
      let leftOutAfter = tally.leftOutAfter.get(source.partition) ?? null
      for (const segment of source.skipped) {
        if (segment.end_offset <= last) continue
        const from = Math.max(segment.start_offset, last + 1)
        leftOutAfter = leftOutAfter === null ? from : Math.min(leftOutAfter, from)
      }
      coverage.set(`${source.topic}/${source.partition}`, { end: source.end, leftOutAfter })
    }
  }
  return coverage
}

/** Keeps where every partition begins, before the first record is written: that is what makes a restore resumable. */
async function beginState(
  session: Session,
  found: Preflight,
  standing: Standing,
  restoreId: string,
  existing: ReadonlyMap<string, { topicId: string | null }>,
  created: ReadonlySet<string>,
): Promise<RestoreState> {
  const { config, prepared, startedAt } = session
  const state: RestoreState = {
    format: STATE_FORMAT,
    restore_id: restoreId,
    backup_id: config.backup_id,
    manifest_sha256: prepared.loaded.sha256,
    state: standing.complete ? 'complete' : 'running',
    phase: standing.complete ? 'done' : standing.purge.length > 0 ? 'purging' : 'writing',
    target_cluster_id: found.identity.clusterId,
    topics: prepared.plan.topics.map(({ source, target }) => ({
      source,
      target,
      topic_id: existing.get(target)?.topicId ?? null,
      created:
        created.has(target) || (standing.state?.topics.some((one) => one.target === target && one.created) ?? false),
    })),
    options: choicesOf(config.restore),
    partitions: Object.fromEntries(
      [...standing.starts].map(([key, start]) => [key, { base: start.base, records: start.present }]),
    ),
    groups: [...(standing.state?.groups ?? [])],
    holder: { host: hostname(), pid: process.pid },
    started_at: standing.state?.started_at ?? startedAt,
    updated_at: Date.now(),
    ended_at: null,
    tool: TOOL,
  }
  session.lease?.check()
  await session.states.save(state)
  return state
}

async function saveState(
  session: Session,
  state: RestoreState,
  changes: Partial<RestoreState>,
  durable: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  Object.assign(state, changes, { updated_at: Date.now() })
  for (const [key, records] of durable) {
    const partition = state.partitions[key]
    if (partition !== undefined) partition.records = records
  }
  session.lease?.check()
  await session.states.save(state)
}
