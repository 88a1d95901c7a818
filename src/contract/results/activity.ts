import type { ActivityVerdict, SignedActivityEntry } from '../activity.ts'

export type ActivityResult =
  | {
      kind: 'activity'
      action: 'list'
      journal: string
      /** Newest first, as many as were asked for. */
      entries: SignedActivityEntry[]
      /** That fit the filter. */
      total: number
      lines: number
    }
  | { kind: 'activity'; action: 'verify'; journal: string; verdict: ActivityVerdict }
  | ({ kind: 'activity'; action: 'export'; journal: string } & ActivityExported)

export interface ActivityExported {
  files: { path: string; sha256: string }[]
  lines: number
  /** Every line, as it stands: it can be checked as a chain. */
  whole: boolean
  /** The last line that was written. */
  head: { seq: number; sha256: string } | null
  /** SHA-256 of the public keys. */
  keys: string[]
}
