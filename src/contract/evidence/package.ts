import type { Int64 } from '../record.ts'

/**
 * The evidence package, version 1: one `.zip` (docs/evidence-package.md). This is the one place for its paths; the
 * writer (evidence/package) and the verifier (verify/package) both build on it.
 */
export const PACKAGE_FORMAT = 1

export const PACKAGE_PATHS = {
  readme: 'README.txt',
  /** Lists every other file; its signature binds the whole package. */
  index: 'index.json',
  report: 'report.json',
  pdf: 'report.pdf',
  manifest: 'manifest/manifest.json',
  records: 'records/records.ndjson',
  /** The same records in other forms, where they were asked for. */
  csv: 'records/records.csv',
  datUtf8: 'records/records-utf8.dat',
  datWindows1252: 'records/records-windows-1252.dat',
  parquet: 'records/parquet/',
  proofs: 'proofs/proofs.ndjson',
  coverage: 'proofs/coverage.json',
  custody: 'custody.ndjson',
  certificates: 'certificates/',
  publicKey: 'certificates/public-key.pem',
  verifier: 'verify.html',
} as const

/**
 * The order of entries: by the first of these that the path equals or, where it ends with `/`, begins with; then by path
 * (UTF-16 code units). Nothing else may be in a package.
 */
export const PACKAGE_ORDER: readonly string[] = [
  'README.txt',
  'verify.html',
  'index.json',
  'index.json.sig',
  'index.json.sig.der',
  'index.json.sig.tst',
  'report.json',
  'report.json.sig',
  'report.json.sig.der',
  'report.json.sig.tst',
  'report.pdf',
  'certificates/',
  'manifest/',
  'records/',
  'proofs/',
  'custody.ndjson',
]

/** Stored, never deflated, since no digest covers how they are packed: the index and its signature files. */
export const PACKAGE_STORED: readonly string[] = [
  'index.json',
  'index.json.sig',
  'index.json.sig.der',
  'index.json.sig.tst',
]

/** No line of an NDJSON file may be longer, in bytes, its LF included. */
export const PACKAGE_MAX_LINE = 256 * 1024 * 1024

/** `index.json`, canonical JSON. `files` are all files of the package but itself and its own signature files, by path. */
export interface PackageIndex {
  format: 1
  kind: 'coffer-evidence-package'
  package_id: string
  report_id: string
  backup_id: string
  created_at: string
  tool: { name: string; version: string }
  /** Of `records/records.ndjson`. */
  content_sha256: string
  records: number
  /** Whether `index.json.sig.tst` belongs to the package (an authority stamped the report's signature just before), so that
   * nobody can take it out unseen. Where the authority failed in between, the verdict is indeterminate. */
  timestamp_expected: boolean
  files: PackageFile[]
}

export interface PackageFile {
  path: string
  /** Uncompressed. */
  size: number
  /** Lowercase hex. */
  sha256: string
  /** Of the entry's bytes as they lie in the zip, compressed or not: so that no byte of the file is covered by nothing
   * (a compressed stream can be changed without changing what it inflates to). Equal to the two above where it is stored. */
  packed_size: number
  packed_sha256: string
  /** One sentence for the README and the page. */
  what: string
}

/** A line of `records/records.ndjson`: a record without loss. Bytes are base64 (RFC 4648 section 4, padded), or null. */
export interface PackageRecord {
  topic: string
  partition: number
  offset: number
  /** Milliseconds since the epoch; 64-bit, all digits. */
  timestamp: Int64
  key: string | null
  value: string | null
  /** In the record's order; names are base64 only where they are no UTF-8 (then `name_base64: true` in `flags`). */
  headers: [name: string, value: string | null][]
  /** Where it could be decoded, `key` before `value`: the JSON text of the key or value itself without the white space
   * outside its strings (numbers, escapes and the order of members as they stand), or else its UTF-8 text as a JSON string,
   * as JSON.stringify writes it. After redaction: what is left of it. */
  decoded?: { key?: unknown; value?: unknown }
  /** Names of the rules that changed `key`, `value`, `headers` or `decoded`; absent where nothing was. */
  redacted?: string[]
  /** `header-names-base64`: at least one header name is no UTF-8, and all of this record's are in base64. */
  flags?: string[]
}

/** A line of `proofs/proofs.ndjson`, in the order of the records: RFC 6962 section 2.1.1. Hashes are lowercase hex. */
export interface PackageProof {
  topic: string
  partition: number
  offset: number
  /** Key of the segment in the manifest. */
  segment: string
  /** Which leaf of it, from 0, and of how many. */
  leaf_index: number
  tree_size: number
  /** Of the original record, also where it is redacted: SHA-256(0x00 ‖ record bytes). */
  leaf_hash: string
  /** From the leaf up. */
  audit_path: string[]
}

/** `proofs/coverage.json`, canonical JSON: which segments of the manifest were read, and on what ground others were not. */
export interface PackageCoverage {
  format: 1
  backup_id: string
  manifest_sha256: string
  /** What was asked for, as it was applied. */
  topics: { include: string[]; exclude: string[] }
  window: { start: number | null; end: number | null; time: 'record' | 'broker' }
  filter: unknown
  partitions: CoveragePartition[]
  totals: {
    segments: number
    read: number
    skipped: number
    failed: number
    /** Of the segments that were read. */
    records_read: number
    /** Of those: in parts that the segments' own indexes put outside the window. Absent where there are none. */
    records_ruled_out?: number
    records_matched: number
  }
}

export interface CoveragePartition {
  topic: string
  partition: number
  /** Summed-up account of offsets of the manifest: archived + absent = to - from. */
  account: { from: number; to: number; archived: number; absent: Record<string, number> } | null
  segments: CoverageSegment[]
}

export interface CoverageSegment {
  segment: string
  state: 'read' | 'skipped' | 'failed'
  /** Why it was skipped or failed: `outside-window` (by the manifest's smallest and largest timestamp), `topic-not-selected`,
   * or an error code. */
  ground: string | null
  /** Of the object, as seen when it was read; null where it was not. */
  sha256: string | null
  merkle_root: string | null
  records: number
  /** How many of them were not looked at one by one, since the segment's own index puts their zstd frames outside the window
   * (docs/archive-format.md, section 2). Only of a segment that was read; absent where there are none. */
  ruled_out?: number
  matched: number
}
