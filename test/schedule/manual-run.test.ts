import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { JobRequest } from '../../src/contract/jobs.ts'
import { ScheduleStore } from '../../src/jobs/schedule/store.ts'
import { runNow } from '../../src/worker/plans/manual-run.ts'
import type { ServiceCore } from '../../src/worker/services/core.ts'
import { SessionJobs } from '../../src/worker/services/session-jobs.ts'
import { BACKUP } from '../cli/results.ts'
import { fakeRunJob } from '../window/fake-run-job.ts'

const CONFIG = { text: '', name: '/ledger.yaml', directory: '/' }
let profile = ''
before(() => {
  profile = mkdtempSync(join(tmpdir(), 'coffer-manual-'))
})
after(() => rmSync(profile, { recursive: true, force: true }))

test("a backup that was started by hand has its end in the schedule's history, written once it can be", async () => {
  const jobs = new SessionJobs(fakeRunJob(() => ({ state: 'done', exitCode: 0, result: BACKUP })).run)
  const core = {
    options: { profile },
    jobs,
    start: async (request: Omit<JobRequest, 'environment'>, subject: string) =>
      jobs.start({ ...request, environment: {} } as JobRequest, subject),
  } as unknown as ServiceCore
  const store = new ScheduleStore(profile)
  const definition = {
    ...{ kind: 'backup' as const, name: 'ledger', config: '/ledger.yaml', cron: '0 2 * * *', timezone: 'UTC' },
    ...{ jitter_seconds: 0, retries: 0, retry_delay_seconds: 60, quiet_hours: null, alert_after_hours: null },
  }
  const schedule = store.add(definition, new Date())
  const outside = new DatabaseSync(join(profile, 'schedules.db'), { timeout: 5_000 })
  outside.exec("CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
  const { jobId } = await runNow(core, schedule, CONFIG)
  await jobs.ended(jobId)
  await pause(100)
  assert.equal(store.runs(schedule.id, 1)[0]?.state, 'running')
  // another one must wait for it, and says so
  await assert.rejects(runNow(core, schedule, CONFIG), { code: 'LOCKED' })
  outside.exec('DROP TRIGGER full')
  for (let n = 0; n < 50 && store.runs(schedule.id, 1)[0]?.state === 'running'; n++) await pause(100)
  const [run] = store.runs(schedule.id, 5)
  assert.deepEqual([run?.state, run?.exit_code, run?.trigger], ['done', 0, 'manual'])
  store.close()
  outside.close()
})
