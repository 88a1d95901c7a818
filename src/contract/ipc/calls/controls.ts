import { z } from 'zod'
import type { ControlsResult } from '../../results.ts'
import { errorCode } from '../error.ts'
import { said } from '../said.ts'
import type { CallSchemas } from './schemas.ts'

const count = z.number()

const evidence = z.object({
  place: z.string(),
  backup_id: z.string(),
  report_id: z.string(),
  at: z.string(),
  state: z.enum(['supported', 'not supported']),
  reason: z.string(),
  said: z.array(said).exactOptional(),
  signature: z.enum(['valid', 'untrusted', 'unsigned']),
  signed_by: z.string().nullable(),
})

const controlsResult: z.ZodType<ControlsResult> = z.object({
  kind: z.literal('controls'),
  checked_at: z.string(),
  places: z.array(
    z.object({
      name: z.string(),
      location: z.string().nullable(),
      error: z.object({ code: errorCode, message: z.string() }).nullable(),
      reports_total: count,
      reports_read: count,
    }),
  ),
  frameworks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      edition: z.string(),
      controls: z.array(
        z.object({
          control: z.string(),
          title: z.string(),
          citation: z.string(),
          asks: z.string(),
          beyond: z.string(),
          rests_on: z.array(z.string()),
          state: z.enum(['supported', 'not supported', 'not covered']),
          reason: z.string(),
          said: z.array(said).exactOptional(),
          evidence: evidence.nullable(),
          backups: z.array(evidence),
          backups_total: count,
        }),
      ),
    }),
  ),
  refused: z.array(
    z.object({
      place: z.string(),
      report_id: z.string(),
      reason: z.string(),
      said: said.exactOptional(),
      sub_indication: z.string().exactOptional(),
    }),
  ),
  refused_total: count,
})

export const controlCalls = {
  /** How every control stands by the newest reports in connected storages, each verified first. */
  'controls.get': {
    input: z.null(),
    output: z.object({
      controls: controlsResult,
      /** For links to a report: the connection of each place's name. */
      connections: z.array(z.object({ place: z.string(), connectionId: z.uuid() })),
    }),
  },
} as const satisfies CallSchemas<'controls'>
