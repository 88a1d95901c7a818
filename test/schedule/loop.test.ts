import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { CofferError, serializeError } from '../../src/contract/errors.ts'
import type { JobContext, JobOutcome } from '../../src/contract/jobs.ts'
import type { Schedule } from '../../src/contract/schedule.ts'
import { type LoopDeps, type Notice, runSchedules } from '../../src/jobs/schedule/loop.ts'
import { noticeText } from '../../src/jobs/schedule/notice.ts'
import { ScheduleStore } from '../../src/jobs/schedule/store.ts'

const DEFINITION: Omit<Schedule, 'id' | 'created_at' | 'paused'> = {
  name: 'each minute',
  kind: 'backup',
  config: '/nowhere.yaml',
  cron: '* * * * *',
  timezone: 'UTC',
  jitter_seconds: 0,
  retries: 2,
  retry_delay_seconds: 0,
  quiet_hours: null,
  alert_after_hours: 1,
}
const GOOD: JobOutcome = { state: 'done', exitCode: 0, result: {} }
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function profile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-schedule-'))
  folders.push(folder)
  return folder
}

/** The clock stands a minute and a half after the schedule was made: one time is due. */
const MADE = new Date('2026-01-01T00:00:30Z')
const NOW = new Date('2026-01-01T00:02:00Z')

interface World {
  deps: LoopDeps
  context: JobContext
  notices: Notice[]
  starts: string[]
  stop(): void
}

function world(folder: string, start: LoopDeps['start'], now = () => NOW): World {
  const stopping = new AbortController()
  const notices: Notice[] = []
  const starts: string[] = []
  const store = new ScheduleStore(folder)
  return {
    notices,
    starts,
    stop: () => stopping.abort(),
    deps: {
      store,
      now,
      start: (schedule, signal) => {
        starts.push(schedule.name)
        return start(schedule, signal)
      },
      notify: async (notice) => {
        notices.push(notice)
      },
    },
    context: { signal: stopping.signal, progress: () => {}, log: () => {} },
  }
}

test('runs what is due once, keeps its history, and stops when asked', async () => {
  const one = world(profile(), async () => {
    one.stop()
    return GOOD
  })
  const { id } = one.deps.store.add(DEFINITION, MADE)
  const ended = await runSchedules(one.deps, one.context)
  assert.equal(ended.length, 1)
  const [run] = one.deps.store.runs(id, 5)
  assert.deepEqual(
    { state: run?.state, due: run?.due_at, missed: run?.missed, exit: run?.exit_code },
    { state: 'done', due: '2026-01-01T00:02:00.000Z', missed: 1, exit: 0 },
  )
  assert.deepEqual(one.notices, [])
  one.deps.store.close()
})

test('two services share a profile: each run is taken by one', async () => {
  const folder = profile()
  const both: World[] = []
  let running = 0
  let most = 0
  const start = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 50))
    running--
    for (const one of both) one.stop()
    return GOOD
  }
  both.push(world(folder, start), world(folder, start))
  const [first, second] = both as [World, World]
  const { id } = first.deps.store.add(DEFINITION, MADE)
  await Promise.all([runSchedules(first.deps, first.context), runSchedules(second.deps, second.context)])
  assert.equal(first.starts.length + second.starts.length, 1)
  assert.equal(most, 1)
  assert.equal(first.deps.store.runs(id, 10).length, 1)
  for (const one of both) one.deps.store.close()
})

test('a run out of reach is tried again and then told; a later good one tells that it is well again', async () => {
  let now = NOW
  const outcomes: JobOutcome[] = [1, 2, 3].map(() => ({
    state: 'failed',
    error: serializeError(new CofferError('KAFKA_UNREACHABLE', 'no broker answers')),
  }))
  const one = world(
    profile(),
    async () => {
      const outcome = outcomes.shift()
      if (outcome !== undefined) {
        if (outcomes.length === 0) now = new Date('2026-01-01T00:03:00Z')
        return outcome
      }
      one.stop()
      return GOOD
    },
    () => now,
  )
  const { id } = one.deps.store.add(DEFINITION, MADE)
  await runSchedules(one.deps, one.context)
  const runs = one.deps.store.runs(id, 10).reverse()
  assert.deepEqual(
    runs.map((run) => [run.attempt, run.trigger, run.state, run.error?.code ?? null]),
    [
      [1, 'catch-up', 'failed', 'KAFKA_UNREACHABLE'],
      [2, 'retry', 'failed', 'KAFKA_UNREACHABLE'],
      [3, 'retry', 'failed', 'KAFKA_UNREACHABLE'],
      [1, 'schedule', 'done', null],
    ],
  )
  assert.deepEqual(
    one.notices.map((notice) => notice.about),
    ['failed', 'recovered'],
  )
  assert.match(noticeText(one.notices[0] as Notice), /"each minute" \(backup\) failed.*no broker answers/)
  one.deps.store.close()
})

