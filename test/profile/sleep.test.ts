import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import type { JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import { Services } from '../../src/worker/services/services.ts'
import type { RunJob } from '../../src/worker/services/session-jobs.ts'
import { temporaryProfile } from './support.ts'

/**
 * A desktop hears of a sleep twice: by the system's power events, and by a clock that has jumped. Both go on with jobs;
 * a job must go on once. The worker is a fake: a job ends when and how the test says.
 */

const BACKUP = 'mode: backup\nbackup_id: b\n'
const HOUR = 3_600_000
const unreachable: JobOutcome = { state: 'failed', error: { code: 'KAFKA_UNREACHABLE', message: 'the broker is gone' } }
const stopped: JobOutcome = { state: 'failed', error: { code: 'INTERRUPTED', message: 'the job was stopped' } }

interface Started {
  request: JobRequest
  asked: boolean
  end(outcome: JobOutcome): void
}

let started: Started[]
let services: Services
let client: Client

const run: RunJob = (request, handlers = {}) =>
  new Promise((resolve) => {
    const jobId = handlers.jobId ?? ''
    const one: Started = {
      request,
      asked: false,
      end: (outcome) => {
        handlers.onEvent?.({ type: 'finished', jobId, outcome })
        resolve(outcome)
      },
    }
    handlers.signal?.addEventListener('abort', () => {
      one.asked = true
    })
    handlers.terminate?.addEventListener('abort', () => one.end(stopped), { once: true })
    started.push(one)
    handlers.onEvent?.({ type: 'started', jobId, kind: request.kind, at: Date.now() })
  })

beforeEach(async () => {
  started = []
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 1) })
  const profile = temporaryProfile()
  services = new Services({
    runJob: run,
    profile,
    directory: join(profile, '..'),
    environment: { COFFER_KEY_STORE: 'file' },
    host: 'desktop',
    version: '1',
    settleMs: 50,
  })
  const invoke = (name: string, input: unknown) => answer(services.handlers, name, structuredClone(input))
  client = new Client({ invoke, subscribe: (listener) => services.subscribe(listener) })
})
afterEach(async () => {
  await services.close(100)
  mock.timers.reset()
})

const begin = async () => {
  const { jobId } = await client.call('jobs.startFromYaml', { source: { text: BACKUP }, dryRun: false })
  return jobId
}
const first = () => started[0] as Started
/** What goes on with a job, and with that, and so on. */
async function chainOf(jobId: string): Promise<string[]> {
  const next = (await client.call('jobs.get', { jobId })).continuedBy
  return next === null ? [] : [next, ...(await chainOf(next))]
}
const note = (minutes: number) => `the machine slept for ${minutes} minutes`

describe('power events and a clock that jumped', () => {
  test('the power event comes first: the job that failed over the sleep goes on once', async () => {
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    assert.equal(first().asked, true)
    mock.timers.tick(HOUR)
    // the connection was gone before the job could reach a durable point
    first().end(unreachable)
    const goingOn = await services.sleep.ends(note)
    assert.equal(goingOn.length, 1)
    await wait(150)
    assert.equal(started.length, 2, 'and not again when the other mechanism comes to it')
    assert.deepEqual(await chainOf(jobId), goingOn)
  })

  test('the clock is seen first: the power event finds it gone on with', async () => {
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    mock.timers.tick(HOUR)
    first().end(unreachable)
    await wait(150)
    assert.equal(started.length, 2)
    assert.deepEqual(await services.sleep.ends(note), [])
    await wait(150)
    assert.equal(started.length, 2)
    assert.equal((await chainOf(jobId)).length, 1)
  })

  test('both at the same moment: one of them wins', async () => {
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    mock.timers.tick(HOUR)
    first().end(unreachable)
    // as long as the network is given, and then both ask in the same turn
    await wait(45)
    await Promise.all([services.sleep.ends(note), services.sleep.ends(note), wait(150)])
    assert.equal(started.length, 2)
    assert.equal((await chainOf(jobId)).length, 1)
  })

  test('one that stopped at a durable point goes on by the power event alone', async () => {
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    first().end(stopped)
    mock.timers.tick(HOUR)
    const goingOn = await services.sleep.ends(note)
    await wait(150)
    assert.equal(started.length, 2)
    assert.deepEqual(await chainOf(jobId), goingOn)
  })

  test('what goes on too soon for the network fails, and goes on once more, each after the one before', async () => {
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    mock.timers.tick(HOUR)
    first().end(unreachable)
    await services.sleep.ends(note)
    ;(started[1] as Started).end(unreachable)
    await wait(200)
    assert.equal(started.length, 3)
    assert.equal((await chainOf(jobId)).length, 2)
  })

  test('where the settings say no, neither does', async () => {
    await client.call('settings.set', { resumeAfterSleep: false })
    const jobId = await begin()
    await services.sleep.begins('the machine falls asleep')
    mock.timers.tick(HOUR)
    first().end(unreachable)
    assert.deepEqual(await services.sleep.ends(note), [])
    await wait(150)
    assert.equal(started.length, 1)
    assert.deepEqual(await chainOf(jobId), [])
  })
})
