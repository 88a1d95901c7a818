import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '../../src/contract/jobs.ts'
import { unresolved } from '../../src/renderer/pages/jobs/unresolved.ts'
import { movedTo } from '../../src/renderer/parts/still.ts'

const NOW = Date.UTC(2026, 10, 28)
const HOUR = 3_600_000

/** @param ago hours */
const row = (subject: string, state: 'done' | 'failed' | 'paused' | 'running' | 'cancelled', ago: number) => ({
  kind: 'backup' as const,
  subject,
  state,
  continuedBy: null as string | null,
  startedAt: NOW - ago * HOUR,
})

test('a job that failed is not mended by another that was done after it', () => {
  const failed = row('ledger', 'failed', 3)
  assert.equal(unresolved([row('orders', 'done', 1), failed], NOW), failed)
  assert.equal(unresolved([row('ledger', 'cancelled', 1), failed], NOW), failed)
})

test('it is when the same was done, runs again, or went on; and after a week it is history', () => {
  const failed = row('ledger', 'failed', 3)
  assert.equal(unresolved([row('ledger', 'done', 1), failed], NOW), undefined)
  assert.equal(unresolved([row('ledger', 'running', 1), failed], NOW), undefined)
  assert.equal(unresolved([{ ...failed, continuedBy: 'x' }], NOW), undefined)
  assert.equal(unresolved([row('ledger', 'failed', 8 * 24)], NOW), undefined)
  assert.equal(unresolved([], NOW), undefined)
})

const at = (elapsedSeconds: number, recordsDone: number, recordsTotal: number | null = 100) =>
  ({ phase: 'reading', recordsDone, recordsTotal, bytesDone: 0, bytesTotal: null, elapsedSeconds }) as Progress

test('a job that stands is told by what it does, not by its clock', () => {
  let moved = movedTo({ mark: '', at: 0 }, at(1, 10))
  moved = movedTo(moved, at(7, 10))
  assert.equal(moved.at, 1)
  moved = movedTo(moved, at(9, 11))
  assert.equal(moved.at, 9)
  // one that goes on without an end waits for what comes
  assert.equal(movedTo(movedTo(moved, at(10, 11, null)), at(60, 11, null)).at, 60)
})
