import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, duration, fromNow, moment, monthName, setClock, timeOfDay } from '../../src/renderer/format.ts'
import { startWords } from '../../src/renderer/i18n.ts'
import { FILTERS_OFF, queryOf } from '../../src/renderer/pages/jobs/filter-values.ts'

Object.assign(globalThis, { document: { documentElement: { lang: '' } } })
await startWords('en')

test('times are told by the clock that was chosen in the settings; a zone that is asked for wins', () => {
  const at = Date.parse('2026-11-03T23:30:07Z')
  process.env.TZ = 'Europe/Berlin'
  assert.deepEqual([moment(at), day(at), timeOfDay(at)], ['4 Nov 2026, 00:30', '4 Nov 2026', '00:30:07'])
  setClock('utc')
  assert.deepEqual([moment(at), day(at), timeOfDay(at)], ['3 Nov 2026, 23:30 UTC', '3 Nov 2026', '23:30:07 UTC'])
  assert.equal(moment(at, 'Asia/Tokyo'), '4 Nov 2026, 08:30')
  setClock('local')
  assert.equal(moment(at), '4 Nov 2026, 00:30')
})

test('the days that jobs are looked for by are those of the clock that was chosen', () => {
  process.env.TZ = 'Europe/Berlin'
  const asked = () => {
    const { from, to } = queryOf({ ...FILTERS_OFF, from: '2026-10-25', to: '2026-10-25' })
    return [from, to].map((at) => new Date(at ?? 0).toISOString())
  }
  // the clocks go back on that day: it has 25 hours
  assert.deepEqual(asked(), ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
  setClock('utc')
  assert.deepEqual(asked(), ['2026-10-25T00:00:00.000Z', '2026-10-26T00:00:00.000Z'])
  setClock('local')
  assert.deepEqual([queryOf(FILTERS_OFF).from, queryOf({ ...FILTERS_OFF, to: 'tomorrow' }).to], [null, null])
})

test('what was a moment ago is so in words', () => {
  assert.deepEqual([fromNow(10_000, 14_999), fromNow(10_000, 15_000)], ['just now', '5 s ago'])
})

test('no hour has sixty minutes', () => {
  assert.deepEqual([duration(7_190), duration(7_229), duration(10_799)], ['2 h 0 min', '2 h 0 min', '3 h 0 min'])
})

test('a month is called by its name; a report may say anything of its month', () => {
  assert.deepEqual([monthName('2026-11'), monthName('some month')], ['November 2026', 'some month'])
})
