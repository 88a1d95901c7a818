import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { coffer } from '../cli/program.ts'
import { freePort } from '../rig/ports.ts'
import { runJob } from '../rig/run-job.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { accessibleInBothLooks } from './axe.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { shot } from './requests-support.ts'
import { stepsOn } from './steps.ts'

/** From an empty profile to a scheduled backup that ran: real Chromium, web host, worker, broker and S3 server. */

const RECORDS = 20_000
const EVERY_MINUTE = {
  cron: '* * * * *',
  jitterSeconds: 0,
  retries: 0,
  retryDelaySeconds: 60,
  quietHours: null,
  alertAfterHours: 26,
}
const NAME = 'Trading ledger'
const ID = 'trading-ledger'
const base = uniqueName('led')
const bucket = uniqueName('wizard')
const lockedBucket = uniqueName('locked')
const problems: string[] = []
let bootstrap: string
let s3: S3Server
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  bootstrap = (await useKafka()).bootstrap
  s3 = await useS3()
  await s3.makeBucket(bucket)
  await s3.makeBucket(lockedBucket, { objectLock: true })
  const java = await useJava()
  await java.createTopics([
    { name: `${base}-orders`, partitions: 3 },
    { name: `${base}-payments`, partitions: 1 },
    { name: `${base}-scratch`, partitions: 1 },
  ])
  await java.generate(`${base}-orders`, RECORDS, { partitions: 3 })
  await java.generate(`${base}-payments`, 100, { partitions: 1 })
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_KEY_STORE: 'file' })
  browser = await launchChromium()
  const where = { locale: 'en-GB', timezoneId: 'Europe/Berlin' }
  page = await openWindow(browser, host.address, { limitMs: 60_000, problems, ...where })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name, level: 1 })
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const go = (address: string) => page.goto(`${host.origin}/#${address}`)

const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void> | void) => test(name, inOrder(work))

/** Each page that a step came to is looked over by axe, in light and dark. */
async function seen(name: string): Promise<void> {
  await page.waitForTimeout(100)
  await accessibleInBothLooks(page, name)
  await shot(page, name)
}

const s3Yaml = (name: string) =>
  [
    'backend: s3',
    `bucket: ${name}`,
    `endpoint: ${s3.endpoint}`,
    `region: ${s3.region}`,
    'access_key: ${WIZARD_ACCESS}',
    'secret_key: ${WIZARD_SECRET}',
    'allow_http: true',
    'prefix: compliance',
  ].join('\n')

/** Connections have a page and a test of their own. */
async function connect(name: string, kind: 'source' | 'storage', yaml: string): Promise<string> {
  const secrets =
    kind === 'storage' && yaml.includes('WIZARD')
      ? { WIZARD_ACCESS: s3.accessKeyId, WIZARD_SECRET: s3.secretAccessKey }
      : {}
  return (await host.services.handlers['connections.save']({ id: null, name, kind, yaml, secrets })).id
}

const credentials = () => ({ WIZARD_ACCESS: s3.accessKeyId, WIZARD_SECRET: s3.secretAccessKey })

step('an empty profile is told what a plan is, and asked for a cluster first', async () => {
  await go('/backups')
  await heading('Nothing is protected yet').waitFor()
  await seen('home-empty')
  await page.getByRole('link', { name: 'Protect a cluster' }).click()
  await heading('Which cluster do you want to protect?').waitFor()
  await page.getByText('No cluster is connected yet').waitFor()
  await seen('wizard-no-cluster')
})

step('a broker that can’t be reached is said so before anything is chosen', async () => {
  await connect('closed cluster', 'source', `bootstrap_servers: ["127.0.0.1:${await freePort()}"]\n`)
  await connect('trading cluster', 'source', `bootstrap_servers: ["${bootstrap}"]\n`)
  await go('/backups')
  await page.reload()
  await page.getByRole('link', { name: 'Protect a cluster' }).click()
  await page.getByLabel('closed cluster').check()
  await page.getByText('not reached').waitFor()
  await page.getByText('KAFKA_UNREACHABLE').waitFor()
  await page.getByLabel('Name of the plan').fill(NAME)
  assert.equal(await button(/^Next/).isDisabled(), true)
  await seen('wizard-unreachable')
  await page.getByLabel('trading cluster').check()
  await page.getByText('✓ reached').waitFor()
  assert.equal(await page.getByLabel('Name of the archive').inputValue(), ID)
  await seen('wizard-cluster')
  await button(/^Next/).click()
})

