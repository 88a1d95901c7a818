import { z } from 'zod'
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
  /** The jobs of this session, newest first. */
  'jobs.list': { input: z.null(), output: z.array(jobSummary) },
} as const satisfies CallSchemas<'jobs'>
