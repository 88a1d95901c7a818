import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { CofferError } from '../../src/contract/errors.ts'
import type { Connection } from '../../src/contract/ipc/connection.ts'
import type { WindowEvent } from '../../src/contract/ipc/job.ts'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import type { JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import { configurationOf, variablesIn } from '../../src/worker/services/connection-text.ts'
import { Services } from '../../src/worker/services/services.ts'
import { type FakeRunJob, fakeRunJob } from './fake-run-job.ts'

let folder: string
let fake: FakeRunJob
let services: Services
let client: Client
let outcome: (request: JobRequest) => JobOutcome | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-services-'))
  outcome = () => null
  fake = fakeRunJob((request) => outcome(request))
  services = make()
  client = clientOf(services)
})
afterEach(async () => {
  await services.close(100)
  rmSync(folder, { recursive: true, force: true })
})

function make(environment: Record<string, string> = { FROM_ENVIRONMENT: 'x' }): Services {
  const profile = join(folder, 'profile')
  const own = { ...environment, COFFER_KEY_STORE: 'file' }
  return new Services({ runJob: fake.run, profile, directory: folder, environment: own, host: 'browser', version: '1' })
}

/** The renderer's client over the host's answer, without a transport in between. */
function clientOf(of: Services): Client {
  return new Client({
    invoke: (name, input) => answer(of.handlers, name, structuredClone(input)),
    subscribe: (listener) => of.subscribe(listener),
  })
}

const code = (expected: string) => (error: CofferError) => {
  assert.equal(error.code, expected, error.message)
  return true
}
const CLUSTER = `bootstrap_servers: [localhost:1]\nsecurity:\n  sasl_password: $\{PASSWORD}\n`
const save = (more: Partial<Parameters<typeof saveAll>[0]> = {}) =>
  saveAll({ name: 'one', yaml: CLUSTER, secrets: {}, ...more })
const saveAll = (input: {
  name: string
  yaml: string
  secrets: Record<string, string>
  id?: string
}): Promise<Connection> => client.call('connections.save', { kind: 'source', id: null, ...input })

describe('connections', () => {
  test('are kept, changed and removed', async () => {
    const saved = await save()
    assert.deepEqual(await client.call('connections.list', null), [saved])
    const changed = await save({ id: saved.id, name: 'two' })
    assert.equal(changed.id, saved.id)
    assert.deepEqual(
      (await clientOf(make()).call('connections.list', null)).map((one) => one.name),
      ['two'],
    )
    await client.call('connections.remove', { id: saved.id })
    assert.deepEqual(await client.call('connections.list', null), [])
  })
  test('keep secrets in memory: not on disk, not towards the window, gone with the host', async () => {
    const saved = await save({ secrets: { PASSWORD: 'hunter2' } })
    assert.deepEqual(saved.variables, [{ name: 'PASSWORD', from: 'memory' }])
    const file = join(folder, 'profile/connections.json')
    assert.doesNotMatch(readFileSync(file, 'utf8'), /hunter2/)
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.doesNotMatch(JSON.stringify(await client.call('connections.list', null)), /hunter2/)
    const [later] = await clientOf(make()).call('connections.list', null)
    assert.equal(later?.variables[0]?.from, 'missing')
    outcome = () => ({
      state: 'done',
      exitCode: 0,
      result: { kind: 'check', config: 'one', verdict: 'PASSED', steps: [] },
    })
    await client.call('connections.check', { id: saved.id })
    assert.equal(fake.requests[0]?.environment.PASSWORD, 'hunter2')
    assert.equal(fake.requests[0]?.environment.FROM_ENVIRONMENT, 'x')
  })
  for (const yaml of [
    'sasl_password: hunter2',
    'security: {sasl_password: "hunter2"}',
    `secret_key: "x$\{PASSWORD}"`,
    'endpoint: http://user:hunter2@localhost',
    'sasl_password: 12345',
  ]) {
    test(`with a secret in the text are refused: ${yaml}`, async () => {
      await assert.rejects(save({ yaml }), (error: CofferError) => {
        assert.doesNotMatch(error.message + error.hint, /hunter2|12345/)
        return code('CONFIG_INVALID_VALUE')(error)
      })
    })
  }
  for (const yaml of ['a: [', '- a', 'text', 'a: b: c']) {
    test(`that are no mapping are refused: ${yaml}`, () => assert.rejects(save({ yaml }), code('CONFIG_SYNTAX')))
  }
  test('have one name each', async () => {
    await save()
    await assert.rejects(save({ name: 'ONE' }), code('CONFIG_CONFLICT'))
  })
  test('that are not there are said so', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    await assert.rejects(save({ id }), code('USAGE'))
    await assert.rejects(client.call('connections.check', { id }), code('USAGE'))
  })
  test('of a file that is not ours are not overwritten', async () => {
    mkdirSync(join(folder, 'profile'))
    const file = join(folder, 'profile/connections.json')
    writeFileSync(file, '{"half": ')
    await assert.rejects(client.call('connections.list', null), code('CONFIG_UNREADABLE'))
    await assert.rejects(save(), code('CONFIG_UNREADABLE'))
    assert.equal(readFileSync(file, 'utf8'), '{"half": ')
  })
  test('saved at the same time are all kept', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => save({ name: `connection ${n}` })))
    assert.equal((await client.call('connections.list', null)).length, 20)
  })
  test('become a section of a configuration', () => {
    assert.match(
      configurationOf({ kind: 'storage', yaml: 'backend: filesystem\npath: /x' }),
      /^storage:\n {2}backend: filesystem\n {2}path: \/x$/m,
    )
    assert.match(configurationOf({ kind: 'source', yaml: 'source:\n  a: 1' }), /^source:\n {2}a: 1$/m)
    assert.deepEqual(variablesIn(`$\{A} $\{DATE} $\{B_1} $\{A} $C $\{1}`), ['A', 'B_1'])
  })
})

