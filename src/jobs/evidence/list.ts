import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { EvidenceListEntry, EvidenceListResult } from '../../contract/results/evidence.ts'
import { isoTime } from '../../contract/time.ts'
import { findReports, type StoredReport } from '../../evidence/store/find.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'

const READS_AT_ONCE = 8
const MAX_REPORT_BYTES = 64 * 1024 * 1024

/**
 * The reports in a place, under whatever prefix, the newest first.
 * @throws STORAGE_…, INTERRUPTED
 */
export async function runEvidenceList(
  storage: Storage,
  request: Extract<JobRequest, { kind: 'evidence-list' }>,
  _context: JobContext,
): Promise<JobResult<EvidenceListResult>> {
  const found: StoredReport[] = []
  for await (const report of findReports(storage, request.prefix ?? '')) found.push(report)
  found.sort((a, b) => storedAt(b) - storedAt(a) || (a.report_id < b.report_id ? -1 : 1))
  const shown = found.slice(0, request.limit)
  const entries = new Map<string, EvidenceListEntry>()
  await forEachConcurrent(shown, READS_AT_ONCE, async (report) => {
    entries.set(report.folder, await entryOf(storage, report))
  })
  const result: EvidenceListResult = {
    kind: 'evidence-list',
    location: storage.location,
    reports: shown.map((report) => entries.get(report.folder)!),
    reports_total: found.length,
  }
  return { exitCode: EXIT.done, result }
}

function storedAt({ files }: StoredReport): number {
  return files.reduce((latest, file) => Math.max(latest, file.stored_at), 0)
}

async function entryOf(storage: Storage, report: StoredReport): Promise<EvidenceListEntry> {
  const { report_id: id, files } = report
  const json = files.find(({ name }) => name === `${id}.json`)
  const kinds = files.map(({ name }) => name.slice(id.length + 1))
  const facts = json === undefined ? null : await factsOf(storage, json.key)
  const signed = kinds.includes('sig')
  return {
    report_id: id,
    key: json?.key ?? files[0]?.key ?? report.folder,
    stored_at: isoTime(storedAt(report)),
    files: kinds,
    overall_result: facts?.overall ?? null,
    backup_id: facts?.backup ?? null,
    generated_at: facts?.generated ?? null,
    month: facts?.month ?? null,
    signed,
    complete: facts !== null && (!facts.namesSignature || signed),
  }
}

/** `2026-11`, of the report of a month. */
function monthOf(coffer: Record<string, unknown> | undefined): string | null {
  const { month } = (coffer?.monthly ?? {}) as { month?: unknown }
  return typeof month === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : null
}

/** What a report says of itself; it may be anybody's, so nothing of it is believed but its own words. */
async function factsOf(storage: Storage, key: string) {
  try {
    const { body } = await storage.get(key, { maxBytes: MAX_REPORT_BYTES })
    const report = JSON.parse(body.toString('utf8')) as Record<string, Record<string, unknown> | undefined> | null
    const text = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 200) : null)
    const algorithm = report?.integrity?.signature_algorithm
    return {
      overall: text(report?.validation?.overall_result),
      backup: text(report?.backup?.id),
      generated: text(report?.generated_at),
      month: monthOf(report?.coffer),
      namesSignature: typeof algorithm === 'string' && algorithm !== 'none',
    }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
