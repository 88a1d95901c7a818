import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { JobEvent, JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import { runJob } from '../../src/worker/client.ts'
import { FIXTURE_IDS, FIXTURES, fixtureCopy } from '../jobs-read/support.ts'

/** Which jobs share a thread, one after the other, and that none hears of the other. */
describe('threads of jobs', () => {
  let started = 0
  const count = () => {
    started++
  }
  before(() => void process.on('worker', count))
  after(() => void process.off('worker', count))
  beforeEach(() => {
    started = 0
  })

  const archive = { path: FIXTURES }
  const list: JobRequest = { kind: 'list', archive, backupId: null, environment: {} }
  const done = (outcome: JobOutcome) => {
    assert.equal(outcome.state, 'done', JSON.stringify(outcome))
    return outcome.state === 'done' ? JSON.stringify(outcome.result) : ''
  }

  test('one that reads leaves its thread to the next, which gives the same answer', async () => {
    const [first, second] = [done(await runJob(list)), done(await runJob(list))]
    assert.equal(second, first)
    assert.ok(started <= 1, `${started} threads`)
  })

  test('those that run together have a thread each, and each hears of itself alone', async () => {
    const heard: JobEvent[][] = [[], [], [], []]
    const ids = heard.map((_, i) => `job ${i}`)
    const outcomes = await Promise.all(
      ids.map((jobId, i) => runJob(list, { jobId, onEvent: (event) => void heard[i]?.push(event) })),
    )
    assert.equal(new Set(outcomes.map(done)).size, 1)
    for (const [i, events] of heard.entries()) {
      assert.ok(events.length >= 2)
      assert.deepEqual(new Set(events.map((event) => event.jobId)), new Set([ids[i]]))
    }
    // Two threads are kept at the most.
    started = 0
    await Promise.all(ids.map(() => runJob(list)))
    assert.equal(started, 2)
  })

  test('one that was asked to stop, that failed, or that does more than read takes its thread with it', async () => {
    const { folder } = await fixtureCopy(FIXTURE_IDS[0])
    const validate: JobRequest = {
      kind: 'validate',
      archive: { path: folder },
      backupId: FIXTURE_IDS[0],
      deep: false,
      environment: {},
    }
    const absent: JobRequest = { ...list, archive: { path: `${folder}/absent` } }
    const stopped = new AbortController()
    stopped.abort()
    const uses = [
      () => runJob(validate),
      () => runJob(absent),
      () => runJob(list, { signal: stopped.signal }),
      () => runJob(list, { terminate: stopped.signal }),
    ]
    // Takes up both that are kept.
    for (const use of uses) {
      await use()
    }
    started = 0
    for (const use of uses) {
      await use()
    }
    assert.equal(started, uses.length)
    // What the stopped one was told is not told to the next.
    assert.equal(done(await runJob(list)), done(await runJob(list)))
  })

  test('one that dies ends its job with a reason, whatever it was doing, and the next has a thread of its own', async () => {
    const stopped = new AbortController()
    stopped.abort()
    // they take up those that are kept
    for (let i = 0; i < 2; i++) await runJob(list, { signal: stopped.signal })
    let thread: Worker | undefined
    process.once('worker', (worker) => {
      thread = worker
    })
    const events: JobEvent[] = []
    const outcome = await runJob(list, {
      onEvent: (event) => {
        events.push(event)
        if (event.type === 'started') setImmediate(() => void thread?.terminate())
      },
    })
    assert.ok(outcome.state === 'failed')
    assert.equal(outcome.error.code, 'WORKER_DIED')
    assert.match(outcome.error.message, /^the worker thread ended before the job did: exit code [01]$/)
    assert.match(outcome.error.hint ?? '', /continues from its last durable point/)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'finished'],
    )
    done(await runJob(list))
  })

  test('one is given up a minute after it was last used, not after it was first kept', async (t) => {
    // A job that is stopped takes its thread with it: nothing of the tests before is kept.
    const stopped = new AbortController()
    stopped.abort()
    for (let i = 0; i < 2; i++) await runJob(list, { signal: stopped.signal })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    started = 0
    for (let i = 0; i < 3; i++) {
      done(await runJob(list))
      t.mock.timers.tick(59_000)
    }
    assert.equal(started, 1)
    t.mock.timers.tick(1_000)
    done(await runJob(list))
    assert.equal(started, 2)
  })
})
