import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { unpacked } from '../extract/unpack.ts'
import { runJob } from '../rig/run-job.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium } from './chromium.ts'
import { cofferBeside, type TestHost, testHost } from './host.ts'
import { backUp, keys, paymentsOf, produceQuarter, quarter, shot, type } from './requests-support.ts'
import { stepsOn } from './steps.ts'

/** Answering a request in the window: from an archive of a real broker to a signed package, checked apart from it. */

const CUSTOMER = 'C17'
const topic = uniqueName('ledger-payments')
const problems: string[] = []
const expected = paymentsOf(topic, CUSTOMER)
const environment = {
  PATH: process.env.PATH ?? '',
  COFFER_KEY_STORE: 'file',
  COFFER_KEY_PASSPHRASE: 'a passphrase of this test',
}
let host: TestHost
let browser: Browser
let page: Page
let archive: string

before(async () => {
  const { bootstrap } = await useKafka()
  await produceQuarter(await useJava(), topic)
  host = await testHost(runJob, environment)
  archive = join(host.folder, 'archive')
  mkdirSync(archive)
  await backUp(bootstrap, topic, archive, 'ledger')
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const packagePath = (folder: string, file: string) => join(host.folder, 'profile/requests', folder, 'packages', file)
const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void> | void) => test(name, inOrder(work))
const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const next = () => page.getByRole('button', { name: /^Next: / }).click()

step('the empty page offers the one next step', async () => {
  await page.getByRole('link', { name: /^Requests/ }).click()
  await heading('No requests yet').waitFor()
  await shot(page, '01-empty')
  await button('Answer a request').click()
})

step('case data make a case folder', async () => {
  await page.getByLabel('Matter number').fill('REG-2026-014')
  await page.getByLabel('In a few words').fill('customer C17, third quarter')
  await page.getByLabel('Who asks').fill('the supervisor')
  await page.getByLabel('Custodian').fill('Records')
  await page.getByLabel('Asked on').fill('3 Nov 2026')
  await page.getByLabel('Due on').focus()
  await page.getByText('“3 Nov 2026” is not written as a date is here: year, month, day, such as 2026-09-30.').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Next: / }).isDisabled(), true)
  await page.getByLabel('Asked on').fill('2026-11-03')
  await page.getByLabel('Due on').fill('2026-12-01')
  await page.getByLabel('What was asked, and why').fill('All payments of customer C17 in the third quarter of 2025.')
  await heading('REG-2026-014: customer C17, third quarter').waitFor()
  await shot(page, '02-case')
  await next()
})

step('archive, backup and streams are chosen', async () => {
  await page.getByLabel('Folder or s3:// address').fill(archive)
  await button('Open').click()
  await page.getByRole('radio', { name: 'ledger' }).check()
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await shot(page, '03-archive')
  await next()
})

step('the timeline shows records and the closed days, and takes a preset', async () => {
  await heading(`${topic}, records per day`).waitFor()
  await page.getByText(/26 Aug 2025 – 28 Aug 2025: no records; the archive’s account shows/).waitFor()
  await page.getByText('Every position (offset) accounted for').waitFor()
  await button('Q3 2025').click()
  await page.getByText('30 Sept 2025, 23:59:59.999', { exact: false }).first().waitFor()
  await shot(page, '04-window')
  await next()
})

step('a filter is built without code, and the records that match are shown as they are found', async () => {
  await page.getByText(/^500 records so far, of/).waitFor()
  await button('Add a condition').click()
  await page.getByLabel('Field (JSON path)').fill('$.customer id')
  await page
    .getByText(/expected \[0\], |expected a name|at character/)
    .first()
    .waitFor()
  await page.getByLabel('Field (JSON path)').fill('')
  await button('Fields …').click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /\$\.customer_id/ })
    .click()
  await page.getByRole('textbox', { name: 'Value' }).fill(CUSTOMER)
  await page.getByText(`${expected.length} records, all there are`).waitFor()
  const rows = page.getByRole('listbox', { name: 'Records' }).getByRole('option')
  await rows.first().click()
  await page.getByRole('region', { name: 'Record', exact: true }).getByText('"C17"').waitFor()
  await page
    .getByRole('tab', { name: '4 headers' })
    .or(page.getByRole('tab', { name: '5 headers' }))
    .click()
  await page.getByText('core-banking').first().waitFor()
  await page.getByRole('tab', { name: 'Raw' }).click()
  await page
    .getByText(/^0000 {2}/)
    .first()
    .waitFor()
  await page.getByRole('tab', { name: 'Value' }).click()
  await shot(page, '05-filter')
  await next()
})

