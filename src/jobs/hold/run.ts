import { requireManifest } from '../../archive/manifest/store.ts'
import { custodyKey, lockKey, manifestKey } from '../../archive/paths.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { HoldRequest, JobContext, JobResult } from '../../contract/jobs.ts'
import type { HoldOverviewResult, HoldResult } from '../../contract/results/hold.ts'
import { english, say } from '../../contract/said/said.ts'
import { appendCustody } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { storageFacts } from '../custody/storage-facts.ts'
import { custodyOf } from './matters.ts'
import { eachObject, holdObject, objectsOf, refusalOf, requireLocks } from './objects.ts'
import { checkedReason, checkedWords } from './words.ts'

const SHOWN = 20
const OVERVIEW_AT_ONCE = 8
const MOST_BACKUPS = 1_000
/** Objects that appear while the hold is placed, by a backup that runs: looked for so often. */
const MOST_PASSES = 5

type Change = Extract<HoldRequest, { matter: string }>

/**
 * Places a legal hold on every object of a backup, lifts it, or says what holds it; all of it read back from the
 * storage. What was interrupted is gone on with by the same command.
 * @returns exit code checkFailed of `list` where a matter holds the backup and objects are not under hold
 * @throws UNSUPPORTED where the storage has no Object Lock; ARCHIVE_MISSING; NOTHING_MATCHED for a matter that holds
 *   nothing; USAGE; STORAGE_…
 */
export async function runHold(
  storage: Storage,
  request: HoldRequest,
  context: JobContext,
): Promise<JobResult<HoldResult | HoldOverviewResult>> {
  switch (request.action) {
    case 'place':
      return place(storage, request, context)
    case 'lift':
      return lift(storage, request, context)
    case 'list':
      return list(storage, request.backupId, context)
    case 'overview':
      return overview(storage, context)
  }
}

async function place(
  storage: Storage,
  { backupId, matter, reason }: Change,
  context: JobContext,
): Promise<JobResult<HoldResult>> {
  const words = { matter: checkedWords(matter, '--matter'), reason: checkedReason(reason) }
  const locks = await requireLocks(storage, 'legal hold')
  await requireManifest(storage, backupId)
  let changed = 0
  const hold = async (keys: readonly string[]) =>
    eachObject(keys, say('phase.placing', { matter: words.matter }), context, async (key) => {
      if (await holdObject(locks, key, true)) changed++
    })
  const done = new Set<string>()
  let whole = true
  for (let pass = 1; whole && pass <= MOST_PASSES; pass++) {
    const keys = (await objectsOf(storage, backupId)).filter((key) => !done.has(key) || key === manifestKey(backupId))
    if (keys.every((key) => done.has(key))) break
    whole = await hold(keys)
    for (const key of keys) done.add(key)
  }
  let line: number | null = null
  if (whole) {
    const entry = await appendCustody(storage, backupId, {
      action: 'held',
      subject: `backup ${backupId}`,
      sha256: null,
      location: storage.location,
      details: { ...words, objects: done.size + 1, newly_held: changed },
    })
    line = entry.seq
    await holdObject(locks, custodyKey(backupId, line), true)
  }
  return answer(storage, backupId, context, { action: 'place', matter: words.matter, changed, line, whole })
}

async function lift(
  storage: Storage,
  { backupId, matter, reason }: Change,
  context: JobContext,
): Promise<JobResult<HoldResult>> {
  const words = { matter: checkedWords(matter, '--matter'), reason: checkedReason(reason) }
  const locks = await requireLocks(storage, 'legal hold')
  await requireManifest(storage, backupId)
  const { matters } = await custodyOf(storage, backupId)
  if (!matters.some((one) => one.matter === words.matter)) {
    throw new CofferError('NOTHING_MATCHED', `no hold for the matter "${words.matter}" is on "${backupId}"`, {
      hint:
        matters.length === 0
          ? 'Nothing holds this backup: "coffer hold list".'
          : `There are: ${matters.map((one) => `"${one.matter}"`).join(', ')}.`,
    })
  }
  const others = matters.filter((one) => one.matter !== words.matter)
  let changed = 0
  let whole = true
  if (others.length === 0) {
    // every version: earlier ones of the manifest keep their own hold
    const versions: { key: string; versionId: string }[] = []
    for await (const version of locks.versions(`${backupId}/`)) {
      if (version.key !== lockKey(backupId)) versions.push(version)
    }
    const byName = new Map(versions.map((version) => [`${version.key}\n${version.versionId}`, version]))
    whole = await eachObject(
      [...byName.keys()],
      say('phase.lifting', { matter: words.matter }),
      context,
      async (name) => {
        const version = byName.get(name)
        if (version !== undefined && (await holdObject(locks, version.key, false, version.versionId))) changed++
      },
    )
  }
  let line: number | null = null
  if (whole) {
    const entry = await appendCustody(storage, backupId, {
      action: 'released',
      subject: `backup ${backupId}`,
      sha256: null,
      location: storage.location,
      details: { ...words, objects: changed, still_held_for: others.map((one) => one.matter).join(', ') || null },
    })
    line = entry.seq
    if (others.length > 0) await holdObject(locks, custodyKey(backupId, line), true)
  }
  return answer(storage, backupId, context, { action: 'lift', matter: words.matter, changed, line, whole })
}

