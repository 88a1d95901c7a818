import type { AccountEntry, Manifest } from '../../archive/types.ts'
import type { DayCoverage } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import type { Generation } from '../../journal/generations.ts'

export const DAY_MS = 86_400_000

/** The last `days` days of the calendar in UTC, the one of `now` last. */
export function emptyDays(now: number, days: number): DayCoverage[] {
  const today = Math.floor(now / DAY_MS)
  return Array.from({ length: days }, (_, at) => ({
    day: isoTime((today - days + 1 + at) * DAY_MS).slice(0, 10),
    records: 0,
    runs: 0,
    failed_runs: 0,
    lost_offsets: 0,
  }))
}

/** Adds the records of a manifest to the days of their times. @param from first day since 1970 */
export function addRecords(days: DayCoverage[], from: number, manifest: Manifest): void {
  for (const { partitions } of manifest.topics) {
    for (const { segments } of partitions) {
      for (const segment of segments) {
        const low = Number(segment.min_timestamp ?? segment.start_timestamp)
        const high = Math.max(low, Number(segment.max_timestamp ?? segment.end_timestamp))
        spread(days, from, low, high, segment.record_count)
      }
    }
  }
  for (const day of days) day.records = Math.round(day.records)
}

function spread(days: DayCoverage[], from: number, low: number, high: number, records: number): void {
  const length = high - low + 1
  const first = Math.max(0, Math.floor(low / DAY_MS) - from)
  const last = Math.min(days.length - 1, Math.floor(high / DAY_MS) - from)
  for (let at = first; at <= last; at++) {
    const start = (from + at) * DAY_MS
    const part = Math.min(high + 1, start + DAY_MS) - Math.max(low, start)
    const day = days[at]
    if (day !== undefined && part > 0) day.records += (records * part) / length
  }
}

/** Adds a run, and what it found to be lost, to its day. */
export function addRun(days: DayCoverage[], from: number, { coffer, manifest, state }: Generation): void {
  const day = days[Math.floor(coffer.run.started_at / DAY_MS) - from]
  if (day === undefined) return
  day.runs++
  if (state === 'failed' || state === 'interrupted') day.failed_runs++
  for (const { partitions } of manifest.topics) {
    for (const { account } of partitions) {
      for (const entry of account ?? []) {
        if (entry.generation === coffer.generation) day.lost_offsets += lostOf(entry)
      }
    }
  }
}

/** Offsets of an account's entry that are lost: neither archived nor explained by Kafka's own working. */
export function lostOf({ absent }: AccountEntry): number {
  return (absent.deleted_before ?? 0) + (absent.deleted_during ?? 0) + (absent.unexplained ?? 0)
}
