import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckOutcome } from '../../../src/contract/evidence/report.ts'
import { countOutcomes, overallResult } from '../../../src/evidence/report/overall.ts'

const of = (...outcomes: CheckOutcome[]) => outcomes.map((outcome) => ({ outcome }))

test('failure 26: a report in which nothing ran is indeterminate, never passed', () => {
  assert.equal(overallResult([]), 'INDETERMINATE')
  assert.equal(overallResult(of('SKIPPED')), 'INDETERMINATE')
  assert.equal(overallResult(of('SKIPPED', 'SKIPPED')), 'INDETERMINATE')
})

test('the worst outcome is the overall one', () => {
  const ALL: CheckOutcome[] = ['PASSED', 'SKIPPED', 'WARNING', 'INDETERMINATE', 'FAILED']
  // Every set of outcomes in every order of two.
  for (const a of ALL) {
    for (const b of ALL) {
      for (const c of ALL) {
        const set = new Set([a, b, c])
        const expected = set.has('FAILED')
          ? 'FAILED'
          : set.has('INDETERMINATE')
            ? 'INDETERMINATE'
            : set.has('WARNING')
              ? 'WARNING'
              : set.has('PASSED')
                ? 'PASSED'
                : 'INDETERMINATE'
        assert.equal(overallResult(of(a, b, c)), expected, `${a} ${b} ${c}`)
      }
    }
  }
})

test('outcomes are counted, each once', () => {
  const counts = countOutcomes(of('PASSED', 'PASSED', 'FAILED', 'SKIPPED', 'WARNING', 'INDETERMINATE'))
  assert.deepEqual(counts, {
    checks_total: 6,
    checks_passed: 2,
    checks_failed: 1,
    checks_skipped: 1,
    checks_warned: 1,
    checks_indeterminate: 1,
  })
})
