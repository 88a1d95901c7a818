import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { runJob } from '../rig/run-job.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { cofferBeside, ROOT, type TestHost, testHost } from './host.ts'
import { shot } from './requests-support.ts'
import { SAMPLE_ENVIRONMENT } from './sample-world.ts'
import { stepsOn } from './steps.ts'

/**
 * The first minutes of somebody who has no cluster, as the user guide has them: the doors, the sample archive, a signed
 * package, its verdict, and what a single changed byte makes of it. No Kafka runs.
 */

const TWO_MINUTES = 120_000
const MATTER = 'REG-2026-014'
const problems: string[] = []
let host: TestHost
let browser: Browser
let page: Page
let started = 0

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', ...SAMPLE_ENVIRONMENT })
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { locale: 'en-GB', limitMs: 60_000, problems })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const next = () => page.getByRole('button', { name: /^Next: / }).click()
const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void>) => test(name, inOrder(work))
const file = (name: string) => join(host.folder, name)

step('three doors lead where they say', async () => {
  for (const [door, title] of [
    ['Protect a cluster', 'Which cluster do you want to protect?'],
    ['Answer a request', 'Who asks, and for what?'],
    ['Verify evidence', 'Is it genuine? Find out here'],
  ] as const) {
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await heading('What do you want to do?').waitFor()
    await page.getByRole('link', { name: door }).click()
    await heading(title).waitFor()
  }
  await page.getByRole('link', { name: 'Overview', exact: true }).click()
})

step('with the sample archive a signed package is made', async () => {
  started = performance.now()
  await button('Explore').click()
  // the case is filled in as an example
  await heading(new RegExp(`^${MATTER}`)).waitFor()
  await next()
  await page.getByRole('radio', { name: 'sample-ledger' }).check()
  await page.getByText(/record streams chosen/).waitFor()
  await next()
  await button('Q3 2026').click()
  await next()
  await button('Add a condition').click()
  await page.getByLabel('Field (JSON path)').fill('$.customer_id')
  await page.getByRole('textbox', { name: 'Value' }).fill('C17')
  await page.getByText(/records, all there are/).waitFor()
  await next()
  await next()
  await page.getByText(/At most [\d,]+ records/).waitFor()
  await page.getByLabel('Who signs').fill('Jane Doe')
  await button('Make a key').click()
  await page.getByLabel('Role of the signer').fill('Records officer')
  await page.getByLabel('What the signature means').fill('approved for release')
  await button('Make the signed package').click()
  await page.getByText(/[1-9]\d* records, each with its proof/).waitFor()
  const took = performance.now() - started
  assert.ok(took < TWO_MINUTES, `${Math.round(took / 1000)} s`)
  await button('Verify now').click()
  // the sample's own signer is nobody's acquaintance yet: that is said, and not of what was checked and found whole
  await page.getByText('Intact, but nobody you trust vouches for the signer').waitFor()
  const row = (name: string) => page.getByRole('row', { name })
  await row('Is it intact?').getByText('passed').waitFor()
  await row('Who signed it?').getByText('not settled').waitFor()
  await page.getByRole('link', { name: 'Name whom you trust on the page Verify' }).waitFor()
  await page
    .getByText(/certificate of "Ada Sample" leads to .* not among those that you trust/)
    .first()
    .waitFor()
  await shot(page, 'first-run-package')
})

step('given to Verify with whom to trust it is genuine, and with one byte changed not to be relied on', async () => {
  const saved = page.waitForEvent('download')
  await button('Save a copy').click()
  await (await saved).saveAs(file('case.zip'))
  const bytes = readFileSync(file('case.zip'))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  writeFileSync(file('changed.zip'), bytes)
  const own = cofferBeside(
    host,
    ['keys', 'export-public', '--name', 'jane-doe', '--output', file('public')],
    SAMPLE_ENVIRONMENT,
  )
  assert.equal(own.code, 0, own.err)
  await page.getByRole('link', { name: 'Verify', exact: true }).click()
  const trust = page.waitForEvent('filechooser')
  await button('Add a certificate or key').click()
  await (await trust).setFiles([file('public/jane-doe-root.pem'), join(ROOT, 'assets/sample/key/sample-root.pem')])
  await page.getByText('Ada Sample', { exact: false }).first().waitFor()
  for (const [name, verdict] of [
    ['case.zip', 'This package is genuine and unchanged'],
    ['changed.zip', 'Do not rely on this package'],
  ] as const) {
    const another = button('Check another')
    if (await another.isVisible()) await another.click()
    const chooser = page.waitForEvent('filechooser')
    await button('Choose files').click()
    await (await chooser).setFiles([file(name)])
    await heading(verdict).waitFor()
  }
  assert.equal(cofferBeside(host, ['verify', file('changed.zip')], SAMPLE_ENVIRONMENT).code, 5)
})

step(
  'targets and the clock of the settings count: a backup older than its target is called late, times are told in UTC',
  async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    // the sample was backed up long before
    await page.getByLabel('A good backup is at most so many hours old').fill('1')
    await page.getByRole('radio', { name: 'UTC', exact: true }).check()
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await page.getByText('late: the target is 1 h').waitFor()
    await page.getByRole('link', { name: /^Jobs/ }).click()
    await page
      .getByText(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/)
      .first()
      .waitFor()
  },
)

step('the page met no error', async () => assert.deepEqual(problems, []))