step('what is hidden is hidden in the preview too', async () => {
  await page.getByRole('button', { name: 'Hide this: $.debtor_iban' }).click()
  await page.getByText('Hidden by mask-1').waitFor()
  // before its secret is there, a hash hides nothing: what is shown is not what will be
  const how = page.getByRole('combobox', { name: 'How it is hidden' })
  await heading('As it will be in the package').waitFor()
  await how.first().click()
  await page.getByRole('option', { name: 'replace by a hash' }).click()
  await heading('Not yet as it will be in the package').waitFor()
  assert.equal(await button(/^Next: /).isDisabled(), true, 'no package is made of that')
  // the step before shows its records all the same
  await button('Back').click()
  await page.getByText(`${expected.length} records, all there are`).waitFor()
  await next()
  await how.first().click()
  await page.getByRole('option', { name: 'take it out' }).click()
  await heading('As it will be in the package').waitFor()
  await button('Add a rule').click()
  await page.getByLabel('Field (JSON path)').nth(1).fill('$.creditor_iban')
  await page.getByRole('combobox', { name: 'How it is hidden' }).nth(1).click()
  await page.getByRole('option', { name: 'keep the last characters' }).click()
  await page.getByText('Hidden by mask-1, mask-2').waitFor()
  const shown = await page.getByRole('region', { name: 'Record', exact: true }).textContent()
  const whole = expected.flatMap((one) => [one.debtor_iban, one.creditor_iban])
  assert.ok(shown !== null && !whole.some((iban) => shown.includes(iban)), shown ?? 'no record is shown')
  await shot(page, '06-mask')
  await next()
})

step('the last step says what will happen, and a first key is made', async () => {
  await page.getByText(/At most [\d,]+ records/).waitFor()
  await page.getByText('Only records that fit are taken: value $.customer_id equals "C17".').waitFor()
  await page.getByLabel('Who signs').fill('Jane Doe')
  await page.getByLabel('Organisation').fill('Example Bank')
  await button('Make a key').click()
  await page.getByLabel('Role of the signer').fill('records officer')
  await page.getByLabel('What the signature means').fill('approved for release')
  await shot(page, '07-sign')
})

step('everything is remembered when the wizard is left and the window reloaded', async () => {
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.waitForTimeout(700)
  await page.reload()
  await page.getByRole('link', { name: /^Requests/ }).click()
  await page.getByRole('link', { name: 'REG-2026-014' }).click()
  await shot(page, '08-case-without-package')
  await button('Choose the records').click()
  // it opens at the step where it was left
  await page.getByText('Only records that fit are taken: value $.customer_id equals "C17".').waitFor()
  assert.equal(await page.getByLabel('Role of the signer').inputValue(), 'records officer')
})

step('the package is made, verified and handed over, and each has a line in the chain of custody', async () => {
  await button('Make the signed package').click()
  await page.getByText(`${expected.length} records, each with its proof`).waitFor()
  await button('Verify now').click()
  await page.getByText('genuine and unchanged').first().waitFor()
  await button('Open').click()
  await page.getByText(`${expected.length} records in this package.`).waitFor()
  await button('Record a handover').click()
  await page.getByLabel('To whom, and how').fill('Supervisor, by courier')
  await button('Enter it').click()
  await page.getByText('Supervisor, by courier').waitFor()
  const saved = page.waitForEvent('download')
  await button('Save a copy').click()
  assert.equal((await saved).suggestedFilename(), 'REG-2026-014.zip')
  await page.getByText(/entries, unbroken/).waitFor()
  for (const action of ['viewed', 'packaged', 'verified', 'handed over', 'exported']) {
    await page.getByRole('cell', { name: action, exact: true }).first().waitFor()
  }
  await shot(page, '09-case')
})