step('streams are chosen by pattern and box, with what that takes right now', async () => {
  await heading('Which record streams belong in the archive?').waitFor()
  assert.equal(await button(/^Next/).isDisabled(), true)
  await page.getByLabel('Names and patterns').fill(`${base}-nothing-*`)
  await button('Add').first().click()
  await page.getByText('No stream on the cluster matches').waitFor()
  await button(`Take out ${base}-nothing-*`).click()
  await page.getByLabel('Names and patterns').fill(`${base}-*`)
  await button('Add').first().click()
  await page.getByText(/^3 of .* streams$/).waitFor()
  await page.getByRole('textbox', { name: 'Except' }).fill('*-scratch')
  await button('Add').nth(1).click()
  await page.getByText(/^2 of .* streams$/).waitFor()
  await page.getByLabel('Find a stream').fill(base)
  const table = page.getByRole('table', { name: 'Record streams of the cluster' })
  await table.getByText(`${base}-orders`).waitFor()
  await table.getByText('20,000').first().waitFor()
  assert.equal(await table.getByText('__consumer_offsets').count(), 0)
  await seen('wizard-streams')
  await button(/^Next/).click()
})

step('what was entered is there again after a look at another page', async () => {
  await page.getByRole('link', { name: 'Jobs' }).click()
  await go('/backups/new')
  await heading('Where do they go, and how long must they stay?').waitFor()
  await page.getByText('No storage is connected yet').waitFor()
  await connect('archive in Frankfurt', 'storage', s3Yaml(bucket))
  await connect('locked archive', 'storage', s3Yaml(lockedBucket))
  // The draft is kept a moment after the last change.
  await page.waitForTimeout(2_000)
  await page.reload()
})

step('a period has its source, and the storage’s own lock is told as the storage tells it', async () => {
  await go('/backups/new')
  await heading('Where do they go, and how long must they stay?').waitFor()
  await page.getByLabel('archive in Frankfurt').check()
  await page.getByLabel(/^SOX/).check()
  await page.getByText('17 CFR § 210.2-06').waitFor()
  await page.getByText(/^! (not locked|not told)$/).waitFor()
  await seen('wizard-keep')
  await button(/^Next/).click()
})

step('a schedule is said in words, with its next runs on its own clock and in UTC', async () => {
  await heading('When should it run?').waitFor()
  await page.getByText(/At 02:00/).waitFor()
  const runs = page.getByRole('table', { name: 'The next five runs' }).getByRole('row')
  assert.equal(await runs.count(), 1 + 5)
  await page
    .getByText(/ 0[01]:00:00 UTC$/)
    .first()
    .waitFor()
  await page.getByRole('checkbox', { name: 'Quiet hours' }).check()
  await page.getByLabel('From', { exact: true }).fill('01:00')
  await page.getByLabel('To', { exact: true }).fill('4:30 AM')
  await page.getByLabel('To', { exact: true }).press('Tab')
  await page.getByText('“4:30 AM” is not written as a time of day is here, such as 14:05.').waitFor()
  assert.equal(await button(/^Next/).isDisabled(), true)
  await page.getByLabel('To', { exact: true }).fill('04:30')
  await page
    .getByText(/quiet hours: it starts at .* 04:30/)
    .first()
    .waitFor()
  await page.getByRole('checkbox', { name: 'Quiet hours' }).uncheck()
  await seen('wizard-when')
  await button(/^Next/).click()
})

step('without a signature is a choice that is made, not one that happens', async () => {
  await heading('Who answers for the archive?').waitFor()
  assert.equal(await button(/^Next/).isDisabled(), true)
  await page.getByLabel('No signature').check()
  await seen('wizard-sign')
  await button(/^Next/).click()
})

