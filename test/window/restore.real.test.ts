import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { coffer } from '../cli/program.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { type KafkaRig, startKafka } from '../rig/kafka.ts'
import { runJob } from '../rig/run-job.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { accessible, shot } from './requests-support.ts'
import {
  backUpOf,
  type ConnectArguments,
  connectTo,
  type FourEyes,
  fourEyesFor,
  goToNames,
  heldBy,
  windowByKeyboard,
} from './restore-support.ts'
import { SecretScan } from './secret-scan.ts'

/** A restore from an empty profile to a proved restore: real Chromium, real host and worker, real broker. */

const RECORDS = 20_000
const SECRET = 'wrong-horse-battery-staple'
const orders = uniqueName('rw-orders')
const ledger = uniqueName('rw-ledger')
/** Nobody else restores under it. */
const prefix = `${uniqueName('rw')}.`
const problems: string[] = []
let bootstrap: string
let locked: KafkaRig | undefined
let java: JavaClient
let fourEyes: FourEyes | undefined
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  bootstrap = (await useKafka()).bootstrap
  java = await useJava()
  await java.createTopics([
    { name: orders, partitions: 3 },
    { name: ledger, partitions: 2 },
  ])
  await java.generate(orders, RECORDS, { partitions: 3 })
  await java.generate(ledger, 500, { partitions: 2 })
  fourEyes = fourEyesFor('restore')
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_APPROVAL_POLICY: fourEyes.policy })
  mkdirSync(join(host.folder, 'archive'))
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { limitMs: 60_000, problems })
  await backUp('ledger-weekly', [orders, ledger])
})
after(async () => {
  await locked?.stop()
  await browser?.close()
  await host?.end()
  fourEyes?.remove()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
const next = (name: string) => button(`Next: ${name}`).click()
const open = (name: string) => page.getByRole('link', { name, exact: true }).click()

const backUp = (id: string, topics: string[], more?: string) => backUpOf(host.folder, bootstrap, id, topics, more)

const connect = (...how: ConnectArguments) => connectTo(host, { RW_PASSWORD: SECRET }, ...how)

test('without anything connected the page says what it needs', async () => {
  await open('Restore')
  await heading('What is to be restored?').waitFor()
  await page.getByLabel('Folder or s3:// address').fill('archive')
  await button('Look there').click()
  await page.getByRole('radio', { name: /ledger-weekly/ }).check()
  await page.getByText(/Its records are from \d{4}-/).waitFor()
  await accessible(page, 'restore-1-backup')
  await next('Target')
  await heading('Where should it go?').waitFor()
  await page.getByText('No cluster to restore to is connected').waitFor()
  await accessible(page, 'restore-2-no-target')
})

test('a window has inclusive ends, and says when nothing lies in it', async () => {
  await button('Back').click()
  await page.getByRole('radio', { name: 'Between two moments' }).check()
  const from = page.getByLabel('From', { exact: true })
  const to = page.getByLabel('Up to', { exact: true })
  assert.match(await from.inputValue(), /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}/, 'it begins at the earliest')
  await page.getByText('Both ends belong to it').waitFor()
  await accessible(page, 'restore-1-window')
  const latest = await to.inputValue()
  await to.fill('2001-02-30 00:00')
  await to.press('Enter')
  await page.getByText('There is no “2001-02-30 00:00”.').waitFor()
  await to.fill('2001-01-01 00:00')
  await page.getByText('The window ends before it begins.').waitFor()
  await from.fill('2000-01-01 00:00:00.000')
  await page.getByText('No record of this backup lies in this window.').waitFor()
  assert.ok(await button('Next: Target').isDisabled())
  await button('Take the latest').click()
  assert.equal(await to.inputValue(), latest)
  await page.getByRole('radio', { name: 'Everything' }).check()
})

test('a wrong password is named where the cluster is chosen, and in the preview', async () => {
  locked = await startKafka({ secure: true, heap: '384m' })
  const access = locked.secure
  assert.ok(access)
  const servers = `bootstrap_servers: ["${access.saslPlaintextBootstrap}"]\n`
  const security = `security:\n  security_protocol: SASL_PLAINTEXT\n  sasl_mechanism: PLAIN\n  sasl_username: ${access.users.plain.username}\n  sasl_password: \${RW_PASSWORD}\n`
  const plain = `bootstrap_servers: ["${bootstrap}"]\n`
  await connect('locked cluster', 'target', servers + security, 'production')
  await connect('validation cluster', 'target', plain, 'validation')
  await connect('live cluster', 'target', plain, 'production')
  await page.reload()
  await heading('What is to be restored?').waitFor()
  await page.getByRole('radio', { name: /ledger-weekly/, checked: true }).waitFor()
  await next('Target')
  await page.getByRole('radio', { name: /locked cluster/ }).check()
  await page.getByText('“locked cluster” is a production cluster.').waitFor()
  await page.getByText('The check of this connection fails.').waitFor()
  await accessible(page, 'restore-2-locked')
  await next('Names')
  await page.getByLabel('Prefix for all names').fill(prefix)
  await next('Preview')
  await page.getByText('As it stands, the restore would not begin.').waitFor()
  await page.getByText('KAFKA_AUTHENTICATION').waitFor()
  await accessible(page, 'restore-4-locked')
  assert.ok(await button('Next: Restore').isDisabled())
  assert.ok(!(await page.content()).includes(SECRET))
  await locked.stop()
})

test('names are checked as they are typed', async () => {
  await button('Back').click()
  const name = page.getByLabel(`Name of ${ledger} on the target`)
  await name.fill('not a topic')
  await page.getByText(/“not a topic” for .* is no topic name/).waitFor()
  await name.fill(`${prefix}${orders}`)
  await page.getByText(/Two record streams would both be called/).waitFor()
  await name.fill(`${prefix}books`)
  const partitions = page.getByLabel(`Partitions of ${ledger} on the target`)
  await partitions.fill('many')
  await page.getByText(/“many” partitions/).waitFor()
  await partitions.fill('5')
  await page.getByText('2 of 2 record streams will be restored.').waitFor()
  await accessible(page, 'restore-3-names')
})

const held = (topic: string) => heldBy(java, topic)

test('a restore with mapping into the validation cluster, and then the proof', async () => {
  await button('Back').click()
  await page.getByRole('radio', { name: /validation cluster/ }).check()
  await page.getByText('The cluster answers').waitFor()
  await accessible(page, 'restore-2-target')
  await next('Names')
  await next('Preview')
  await page.getByText('nothing is in the way').first().waitFor()
  const table = page.getByRole('table', { name: 'Topics on the target' })
  await table.getByText(`${prefix}books`).waitFor()
  await table.getByText('2 → 5').waitFor()
  assert.equal(await table.getByText('is created').count(), 2)
  await accessible(page, 'restore-4-preview')
  const topics = await java.listTopics()
  assert.ok(!topics.some((one) => one.startsWith(prefix)), 'a look changes nothing')
  await next('Restore')
  await page.getByText('Everything that the backup holds.').waitFor()
  await page.getByText('The same as YAML').click()
  const yaml = async (name: string) => (await page.getByRole('region', { name }).textContent()) ?? ''
  writeFileSync(join(host.folder, 'restore.yaml'), await yaml('restore.yaml'))
  writeFileSync(join(host.folder, 'validation.yaml'), await yaml('validation.yaml'))
  await accessible(page, 'restore-5-start')
  await button('Restore now').click()
  await heading('“ledger-weekly” is restored, and not proved yet').waitFor()
  await page.getByText('20,500 records of 2 record streams were written').waitFor()
  await accessible(page, 'restore-6-done')
  await button('Compare every record').click()
  await heading('A proved restore: what was restored into “validation cluster” is what was archived').waitFor()
  await page.getByText('Every record, byte by byte').waitFor()
  await page.getByRole('link', { name: 'Connect it' }).waitFor()
  await accessible(page, 'restore-7-proved')

  assert.deepEqual(await held(`${prefix}books`), { records: 500, partitions: 5 })
  assert.deepEqual(await held(`${prefix}${orders}`), { records: RECORDS, partitions: 3 })
  // the command line says the same of the same files
  const proved = await coffer(['validation', 'run', '--config', join(host.folder, 'validation.yaml')])
  assert.equal(proved.code, 0, proved.out + proved.err)
  assert.match(proved.out, /PASSED/)
  const again = await coffer(['restore', '--config', join(host.folder, 'restore.yaml')])
  assert.equal(again.code, 0, again.out + again.err)
  assert.match(again.out + again.err, /completed before/)
})

test('the report lies with the archive', () => {
  const folder = join(host.folder, 'archive/evidence-reports')
  const files = readdirSync(folder, { recursive: true }).map(String)
  assert.ok(
    files.some((name) => name.endsWith('.pdf')),
    files.join(', '),
  )
  const json = files.find((name) => name.endsWith('.json'))
  assert.ok(json)
  assert.match(readFileSync(join(folder, json), 'utf8'), /"overall_result":\s*"PASSED"/)
})

const toNames = (backup: string, cluster: string) => goToNames(page, join(host.folder, 'archive'), backup, cluster)

test('of a connected storage the report is opened from here', async () => {
  await connect('archive storage', 'storage', `backend: filesystem\npath: ${join(host.folder, 'archive')}\n`, null)
  await button('Restore something else').click()
  await page.reload()
  await page.getByRole('radio', { name: 'archive storage' }).check()
  await page.getByRole('radio', { name: /^ledger-weekly/ }).check()
  await next('Target')
  await page.getByRole('radio', { name: /validation cluster/ }).check()
  await next('Names')
  await page.getByLabel('Prefix for all names').fill(`${prefix}second.`)
  await next('Preview')
  await page.getByText('nothing is in the way').first().waitFor()
  await next('Restore')
  await button('Restore now').click()
  await heading('“ledger-weekly” is restored, and not proved yet').waitFor()
  await button('Compare every record').click()
  await page.getByRole('link', { name: 'Look at the report' }).click()
  await page.waitForURL(/#\/reports\/[0-9a-f-]{36}\/validation-/)
  await page
    .getByText(/ledger-weekly/)
    .first()
    .waitFor()
  await shot(page, 'restore-8-report')
  await open('Restore')
})

test('where every record is on the target already, the preview says so', async () => {
  await toNames('ledger-weekly', 'validation cluster')
  await next('Preview')
  // the one broker: under their own names they are where they came from
  await page.getByText('Every record that was chosen is on “validation cluster” already.').waitFor()
  assert.equal(await page.getByText('holds all of it already').count(), 2)
})

test('topics that are not empty are refused until somebody says so and types the name', async () => {
  const taken = `${prefix}taken`
  await java.createTopics([{ name: taken, partitions: 2 }])
  await java.generate(taken, 10, { partitions: 2, seed: 7 })
  await toNames('ledger-weekly', 'validation cluster')
  await button('Take none').click()
  await page.getByText('No record stream is chosen.').waitFor()
  await page.getByRole('checkbox', { name: ledger }).check()
  await page.getByLabel(`Name of ${ledger} on the target`).fill(taken)
  await next('Preview')
  await page.getByText('As it stands, the restore would not begin.').waitFor()
  await page.getByText('TARGET_NOT_EMPTY').waitFor()
  await accessible(page, 'restore-4-not-empty')
  assert.ok(await button('Next: Restore').isDisabled())
  await page.getByRole('checkbox', { name: /Write behind the records/ }).check()
  await page.getByText('not empty, written behind').waitFor()
  await next('Restore')
  await button('Restore now').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('1 topic that is not empty gets records').waitFor()
  const go = dialog.getByRole('button', { name: 'Restore now' })
  assert.ok(await go.isDisabled())
  await dialog.getByRole('textbox').fill('validation')
  assert.ok(await go.isDisabled(), 'half of the name is not the name')
  await accessible(page, 'restore-5-confirm')
  await dialog.getByRole('textbox').fill('validation cluster')
  await go.click()
  await heading('“ledger-weekly” is restored, and not proved yet').waitFor()
  assert.deepEqual(await held(taken), { records: 510, partitions: 2 })
  await button('Compare every record').click()
  await heading('A proved restore: what was restored into “validation cluster” is what was archived').waitFor()
})

test('the host itself refuses what was not confirmed', async () => {
  const live = (await host.services.handlers['connections.list'](null)).find((one) => one.name === 'live cluster')
  assert.ok(live)
  const choices = {
    location: { path: join(host.folder, 'archive') },
    backupId: 'ledger-weekly',
    targetId: live.id,
    streams: null,
    window: { start: null, end: null },
    mapping: {},
    partitions: {},
    createTopics: true,
    allowNonEmpty: false,
    groups: 'none' as const,
  }
  const start = (confirmed: string | null) => host.services.handlers['restore.start']({ choices, confirmed })
  await assert.rejects(start(null), { code: 'USAGE', message: /"live cluster" is a production cluster/ })
  await assert.rejects(start('validation cluster'), { code: 'USAGE' })
})

test('into production only after the name was typed; stopped half way, and gone on with', async () => {
  // so many that it can be stopped in time
  const large = uniqueName('rw-large')
  await java.createTopics([{ name: large, partitions: 2 }])
  await java.generate(large, 200_000, { partitions: 2 })
  await backUp('large', [large], 'backup:\n  segment_max_records: 5000\n')
  await toNames('large', 'live cluster')
  await page.getByLabel('Prefix for all names').fill(prefix)
  await next('Preview')
  await page.getByText('nothing is in the way').first().waitFor()
  await next('Restore')
  await accessible(page, 'restore-5-production')
  await button('Restore into production …').click()
  await page.getByRole('dialog').getByRole('textbox').fill('live cluster')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore now' }).click()
  await heading('Restoring “large” into “live cluster”').waitFor()
  await page.getByText(/[1-9][\d,]* of 200,000 records/).waitFor()
  await shot(page, 'restore-6-running')
  await page.getByRole('button', { name: /^Pause / }).click()
  await heading('The restore into “live cluster” is paused').waitFor()
  await accessible(page, 'restore-6-stopped')
  const half = await held(`${prefix}${large}`)
  assert.ok(half.records < 200_000, `${half.records}`)
  await page.reload()
  await button('Go on with it').click()
  await heading('“large” is restored, and not proved yet').waitFor({ timeout: 180_000 })
  assert.equal((await held(`${prefix}${large}`)).records, 200_000, 'each record is there once')
  await page.getByRole('link', { name: 'See it under Jobs' }).click()
  await page.getByRole('heading', { name: /large/ }).first().waitFor()
  await open('Restore')
  await heading('“large” is restored, and not proved yet').waitFor()
})

test('where the policy asks for four eyes it is refused, and a second person can be asked for', async () => {
  const port = bootstrap.split(':').at(-1)
  await connect('guarded cluster', 'target', `bootstrap_servers: ["127.0.0.1:${port}"]\n`, 'production')
  await page.reload()
  await toNames('ledger-weekly', 'guarded cluster')
  await page.getByLabel('Prefix for all names').fill(`${prefix}guarded.`)
  await next('Preview')
  await page.getByText('nothing is in the way').first().waitFor()
  await next('Restore')
  await page.getByText('The policy here may ask a second person').waitFor()
  await button('Restore into production …').click()
  await page.getByRole('dialog').getByRole('textbox').fill('guarded cluster')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore now' }).click()
  await heading('A second person has to approve this restore').waitFor()
  await page.getByText('APPROVAL_NEEDED').waitFor()
  await accessible(page, 'restore-6-approval')
  await page.getByLabel('Why it is needed').fill('the yearly exercise')
  await button('Ask for an approval').click()
  await page.getByText(/The request lies in/).waitFor()
  assert.ok(fourEyes)
  const [file, ...others] = readdirSync(fourEyes.exchange)
  assert.ok(file)
  assert.deepEqual(others, [])
  const { document } = JSON.parse(readFileSync(join(fourEyes.exchange, file), 'utf8'))
  assert.equal(document.reason, 'the yearly exercise')
  await page.getByText('The same as YAML').click()
  const yaml = (await page.getByRole('region', { name: 'restore.yaml' }).textContent()) ?? ''
  const digest = createHash('sha256').update(yaml).digest('hex')
  assert.equal(document.action.facts.config_sha256, digest, 'asked for exactly what is shown')
  assert.ok(!(await java.listTopics()).some((one) => one.startsWith(`${prefix}guarded.`)))
  await button('Change something').click()
  await heading('What would change on “guarded cluster”').waitFor()
})

test('in German, in the dark, at 200 % zoom and by keyboard', async () => {
  const other = await browser.newPage({ viewport: { width: 640, height: 400 }, colorScheme: 'dark', locale: 'de-DE' })
  other.setDefaultTimeout(30_000)
  other.on('pageerror', (error) => problems.push(error.message))
  await other.context().addCookies(await page.context().cookies())
  await other.goto(`${host.origin}/#/restore`)
  await other.getByRole('heading', { name: 'Was sich auf „guarded cluster“ ändern würde' }).waitFor()
  await other.getByText('nichts steht im Weg').first().waitFor()
  await accessible(other, 'restore-de-preview')
  for (const [step, title] of [
    ['Namen', 'Wie soll es dort heißen?'],
    ['Ziel', 'Wohin soll es gehen?'],
    ['Sicherung und Zeit', 'Was soll wiederhergestellt werden?'],
  ] as const) {
    const button = other.getByRole('navigation', { name: 'Schritte' }).getByRole('button', { name: step })
    await button.focus()
    await other.keyboard.press('Enter')
    await other.getByRole('heading', { name: title }).waitFor()
    await accessible(other, `restore-de-${step}`)
  }
  await windowByKeyboard(other)
  await other.context().close()
})

test('nothing went wrong in the page, and the password is nowhere in the profile', () => {
  assert.deepEqual(problems, [])
  const profile = join(host.folder, 'profile')
  const { files, found } = new SecretScan({ password: SECRET }).inFolder(profile)
  assert.ok(files.length > 0)
  assert.deepEqual(found, [])
})
