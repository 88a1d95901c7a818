import { z } from 'zod'
import { said } from './ipc/said.ts'

/**
 * One line of a profile's activity journal: what somebody did in the window, on the command line or by a schedule.
 * Lines form a hash chain: `previous` is the SHA-256 of the bytes of the line before, without its line feed. A line is
 * canonical JSON (RFC 8785); its signature is over the same without the member `signature` (docs/activity.md).
 */
export interface ActivityEntry {
  /** 1 for the first. */
  seq: number
  /** ISO 8601 UTC, milliseconds. */
  at: string
  /** Which clock `at` is of. */
  clock: 'system'
  actor: ActivityActor
  tool: { name: string; version: string }
  /** `backup`, `keys create`, `connection saved` (activity-actions.ts); lines of other versions may have others. */
  action: string
  /** A job has two lines, which share `run`; everything else is an `event`. */
  phase: ActivityPhase
  /** What it was done to: a backup's id, a key's name, a file. */
  subject: string
  run: string | null
  /** Where something was changed: what it was. Never a secret. */
  before: ActivityFacts | null
  after: ActivityFacts | null
  result: ActivityOutcome | null
  details: ActivityFacts
  /** The key that signs the line: SHA-256 of its SubjectPublicKeyInfo, lowercase hex. */
  key: string | null
  /** Why the line has no signature; null where it has one. */
  unsigned: string | null
  previous: string | null
}

export const ACTIVITY_PHASES = ['started', 'ended', 'event'] as const
export type ActivityPhase = (typeof ACTIVITY_PHASES)[number]

export const ACTIVITY_WAYS = ['window', 'command line', 'schedule'] as const
/** By which way it came. */
export type ActivityWay = (typeof ACTIVITY_WAYS)[number]

export interface ActivityActor {
  os_user: string
  host: string
  /** As the profile or COFFER_OPERATOR names the person. */
  name: string | null
  via: ActivityWay
  pid: number
}

export type ActivityFacts = Record<string, string | number | boolean | null>

export interface ActivityOutcome {
  /** As the command line would have ended (contract/exit-codes.ts). */
  exit_code: number
  /** Code of the error (contract/errors.ts). */
  error: string | null
  verdict: string | null
  message: string | null
}

/** The line as it is stored: Ed25519 over the canonical JSON of the entry, base64. */
export interface SignedActivityEntry extends ActivityEntry {
  signature: string | null
}

/** Which lines are asked for. Everything that is given must hold. */
export const activityFilter = z.strictObject({
  /** Milliseconds since the epoch, both included. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  /** Part of the OS user or the name, whatever the case. */
  who: z.string().max(200).nullable(),
  /** Begins with: `keys` finds `keys create`. */
  action: z.string().max(200).nullable(),
  /** Somewhere in the line, whatever the case. */
  text: z.string().max(200).nullable(),
  /** Of what has ended: with exit code 0, or with another. */
  result: z.enum(['done', 'failed']).nullable(),
})
export type ActivityFilter = z.infer<typeof activityFilter>

export const EVERYTHING: ActivityFilter = { from: null, to: null, who: null, action: null, text: null, result: null }

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

export const activityRow: z.ZodType<SignedActivityEntry> = z.object({
  seq: z.number(),
  at: z.string(),
  clock: z.literal('system'),
  actor: z.object({
    os_user: z.string(),
    host: z.string(),
    name: z.string().nullable(),
    via: z.enum(ACTIVITY_WAYS),
    pid: z.number(),
  }),
  tool: z.object({ name: z.string(), version: z.string() }),
  action: z.string(),
  phase: z.enum(ACTIVITY_PHASES),
  subject: z.string(),
  run: z.string().nullable(),
  before: facts.nullable(),
  after: facts.nullable(),
  result: z
    .object({
      exit_code: z.number(),
      error: z.string().nullable(),
      verdict: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  details: facts,
  key: z.string().nullable(),
  unsigned: z.string().nullable(),
  previous: z.string().nullable(),
  signature: z.string().nullable(),
})

/** What checking a journal came to. */
export const activityVerdict = z.object({
  verdict: z.enum(['PASSED', 'FAILED', 'INDETERMINATE']),
  /** One sentence: the answer. */
  headline: z.string(),
  /** Why it is not PASSED; empty where it is. */
  reasons: z.array(z.string()),
  /** Lines of the file, the torn ones too. */
  lines: z.number(),
  /** With a signature of their own. */
  signed: z.number(),
  /** The last line that a checked signature covers; 0: none. A signature covers its line and, by the chain, all before. */
  covered: z.number(),
  keys: z.array(
    z.object({
      key_id: z.string(),
      first: z.number(),
      last: z.number(),
      /** How the key is known to be this profile's: `keychain`, `file` (opened by its passphrase), `given`; null: it is not. */
      confirmed_by: z.enum(['keychain', 'file', 'given']).nullable(),
    }),
  ),
  /** The last line: whoever notes it can tell later that nothing before it was taken away. */
  head: z.object({ seq: z.number(), sha256: z.string(), at: z.string().nullable() }).nullable(),
  /** Whether lines cut off at the end would be noticed. */
  remembered: z.object({
    state: z.enum(['matches', 'differs', 'none']),
    reason: z.string(),
    said: said.exactOptional(),
  }),
  /** The first lines that are wrong, in order. */
  problems: z.array(z.object({ line: z.number(), reason: z.string(), said: said.exactOptional() })),
  problems_total: z.number(),
  /** What is no damage but worth knowing. */
  remarks: z.array(z.string()),
  /** What the reasons and the remarks are made of. */
  sayings: z.array(said).exactOptional(),
})
export type ActivityVerdict = z.infer<typeof activityVerdict>
