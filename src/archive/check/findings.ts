import type { ValidateFinding } from '../../contract/results.ts'
import type { AccountRange, SegmentEntry } from '../types.ts'

export type Severity = 'damaged' | 'warning' | 'info'

/** One thing that the integrity check has to say. */
export interface Finding extends Omit<ValidateFinding, 'severity'> {
  /** `damaged`: the archive is not what it says; `warning`: for a person to judge; `info`: good to know. */
  severity: Severity
}

/** Words of the check's own; the others are error codes. */
export const FINDING_CODES = {
  ACCOUNT_DIFFERS: 'the account of offsets does not add up, or its records are not there',
  TIMESTAMPS_DIFFER: 'a timestamp of the manifest is not the records’',
  MERKLE_DIFFERS: 'the records are not those that the Merkle root was made over',
  SEGMENTS_OVERLAP: 'two segments claim the same offsets',
  OFFSETS_UNACCOUNTED: 'offsets between two segments of which a foreign archive says nothing',
  CUT_NOT_REACHED: 'a run that calls itself complete ends before its cut',
  INDEX_DIFFERS: 'a segment’s own index says something else than its records',
  CHAIN_BROKEN: 'an earlier generation of the manifest is missing or is not the one that was hashed',
  EARLIER_ENTRY_CHANGED: 'a later generation tells another story of the same segment',
  SIGNATURE_BROKEN: 'a manifest has a signature that does not hold over it',
  MANIFEST_UNSIGNED: 'the last manifest is not signed, and an earlier one is',
  OBJECT_UNNAMED: 'an object that no manifest names',
  OBJECT_ABANDONED: 'left behind by a run that was cut off; not part of the backup',
  SUSPECT_CONTROL_RECORDS: 'records that look like transaction markers, archived as data',
  INJECTED_HEADERS: 'tracking headers that another program added to the records',
} as const

/** A segment as a thread gets it to verify. */
export interface SegmentTask {
  entry: SegmentEntry
  topic: string
  partition: number
  foreign: boolean
  /** The account's entry for this segment: its range, and the absent ranges as from, to, from, to … */
  account: { from: number; to: number; absent: Float64Array } | null
}

/** What a thread answers. */
export interface SegmentVerdict {
  findings: Finding[]
  /** Read and parsed, up to the first damage. */
  records: number
  /** Uncompressed. */
  bytes: number
}

export function flatRanges(ranges: readonly AccountRange[]): Float64Array {
  const flat = new Float64Array(ranges.length * 2)
  for (const [i, [, from, to]] of ranges.entries()) {
    flat[i * 2] = from
    flat[i * 2 + 1] = to
  }
  return flat
}

/** What a damaged archive of a million segments may say: the rest is only counted. */
const KEPT_FINDINGS = 1000

/** Collects findings, the worst kept first when there are too many. */
export class Findings {
  readonly #kept: Record<Severity, Finding[]> = { damaged: [], warning: [], info: [] }
  readonly #counts: Record<Severity, number> = { damaged: 0, warning: 0, info: 0 }

  add(...findings: Finding[]): void {
    for (const finding of findings) {
      this.#counts[finding.severity]++
      const kept = this.#kept[finding.severity]
      if (kept.length < KEPT_FINDINGS) kept.push(finding)
    }
  }

  count(severity: Severity): number {
    return this.#counts[severity]
  }

  get total(): number {
    return this.#counts.damaged + this.#counts.warning + this.#counts.info
  }

  /** Worst first, then by place, whatever order the threads answered in. */
  list(): Finding[] {
    const { damaged, warning, info } = this.#kept
    return [damaged, warning, info].flatMap((findings) => findings.sort(byPlace)).slice(0, KEPT_FINDINGS)
  }
}

function byPlace(a: Finding, b: Finding): number {
  const topic = (a.topic ?? '').localeCompare(b.topic ?? '', 'en')
  return topic || (a.partition ?? -1) - (b.partition ?? -1) || (a.offset ?? -1) - (b.offset ?? -1)
}
