import { z } from 'zod'
import { activityFilter, activityRow, activityVerdict } from '../../activity.ts'
import { heldFile } from './files.ts'
import type { CallSchemas } from './schemas.ts'

/** Rows that one call gives at most. */
export const MAX_ACTIVITY_PAGE = 500

export const activityCalls = {
  /** Entries that fit, newest first. */
  'activity.page': {
    input: z.object({
      filter: activityFilter,
      offset: z.int().min(0),
      limit: z.int().min(1).max(MAX_ACTIVITY_PAGE),
    }),
    output: z.object({
      entries: z.array(activityRow),
      total: z.number(),
      lines: z.number(),
      /** Why the last entry could not be written; null where all could. */
      problem: z.string().nullable(),
    }),
  },
  /** Checks every line, from the first to the last. */
  'activity.verify': { input: z.null(), output: activityVerdict },
  /** Writes what fits into files to be saved: the lines with the public keys, or a table. The export is recorded. */
  'activity.export': {
    input: z.object({ filter: activityFilter, format: z.enum(['ndjson', 'csv']) }),
    output: z.object({ files: z.array(heldFile), lines: z.number(), whole: z.boolean() }),
  },
} as const satisfies CallSchemas<'activity'>
