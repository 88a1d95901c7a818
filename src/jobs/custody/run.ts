import { CofferError } from '../../contract/errors.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { Storage } from '../../storage/storage.ts'

export async function runCustody(
  _storage: Storage,
  _request: Extract<JobRequest, { kind: 'custody' }>,
  _context: JobContext,
): Promise<JobResult<unknown>> {
  throw new CofferError('UNSUPPORTED', 'not built yet')
}
