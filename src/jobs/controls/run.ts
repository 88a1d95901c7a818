import { CofferError, ERROR_EXIT } from '../../contract/errors.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ControlPlace, ControlsResult } from '../../contract/results/controls.ts'
import { isoTime } from '../../contract/time.ts'
import { findReports, type StoredReport } from '../../evidence/store/find.ts'
import { nodeCrypto } from '../../signing/node-crypto.ts'
import type { VerifyOptions } from '../../verify/crypto.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { oneExitCode } from '../exit-code.ts'
import { openArchiveLocation } from '../open-archive.ts'
import { readTrust } from '../verify/run.ts'
import { type ReadReport, readForControls, whyUnread } from './read.ts'
import { standingOfControls } from './standing.ts'

const READS_AT_ONCE = 4
const MOST_REFUSED = 50

type Request = Extract<JobRequest, { kind: 'controls' }>

/**
 * How the controls of every framework stand, by the newest reports in some places. Each report is verified first.
 * A place that can't be read says why and hides none of the others.
 * @throws INTERRUPTED; CERTIFICATE_UNUSABLE, USAGE for what is to be trusted
 */
export async function runControls(request: Request, context: JobContext): Promise<JobResult<ControlsResult>> {
  const now = Date.now()
  const options: VerifyOptions = { trust: await readTrust(request.trust), at: null, crypto: nodeCrypto }
  const reports: ReadReport[] = []
  const refused: ControlsResult['refused'] = []
  const places: ControlPlace[] = []
  for (const { name, archive } of request.places) {
    const place: ControlPlace = { name, location: null, error: null, reports_total: 0, reports_read: 0 }
    places.push(place)
    try {
      const storage = await openArchiveLocation(archive, request.environment)
      try {
        place.location = storage.location
        const found: StoredReport[] = []
        for await (const report of findReports(storage)) found.push(report)
        found.sort((a, b) => storedAt(b) - storedAt(a))
        place.reports_total = found.length
        await forEachConcurrent(found.slice(0, request.limit), READS_AT_ONCE, async (stored) => {
          if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'stopped while reports were read')
          const read = await readForControls(storage, stored, name, options).catch(whyUnread)
          place.reports_read += 1
          if ('reason' in read) refused.push({ place: name, report_id: stored.report_id, ...read })
          else reports.push(read)
        })
      } finally {
        await storage.close()
      }
    } catch (error) {
      if (!(error instanceof CofferError) || error.code === 'INTERRUPTED') throw error
      place.error = { code: error.code, message: error.message }
    }
  }
  refused.sort((a, b) => (a.report_id < b.report_id ? -1 : 1))
  const result: ControlsResult = {
    kind: 'controls',
    checked_at: isoTime(now),
    places,
    frameworks: standingOfControls(reports),
    refused: refused.slice(0, MOST_REFUSED),
    refused_total: refused.length,
  }
  return {
    exitCode: oneExitCode(places.flatMap(({ error }) => (error === null ? [] : ERROR_EXIT[error.code]))),
    result,
  }
}

function storedAt({ files }: StoredReport): number {
  return files.reduce((latest, file) => Math.max(latest, file.stored_at), 0)
}
