import type { Said } from '../said/said.ts'
import type { AccountTotals, ManifestSignature } from './facts.ts'

export interface ValidateResult {
  kind: 'validate'
  backup_id: string
  location: string
  deep: boolean
  /** FAILED: something is damaged, missing or different. INDETERMINATE: what was there could not all be checked. */
  verdict: 'PASSED' | 'FAILED' | 'INDETERMINATE'
  /** One sentence that carries the verdict. */
  reason: string
  said?: Said
  started_at: string
  ended_at: string
  duration_seconds: number
  manifest_sha256: string | null
  /** Of that manifest (deep only); absent in archives of other programs. */
  manifest_signature?: ManifestSignature
  /** What was really looked at. */
  checked: {
    topics: number
    partitions: number
    segments: number
    /** Objects listed in the archive, named by the manifest or not. */
    objects: number
    /** Parsed one by one (deep only). */
    records: number
    bytes: number
    stored_bytes: number
    /** Earlier manifests whose hash was followed. */
    generations: number
  }
  /** The account of offsets as the archive states it and (deep) as it was added up again; null where there is none. */
  account: AccountTotals | null
  /** Worst first; `findings_total` counts all. */
  findings: ValidateFinding[]
  findings_total: number
  /** Number of the line that a deep check left in the chain of custody; absent where it left none. */
  custody_line?: number
}

export interface ValidateFinding {
  /** Errors fail the archive; warnings are for a person to judge (an oddity of a foreign archive, an orphan). */
  severity: 'error' | 'warning' | 'note'
  /** Of the error table, or a word of the integrity check in the same spelling. */
  code: string
  topic?: string
  partition?: number
  /** The segment's (or other object's) key. */
  segment?: string
  offset?: number
  /** One sentence: expected X, got Y. */
  reason: string
  said?: Said
}