step('the last step says what will happen, and a dry run how much it is', async () => {
  await heading('This is what will happen').waitFor()
  await page.getByText(`Of trading cluster the record streams (topics) ${base}-* are read.`).waitFor()
  await button('Dry run').click()
  await page.getByText('it would work').waitFor()
  await page.getByText('20,100').waitFor()
  await seen('wizard-summary')
})

let exported: string

step('the same job as a file runs in the command line, secrets in the environment', async () => {
  const shown = page.getByRole('region', { name: 'YAML file' }).or(page.getByLabel('YAML file', { exact: true }))
  exported = ((await shown.locator('pre').first().textContent()) ?? '').replaceAll(ID, `${ID}-cli`)
  assert.match(exported, /\$\{WIZARD_SECRET\}/)
  assert.ok(!exported.includes(s3.secretAccessKey), 'the file holds no secret')
  const file = join(host.folder, 'exported.yaml')
  writeFileSync(file, exported)
  const run = await coffer(['backup', '--config', file, '--json'], { environment: credentials() })
  assert.equal(run.code, 0, run.err)
  assert.equal((JSON.parse(run.out) as { records: number }).records, RECORDS + 100)
  await page.getByRole('tab', { name: 'systemd' }).click()
  await page.getByText('OnCalendar=').waitFor()
  await page.getByRole('tab', { name: 'cron', exact: true }).click()
  await page.getByText(/CRON_TZ=/).waitFor()
})

step('it is saved with its schedule and run now; the archive passes the command line’s deep check', async () => {
  await button('Save, and run once now').click()
  await heading(new RegExp(`“${NAME}” is (being backed up|protected)`)).waitFor()
  await heading(new RegExp(`“${NAME}” is protected`)).waitFor()
  await page.getByText('20,100').first().waitFor()
  await page.getByText('by hand').waitFor()
  await seen('plan')
  const check = await coffer(
    ['validate', '--path', s3.url(bucket, 'compliance'), '--backup-id', ID, '--deep', '--json'],
    { environment: s3.env },
  )
  assert.equal(check.code, 0, check.err)
  const found = JSON.parse(check.out) as { verdict: string; checked: { records: number } }
  assert.deepEqual([found.verdict, found.checked.records], ['PASSED', RECORDS + 100])
})

step('the schedule is the engine’s: the command line of the same profile shows it', async () => {
  const listed = await coffer(['schedule', 'list', '--json'], {
    environment: { COFFER_PROFILE: join(host.folder, 'profile') },
  })
  assert.equal(listed.code, 0, listed.err)
  const { schedules } = JSON.parse(listed.out) as {
    schedules: { name: string; cron: string; config: string; last_run: { trigger: string; state: string } }[]
  }
  const [one] = schedules
  assert.deepEqual(
    [one?.name, one?.cron, one?.last_run.trigger, one?.last_run.state],
    [NAME, '0 2 * * *', 'manual', 'done'],
  )
  assert.ok(!readFileSync(one?.config ?? '', 'utf8').includes(s3.secretAccessKey))
})

step('schedules are paused and resumed, and show what they ran', async () => {
  await go('/backups/schedules')
  await heading(/The next run is in/).waitFor()
  await button(`Pause ${NAME}`).click()
  await heading('All schedules are paused').waitFor()
  await button(`Resume ${NAME}`).click()
  await heading(/The next run is in/).waitFor()
  await page.getByText('Runs so far').click()
  await page
    .getByRole('table', { name: `Runs of ${NAME}` })
    .getByText('by hand')
    .waitFor()
  await seen('schedules')
})

step('the clock runs it: nobody has to be there', async () => {
  const clock = { ...EVERY_MINUTE, timezone: 'Europe/Berlin' }
  await host.services.handlers['schedules.set']({ planId: ID, clock })
  host.services.background.start()
  await go('/backups/schedules')
  await page.reload()
  await page.getByText('Every minute').first().waitFor()
  await page.getByText('Runs so far').click()
  const runs = page.getByRole('table', { name: `Runs of ${NAME}` })
  const byClock = runs.getByRole('row').filter({ hasText: 'by the clock' }).filter({ hasText: 'done' })
  await byClock.first().waitFor({ timeout: 240_000 })
  await host.services.handlers['schedules.set']({ planId: ID, clock: { ...clock, cron: '0 2 * * *' } })
  const check = await coffer(
    ['validate', '--path', s3.url(bucket, 'compliance'), '--backup-id', ID, '--deep', '--json'],
    {
      environment: s3.env,
    },
  )
  assert.equal(check.code, 0, check.err)
  const { checked } = JSON.parse(check.out) as { checked: { records: number; generations: number } }
  assert.equal(checked.records, RECORDS + 100, 'a run that found nothing new archives nothing twice')
})

