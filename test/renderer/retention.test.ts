import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysOf, yearsOf } from '../../src/renderer/pages/backups/wizard/retention.ts'

test('a period that was set in years is told in years, and any other in days', () => {
  for (let years = 1; years <= 100; years++) assert.equal(yearsOf(daysOf(years)), years)
  assert.deepEqual([yearsOf(2_557), yearsOf(2_556), yearsOf(30), yearsOf(0)], [7, null, null, null])
})
