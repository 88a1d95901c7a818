import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExtractionSpec } from '../../src/contract/requests/spec.ts'
import { caseCustody } from '../../src/jobs/requests/custody.ts'
import { CaseStore, type StoredCase } from '../../src/jobs/requests/store.ts'
import { connectionHandlers } from '../../src/worker/services/areas/connections.ts'
import { requestHandlers } from '../../src/worker/services/areas/requests.ts'
import { ServiceCore } from '../../src/worker/services/core.ts'
import { RequestPackages } from '../../src/worker/services/request-packages.ts'
import { Services } from '../../src/worker/services/services.ts'
import { CASE, specOf, temporaryFolder } from '../requests/support.ts'
import { fakeRunJob } from '../window/fake-run-job.ts'

/** Two things at once in the services, of which the tests hold back one. */

const ENVIRONMENT = { COFFER_KEY_STORE: 'file' }
let folder: string
let core: ServiceCore
/** What jobs that run are stopped by: they do nothing by themselves. */
const fake = fakeRunJob(() => null)
const options = () => ({
  runJob: fake.run,
  profile: join(folder, 'profile'),
  directory: folder,
  environment: ENVIRONMENT,
  host: 'browser' as const,
  version: '1',
})

beforeEach(async () => {
  folder = await temporaryFolder()
  core = new ServiceCore(options())
})
afterEach(async () => {
  await core.jobs.close(0)
  await core.close()
  core.files.close()
})

const spec = (): ExtractionSpec => specOf({ location: { path: '/archive' } })

/** A store that gives a case as it was when it was asked for, once the test lets it. */
class HeldStore extends CaseStore {
  hold: Promise<void> | null = null
  asked = Promise.withResolvers<void>()
  override async get(id: string): Promise<StoredCase> {
    const found = await super.get(id)
    const { hold } = this
    if (hold !== null) {
      this.hold = null
      this.asked.resolve()
      await hold
    }
    return found
  }
}

describe('a package', () => {
  test('that ends while its case is read is not told as interrupted', async () => {
    const store = new HeldStore(core.options.profile)
    const packages = new RequestPackages(core, store)
    const { file } = await store.create(CASE, null)
    const started = await packages.start(await store.get(file.id), 'REG-1.zip', 'mode: extract\n')
    const goesOn = Promise.withResolvers<void>()
    store.hold = goesOn.promise
    const asked = packages.shown(file.id)
    await store.asked.promise
    core.jobs.cancel(started.jobId, true)
    await packages.close()
    goesOn.resolve()
    // what was read says that it runs: so it did, and it is asked for again
    assert.deepEqual(
      (await asked).packages.map(({ outcome, resumable }) => [outcome, resumable]),
      [['running', false]],
    )
    const now = await packages.shown(file.id)
    assert.deepEqual(
      now.packages.map(({ outcome, resumable }) => [outcome, resumable]),
      [['stopped', true]],
    )
  })
  test('that is being started is not told as interrupted, and is not started twice', async () => {
    const store = new CaseStore(core.options.profile)
    const packages = new RequestPackages(core, store)
    const { file } = await store.create(CASE, null)
    const opened = Promise.withResolvers<void>()
    core.vault.ready = () => opened.promise
    const starting = packages.start(await store.get(file.id), 'REG-1.zip', 'mode: extract\n')
    for (let there = 0; there === 0; there = (await store.get(file.id)).file.packages.length) await sleep(5)
    assert.equal((await packages.shown(file.id)).packages[0]?.outcome, 'running')
    await assert.rejects(packages.resume(file.id, 'REG-1.zip'), { code: 'USAGE' })
    opened.resolve()
    await starting
    assert.equal(core.jobs.runningCount, 1)
  })
  test('asked for twice at once becomes two, in two files', async () => {
    const handlers = requestHandlers(core)
    const { id } = await handlers['requests.create']({ data: CASE, parent: null })
    await Promise.all([1, 2].map(() => handlers['requests.extract']({ id, spec: spec() })))
    const { packages } = await handlers['requests.get']({ id })
    assert.deepEqual(packages.map(({ file }) => file).sort(), ['REG-1-2.zip', 'REG-1.zip'])
    await core.jobs.close(0)
    await handlers.close()
  })
})

test('of two choices that are kept one after the other the second stands', async () => {
  const store = new HeldStore(join(folder, 'profile'))
  const { file } = await store.create(CASE, null)
  const goesOn = Promise.withResolvers<void>()
  store.hold = goesOn.promise
  const first = store.keepSpec(file.id, specOf({ topics: ['older'] }))
  await store.asked.promise
  const second = store.keepSpec(file.id, specOf({ topics: ['newer'] }))
  await Promise.race([second, sleep(100)])
  goesOn.resolve()
  await Promise.all([first, second])
  assert.deepEqual((await store.spec(file.id))?.topics, ['newer'])
})

test('a look whose line of custody could not be written is refused, and the next one writes it', async () => {
  const handlers = requestHandlers(core)
  const { id } = await handlers['requests.create']({ data: CASE, parent: null })
  const home = join(core.options.profile, 'requests/REG-1')
  await writeFile(join(home, 'custody'), 'no folder')
  const look = () => handlers['requests.preview']({ id, spec: spec(), sample: false, replaces: null })
  await assert.rejects(look())
  await assert.rejects(look(), 'as long as it can’t be written')
  await rm(join(home, 'custody'))
  await Promise.all([look(), look()])
  assert.deepEqual(
    (await caseCustody(home)).entries.map(({ action, subject }) => [action, subject]),
    [['viewed', 'records of backup ledger-backup']],
  )
  assert.deepEqual((await readdir(home)).includes('custody'), true)
  await handlers.close()
})

test('a secret that is saved with a connection is not taken away with another that named it too', async () => {
  const handlers = connectionHandlers(core)
  const yaml = `bootstrap_servers: [localhost:1]\nsecurity:\n  sasl_password: $\{PASSWORD}\n`
  const save = (name: string) =>
    handlers['connections.save']({ id: null, name, kind: 'source', yaml, secrets: { PASSWORD: 'hunter2hunter2' } })
  const old = await save('old')
  const remove = core.vault.remove.bind(core.vault)
  const [reached, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  core.vault.remove = async (names) => {
    reached.resolve()
    await goesOn.promise
    await remove(names)
  }
  const removing = handlers['connections.remove']({ id: old.id })
  await reached.promise
  const saving = save('new')
  await Promise.race([saving, sleep(200)])
  goesOn.resolve()
  await Promise.all([removing, saving])
  assert.equal(core.environment().PASSWORD, 'hunter2hunter2')
})

test('services that are closed twice at once are closed once', async () => {
  const services = new Services(options())
  services.begin()
  await Promise.all([services.close(0), services.close(0)])
  const later = new Services(options())
  const filter = { text: null, who: null, action: null, from: null, to: null, result: null }
  const { entries } = await later.handlers['activity.page']({ filter, offset: 0, limit: 50 })
  assert.deepEqual(entries.map(({ action }) => action).sort(), ['app closed', 'app opened'])
  await later.close(0)
})

test('schedules that were to start a moment later do not start once the services are closed', async () => {
  const services = new Services(options())
  await services.close(0)
  services.background.start()
  await sleep(50)
  assert.deepEqual(
    fake.requests.filter(({ kind }) => kind === 'schedule'),
    [],
  )
})
