import { z } from 'zod'
import type { CallSchemas } from './schemas.ts'

export const appCalls = {
  'app.info': {
    input: z.null(),
    output: z.object({
      name: z.string(),
      version: z.string(),
      host: z.enum(['desktop', 'browser']),
      profile: z.string(),
      /** Where relative paths start. */
      directory: z.string(),
    }),
  },
} as const satisfies CallSchemas<'app'>
