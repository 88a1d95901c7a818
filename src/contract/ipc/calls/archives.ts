import { z } from 'zod'
import { archiveDescription, archiveLocation, backupId, listResult } from '../archive.ts'
import { jobId } from '../job.ts'
import type { CallSchemas } from './schemas.ts'

export const archiveCalls = {
  'archives.list': { input: z.object({ location: archiveLocation }), output: listResult },
  'archives.describe': { input: z.object({ location: archiveLocation, backupId }), output: archiveDescription },
  /** Starts the check as a job; its verdict comes with the `finished` event. */
  'archives.validate': {
    input: z.object({ location: archiveLocation, backupId, deep: z.boolean() }),
    output: z.object({ jobId }),
  },
} as const satisfies CallSchemas<'archives'>