async function list(storage: Storage, backupId: string, context: JobContext): Promise<JobResult<HoldResult>> {
  await requireManifest(storage, backupId)
  return answer(storage, backupId, context, { action: 'list', matter: null, changed: 0, line: null, whole: true })
}

/** What the storage says now, whatever was done before. */
async function answer(
  storage: Storage,
  backupId: string,
  context: JobContext,
  done: { action: HoldResult['action']; matter: string | null; changed: number; line: number | null; whole: boolean },
): Promise<JobResult<HoldResult>> {
  const refusal = await refusalOf(storage)
  const { matters, warnings } = await custodyOf(storage, backupId)
  const keys = await objectsOf(storage, backupId)
  const without: string[] = []
  const { locks } = storage
  let asked = done.whole
  if (refusal === null && locks !== undefined && done.whole) {
    asked = await eachObject(keys, say('phase.readingBack'), context, async (key) => {
      if (!(await locks.holdOf(key))) without.push(key)
    })
  } else if (refusal !== null) without.push(...keys)
  const held = refusal === null ? keys.length - without.length : 0
  if (matters.length > 0 && without.length > 0 && asked) {
    const counts = { without: without.length, objects: keys.length }
    warnings.push(say('hold.notAllHeld', { ...counts, count: matters.length }))
  }
  if (matters.length === 0 && held > 0 && done.action === 'list') {
    warnings.push(say('hold.heldWithoutMatter', { held }))
  }
  const result: HoldResult = {
    kind: 'hold',
    action: done.action,
    backup_id: backupId,
    location: storage.location,
    state: asked ? 'complete' : 'interrupted',
    refusal: refusal === null ? null : english(refusal),
    matter: done.matter,
    objects: keys.length,
    held,
    changed: done.changed,
    not_held: without.sort().slice(0, SHOWN),
    not_held_total: without.length,
    matters,
    custody_line: done.line,
    warnings: warnings.map((one) => english(one)),
    sayings: refusal === null ? warnings : [refusal, ...warnings],
  }
  const missing = matters.length > 0 && without.length > 0
  const exitCode = !asked ? EXIT.interrupted : missing ? EXIT.checkFailed : EXIT.done
  return { exitCode, result }
}

/** One look at each backup's manifest: what a start page shows. */
async function overview(storage: Storage, context: JobContext): Promise<JobResult<HoldOverviewResult>> {
  const refusal = await refusalOf(storage)
  const folders = await storage.listFolders('')
  const backups: HoldOverviewResult['backups'] = []
  await forEachConcurrent(folders.slice(0, MOST_BACKUPS), OVERVIEW_AT_ONCE, async (folder) => {
    context.signal.throwIfAborted()
    const key = manifestKeyOf(folder)
    if (key === null || (await storage.head(key)) === null) return
    backups.push({ backup_id: folder, lock: (await storageFacts(storage, [key])).lock })
  })
  backups.sort((a, b) => (a.backup_id < b.backup_id ? -1 : 1))
  const result: HoldOverviewResult = {
    kind: 'hold',
    action: 'overview',
    location: storage.location,
    refusal: refusal === null ? null : english(refusal),
    ...(refusal === null ? {} : { sayings: [refusal] }),
    backups,
    backups_total: backups.length + Math.max(0, folders.length - MOST_BACKUPS),
  }
  return { exitCode: EXIT.done, result }
}

/** null for a folder that can't be a backup's. */
function manifestKeyOf(folder: string): string | null {
  try {
    return manifestKey(folder)
  } catch {
    return null
  }
}
