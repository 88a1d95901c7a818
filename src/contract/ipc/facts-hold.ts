import { z } from 'zod'
import { said } from './said.ts'

const count = z.number()
const strings = z.array(z.string())
const holdAction = z.enum(['place', 'lift', 'list', 'overview'])

/** What a hold job came to. */
export const holdFacts = z.object({
  kind: z.literal('hold'),
  action: holdAction,
  backupId: z.string(),
  location: z.string(),
  state: z.enum(['complete', 'interrupted']),
  refusal: z.string().nullable(),
  matter: z.string().nullable(),
  objects: count,
  held: count,
  changed: count,
  warnings: strings,
  sayings: z.array(said).exactOptional(),
})

/** What keeping a backup for longer came to. */
export const retentionFacts = z.object({
  kind: z.literal('retention'),
  backupId: z.string(),
  location: z.string(),
  state: z.enum(['complete', 'interrupted']),
  mode: z.enum(['COMPLIANCE', 'GOVERNANCE']),
  until: z.string(),
  objects: count,
  extended: count,
  already: count,
})
