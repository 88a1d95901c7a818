import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ControlStanding, FrameworkStanding } from '../../src/contract/results.ts'
import { ageDays, controlsCsv, countFresh, csvCell, isFresh } from '../../src/renderer/pages/controls/rows.ts'

const NOW = Date.parse('2026-11-27T00:00:00Z')

function control(id: string, state: ControlStanding['state'], at: string | null): ControlStanding {
  return {
    control: id,
    title: 'A title, with a comma',
    citation: `Cited ${id}`,
    asks: 'that it is so',
    beyond: 'What it can’t show.',
    rests_on: ['IntegrityCheck'],
    state,
    reason: 'IntegrityCheck passed.',
    evidence:
      at === null || state === 'not covered'
        ? null
        : {
            place: 'Archive',
            backup_id: '=cmd|calc',
            report_id: 'monthly-1',
            at,
            state,
            reason: 'IntegrityCheck passed.',
            signature: 'untrusted',
            signed_by: '+Eve',
          },
    backups: [],
    backups_total: 0,
  }
}

const framework = (...controls: ControlStanding[]): FrameworkStanding => ({
  id: 'x',
  title: 'X',
  edition: '2026',
  controls,
})

test('evidence is fresh for less than 90 whole days, and only where it supports', () => {
  const young = control('a', 'supported', '2026-08-30T00:00:01Z')
  const old = control('b', 'supported', '2026-08-29T00:00:00Z')
  const against = control('c', 'not supported', '2026-11-26T00:00:00Z')
  assert.equal(ageDays(young, NOW), 88)
  assert.equal(ageDays(old, NOW), 90)
  assert.equal(ageDays(control('d', 'not covered', null), NOW), null)
  assert.deepEqual(
    [young, old, against].map((one) => isFresh(one, NOW)),
    [true, false, false],
  )
  const counted = countFresh([framework(young, old, against)], NOW)
  assert.deepEqual(counted, { all: 3, fresh: 1, supported: 2, against: 1, unvouched: 1 })
})

test('what a spreadsheet would run as a formula is text', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '\n=1']) {
    assert.match(csvCell(formula), /^"?'/, JSON.stringify(formula))
  }
  assert.equal(csvCell('a-b = c'), 'a-b = c')
  assert.equal(csvCell('say "no", then'), '"say ""no"", then"')
  assert.equal(csvCell('two\nlines'), '"two\nlines"')
})

test('the table has a line for each control, and no cell begins a formula', () => {
  const csv = controlsCsv([framework(control('a', 'supported', '2026-11-26T12:00:00Z'))], NOW)
  const lines = csv.split('\r\n')
  assert.equal(lines.length, 3)
  assert.match(lines[1] ?? '', /,'=cmd\|calc,Archive,untrusted,'\+Eve,/)
  assert.match(lines[1] ?? '', /"A title, with a comma"/)
})