step('the overview of plans names the last good backup and its target', async () => {
  await go('/backups')
  await heading('Your backup is within its target').waitFor()
  await page.getByRole('article', { name: NAME }).getByText('26 hours').waitFor()
  await seen('home')
})

step('the archive is looked into, checked, and its custody followed', async () => {
  await page.getByRole('link', { name: NAME }).click()
  await page.getByRole('link', { name: 'Look into the archive' }).click()
  await heading(`“${ID}” holds 20,100 records`).waitFor()
  await page.getByText('Coverage by day').waitFor()
  await page.getByText('Size by stream, as stored').waitFor()
  await seen('archive')
  const check = page.waitForEvent('download')
  await button('Download the description (JSON)').click()
  const file = await (await check).path()
  const described = JSON.parse(readFileSync(file, 'utf8')) as { backup_id: string; checksums: object }
  assert.equal(described.backup_id, ID)
  assert.ok(Object.keys(described.checksums).length >= 2)
  await button('Check every record').click()
  await heading(`“${ID}” is whole and unchanged`).waitFor()
  await page.getByText('Every position (offset) accounted for').waitFor()
  await page.getByRole('tab', { name: 'Runs and custody' }).click()
  await page.getByText('✓ it holds').waitFor()
  await page.getByRole('table', { name: 'Log of custody, newest first' }).getByText('backed up').first().waitFor()
  await seen('archive-custody')
  await page.getByRole('tab', { name: 'Consumer groups' }).click()
  await page.getByText(/consumer groups?, as/).waitFor()
  await page.getByRole('tab', { name: 'Streams and partitions' }).click()
  const rows = page.getByRole('table', { name: 'Record streams by partition' }).getByRole('row')
  await rows.nth(4).waitFor()
  await seen('archive-streams')
})

step('any archive is opened by its folder; one that is not there is said so', async () => {
  await go('/backups/archives')
  await heading('Where is the archive?').waitFor()
  await seen('archives')
  await page.getByRole('link', { name: 'archive in Frankfurt' }).click()
  await heading('2 backups are kept here').waitFor()
  await seen('archives-list')
  await go('/backups/archives')
  await page.getByLabel('Folder, or address of a bucket').fill(join(host.folder, 'no-such-folder'))
  await button('Open').click()
  await page.getByText('ARCHIVE_MISSING').waitFor()
})

step('a storage that refuses is told by the dry run, with what to try', async () => {
  await connect('no such bucket', 'storage', s3Yaml(uniqueName('gone')))
  await go('/backups')
  await page.reload()
  await page.getByRole('link', { name: NAME }).click()
  await page.getByRole('link', { name: 'Change' }).click()
  await heading(`Change “${NAME}”`).waitFor()
  await page.getByRole('button', { name: 'Storage and period' }).click()
  await page.getByLabel('no such bucket').check()
  await page.getByText('The storage did not answer').waitFor()
  await page.getByRole('button', { name: 'Check and start' }).click()
  await button('Dry run').click()
  await page.getByText('It would fail').waitFor()
  await page
    .getByText(/STORAGE_/)
    .first()
    .waitFor()
  await seen('wizard-denied')
  await page.getByRole('button', { name: 'Undo what I changed' }).click()
})

step('all of it is there in German', async () => {
  await go('/backups?language=de')
  await page.reload()
  await heading('Ihre Sicherung hält ihr Ziel ein').waitFor()
  await seen('home-de')
  await page.getByRole('link', { name: NAME }).click()
  await page.getByText('Um 02:00, jeden Tag').first().waitFor()
  await seen('plan-de')
  await go('/backups?language=en')
  await page.reload()
})

step('the pages had nothing to complain of', () => {
  assert.deepEqual(
    problems.filter((problem) => !/favicon/.test(problem)),
    [],
  )
})
