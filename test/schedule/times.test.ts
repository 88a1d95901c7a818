import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import { checkClock, checkQuietHours, jitterMs, lastDue, nextDue, quietUntil } from '../../src/jobs/schedule/times.ts'

const BERLIN = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }
const iso = (dates: Date[]) => dates.map((date) => date.toISOString())
const at = (text: string) => new Date(text)

test('a time that summer skips is run once, at the first moment after it', () => {
  assert.deepEqual(iso(nextDue(BERLIN, at('2026-03-28T00:00:00Z'), 3)), [
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ])
})

test('a time that winter has twice is run once', () => {
  assert.deepEqual(iso(nextDue(BERLIN, at('2026-10-24T00:00:00Z'), 3)), [
    '2026-10-24T00:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ])
})

test('the latest due time, and how many were missed before it', () => {
  const hourly = { cron: '0 * * * *', timezone: 'UTC' }
  assert.deepEqual(lastDue(hourly, at('2026-01-01T00:00:00Z'), at('2026-01-01T00:59:59Z')), null)
  assert.deepEqual(lastDue(hourly, at('2026-01-01T00:00:00Z'), at('2026-01-01T01:00:00Z')), {
    due: at('2026-01-01T01:00:00Z'),
    missed: 0,
  })
  assert.deepEqual(lastDue(hourly, at('2026-01-01T00:00:00Z'), at('2026-01-01T05:20:00Z')), {
    due: at('2026-01-01T05:00:00Z'),
    missed: 4,
  })
})

test('jitter is fixed for a due time, differs between them and stays in its bounds', () => {
  const schedule = { id: 'a', jitter_seconds: 600 }
  const times = nextDue({ cron: '0 * * * *', timezone: 'UTC' }, at('2026-01-01T00:00:00Z'), 50)
  const delays = times.map((time) => jitterMs(schedule, time))
  assert.deepEqual(
    delays,
    times.map((time) => jitterMs(schedule, time)),
  )
  assert.ok(delays.every((delay) => delay >= 0 && delay < 600_000))
  assert.ok(new Set(delays).size > 40)
  assert.equal(jitterMs({ id: 'a', jitter_seconds: 0 }, times[0] as Date), 0)
})

test('quiet hours hold until their end, over midnight and by the local clock', () => {
  const night = { quiet_hours: { from: '22:00', to: '06:00' }, timezone: 'Europe/Berlin' }
  const until = (text: string) => quietUntil(night, at(text))?.toISOString() ?? null
  assert.equal(until('2026-01-10T20:59:00Z'), null)
  assert.equal(until('2026-01-10T21:00:00Z'), '2026-01-11T05:00:00.000Z')
  assert.equal(until('2026-01-11T04:59:00Z'), '2026-01-11T05:00:00.000Z')
  assert.equal(until('2026-01-11T05:00:00Z'), null)
  const noon = { quiet_hours: { from: '12:00', to: '13:30' }, timezone: 'UTC' }
  assert.equal(quietUntil(noon, at('2026-01-10T12:00:00Z'))?.toISOString(), '2026-01-10T13:30:00.000Z')
  assert.equal(quietUntil({ quiet_hours: null, timezone: 'UTC' }, at('2026-01-10T12:00:00Z')), null)
})

test('what is no clock is refused with its value', () => {
  const refused = (run: () => void, part: string) =>
    assert.throws(run, (error) => isCofferError(error, 'CONFIG_INVALID_VALUE') && error.message.includes(part))
  refused(() => checkClock({ cron: '* * * *', timezone: 'UTC' }), '"* * * *"')
  refused(() => checkClock({ cron: '61 * * * *', timezone: 'UTC' }), '"61 * * * *"')
  refused(() => checkClock({ cron: '0 0 30 2 *', timezone: 'UTC' }), 'never due')
  refused(() => checkClock({ cron: '0 2 * * *', timezone: 'Mars/Olympus' }), '"Mars/Olympus"')
  refused(() => checkQuietHours({ from: '24:00', to: '06:00' }), '"24:00"')
  checkClock(BERLIN)
})
