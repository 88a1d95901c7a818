import { z } from 'zod'
import type { OverviewResult } from '../../results.ts'
import { errorCode } from '../error.ts'
import { MAX_NAME } from '../limits.ts'
import { said } from '../said.ts'
import type { CallSchemas } from './schemas.ts'

const count = z.number()
const time = z.string().nullable()

const lock = z.object({
  mode: z.enum(['none', 'unknown', 'GOVERNANCE', 'COMPLIANCE']),
  retain_until: time,
  legal_hold: z.boolean().nullable(),
  reason: z.string(),
  said: said.exactOptional(),
})

const standing = z.object({
  backup_id: z.string(),
  state: z.enum(['running', 'complete', 'interrupted', 'failed', 'unknown']),
  last_run_at: time,
  last_good_at: time,
  generation: count.nullable(),
  records: count,
  stored_bytes: count,
  signature: z.enum(['signed', 'unsigned', 'broken']).nullable(),
  streams: z.array(
    z.object({ topic: z.string(), partitions: count, records: count, last_backup_at: time, lost_offsets: count }),
  ),
  streams_total: count,
  lost_offsets: count,
  coverage: z.array(
    z.object({ day: z.string(), records: count, runs: count, failed_runs: count, lost_offsets: count }),
  ),
  last_restore: z
    .object({ at: z.string(), by: z.string(), records: count, validated: z.string().nullable() })
    .nullable(),
  last_proof: z
    .object({ at: z.string(), by: z.string(), report_id: z.string(), overall_result: z.string() })
    .nullable(),
  lock,
  problems: z.array(z.string()),
  sayings: z.array(said).exactOptional(),
})

const failure = z.object({ code: errorCode, message: z.string() })

const overviewResult: z.ZodType<OverviewResult> = z.object({
  kind: z.literal('overview'),
  checked_at: z.string(),
  days: count,
  places: z.array(
    z.object({
      name: z.string(),
      location: z.string().nullable(),
      error: failure.nullable(),
      backups: z.array(standing),
      unreadable: z.array(failure.extend({ backup_id: z.string() })),
    }),
  ),
})

/** Something that a person has to look at. `bad` is red and comes first; what it is about is in words by the window. */
export const attention = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('place'), severity: z.literal('bad'), place: z.string(), ...failure.shape }),
  z.object({ kind: z.literal('unreadable'), severity: z.literal('bad'), backupId: z.string(), ...failure.shape }),
  z.object({
    kind: z.literal('broken'),
    severity: z.literal('bad'),
    backupId: z.string(),
    message: z.string(),
    said: said.exactOptional(),
  }),
  z.object({
    kind: z.literal('late'),
    severity: z.literal('bad'),
    /** The schedule's name. */
    name: z.string(),
    targetHours: count,
    /** null: never. */
    lastGoodAt: time,
    /** Why the last run failed; null where it did not, or none ran. */
    error: failure.nullable(),
  }),
  z.object({
    kind: z.literal('failed'),
    severity: z.literal('bad'),
    name: z.string(),
    at: z.string(),
    error: failure.nullable(),
  }),
  z.object({
    kind: z.literal('lost'),
    severity: z.literal('warn'),
    backupId: z.string(),
    topic: z.string(),
    offsets: count,
  }),
  z.object({ kind: z.literal('unproved'), severity: z.literal('warn'), backupId: z.string() }),
  z.object({ kind: z.literal('unlocked'), severity: z.literal('warn'), place: z.string() }),
])
export type Attention = z.infer<typeof attention>

export const overviewCalls = {
  /** How everything stands that is connected or scheduled. `fresh` reads it anew; else it may be some minutes old. */
  'overview.get': {
    input: z.object({ fresh: z.boolean() }),
    output: z.object({
      overview: overviewResult,
      attention: z.array(attention),
      schedules: z.array(
        z.object({
          name: z.string().max(MAX_NAME * 5),
          kind: z.string(),
          cron: z.string(),
          timezone: z.string(),
          paused: z.boolean(),
          nextAt: time,
          lastGoodAt: time,
          overdue: z.boolean(),
        }),
      ),
      /** What the settings say: how old a good backup may be, and for how long a restore counts as tested. */
      targets: z.object({ backupHours: count, restoreDays: count }),
      /** Whether anything is set up: connections by their kind. */
      connected: z.object({ clusters: count, storages: count }),
    }),
  },
  /** Puts the sample archive into the profile and connects it, so that everything but a cluster can be tried. */
  'overview.openSample': {
    input: z.null(),
    output: z.object({ connectionId: z.uuid(), backupId: z.string() }),
  },
} as const satisfies CallSchemas<'overview'>
