import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PackageCoverage } from '../../../src/contract/evidence/package.ts'
import { Refusal } from '../../../src/verify/package/refusal.ts'
import { wantedTopics } from '../../../src/verify/package/wanted.ts'

const asked = (include: string[], exclude: string[] = []) => ({ topics: { include, exclude } }) as PackageCoverage
const NAMES = ['orders', 'ledger-a', 'ledger-b', 'orders']

test('topics that were asked for, by pattern, each once', () => {
  assert.deepEqual(wantedTopics(asked([]), NAMES), ['orders', 'ledger-a', 'ledger-b'])
  assert.deepEqual(wantedTopics(asked(['ledger-*'], ['*-b']), NAMES), ['ledger-a'])
  assert.deepEqual(wantedTopics(asked(['~^led.*[ab]$']), NAMES), ['ledger-a', 'ledger-b'])
  assert.deepEqual(wantedTopics(asked([], ['~r']), NAMES), [])
})

test('what is no pattern, and what takes longer than anybody waits, has no answer', () => {
  const subOf = (found: string[] | Refusal) => (found instanceof Refusal ? found.sub : found)
  assert.equal(subOf(wantedTopics(asked(['~(']), NAMES)), 'COVERAGE_FAILURE')
  assert.equal(subOf(wantedTopics(asked(Array.from({ length: 10_001 }, () => 'a')), NAMES)), 'LIMIT_REACHED')
  assert.equal(subOf(wantedTopics(asked(['a*']), ['a'.repeat(250)])), 'LIMIT_REACHED')
  for (const late of [2, 5, 8]) {
    let asks = 0
    const now = () => (++asks > late ? 1e9 : 0)
    assert.equal(subOf(wantedTopics(asked(['x*', 'ledger-*'], ['y']), NAMES, now)), 'LIMIT_REACHED', `${late}`)
  }
})