step('the package is what a direct search finds, and another program agrees', async () => {
  const path = packagePath('REG-2026-014', 'REG-2026-014.zip')
  const files = await unpacked(path)
  const records = String(files.get('records/records.ndjson')).trimEnd().split('\n')
  const found = records.map((line) => JSON.parse(String(Buffer.from(JSON.parse(line).value, 'base64'))))
  assert.deepEqual(found.map((one) => one.payment_id).sort(), expected.map((one) => one.payment_id).sort())
  const everything = Buffer.concat([...files.values()]).toString('latin1')
  for (const { debtor_iban, creditor_iban } of expected) {
    assert.ok(!everything.includes(debtor_iban) && !everything.includes(creditor_iban))
  }
  const cli = (...args: string[]) => cofferBeside(host, args, environment)
  const exported = cli('keys', 'export-public', '--name', 'jane-doe', '--output', join(host.folder, 'public'))
  assert.equal(exported.code, 0, exported.err)
  const verdict = cli('verify', path, '--trust', join(host.folder, 'public/jane-doe-root.pem'))
  assert.equal(verdict.code, 0, verdict.out + verdict.err)
})

step('by keyboard alone, from the list to a verified package', async () => {
  await page.getByRole('link', { name: /^Requests/ }).click()
  await heading(/^One request is open/).waitFor()
  await shot(page, '10-list')
  await keys(page, /^Answer a request$/, 'Enter')
  await heading('Who asks, and for what?').waitFor()
  await type(page, /^Matter number/, 'REG-2026-015')
  await page.keyboard.press('Enter')
  await page.getByText('Where the archive is').waitFor()
  await type(page, /^Folder or s3/, archive)
  await page.keyboard.press('Enter')
  await page.getByRole('radio', { name: 'ledger' }).waitFor()
  await keys(page, /^ledger/, 'Space')
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await keys(page, /^Next: Window$/, 'Enter')

  // 1 July and 31 days on; then back from the end of September by 30 days
  await page.getByRole('slider', { name: 'From' }).waitFor()
  await keys(page, /^From$/, ...Array.from({ length: 31 }, () => 'ArrowRight'))
  await keys(page, /^To$/, ...Array.from({ length: 30 }, () => 'ArrowLeft'))
  assert.match(await page.getByLabel('From', { exact: true }).nth(1).inputValue(), /^2025-08-01 00:00/)
  assert.equal(await page.getByLabel('To', { exact: true }).nth(1).inputValue(), '2025-08-31 23:59:59.999')
  await keys(page, /^Next: What to look for$/, 'Enter')

  await keys(page, /^Add a condition$/, 'Enter')
  await type(page, /^Field \(JSON path\)$/, '$.customer_id')
  await type(page, /^Value$/, CUSTOMER)
  await page.getByText(/records, all there are/).waitFor()
  await keys(page, /^Records$/, 'End', 'Home', 'ArrowDown')
  await keys(page, /^Next: Hide$/, 'Enter')

  await keys(page, /^Add a rule$/, 'Enter')
  await type(page, /^Field \(JSON path\)$/, '$.debtor_iban')
  await page.getByText('Hidden by mask-1').waitFor()
  await keys(page, /^Next: Check and sign$/, 'Enter')

  await page.getByText(/At most [\d,]+ records/).waitFor()
  await keys(page, /^Key that signs/, 'ArrowDown', 'ArrowDown', 'Enter')
  await page.getByLabel('Role of the signer').waitFor()
  await keys(page, /^Make the signed package$/, 'Enter')
  const inAugust = [...quarter(topic)].filter(
    ({ key, timestamp }) => key === CUSTOMER && new Date(Number(timestamp)).getUTCMonth() === 7,
  ).length
  await page.getByText(`${inAugust} records, each with its proof`).waitFor()
  await keys(page, /^Verify now$/, 'Enter')
  await page.getByText('genuine and unchanged').first().waitFor()
})

step('nothing went wrong in the page on the way', async () => assert.deepEqual(problems, []))
