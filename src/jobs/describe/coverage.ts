import type { Manifest } from '../../archive/types.ts'
import type { CoverageSpan } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'

const DAY_MS = 86_400_000
/** Spans at most: what a picture can show. */
const MOST = 120

/**
 * How many records have a time in each span of the archive's time: days, or as many days together as keep it short. A
 * segment's records are spread evenly over its times, so that the figures are close and not exact.
 */
export function coverageOf(manifest: Manifest): CoverageSpan[] {
  const segments = manifest.topics.flatMap(({ partitions }) => partitions.flatMap((one) => one.segments))
  const times = segments
    .filter(({ record_count }) => record_count > 0)
    .map((segment) => {
      const low = Number(segment.min_timestamp ?? segment.start_timestamp)
      return {
        low,
        high: Math.max(low, Number(segment.max_timestamp ?? segment.end_timestamp)),
        n: segment.record_count,
      }
    })
    // Records without a time have -1; what lies beyond the calendar can't be drawn.
    .filter(({ low, high }) => low >= 0 && high < 8.64e15)
  if (times.length === 0) return []
  const first = Math.floor(times.reduce((least, { low }) => Math.min(least, low), Number.MAX_SAFE_INTEGER) / DAY_MS)
  const last = Math.floor(times.reduce((most, { high }) => Math.max(most, high), 0) / DAY_MS)
  const step = Math.max(1, Math.ceil((last - first + 1) / MOST)) * DAY_MS
  const start = first * DAY_MS
  const records = new Array<number>(Math.floor((last * DAY_MS - start) / step) + 1).fill(0)
  for (const { low, high, n } of times) {
    const to = Math.floor((high - start) / step)
    for (let at = Math.floor((low - start) / step); at <= to; at++) {
      const begin = start + at * step
      const part = Math.min(high + 1, begin + step) - Math.max(low, begin)
      records[at] = (records[at] ?? 0) + (n * part) / (high - low + 1)
    }
  }
  return records.map((n, at) => ({
    from: isoTime(start + at * step),
    days: step / DAY_MS,
    records: Math.round(n),
  }))
}
