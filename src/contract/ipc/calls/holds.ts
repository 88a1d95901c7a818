import { z } from 'zod'
import { archiveLocation, backupId } from '../archive.ts'
import { jobId } from '../job.ts'
import { MAX_NAME } from '../limits.ts'
import { said } from '../said.ts'
import type { CallSchemas } from './schemas.ts'

const lock = z.object({
  mode: z.enum(['COMPLIANCE', 'GOVERNANCE', 'none', 'unknown']),
  retain_until: z.string().nullable(),
  legal_hold: z.boolean().nullable(),
  reason: z.string(),
  said: said.exactOptional(),
})

const line = (most: number) => z.string().trim().min(1).max(most)
export const MAX_REASON = 2_000

export const holdCalls = {
  /** What keeps the backups of a place: one look at each. */
  'holds.overview': {
    input: z.object({ location: archiveLocation }),
    output: z.object({
      location: z.string(),
      /** Why nothing can be locked here; null where it can. */
      refusal: z.string().nullable(),
      /** What the refusal and the warnings are made of. */
      sayings: z.array(said).exactOptional(),
      backups: z.array(z.object({ backup_id: z.string(), lock })),
      backups_total: z.number(),
    }),
  },
  /** What holds one backup; the storage is asked about every object. */
  'holds.list': {
    input: z.object({ location: archiveLocation, backupId }),
    output: z.object({
      refusal: z.string().nullable(),
      /** What the refusal and the warnings are made of. */
      sayings: z.array(said).exactOptional(),
      objects: z.number(),
      held: z.number(),
      not_held: z.array(z.string()),
      not_held_total: z.number(),
      matters: z.array(
        z.object({
          matter: z.string(),
          reason: z.string(),
          since: z.string(),
          by: z.string(),
          objects: z.number(),
          line: z.number(),
        }),
      ),
      warnings: z.array(z.string()),
    }),
  },
  /** Starts the job; its `finished` event tells what came of it. */
  'holds.change': {
    input: z.object({
      location: archiveLocation,
      backupId,
      action: z.enum(['place', 'lift']),
      matter: line(MAX_NAME),
      reason: line(MAX_REASON),
    }),
    output: z.object({ jobId }),
  },
  'holds.extend': {
    input: z.object({
      location: archiveLocation,
      backupId,
      mode: z.enum(['COMPLIANCE', 'GOVERNANCE']),
      /** Milliseconds since the epoch. */
      until: z.number(),
      reason: line(MAX_REASON),
    }),
    output: z.object({ jobId }),
  },
} as const satisfies CallSchemas<'holds'>
