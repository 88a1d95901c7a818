import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clockTime, isZone, momentOf, startOfDay } from '../../src/contract/time-zone.ts'
import { timelineSteps } from '../../src/jobs/extract/timeline-steps.ts'

const BERLIN = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)
const clock = (hour: number, minute = 0) => ({ year: 2026, month: 3, day: 29, hour, minute, second: 0, millisecond: 0 })

describe('times of a zone', () => {
  test('clock and moment are each other’s inverse', () => {
    for (const moment of [
      0,
      at('2026-01-15T12:34:56.789Z'),
      at('2026-07-15T00:00:00.001Z'),
      at('1969-12-31T23:59:59.999Z'),
    ]) {
      for (const zone of ['UTC', BERLIN, 'Asia/Kolkata', 'America/St_Johns']) {
        assert.equal(momentOf(clockTime(moment, zone), zone), moment, zone)
      }
    }
  })
  test('an hour that is left out is moved on, one that comes twice is the first', () => {
    // on 29 March 2026 the clocks go from 02:00 to 03:00, on 25 October from 03:00 to 02:00
    assert.equal(momentOf(clock(2, 30), BERLIN), at('2026-03-29T01:30:00Z'))
    assert.equal(momentOf({ ...clock(2, 30), month: 10, day: 25 }, BERLIN), at('2026-10-25T00:30:00Z'))
  })
  test('the days on which clocks change have 23 and 25 hours', () => {
    const hours = (month: number, day: number) =>
      (startOfDay(2026, month, day + 1, BERLIN) - startOfDay(2026, month, day, BERLIN)) / 3_600_000
    assert.deepEqual([hours(3, 28), hours(3, 29), hours(10, 25)], [24, 23, 25])
  })
  test('a month behind December is the next year’s', () => {
    assert.equal(startOfDay(2026, 13, 1, BERLIN), at('2026-12-31T23:00:00Z'))
  })
  test('unknown zones are told apart', () => {
    assert.equal(isZone(BERLIN), true)
    assert.equal(isZone('Mars/Olympus'), false)
  })
})

describe('steps of a timeline', () => {
  const steps = (from: string, to: string, zone = 'UTC') => timelineSteps(at(from), at(to), zone, 200)
  test('are as short as fits, and cover both ends', () => {
    for (const [from, to, expected] of [
      ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', '1-second'],
      ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '10-minutes'],
      ['2026-01-01T10:00:00Z', '2026-03-31T00:00:00Z', '1-day'],
      ['1990-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '1-quarter'],
    ] as const) {
      const { step, edges } = steps(from, to)
      assert.equal(step, expected)
      assert.ok(edges[0] !== undefined && edges[0] <= at(from))
      assert.ok((edges.at(-1) ?? 0) > at(to) && (edges.at(-2) ?? 0) <= at(to))
      assert.ok(edges.length <= 201)
      assert.ok(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0)))
    }
  })
  test('days begin at midnight of the zone, also where clocks change', () => {
    const { step, edges } = steps('2026-02-01T00:00:00Z', '2026-05-01T00:00:00Z', BERLIN)
    assert.equal(step, '1-day')
    for (const edge of edges) assert.equal(clockTime(edge, BERLIN).hour, 0)
  })
  test('weeks begin on Monday', () => {
    const { step, edges } = steps('2025-01-01T00:00:00Z', '2026-12-01T00:00:00Z')
    assert.equal(step, '1-week')
    for (const edge of edges) assert.equal(new Date(edge).getUTCDay(), 1)
  })
})
