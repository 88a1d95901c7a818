/**
 * One line of a chain-of-custody record: what was done to a backup, a report or a package, by whom and when. Lines form
 * a hash chain: `previous` is the SHA-256 of the canonical JSON (RFC 8785) of the line before, `null` in the first.
 * In an archive each line is an object `{id}/custody/{seq:06}.json`, written only where nothing is (so that of two writers
 * one gets the number); in a package they are the lines of `custody.ndjson`.
 */
export interface CustodyEntry {
  /** 1 for the first. */
  seq: number
  /** ISO 8601 UTC, milliseconds. */
  at: string
  action: CustodyAction
  actor: { os_user: string; host: string; name: string | null; role: string | null }
  tool: { name: string; version: string }
  /** What it was done to: `manifest generation 3`, a report's or a package's name. */
  subject: string
  /** Of the subject's bytes, lowercase hex; null where it has none. */
  sha256: string | null
  /** Where it lay or went, without secrets; null where nowhere. */
  location: string | null
  /** Anything else worth keeping; strings, numbers, booleans and null only. Never a secret. */
  details: Record<string, string | number | boolean | null>
  /** SHA-256 of the line before, lowercase hex. */
  previous: string | null
}

/** Every action that a line may name. */
export const CUSTODY_ACTIONS = [
  'backed-up',
  'restored',
  'validated',
  'reported',
  'extracted',
  'packaged',
  'viewed',
  'exported',
  'transferred',
  'verified',
  'signed',
  'held',
  'released',
  'retained',
] as const

export type CustodyAction = (typeof CUSTODY_ACTIONS)[number]
