import { CofferError } from '../../contract/errors.ts'
import type { JobRow } from '../../contract/ipc/history.ts'
import type { JobRequest } from '../../contract/jobs.ts'
import { resumeOf } from '../profile/job-rows.ts'
import { sourcesOf } from '../profile/keepable.ts'
import { readConfig } from './config-file.ts'
import type { AreaRequest, ServiceCore } from './core.ts'

/**
 * Starts the request of a job that has ended again. A kind that can go on (backup, restore, extraction, validation) goes
 * on from its last durable point: that is in the archive or beside what it writes, and not here.
 * @throws USAGE where there is no such job, it still runs, or was resumed already; UNSUPPORTED where its request was not
 *   kept or must not run twice
 */
export async function resumeJob(core: ServiceCore, jobId: string): Promise<{ jobId: string }> {
  const { history } = await core.memory()
  history.endCrashed()
  const job = history.get(jobId)
  const known = core.jobs.requestOf(jobId)
  if (job.state === 'running') throw new CofferError('USAGE', `the job "${jobId}" still runs`)
  if (job.continuedBy !== null) {
    throw new CofferError('USAGE', `the job "${jobId}" was resumed already`, {
      hint: 'Look at the one that goes on with it.',
    })
  }
  if (withSession(core, job).resume === 'no') {
    const why = job.whyNoResume ?? `a job of the kind "${job.kind}" is not started twice`
    throw new CofferError('UNSUPPORTED', `the job can't be resumed: ${why}`, {
      hint: 'Start it anew, where it was started before.',
    })
  }
  const { request: kept, file } = history.requestOf(jobId)
  const request = known === null ? kept : withoutEnvironment(known)
  if (request === null) throw new CofferError('UNSUPPORTED', 'the job can’t be resumed: its request was not kept')
  for (const source of sourcesOf(request)) {
    // its text held a secret in clear and was not kept: it is read again from where it was
    if (source.text === '' && file !== null) source.text = (await readConfig(file, source.name)).text
  }
  return core.start(request, job.subject, { continues: jobId, ...(file === null ? {} : { file }) })
}

/** A row as this session sees it: a request that was not kept may still be known here. */
export function withSession<T extends JobRow>(core: ServiceCore, row: T): T {
  if (row.resume !== 'no' || core.jobs.requestOf(row.jobId) === null) return row
  return { ...row, resume: resumeOf({ ...row, hasRequest: true }) }
}

function withoutEnvironment({ environment: _, ...request }: JobRequest): AreaRequest {
  return structuredClone(request)
}
