import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { EvidenceGetResult } from '../../contract/results/evidence.ts'
import { findReport } from '../../evidence/store/find.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import type { Storage } from '../../storage/storage.ts'
import { writeAtomically } from '../restore/state.ts'

const MAX_FILE_BYTES = 1024 * 1024 * 1024

/**
 * Fetches a report, under whatever prefix it lies. `output` is a file; for all of its files, a folder. The signature of a
 * report `x.json` comes along as `x.sig`: without it the report proves nothing.
 * @throws OBJECT_MISSING, PATH_ESCAPES, STORAGE_…
 */
export async function runEvidenceGet(
  storage: Storage,
  request: Extract<JobRequest, { kind: 'evidence-get' }>,
  _context: JobContext,
): Promise<JobResult<EvidenceGetResult>> {
  const { reportId, format, output } = request
  const report = await findReport(storage, reportId)
  const wanted = format === 'all' ? report.files : report.files.filter(({ name }) => name === `${reportId}.${format}`)
  if (wanted.length === 0) {
    throw new CofferError('OBJECT_MISSING', `the report "${reportId}" has no ${format} file`, {
      hint: `It has: ${report.files.map(({ name }) => name.slice(reportId.length + 1)).join(', ')}.`,
    })
  }
  const files: EvidenceGetResult['files'] = []
  const place = resolve(output)
  if (format === 'all') await makeFolder(place)
  // names are the storage's: find.ts lets none with a slash through
  const targets = wanted.map(({ key, name }) => ({ key, path: format === 'all' ? join(place, name) : place }))
  const signature = report.files.find(({ name }) => name === `${reportId}.sig`)
  if (format === 'json' && place.endsWith('.json') && signature !== undefined) {
    targets.push({ key: signature.key, path: place.replace(/\.json$/, '.sig') })
  }
  for (const { key, path } of targets) {
    const { body } = await storage.get(key, { maxBytes: MAX_FILE_BYTES })
    await writeAtomically(path, [body]).catch((cause: unknown) => {
      throw new CofferError('STORAGE_FAILED', `"${path}" can't be written`, { cause })
    })
    files.push({ key, path, size: body.length, sha256: createHash('sha256').update(body).digest('hex') })
  }
  return { exitCode: EXIT.done, result: { kind: 'evidence-get', report_id: reportId, format, files } }
}