test('no good run for too long is told once', async () => {
  let looks = 0
  const later = new Date('2026-01-01T05:00:00Z')
  const one = world(
    profile(),
    async () => {
      if (++looks === 3) one.stop()
      return { state: 'failed', error: serializeError(new CofferError('CONFIG_SYNTAX', 'broken')) }
    },
    () => new Date(later.getTime() + looks * 60_000),
  )
  one.deps.store.add(DEFINITION, MADE)
  await runSchedules(one.deps, one.context)
  assert.equal(one.notices.filter((notice) => notice.about === 'overdue').length, 1)
  one.deps.store.close()
})

test('the run of a process that is gone ends as interrupted and is taken up again', async () => {
  const one = world(profile(), async () => {
    one.stop()
    return GOOD
  })
  const { store } = one.deps
  const { id } = store.add(DEFINITION, MADE)
  const claimed = store.claim(id, { due: NOW, trigger: 'schedule', attempt: 1, missed: 0 }, MADE)
  assert.ok(claimed !== null)
  assert.equal(store.claim(id, { due: NOW, trigger: 'schedule', attempt: 1, missed: 0 }, MADE), null)
  // its lease of a minute has run out by now
  await runSchedules(one.deps, one.context)
  const runs = store.runs(id, 10).reverse()
  assert.deepEqual(
    runs.map((run) => [run.state, run.trigger, run.attempt]),
    [
      ['interrupted', 'schedule', 1],
      ['done', 'retry', 2],
    ],
  )
  store.close()
})

test("a run whose end can't be written is no run of a dead process: its end is written once it can", async () => {
  const folder = profile()
  const outside = new DatabaseSync(join(folder, 'schedules.db'), { timeout: 5_000 })
  const told: string[] = []
  const one = world(folder, async () => {
    outside.exec("CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
    setTimeout(() => outside.exec('DROP TRIGGER full'), 300)
    setTimeout(() => one.stop(), 2_500)
    return GOOD
  })
  const { store } = one.deps
  const { id } = store.add(DEFINITION, MADE)
  await runSchedules(one.deps, { ...one.context, log: (_level, message) => void told.push(message) })
  assert.deepEqual(
    store.runs(id, 10).map(({ state, exit_code }) => [state, exit_code]),
    [['done', 0]],
  )
  assert.match(told.join('\n'), /"each minute": its end can't be written yet: .*full/)
  store.close()
  outside.close()
})

test('a run of this process is not dead where the machine slept past its lease', () => {
  const store = new ScheduleStore(profile())
  const { id } = store.add(DEFINITION, MADE)
  store.claim(id, { due: NOW, trigger: 'schedule', attempt: 1, missed: 0 }, NOW)
  const morning = new Date(NOW.getTime() + 8 * 3_600_000)
  assert.deepEqual(
    store.endDead(morning, (one) => one === id),
    [],
  )
  assert.equal(store.endDead(morning).length, 1)
  store.close()
})

test('names are taken once, and a pause holds', () => {
  const store = new ScheduleStore(profile())
  const { id } = store.add(DEFINITION, MADE)
  assert.throws(() => store.add(DEFINITION, MADE), /already a schedule "each minute"/)
  store.setPaused(id, true)
  assert.equal(store.claim(id, { due: NOW, trigger: 'schedule', attempt: 1, missed: 0 }, NOW), null)
  assert.equal(store.byName('each minute')?.paused, true)
  store.close()
})
