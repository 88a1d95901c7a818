import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { ReportLock } from '../../contract/evidence/report.ts'
import { beside } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage, StoredRetention } from '../../storage/storage.ts'

export interface SavedEvidence {
  /** Of every file, in the order in which they were stored. */
  keys: string[]
  /** Where the report itself lies. */
  folder: string
  /** What keeps the last one from being deleted, read back from the storage. */
  lock: ReportLock
}

/** `<prefix><report-id>/YYYY/MM/`, by the time of the report in UTC. */
export function evidenceFolder(prefix: string, reportId: string, time: Date): string {
  const month = String(time.getUTCMonth() + 1).padStart(2, '0')
  return `${prefix}${checkedReportId(reportId)}/${time.getUTCFullYear()}/${month}/`
}

const REPORT_ID = /^(validation|extraction|monthly)-[A-Za-z0-9][A-Za-z0-9-]{0,99}$/

/** @throws PATH_ESCAPES for what is no report's id */
export function checkedReportId(id: string): string {
  if (REPORT_ID.test(id)) return id
  throw new CofferError(
    'PATH_ESCAPES',
    `expected a report id such as "validation-…", got ${JSON.stringify(id.slice(0, 120))}`,
  )
}

export function isReportId(name: string): boolean {
  return REPORT_ID.test(name)
}

/** What comes last of all: while it is missing, the report is not whole. */
const LAST = ['.sig.tst', '.sig.der', '.sig'] as const

/**
 * Stores the files of a report, each only where nothing is, the signature last: what a dead storage or a full disk
 * leaves is never taken for a whole report.
 * @param files named `<report-id>.json`, `<report-id>.pdf` …
 * @throws OBJECT_EXISTS, STORAGE_…
 */
export async function saveEvidence(
  storage: Storage,
  prefix: string,
  reportId: string,
  time: Date,
  files: readonly { name: string; bytes: Buffer }[],
): Promise<SavedEvidence> {
  const folder = evidenceFolder(prefix, reportId, time)
  const signed = files.some(({ name }) => name.endsWith('.sig'))
  const ordered = [...files].sort((a, b) => rank(a.name, signed) - rank(b.name, signed))
  const keys: string[] = []
  for (const { name, bytes } of ordered) {
    const key = `${folder}${name}`
    await putNew(storage, key, bytes)
    keys.push(key)
  }
  const last = keys.at(-1)
  if (last === undefined) throw new CofferError('UNEXPECTED', 'expected files of a report, got none')
  return { keys, folder, lock: reportLock(await storage.retention(last)) }
}

/** JSON, PDF, certificates, then the signature; without a signature the JSON is what makes the report whole. */
function rank(name: string, signed: boolean): number {
  const last = LAST.findIndex((ending) => name.endsWith(ending))
  if (last >= 0) return 10 + last
  if (name.endsWith('.json')) return signed ? 0 : 9
  return name.endsWith('.pdf') ? 1 : 2
}

/** A put that is repeated after a lost answer may find its own bytes: that is no other report. */
async function putNew(storage: Storage, key: string, bytes: Buffer): Promise<void> {
  try {
    await storage.put(key, bytes, { ifAbsent: true, contentType: contentType(key) })
  } catch (error) {
    if (!isCofferError(error, 'OBJECT_EXISTS')) throw error
    const there = await storage.get(key, { maxBytes: bytes.length + 1 }).catch(() => null)
    if (there === null || !there.body.equals(bytes)) throw error
  }
}

function contentType(key: string): string {
  if (key.endsWith('.json')) return 'application/json'
  if (key.endsWith('.pdf')) return 'application/pdf'
  if (key.endsWith('.tst')) return 'application/timestamp-reply'
  return key.endsWith('.der') ? 'application/octet-stream' : 'text/plain'
}

export function reportLock(state: StoredRetention): ReportLock {
  return {
    mode: state.mode,
    retain_until: state.retainUntil === null ? null : isoTime(state.retainUntil),
    legal_hold: state.legalHold,
    reason: state.reason,
    ...beside(state.said),
  }
}
