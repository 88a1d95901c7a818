import { z } from 'zod'
import { jobId } from '../job.ts'
import { MAX_NAME } from '../limits.ts'
import { MAX_RESTORE_FILE, restoreChoices, restorePreview, signWith } from '../restore.ts'
import type { CallSchemas } from './schemas.ts'

const file = z.string().max(MAX_RESTORE_FILE)

export const restoreCalls = {
  /** The restore and its validation as the files that `coffer restore` and `coffer validation run` take. */
  'restore.files': {
    input: z.object({ choices: restoreChoices, signWith }),
    output: z.object({
      restore: file,
      validation: file,
      /** Environment variables that whoever runs the files has to set. */
      variables: z.array(z.string()),
    }),
  },
  /** A dry run: contacts the target and changes nothing. @throws what the restore would fail with before it looks there */
  'restore.preview': { input: z.object({ choices: restoreChoices }), output: restorePreview },
  /**
   * Starts the restore as a job. Into production, or behind the records of topics that are not empty, `confirmed` must be
   * the name of the target's connection, as somebody typed it.
   * @throws USAGE where it is not
   */
  'restore.start': {
    input: z.object({ choices: restoreChoices, confirmed: z.string().max(MAX_NAME).nullable() }),
    output: z.object({ jobId }),
  },
  /** Compares what was restored with the archive, record by record, as a job that ends in a report. */
  'restore.prove': { input: z.object({ choices: restoreChoices, signWith }), output: z.object({ jobId }) },
} as const satisfies CallSchemas<'restore'>
