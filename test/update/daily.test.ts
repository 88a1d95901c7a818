import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Services } from '../../src/worker/services/services.ts'
import { runJob } from '../rig/run-job.ts'
import { freshFolder, inDays, listOf, type Publisher, publisher, serveSite, type TestSite } from './support.ts'

/** The window's side without a window: the daily look, and what counts as an offer. */

const DAY = 86_400_000
let maker: Publisher
let site: TestSite
let services: Services
const profile = freshFolder()

before(async () => {
  maker = publisher()
  maker.serve(listOf())
  site = await serveSite(maker.site)
  services = new Services({
    runJob,
    profile,
    directory: profile,
    environment: { COFFER_KEY_STORE: 'file', PATH: process.env.PATH ?? '' },
    host: 'browser',
    version: '0.0.0-test',
  })
})
after(async () => {
  await services?.close(1_000)
  await site?.close()
})

const call = () => services.handlers
/** What the page sends where nothing else was chosen. */
const OWN = { channel: 'stable', proxy: 'system' }
const look = (now?: number) => services.background.daily.lookIfDue(now)

test('off, or on without the daily look: nobody is asked', async () => {
  assert.equal(await look(), false)
  const pem = readFileSync(maker.publicKey, 'utf8')
  const file = await services.files.hold(maker.publicKey)
  const { keyId, pem: read } = await call()['updates.readKey']({ file: file.id })
  assert.equal(read, pem)
  await assert.rejects(
    call()['updates.on']({ ...OWN, address: site.address, pem, keyId: 'ab'.repeat(32), daily: true }),
    /which was compared/,
  )
  const on = await call()['updates.on']({ ...OWN, address: site.address, pem, keyId, daily: false })
  assert.deepEqual([on.enabled, on.daily, on.key?.keyId, on.organisation], [true, false, keyId, null])
  assert.equal(await look(), false)
  assert.deepEqual(site.asked, [])
})

test('once a day: after the last look, whoever looked; and a failure waits as long', async () => {
  const { key, address } = await call()['updates.get'](null)
  assert.ok(key !== null && address !== null)
  await call()['updates.on']({ ...OWN, address, pem: key.pem, keyId: key.keyId, daily: true })
  assert.equal(await look(), true)
  const { last, offer } = await call()['updates.get'](null)
  assert.deepEqual([last?.by, offer?.newest.version], ['daily', '9.1.0'])
  assert.equal(await look(), false)
  const asked = site.asked.length
  assert.equal(await look(Date.now() + DAY - 60_000), false)
  site.answer('updates.json', (_, response) => response.writeHead(503).end())
  await assert.rejects(look(Date.now() + DAY + 60_000), /got "503"/)
  assert.ok(site.asked.length > asked)
  assert.equal(await look(), false)
  const failed = await call()['updates.get'](null)
  assert.deepEqual([failed.last?.outcome.state, failed.offer], ['failed', null])
  site.answer('updates.json', null)
})

test('an offer ends with its list, with another address or channel, and when it is switched off', async () => {
  const { offer, address, key } = await call()['updates.check'](null)
  assert.ok(offer !== null && key !== null && address !== null)
  const on = { ...OWN, pem: key.pem, keyId: key.keyId, daily: false }
  assert.equal((await call()['updates.on']({ ...on, address: maker.site })).offer, null)
  assert.equal((await call()['updates.on']({ ...on, address })).offer?.newest.version, '9.1.0')
  assert.equal((await call()['updates.on']({ ...on, address, channel: 'preview' })).offer, null)
  assert.equal((await call()['updates.on']({ ...on, address })).offer?.newest.version, '9.1.0')
  assert.equal((await call()['updates.off'](null)).offer, null)
  await call()['updates.on']({ ...on, address })
  // its day has come: the clock is the machine's, so the memory is set back
  const path = join(profile, 'updates/seen.json')
  const { writeFileSync } = process.getBuiltinModule('node:fs')
  const memory = JSON.parse(readFileSync(path, 'utf8'))
  memory.last.outcome.expires_at = inDays(-1)
  writeFileSync(path, JSON.stringify(memory))
  assert.equal((await call()['updates.get'](null)).offer, null)
})
