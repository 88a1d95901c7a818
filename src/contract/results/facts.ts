import type { Said } from '../said/said.ts'

/** Why an offset of the backed-up range is not in the archive: the kinds of docs/archive-format.md. */
export type AbsentKind = 'aborted' | 'control' | 'compacted' | 'deleted_before' | 'deleted_during' | 'unexplained'

/** What became of every offset: `offsets` = `archived` + the sum of `absent`. */
export interface AccountTotals {
  offsets: number
  archived: number
  /** Only kinds that occur. */
  absent: Partial<Record<AbsentKind, number>>
}

export interface ArchiveStatistics {
  topics: number
  partitions: number
  segments: number
  records: number
  bytes: number
  stored_bytes: number
  /** Of the earliest and latest record timestamp; null where nothing is archived. */
  first_timestamp: string | null
  last_timestamp: string | null
}

export interface ClusterFacts {
  cluster_id: string | null
  kafka_version: string | null
  brokers: string[]
}

/** Whether a manifest is signed, and by which key. Whether that key is to be trusted is for `coffer verify` to say. */
export interface ManifestSignature {
  /** `broken`: there is a signature, and it does not hold over the manifest. */
  state: 'signed' | 'unsigned' | 'broken'
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  key_id: string | null
  algorithm: string | null
  /** Whether an RFC 3161 token lies beside it. */
  timestamped: boolean
  /** One sentence. */
  reason: string
  said?: Said
}
