import { z } from 'zod'
import { APPROVABLE, approvalEntry } from '../../approvals.ts'
import { archiveLocation, backupId } from '../archive.ts'
import { MAX_NAME, MAX_PATH, MAX_TEXT } from '../limits.ts'
import { MAX_REASON } from './holds.ts'
import type { CallSchemas } from './schemas.ts'

const approvals = z.object({
  /** What needs a second person here; empty: nothing. */
  required: z.array(z.enum(APPROVABLE)),
  /** Where the policy stands; null: there is none. */
  policy: z.string().nullable(),
  /** Whether the user's own profile holds it. */
  policy_own: z.boolean(),
  /** Where requests and decisions are exchanged. */
  folder: z.string(),
  entries: z.array(approvalEntry),
  unreadable: z.array(z.object({ file: z.string(), reason: z.string() })),
})

const line = (most: number) => z.string().trim().min(1).max(most)
const signingKey = line(MAX_PATH)

/** What a second person is asked to approve. */
const wanted = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('restore'), yaml: z.string().min(1).max(MAX_TEXT) }),
  z.object({ kind: z.literal('hold-lift'), location: archiveLocation, backupId, matter: line(MAX_NAME) }),
  z.object({
    kind: z.literal('retention'),
    location: archiveLocation,
    backupId,
    mode: z.enum(['COMPLIANCE', 'GOVERNANCE']),
    until: z.number(),
  }),
  z.object({ kind: z.literal('keys'), action: z.enum(['create', 'revoke']), name: line(MAX_NAME) }),
])

export const approvalCalls = {
  /** Requests with what has become of them, newest first. */
  'approvals.list': { input: z.null(), output: approvals },
  /** Writes a request into the exchange folder. Signed where a key is named. */
  'approvals.request': {
    input: z.object({ wanted, reason: line(MAX_REASON), signingKey: signingKey.nullable() }),
    output: approvals,
  },
  /** Signs a decision with the user's key and writes it beside its request. @throws APPROVAL_REFUSED for one's own */
  'approvals.decide': {
    input: z.object({
      /** The request's file: of the list, or a path that the user typed. */
      file: line(MAX_PATH),
      action: z.enum(['approve', 'reject']),
      signingKey,
      note: line(MAX_REASON).nullable(),
    }),
    output: approvals,
  },
} as const satisfies CallSchemas<'approvals'>
