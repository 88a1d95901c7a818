import { z } from 'zod'
import { CUSTODY_ACTIONS } from '../../evidence/custody.ts'
import { archiveDescription, archiveLocation, backupId, listResult, manifestSignature } from '../archive.ts'
import { jobId } from '../job.ts'
import { MAX_FINDINGS } from '../limits.ts'
import { said } from '../said.ts'
import { heldFile } from './files.ts'
import type { CallSchemas } from './schemas.ts'

export const MAX_LINES = 2_000

const generation = z.object({
  generation: z.number(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
  state: z.string(),
  created_by: z.string(),
  records: z.number(),
  checksum: z.string(),
  signature: manifestSignature,
  lock: z.object({
    mode: z.enum(['COMPLIANCE', 'GOVERNANCE', 'none', 'unknown']),
    retain_until: z.string().nullable(),
    legal_hold: z.boolean().nullable(),
    reason: z.string(),
    said: said.exactOptional(),
  }),
})

const custodyLine = z.object({
  seq: z.number(),
  at: z.string(),
  action: z.enum(CUSTODY_ACTIONS),
  subject: z.string(),
  actor: z.object({ os_user: z.string(), host: z.string(), name: z.string().nullable(), role: z.string().nullable() }),
})

export const archiveCalls = {
  'archives.list': { input: z.object({ location: archiveLocation }), output: listResult },
  'archives.describe': { input: z.object({ location: archiveLocation, backupId }), output: archiveDescription },
  /** The description as `coffer describe --format json` prints it, as a file. */
  'archives.export': { input: z.object({ location: archiveLocation, backupId }), output: heldFile },
  /** Each run and each line of the log of custody, newest first, with what does not hold. */
  'archives.custody': {
    input: z.object({ location: archiveLocation, backupId }),
    output: z.object({
      problems: z.array(z.string()).max(MAX_FINDINGS),
      sayings: z.array(said).exactOptional(),
      generations: z.array(generation).max(MAX_LINES),
      generations_total: z.number(),
      log: z.array(custodyLine).max(MAX_LINES),
      log_total: z.number(),
    }),
  },
  /** The consumer groups of the archive's snapshot. @throws GROUP_SNAPSHOT_MISSING */
  'archives.groups': {
    input: z.object({ location: archiveLocation, backupId }),
    output: z.object({
      takenAt: z.string().nullable(),
      groups: z.array(
        z.object({ group: z.string(), state: z.string().nullable(), topics: z.number(), offsets: z.number() }),
      ),
      groupsTotal: z.number(),
      failed: z.array(z.object({ group: z.string(), message: z.string() })),
    }),
  },
  /** Starts the check as a job; its verdict comes with the `finished` event. */
  'archives.validate': {
    input: z.object({ location: archiveLocation, backupId, deep: z.boolean() }),
    output: z.object({ jobId }),
  },
} as const satisfies CallSchemas<'archives'>
