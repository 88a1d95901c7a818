import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXAMPLES, readClock, readDay, readMoment, timeProblem, writeMoment } from '../../src/renderer/typed-time.ts'

const at = (iso: string) => Date.parse(iso)

test('each example is what it is an example of', () => {
  for (const kind of ['day', 'moment', 'clock'] as const) assert.equal(timeProblem(kind, EXAMPLES[kind]), null)
})

test('a moment is read to the millisecond on the clocks of its zone', () => {
  assert.equal(readMoment('2026-02-01 00:00', 'UTC'), at('2026-02-01T00:00:00Z'))
  assert.equal(readMoment('2026-02-01T00:00:07.25', 'UTC'), at('2026-02-01T00:00:07.250Z'))
  assert.equal(readMoment(' 2026-07-01  14:05 ', 'Europe/Berlin'), at('2026-07-01T12:05:00Z'))
  assert.equal(readMoment('2024-02-29 23:59:59.999', 'America/New_York'), at('2024-03-01T04:59:59.999Z'))
})

test('what is written otherwise, half or not at all is no time', () => {
  const others = ['30.09.2026 14:05', '09/30/2026 14:05', '2026-09-30', '2026-9-30 14:05', '2026-09-30 2:05 PM']
  for (const text of [
    ...others,
    '2026-09-30 14:05Z',
    '2026-09-30 14:05:0',
    '2026-09-30 14:05:00.1234',
    '٢٠٢٦-٠٩-٣٠ ١٤:٠٥',
  ]) {
    assert.equal(timeProblem('moment', text), 'form', text)
    assert.equal(readMoment(text, 'UTC'), null, text)
  }
  for (const text of ['30.9.2026', '03/11/2026', '2026-11', '20261103', '2026-11-03x', 'today'])
    assert.equal(timeProblem('day', text), 'form', text)
  for (const text of ['2 PM', '14', '9:05', '14:05:00']) assert.equal(timeProblem('clock', text), 'form', text)
  for (const kind of ['day', 'moment', 'clock'] as const) assert.equal(timeProblem(kind, '  '), null)
  assert.deepEqual([readDay(''), readClock(''), readMoment('', 'UTC')], [null, null, null])
})

test('what no calendar and no clock has is no time, and is not moved on to the next', () => {
  for (const text of [
    '2026-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
    '0000-01-01',
  ]) {
    assert.equal(timeProblem('day', text), 'noSuch', text)
    assert.equal(readDay(text), null, text)
  }
  for (const text of ['24:00', '23:60', '99:99']) assert.equal(timeProblem('clock', text), 'noSuch', text)
  for (const text of ['2026-02-30 10:00', '2026-02-01 24:00', '2026-02-01 10:60', '2026-02-01 10:00:60'])
    assert.equal(timeProblem('moment', text), 'noSuch', text)
  assert.equal(readDay(' 2028-02-29 '), '2028-02-29')
})

test('a time that the clocks leave out is told; one that comes twice is the first', () => {
  assert.equal(timeProblem('moment', '2026-03-29 02:30', 'Europe/Berlin'), 'skipped')
  assert.equal(readMoment('2026-03-29 02:30', 'Europe/Berlin'), null)
  assert.equal(timeProblem('moment', '2026-03-29 02:30', 'UTC'), null)
  assert.equal(readMoment('2026-10-25 02:30', 'Europe/Berlin'), at('2026-10-25T00:30:00Z'))
})

test('what is written is read as the same moment, and no finer than it is', () => {
  assert.equal(writeMoment(at('2026-02-01T00:00:00Z'), 'UTC'), '2026-02-01 00:00')
  assert.equal(writeMoment(at('2026-02-01T00:00:07Z'), 'UTC'), '2026-02-01 00:00:07')
  assert.equal(writeMoment(at('2026-02-01T00:00:00.250Z'), 'Asia/Kolkata'), '2026-02-01 05:30:00.250')
  for (let day = 0; day < 400; day += 7) {
    const moment = at('2026-01-01T00:00:00Z') + day * 86_400_000 + day * 977
    for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns'])
      assert.equal(readMoment(writeMoment(moment, zone), zone), moment, `${moment} in ${zone}`)
  }
})
