import { CofferError } from '../../contract/errors.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'

export async function runExtract(
  _request: Extract<JobRequest, { kind: 'extract' }>,
  _context: JobContext,
): Promise<JobResult<unknown>> {
  throw new CofferError('UNSUPPORTED', 'not built yet')
}
