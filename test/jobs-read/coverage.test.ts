import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { coverageOf } from '../../src/jobs/describe/coverage.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)

/** Only what coverage looks at. */
function manifest(segments: { low: number; high: number; n: number }[]): Manifest {
  const own = segments.map(({ low, high, n }) => ({
    ...{ start_timestamp: low, end_timestamp: high, record_count: n },
  }))
  return { topics: [{ name: 't', partitions: [{ partition_id: 0, segments: own }] }] } as unknown as Manifest
}

test('records are counted by the day of their time, and a day without any is there', () => {
  const found = coverageOf(
    manifest([
      { low: START + 1_000, high: START + 2_000, n: 10 },
      { low: START + 2 * DAY, high: START + 2 * DAY + 5, n: 7 },
    ]),
  )
  assert.deepEqual(
    found.map(({ from, days, records }) => [from, days, records]),
    [
      ['2026-01-01T00:00:00.000Z', 1, 10],
      ['2026-01-02T00:00:00.000Z', 1, 0],
      ['2026-01-03T00:00:00.000Z', 1, 7],
    ],
  )
})

test('a segment’s records are spread over its times', () => {
  const found = coverageOf(manifest([{ low: START, high: START + 4 * DAY - 1, n: 400 }]))
  assert.deepEqual(
    found.map(({ records }) => records),
    [100, 100, 100, 100],
  )
})

test('a long time is told in longer spans, and nothing is lost on the way', () => {
  const segments = Array.from({ length: 1_000 }, (_, at) => ({ low: START + at * DAY, high: START + at * DAY, n: 3 }))
  const found = coverageOf(manifest(segments))
  assert.ok(found.length <= 120, String(found.length))
  assert.equal(
    found.reduce((sum, { records }) => sum + records, 0),
    3_000,
  )
})

test('records without a time, and an archive without records, draw nothing', () => {
  assert.deepEqual(coverageOf(manifest([{ low: -1, high: -1, n: 5 }])), [])
  assert.deepEqual(coverageOf(manifest([])), [])
})
