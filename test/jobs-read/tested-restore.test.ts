import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CustodyEntry } from '../../src/contract/evidence/custody.ts'
import type { CheckOutcome } from '../../src/contract/evidence/report.ts'
import { comparedDetails, testedAs } from '../../src/jobs/custody/tested-restore.ts'
import { check } from '../evidence/sample-parts.ts'

const line = (seq: number, action: CustodyEntry['action'], details: CustodyEntry['details']): CustodyEntry => ({
  seq,
  at: '2026-11-01T00:00:00.000Z',
  action,
  actor: { os_user: 'a', host: 'h', name: null, role: null },
  tool: { name: 'coffer', version: '0.1.0' },
  subject: 's',
  sha256: null,
  location: null,
  details,
  previous: null,
})

test('a restore is tested by what compared it, and by nothing that only looked at the archive', () => {
  const restored = line(1, 'restored', { restore_id: 'r' })
  const proof = (seq: number, overall: CheckOutcome, compared: string | null, restore_id = 'r') =>
    line(seq, 'validated', { overall_result: overall, restore_id, ...(compared === null ? {} : { compared }) })
  const as = (...proofs: CustodyEntry[]) => testedAs(restored, [restored, ...proofs])
  assert.equal(as(), null)
  assert.equal(as(proof(2, 'PASSED', 'none')), null)
  assert.equal(as(proof(2, 'PASSED', 'PASSED')), 'PASSED')
  assert.equal(as(proof(2, 'PASSED', 'PASSED'), proof(3, 'FAILED', 'FAILED')), 'FAILED')
  assert.equal(as(proof(2, 'FAILED', 'FAILED'), proof(3, 'PASSED', 'none')), 'FAILED')
  assert.equal(as(proof(2, 'PASSED', null)), 'PASSED', 'a line of an earlier version')
  assert.equal(as(proof(2, 'PASSED', 'PASSED', 'other')), null)
  const nameless = line(1, 'restored', {})
  assert.equal(testedAs(nameless, [nameless, line(2, 'validated', { overall_result: 'PASSED' })]), null)
})

test('what a validation compared', () => {
  const of = (...checks: [name: string, outcome: CheckOutcome][]) =>
    comparedDetails(checks.map(([name, outcome]) => check(name, outcome, 'as told'))).compared
  assert.equal(of(['IntegrityCheck', 'PASSED'], ['OffsetRangeCheck', 'PASSED']), 'none')
  assert.equal(of(['MessageCountCheck', 'PASSED'], ['ContentCheck', 'FAILED']), 'FAILED')
  assert.equal(of(['MessageCountCheck', 'PASSED']), 'PASSED')
  assert.equal(of(['ContentCheck', 'SKIPPED']), 'none')
})
