import { CofferError } from '../../contract/errors.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'

export async function runEvidenceVerify(
  _request: Extract<JobRequest, { kind: 'evidence-verify' }>,
  _context: JobContext,
): Promise<JobResult<unknown>> {
  throw new CofferError('UNSUPPORTED', 'not built yet')
}
