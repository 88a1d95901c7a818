import { endedAs } from '../../archive/manifest/run-state.ts'
import type { Manifest, RunEntry } from '../../archive/types.ts'
import type {
  ReportCase,
  ReportCheck,
  ReportExtraction,
  ReportKind,
  ReportLock,
  ReportMonthly,
  ReportOperator,
  ReportRun,
} from '../../contract/evidence/report.ts'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'
import type { Said } from '../../contract/said/said.ts'

/**
 * What a job knows when it is done; `buildReport` makes the report of it. Times are milliseconds since the epoch by the
 * host's clock. Checks stand in the order they ran; one that was asked for and did not run is there as SKIPPED.
 */
export interface ReportInput {
  kind: ReportKind
  /** `<kind>-<uuid4>`; made here where it is absent. */
  reportId?: string
  generatedAt: number
  startedAt: number
  endedAt: number
  /** As it was read, and the SHA-256 (lowercase hex) of its exact bytes. */
  manifest: Manifest
  manifestSha256: string
  /** Kind and place, never a credential: `S3 { bucket: "b", prefix: "p" }`. */
  storageBackend: string
  /** Topics of the manifest that were looked at, with their names on the target; null: all, and no target. */
  topics: { source: string; target: string | null }[] | null
  window: { start: number | null; end: number | null; time: 'record' | 'broker' } | null
  /** In words or as JSON; null: none. */
  filters: string | null
  /** `--pitr`. */
  pitrTimestamp: number | null
  /** null where no target took part. `start` and `end` are those of the restore, where it is known. */
  restore: { targetBootstrapServers: string[]; start: number | null; end: number | null } | null
  checks: ReportCheck[]
  /** Seconds that the validation took; null where there was none. */
  validationSeconds: number | null
  operator: ReportOperator
  /** Default: this machine. */
  host?: { name: string; platform: string; release: string }
  /** `toolDigest()`; null where it could not be made. */
  toolDigest: { sha256: string; method: string } | null
  /** Host minus broker, as seen by this job; default: the host's clock, compared with nothing. */
  clock?: { source: string; offset_ms: number | null }
  triggeredBy: string | null
  /** The configuration file as read. Secrets in it are replaced here once more, by type, by name and in URLs. */
  configuration: Record<string, unknown>
  /** What the job itself left out or could not say, one sentence each; buildReport adds what follows from the rest. */
  notCovered: (string | Said)[]
  /** What the open findings of a month are made of. */
  sayings?: Said[]
  /** `lock` as read back from the storage; null where it was not asked. */
  retention: { days: number | null; lock: ReportLock | null }
  /** What the report will be signed with; null: not signed. */
  signing: { algorithm: SignatureAlgorithm; signedBy: string | null } | null
  /** Every run so far: `timelineOf` of the manifests of all generations; empty where they were not read. */
  timeline: ReportRun[]
  case?: ReportCase
  extraction?: ReportExtraction
  monthly?: ReportMonthly
  verifierPageSha256?: string
}

/** A segment as the table of digests has it; null where the archive states none (archives of other programs). */
export interface ReportSegment {
  key: string
  records: number
  sha256: string | null
  merkle_root: string | null
}

/** The segments of the topics in scope, in the manifest's order. @param topics null: all */
export function segmentsOf(manifest: Manifest, topics: readonly string[] | null = null): ReportSegment[] {
  const segments: ReportSegment[] = []
  for (const topic of manifest.topics) {
    if (topics !== null && !topics.includes(topic.name)) continue
    for (const partition of topic.partitions) {
      for (const { key, record_count, sha256, merkle_root } of partition.segments) {
        segments.push({ key, records: record_count, sha256: sha256 ?? null, merkle_root: merkle_root ?? null })
      }
    }
  }
  return segments
}

/** The runs of a backup for the timeline. @param manifests of any of its generations, in any order */
export function timelineOf(manifests: readonly Manifest[]): ReportRun[] {
  const runs = new Map<number, ReportRun & Pick<RunEntry, 'state'>>()
  for (const { coffer } of manifests) {
    if (coffer === undefined) continue
    const { started_at, ended_at, state, records, bytes } = coffer.run
    runs.set(coffer.generation, {
      generation: coffer.generation,
      started_at: new Date(started_at).toISOString(),
      ended_at: ended_at === null ? null : new Date(ended_at).toISOString(),
      state,
      records,
      bytes,
    })
  }
  const sorted = [...runs.values()].sort((a, b) => a.generation - b.generation)
  const newest = sorted.at(-1)
  return sorted.map((run) => ({ ...run, state: endedAs(run, run === newest) }))
}
