import { requireManifest } from '../../archive/manifest/store.ts'
import { custodyKey } from '../../archive/paths.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult, RetentionRequest } from '../../contract/jobs.ts'
import type { RetentionResult } from '../../contract/results/hold.ts'
import { say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { appendCustody } from '../../journal/custody.ts'
import type { ObjectRetention, Storage, StorageLocks } from '../../storage/storage.ts'
import { eachObject, objectsOf, requireLocks } from './objects.ts'
import { checkedReason } from './words.ts'

const YEAR_MS = 365.25 * 86_400_000
/** S3 takes any date; a typing error of a century can't be taken back in COMPLIANCE. */
const MOST_YEARS = 100

/**
 * Keeps every object of a backup at least until a time, and reads back that it is so. Nothing is ever shortened or made
 * weaker: what is kept for longer, or in COMPLIANCE, stays. What was interrupted is gone on with by the same command.
 * @throws UNSUPPORTED where the storage has no Object Lock; USAGE for a time that is past or absurd; STORAGE_…
 */
export async function runRetention(
  storage: Storage,
  { backupId, mode, until, reason }: RetentionRequest,
  context: JobContext,
): Promise<JobResult<RetentionResult>> {
  const wanted = { mode, until: checkedTime(until, Date.now()) }
  const why = checkedReason(reason)
  const locks = await requireLocks(storage, 'retention')
  await requireManifest(storage, backupId)
  let extended = 0
  let already = 0
  let shortest: ObjectRetention | null = null
  const keys = await objectsOf(storage, backupId)
  const keep = async (key: string) => {
    const { changed, now } = await extendObject(locks, key, wanted)
    if (changed) extended++
    else already++
    if (shortest === null || weaker(now, shortest)) shortest = now
  }
  const whole = await eachObject(keys, say('phase.keeping', { until: isoTime(wanted.until) }), context, keep)
  let line: number | null = null
  if (whole) {
    const entry = await appendCustody(storage, backupId, {
      action: 'retained',
      subject: `backup ${backupId}`,
      sha256: null,
      location: storage.location,
      details: { mode, until: isoTime(wanted.until), reason: why, objects: keys.length + 1, extended },
    })
    line = entry.seq
    await keep(custodyKey(backupId, line))
  }
  const told = shortest as ObjectRetention | null
  const result: RetentionResult = {
    kind: 'retention',
    action: 'extend',
    backup_id: backupId,
    location: storage.location,
    state: whole ? 'complete' : 'interrupted',
    mode,
    until: isoTime(wanted.until),
    objects: keys.length + (line === null ? 0 : 1),
    extended,
    already,
    shortest: told === null ? null : { mode: told.mode, until: isoTime(told.until) },
    custody_line: line,
    warnings: [],
  }
  return { exitCode: whole ? EXIT.done : EXIT.interrupted, result }
}

async function extendObject(
  locks: StorageLocks,
  key: string,
  wanted: ObjectRetention,
): Promise<{ changed: boolean; now: ObjectRetention }> {
  const before = await locks.retentionOf(key)
  if (before !== null && !weaker(before, wanted)) return { changed: false, now: before }
  const stricter = before?.mode === 'COMPLIANCE' ? 'COMPLIANCE' : wanted.mode
  await locks.setRetention(key, { mode: stricter, until: Math.max(before?.until ?? 0, wanted.until) })
  const now = await locks.retentionOf(key)
  if (now !== null && !weaker(now, wanted)) return { changed: true, now }
  const got = now === null ? 'none' : `${now.mode} until ${isoTime(now.until)}`
  throw new CofferError(
    'STORAGE_FAILED',
    `the storage took the retention of "${key}" and did not keep it: expected ${wanted.mode} until ${isoTime(wanted.until)}, got ${got}`,
  )
}

/** In either way: shorter, or open to those who may bypass GOVERNANCE. */
function weaker(a: ObjectRetention, b: ObjectRetention): boolean {
  return a.until < b.until || (a.mode === 'GOVERNANCE' && b.mode === 'COMPLIANCE')
}

/** S3 keeps whole seconds: up, so that it is never shorter than asked for. */
function checkedTime(until: number, now: number): number {
  const seconds = Math.ceil(until / 1000) * 1000
  if (seconds > now && seconds < now + MOST_YEARS * YEAR_MS) return seconds
  const reason = seconds <= now ? 'it is past' : `it is more than ${MOST_YEARS} years ahead`
  throw new CofferError('USAGE', `can't keep anything until "${isoTime(until)}": ${reason}`)
}
