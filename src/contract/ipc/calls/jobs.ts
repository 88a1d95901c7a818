import { z } from 'zod'
import { jobDetail, jobPage, jobQuery } from '../history.ts'
import { jobId, jobSummary, yamlSource } from '../job.ts'
import type { CallSchemas } from './schemas.ts'

export const jobCalls = {
  /** Starts what the file's `mode` says: a backup or a restore. */
  'jobs.startFromYaml': {
    input: z.object({ source: yamlSource, dryRun: z.boolean() }),
    output: z.object({ jobId }),
  },
  /** Asks for a clean stop at a durable point, or (`atOnce`) ends the job's thread. */
  'jobs.cancel': { input: z.object({ jobId, atOnce: z.boolean() }), output: z.null() },
  /** The jobs of this session, newest first: those that their events speak of. */
  'jobs.list': { input: z.null(), output: z.array(jobSummary) },
  /** Stops one of this session at a durable point and remembers that it is to go on; USAGE for kinds that can't. */
  'jobs.pause': { input: z.object({ jobId }), output: z.null() },
  /**
   * Starts the request of a job that has ended again, as a job of its own. `resume` of its row says whether that goes on
   * from the last durable point or begins anew.
   */
  'jobs.resume': { input: z.object({ jobId }), output: z.object({ jobId }) },
  /** Every job of the profile: of all windows and of the schedules. */
  'jobs.page': { input: jobQuery, output: jobPage },
  'jobs.get': { input: z.object({ jobId }), output: jobDetail },
} as const satisfies CallSchemas<'jobs'>
