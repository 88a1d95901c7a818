import type { ErrorCode } from '../errors.ts'
import type { Said } from '../said/said.ts'

/** What the reports in some places say of each control that Coffer's evidence can bear on. */
export interface ControlsResult {
  kind: 'controls'
  checked_at: string
  places: ControlPlace[]
  frameworks: FrameworkStanding[]
  /** Reports that count for nothing, each with the reason; at most as many as the job keeps. */
  refused: RefusedReport[]
  refused_total: number
}

export interface RefusedReport {
  place: string
  report_id: string
  /** A sentence, with its full stop. */
  reason: string
  said?: Said
  /** Of the verifier, where it is the one that fails the report. */
  sub_indication?: string
}

export interface ControlPlace {
  name: string
  /** null where it could not be opened. */
  location: string | null
  error: { code: ErrorCode; message: string } | null
  reports_total: number
  /** The newest ones, which were read. */
  reports_read: number
}

export interface FrameworkStanding {
  id: string
  title: string
  edition: string
  controls: ControlStanding[]
}

export interface ControlStanding {
  control: string
  title: string
  citation: string
  asks: string
  /** What no evidence of this kind can show. */
  beyond: string
  /** Checks and facts of a report that it rests on; none: Coffer's evidence can't bear on it. */
  rests_on: string[]
  /** By the newest report of each backup that came to a result: one that speaks against it outweighs all others. */
  state: 'supported' | 'not supported' | 'not covered'
  reason: string
  /** What the reason is made of, without what no evidence can show; absent where a report has its sentence alone. */
  said?: Said[]
  /** What the state rests on; null where nothing does. */
  evidence: ControlEvidence | null
  /** The newest report of each backup that came to a result, what speaks against first. Bounded. */
  backups: ControlEvidence[]
  backups_total: number
}

export interface ControlEvidence {
  place: string
  backup_id: string
  report_id: string
  /** When the report says that it was made. */
  at: string
  state: 'supported' | 'not supported'
  reason: string
  said?: Said[]
  /** `valid`: signed by somebody who is trusted; `untrusted`: intact, but nobody vouches for the signer. */
  signature: 'valid' | 'untrusted' | 'unsigned'
  signed_by: string | null
}
