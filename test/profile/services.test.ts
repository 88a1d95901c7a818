import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { WindowEvent } from '../../src/contract/ipc/job.ts'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import { DEFAULT_SETTINGS } from '../../src/contract/ipc/settings.ts'
import type { JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import { resumeAfterSleep } from '../../src/worker/services/after-sleep.ts'
import { Services } from '../../src/worker/services/services.ts'
import { type FakeRunJob, fakeRunJob } from '../window/fake-run-job.ts'
import { ALL, temporaryProfile } from './support.ts'

/** The calls of what is remembered, over the services as a host has them; the worker is a fake (fake-run-job.ts). */

let profile: string
let fake: FakeRunJob
let services: Services
let client: Client
let outcome: (request: JobRequest) => JobOutcome | null

beforeEach(() => {
  profile = temporaryProfile()
  outcome = () => null
  fake = fakeRunJob((request) => outcome(request))
  ;[services, client] = open()
})
afterEach(() => services.close(100))

function open(): [Services, Client] {
  const environment = { COFFER_KEY_STORE: 'file' }
  const options = { profile, directory: join(profile, '..'), environment, host: 'browser', version: '1' } as const
  const made = new Services({ runJob: fake.run, ...options })
  const invoke = (name: string, input: unknown) => answer(made.handlers, name, structuredClone(input))
  return [made, new Client({ invoke, subscribe: (listener) => made.subscribe(listener) })]
}

const start = (text: string, dryRun = false) => client.call('jobs.startFromYaml', { source: { text }, dryRun })
const stateOf = async (jobId: string) => (await client.call('jobs.get', { jobId })).state
const BACKUP = 'mode: backup\nbackup_id: b\n'

describe('jobs', () => {
  test('are paused, and resumed with the same request in the next session', async () => {
    const { jobId } = await start(BACKUP)
    await client.call('jobs.pause', { jobId })
    assert.equal(await stateOf(jobId), 'paused')
    await services.close(100)
    ;[services, client] = open()
    const resumed = await client.call('jobs.resume', { jobId })
    assert.deepEqual(fake.requests[1], { ...fake.requests[0] })
    assert.deepEqual(
      [await stateOf(resumed.jobId), (await client.call('jobs.get', { jobId })).continuedBy],
      ['running', resumed.jobId],
    )
    await assert.rejects(client.call('jobs.resume', { jobId }), { code: 'USAGE' })
    await assert.rejects(client.call('jobs.resume', resumed), { code: 'USAGE' })
  })

  test('that a quit cuts off are paused where they can go on, and cancelled where not', async () => {
    const going = await start(BACKUP)
    const rehearsal = await start(BACKUP, true)
    await services.close(100)
    ;[services, client] = open()
    assert.deepEqual([await stateOf(going.jobId), await stateOf(rehearsal.jobId)], ['paused', 'cancelled'])
  })

  test('that can’t go on can’t be paused', async () => {
    const { jobId } = await start(BACKUP, true)
    await assert.rejects(client.call('jobs.pause', { jobId }), { code: 'USAGE', message: /can't go on/ })
    assert.equal(await stateOf(jobId), 'running')
  })

  test('whose thread died are crashed, with what to do, and resumed', async () => {
    outcome = () => ({ state: 'failed', error: { code: 'WORKER_DIED', message: 'the worker thread ended', hint: 'h' } })
    const { jobId } = await start(BACKUP)
    await new Promise(setImmediate)
    assert.equal(await stateOf(jobId), 'crashed')
    outcome = () => null
    const resumed = await client.call('jobs.resume', { jobId })
    assert.equal(await stateOf(resumed.jobId), 'running')
  })

  test('with a secret in clear are resumed in this session, and not kept for another', async () => {
    const { jobId } = await start(`${BACKUP}source:\n  security: { sasl_password: hunter2-hunter2 }\n`)
    await client.call('jobs.pause', { jobId })
    assert.equal((await client.call('jobs.page', ALL)).rows[0]?.resume, 'continue')
    assert.ok(!readFileSync(join(profile, 'profile.db')).includes('hunter2'))
    await services.close(100)
    ;[services, client] = open()
    const later = await client.call('jobs.get', { jobId })
    assert.equal(later.resume, 'no')
    assert.match(later.whyNoResume ?? '', /secret in clear \("sasl_password"\)/)
    await assert.rejects(client.call('jobs.resume', { jobId }), { code: 'UNSUPPORTED' })
  })

  test('of a file with a secret in clear are resumed from the file as it is', async () => {
    await mkdir(profile, { recursive: true })
    const file = join(profile, '../b.yaml')
    writeFileSync(file, `${BACKUP}storage: { secret_key: hunter2-hunter2 }\n`)
    const { jobId } = await client.call('jobs.startFromYaml', { source: { path: 'b.yaml' }, dryRun: false })
    await services.close(100)
    ;[services, client] = open()
    await client.call('jobs.resume', { jobId })
    const request = fake.requests.at(-1)
    assert.ok(request?.kind === 'backup')
    assert.match(request.config.text, /hunter2/)
    assert.ok(!readFileSync(join(profile, 'profile.db')).includes('hunter2'))
  })

  test('of another process are asked to stop through the history', async () => {
    const { jobId } = await start(BACKUP)
    const [other, otherClient] = open()
    assert.equal((await otherClient.call('jobs.get', { jobId })).state, 'running')
    await otherClient.call('jobs.cancel', { jobId, atOnce: false })
    const deadline = Date.now() + 10_000
    while ((await stateOf(jobId)) === 'running') {
      assert.ok(Date.now() < deadline, 'waited for it to stop')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.equal(await stateOf(jobId), 'cancelled')
    await other.close(100)
  })
})

describe('after a sleep', () => {
  const failed = (code: 'KAFKA_UNREACHABLE' | 'CONFIG_SYNTAX'): WindowEvent => ({
    type: 'finished',
    jobId: 'j',
    outcome: { state: 'failed', error: { code, message: 'm' } },
  })

  async function resumedBy(code: 'KAFKA_UNREACHABLE' | 'CONFIG_SYNTAX', jumpMs: number, laterMs: number) {
    let now = 1_000_000
    let tell: (event: WindowEvent) => void = () => {}
    const resumed: string[] = []
    const watch = resumeAfterSleep({
      subscribe: (listener) => {
        tell = listener
        return () => {}
      },
      resume: async (jobId) => void resumed.push(jobId),
      now: () => now,
      settleMs: 0,
    })
    now += jumpMs
    watch.look()
    now += laterMs
    watch.look()
    tell(failed(code))
    await new Promise((resolve) => setTimeout(resolve, 20))
    watch.end()
    return resumed
  }

  test('a job that can’t reach its broker goes on by itself', async () => {
    assert.deepEqual(await resumedBy('KAFKA_UNREACHABLE', 3_600_000, 5_000), ['j'])
  })
  test('not what failed for a reason that stays, or without a sleep, or long after', async () => {
    assert.deepEqual(await resumedBy('CONFIG_SYNTAX', 3_600_000, 5_000), [])
    assert.deepEqual(await resumedBy('KAFKA_UNREACHABLE', 5_000, 5_000), [])
  })
})

test('drafts, settings and the vault answer by their calls', async () => {
  await client.call('drafts.set', { name: 'backup', value: { step: 2 } })
  assert.deepEqual((await client.call('drafts.get', { name: 'backup' }))?.value, { step: 2 })
  assert.equal((await client.call('drafts.list', null)).length, 1)
  await assert.rejects(client.call('drafts.set', { name: 'backup', value: { password: 'x' } }), { code: 'USAGE' })
  await client.call('drafts.remove', { name: 'backup' })
  assert.equal(await client.call('drafts.get', { name: 'backup' }), null)

  assert.deepEqual(await client.call('settings.get', null), DEFAULT_SETTINGS)
  assert.equal((await client.call('settings.set', { theme: 'dark' })).theme, 'dark')
  await assert.rejects(client.call('settings.set', { targetHours: 0 }), { code: 'USAGE' })

  assert.equal((await client.call('vault.state', null)).state, 'none')
  await assert.rejects(client.call('vault.create', { passphrase: 'short' }), { code: 'USAGE' })
  assert.equal((await client.call('vault.create', { passphrase: 'four words and more' })).state, 'file-unlocked')
  assert.equal((await client.call('vault.lock', null)).state, 'file-locked')
  await assert.rejects(client.call('vault.unlock', { passphrase: 'four words and less' }), (error: Error) => {
    assert.doesNotMatch(error.message, /four words/)
    return (error as Error & { code: string }).code === 'KEY_PASSPHRASE'
  })
  assert.equal((await client.call('vault.forget', null)).state, 'none')
})
