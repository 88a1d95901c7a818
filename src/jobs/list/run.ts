import { loadManifest, requireManifest } from '../../archive/manifest/store.ts'
import { checkedBackupId, foundManifestKey } from '../../archive/paths.ts'
import { CofferError, ERROR_EXIT, type ErrorCode } from '../../contract/errors.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { BackupOverview, ListResult } from '../../contract/results.ts'
import { say } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { oneExitCode } from '../exit-code.ts'
import { ProgressMeter } from '../progress.ts'
import { ByteBudget } from '../restore/byte-budget.ts'
import { overviewOf } from './overview.ts'

/** Manifests read at a time: enough to hide S3's delay. */
const READ_AT_ONCE = 8
/** Bytes of manifests in memory at once; parsed, they take several times as much. A larger one is read alone. */
const MANIFEST_BUDGET = 32 * 1024 * 1024

/** What ext4 puts at the top of a disk, readable to root alone: never a backup. */
const NOT_A_BACKUP = 'lost+found'

/** What can be wrong with one manifest alone. Anything else, such as a storage out of reach, ends the list. */
const UNREADABLE: readonly ErrorCode[] = [
  'MANIFEST_DAMAGED',
  'PATH_ESCAPES',
  'SEGMENT_TOO_LARGE',
  'CONFIG_INVALID_VALUE',
  'STORAGE_NOT_ALLOWED',
  'STORAGE_FAILED',
]

/**
 * The catalogue: every folder of the storage that has a manifest, read from the manifests, and of those that run from their locks.
 * A manifest that can't be read is listed as such with its reason, and the exit code says so: a list that leaves a
 * backup out would be taken for the whole.
 * @param backupId only this one; null for all
 * @throws PATH_ESCAPES, CONFIG_INVALID_VALUE where `backupId` can't be one; ARCHIVE_MISSING where there is none of
 *   that name; INTERRUPTED; STORAGE_…
 */
export async function runList(
  storage: Storage,
  backupId: string | null,
  context: JobContext,
): Promise<JobResult<ListResult>> {
  if (backupId !== null) checkedBackupId(backupId)
  const meter = new ProgressMeter(context, { phase: say('phase.manifests'), recordsTotal: null, bytesTotal: null })
  const backups: BackupOverview[] = []
  const memory = new ByteBudget(MANIFEST_BUDGET)
  const unreadable: ListResult['unreadable'] = []
  try {
    const folders =
      backupId === null ? (await storage.listFolders('')).filter((name) => name !== NOT_A_BACKUP) : [backupId]
    await forEachConcurrent(folders, READ_AT_ONCE, async (folder) => {
      if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'the list was stopped before its end')
      try {
        const overview =
          backupId === null
            ? await readFolder(storage, folder, memory)
            : await overviewOf(storage, (await requireManifest(storage, folder)).manifest)
        if (overview === null) return
        backups.push(overview)
        meter.phase(say('phase.manifestsOf', { done: backups.length + unreadable.length, all: folders.length }))
      } catch (error) {
        if (!(error instanceof CofferError) || !UNREADABLE.includes(error.code)) throw error
        unreadable.push({ backup_id: folder, code: error.code, message: error.message })
      }
    })
  } finally {
    meter.stop()
  }
  backups.sort((a, b) => timeOf(a) - timeOf(b) || compare(a.backup_id, b.backup_id))
  unreadable.sort((a, b) => compare(a.backup_id, b.backup_id))
  const result: ListResult = { kind: 'list', location: storage.location, backups, unreadable }
  return { exitCode: oneExitCode(unreadable.map(exitOfUnreadable)), result }
}

/** A folder's manifest; null where it has none, and then it is no backup, whatever its name. */
async function readFolder(storage: Storage, folder: string, memory: ByteBudget): Promise<BackupOverview | null> {
  const there = await storage.head(foundManifestKey(folder))
  if (there === null) return null
  const release = await memory.take(there.size)
  try {
    const loaded = await loadManifest(storage, folder)
    return loaded === null ? null : await overviewOf(storage, loaded.manifest)
  } finally {
    release()
  }
}

/** Of a backup that can't be read: whatever is wrong with it, its manifest is not what it should be. */
export function exitOfUnreadable({ code }: { code: ErrorCode }): ExitCode {
  return ERROR_EXIT[code] === EXIT.unreachable ? EXIT.unreachable : EXIT.damaged
}

/** A hostile manifest may say any number, which no calendar holds (`isoTime`). */
function timeOf({ created_at }: BackupOverview): number {
  return /^-?\d+$/.test(created_at) ? Number(created_at) : Date.parse(created_at)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
