import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schedule, ScheduledRun } from '../../src/contract/schedule.ts'
import { decide, isOverdue, retryOf } from '../../src/jobs/schedule/decide.ts'

const SCHEDULE: Schedule = {
  id: 's',
  name: 'nightly',
  kind: 'backup',
  config: '/etc/coffer/nightly.yaml',
  cron: '0 2 * * *',
  timezone: 'UTC',
  jitter_seconds: 0,
  retries: 2,
  retry_delay_seconds: 60,
  quiet_hours: null,
  alert_after_hours: 30,
  paused: false,
  created_at: '2026-01-01T00:00:00.000Z',
}
const at = (text: string) => new Date(text)

function run(overrides: Partial<ScheduledRun> = {}): ScheduledRun {
  return {
    id: 1,
    schedule_id: 's',
    due_at: '2026-01-02T02:00:00.000Z',
    trigger: 'schedule',
    attempt: 1,
    missed: 0,
    started_at: '2026-01-02T02:00:00.000Z',
    ended_at: '2026-01-02T02:10:00.000Z',
    state: 'done',
    exit_code: 0,
    error: null,
    host: 'h',
    pid: 1,
    ...overrides,
  }
}

test('waits for the next time, and runs when it has come', () => {
  assert.deepEqual(decide(SCHEDULE, null, at('2026-01-01T01:00:00Z')), {
    do: 'wait',
    until: at('2026-01-01T02:00:00Z'),
  })
  assert.deepEqual(decide(SCHEDULE, null, at('2026-01-01T02:00:00Z')), {
    do: 'run',
    due: at('2026-01-01T02:00:00Z'),
    missed: 0,
    trigger: 'schedule',
    attempt: 1,
  })
})

test('what was missed is caught up once', () => {
  const decision = decide(SCHEDULE, run(), at('2026-01-06T09:00:00Z'))
  assert.deepEqual(decision, {
    do: 'run',
    due: at('2026-01-06T02:00:00Z'),
    missed: 3,
    trigger: 'catch-up',
    attempt: 1,
  })
  const caughtUp = run({ due_at: '2026-01-06T02:00:00.000Z', trigger: 'catch-up', missed: 3 })
  assert.deepEqual(decide(SCHEDULE, caughtUp, at('2026-01-06T09:30:00Z')), {
    do: 'wait',
    until: at('2026-01-07T02:00:00Z'),
  })
})

test('nothing before the schedule was made is caught up', () => {
  const young = { ...SCHEDULE, created_at: '2026-01-05T03:00:00.000Z' }
  assert.equal(decide(young, null, at('2026-01-05T04:00:00Z')).do, 'wait')
})

test('a run under way is not overlapped, and what came due meanwhile follows it', () => {
  const long = run({ state: 'running', ended_at: null, exit_code: null })
  assert.equal(decide(SCHEDULE, long, at('2026-01-03T02:30:00Z')).do, 'wait')
  const ended = run({ ended_at: '2026-01-03T02:40:00.000Z' })
  assert.equal(decide(SCHEDULE, ended, at('2026-01-03T02:40:00Z')).do, 'run')
})

test('paused does nothing', () => {
  assert.deepEqual(decide({ ...SCHEDULE, paused: true }, null, at('2026-01-09T02:00:00Z')), { do: 'nothing' })
})

test('quiet hours hold a run back to their end', () => {
  const quiet = { ...SCHEDULE, quiet_hours: { from: '01:00', to: '05:00' } }
  assert.deepEqual(decide(quiet, null, at('2026-01-01T02:00:00Z')), { do: 'wait', until: at('2026-01-01T05:00:00Z') })
  assert.equal(decide(quiet, null, at('2026-01-01T05:00:00Z')).do, 'run')
})

test('a passing failure is tried again with growing pauses, so many times, and a lasting one is not', () => {
  const failed = (attempt: number, exit_code: number) => run({ state: 'failed', exit_code, attempt })
  assert.equal(retryOf(SCHEDULE, failed(1, 3))?.toISOString(), '2026-01-02T02:11:00.000Z')
  assert.equal(retryOf(SCHEDULE, failed(2, 3))?.toISOString(), '2026-01-02T02:12:00.000Z')
  assert.equal(retryOf(SCHEDULE, failed(3, 3)), null)
  for (const code of [1, 7]) assert.notEqual(retryOf(SCHEDULE, failed(1, code)), null, String(code))
  for (const code of [2, 4, 5, 6]) assert.equal(retryOf(SCHEDULE, failed(1, code)), null, String(code))
  assert.notEqual(retryOf(SCHEDULE, run({ state: 'interrupted', exit_code: 130 })), null)
  const retry = decide(SCHEDULE, failed(1, 3), at('2026-01-02T02:11:00Z'))
  assert.deepEqual(retry, { do: 'run', due: at('2026-01-02T02:00:00Z'), trigger: 'retry', attempt: 2, missed: 0 })
  assert.deepEqual(decide(SCHEDULE, failed(1, 3), at('2026-01-02T02:10:30Z')), {
    do: 'wait',
    until: at('2026-01-02T02:11:00Z'),
  })
  // the next day's run stands for yesterday's retry too
  assert.equal((decide(SCHEDULE, failed(1, 3), at('2026-01-03T02:00:00Z')) as { attempt: number }).attempt, 1)
})

test('overdue is counted from the last good run, or from the beginning', () => {
  assert.equal(isOverdue(SCHEDULE, null, at('2026-01-02T05:59:00Z')), false)
  assert.equal(isOverdue(SCHEDULE, null, at('2026-01-02T06:01:00Z')), true)
  assert.equal(isOverdue(SCHEDULE, '2026-01-02T02:10:00.000Z', at('2026-01-03T02:00:00Z')), false)
  assert.equal(isOverdue({ ...SCHEDULE, alert_after_hours: null }, null, at('2027-01-01T00:00:00Z')), false)
})

test('a changed schedule counts as made when it was changed: what its new times had missed is not caught up', () => {
  const changed = { ...SCHEDULE, cron: '0 * * * *', created_at: '2026-01-02T12:30:00.000Z' }
  assert.deepEqual(decide(changed, run(), at('2026-01-02T12:40:00Z')), {
    do: 'wait',
    until: at('2026-01-02T13:00:00Z'),
  })
  const due = decide(changed, run(), at('2026-01-02T13:00:00Z'))
  assert.deepEqual(due, { do: 'run', due: at('2026-01-02T13:00:00Z'), trigger: 'schedule', attempt: 1, missed: 0 })
})