describe('jobs', () => {
  const start = (text: string, dryRun = false) => client.call('jobs.startFromYaml', { source: { text }, dryRun })

  test('are started by the mode of their file, told about, and listed', async () => {
    const events: WindowEvent[] = []
    const finished = new Promise<void>((resolve) => {
      client.subscribe(
        (event) => {
          events.push(event)
          if (event.type === 'finished') resolve()
        },
        () => {},
      )
    })
    outcome = () => ({
      state: 'failed',
      error: { code: 'TARGET_NOT_EMPTY', message: 'm', hint: 'h', stack: 'secret path' },
    })
    const { jobId } = await start('mode: restore\nbackup_id: b1\n')
    await finished
    assert.deepEqual(
      events.map((event) => event.type),
      ['started', 'finished'],
    )
    const [job] = await client.call('jobs.list', null)
    assert.equal(job?.jobId, jobId)
    assert.equal(job?.kind, 'restore')
    assert.equal(job?.subject, 'b1')
    assert.deepEqual(job?.outcome, { state: 'failed', error: { code: 'TARGET_NOT_EMPTY', message: 'm', hint: 'h' } })
    assert.doesNotMatch(JSON.stringify(events), /secret path/)
  })
  test('are stopped', async () => {
    const { jobId } = await start('mode: backup\n')
    assert.equal(services.runningJobs, 1)
    await client.call('jobs.cancel', { jobId, atOnce: false })
    const [job] = await client.call('jobs.list', null)
    assert.equal(job?.outcome?.state, 'failed')
    assert.equal(services.runningJobs, 0)
    await client.call('jobs.cancel', { jobId, atOnce: true })
    await assert.rejects(client.call('jobs.cancel', { jobId: 'x', atOnce: true }), code('USAGE'))
  })
  test('of a file know its folder', async () => {
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'sub/b.yaml'), 'mode: backup\n')
    await client.call('jobs.startFromYaml', { source: { path: 'sub/b.yaml' }, dryRun: true })
    const [request] = fake.requests
    assert.ok(request?.kind === 'backup')
    assert.equal(request.dryRun, true)
    assert.equal(request.config.directory, join(folder, 'sub'))
    assert.equal(request.config.name, 'sub/b.yaml')
  })
  test('of what is no readable file are refused', async () => {
    writeFileSync(join(folder, 'large.yaml'), 'x'.repeat(1_000_001))
    for (const path of ['missing.yaml', '.', '/dev/zero', 'large.yaml', 'a\0b']) {
      await assert.rejects(
        client.call('jobs.startFromYaml', { source: { path }, dryRun: false }),
        code('CONFIG_UNREADABLE'),
      )
    }
  })
  test('of what is no YAML are left to the job, which names the line', async () => {
    for (const text of ['{', '- a', `${'['.repeat(20_000)}`, 'mode: dance']) await start(text)
    assert.deepEqual(
      fake.requests.map((request) => request.kind),
      ['backup', 'backup', 'backup', 'backup'],
    )
  })
  test('are bounded in number; those that run stay', async () => {
    const running = await start('mode: backup\nbackup_id: runs\n')
    outcome = () => ({ state: 'failed', error: { code: 'USAGE', message: 'm' } })
    for (let n = 0; n < 1_010; n++) {
      await start('mode: backup\n')
      await new Promise(setImmediate)
    }
    const jobs = await client.call('jobs.list', null)
    assert.equal(jobs.length, 1_000)
    assert.ok(jobs.some((job) => job.jobId === running.jobId))
  })
  test('are stopped when the host ends', async () => {
    await start('mode: backup\n')
    await services.close(1_000)
    assert.equal(services.runningJobs, 0)
  })
})

describe('archives', () => {
  const list = () =>
    ({ state: 'done', exitCode: 0, result: { kind: 'list', location: 'x', backups: [], unreadable: [] } }) as const

  test('are found by path from the folder that the host was started in, by address and by connection', async () => {
    outcome = list
    const storage = await client.call('connections.save', {
      id: null,
      name: 's',
      kind: 'storage',
      yaml: 'backend: filesystem\npath: /x\n',
      secrets: {},
    })
    for (const location of [{ path: 'a' }, { path: 's3://b/c' }, { connectionId: storage.id }])
      await client.call('archives.list', { location })
    const archives = fake.requests.map((request) => request.kind === 'list' && request.archive)
    assert.deepEqual(archives.slice(0, 2), [{ path: join(folder, 'a') }, { path: 's3://b/c' }])
    assert.match(JSON.stringify(archives[2]), /path: \/x/)
  })
  test('are not looked for in a cluster', async () => {
    const { id } = await save()
    await assert.rejects(client.call('archives.list', { location: { connectionId: id } }), code('USAGE'))
  })
  test('whose result is not what the contract says are an error, not a broken page', async () => {
    outcome = () => ({ state: 'done', exitCode: 0, result: { kind: 'list', location: 'x', backups: 3 } })
    await assert.rejects(client.call('archives.list', { location: { path: 'a' } }), code('UNEXPECTED'))
  })
  test('give their damage as the error of the job, with its hint', async () => {
    outcome = () => ({ state: 'failed', error: { code: 'MANIFEST_DAMAGED', message: 'm', hint: 'h' } })
    await assert.rejects(
      client.call('archives.describe', { location: { path: 'a' }, backupId: 'b' }),
      (error: CofferError) => {
        assert.equal(error.hint, 'h')
        return code('MANIFEST_DAMAGED')(error)
      },
    )
  })
})
