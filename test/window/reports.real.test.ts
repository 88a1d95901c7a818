import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { ControlsResult } from '../../src/contract/results.ts'
import { runJob } from '../rig/run-job.ts'
import { startTsa } from '../rig/tsa.ts'
import { axeFindings } from './axe.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { cofferBeside, ROOT, type TestHost, testHost } from './host.ts'

/** Reports and controls in real Chromium, over reports that real jobs made of the sample archive. */

const PASSPHRASE = 'a passphrase of the reports test'
const KEY = 'compliance'
const SHOTS = process.env.COFFER_SHOTS
const problems: string[] = []
const traffic: string[] = []
let host: TestHost
let browser: Browser
let page: Page
let place: string
let connectionId: string

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_KEY_PASSPHRASE: PASSPHRASE })
  place = join(host.folder, 'archive')
  mkdirSync(place)
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { limitMs: 60_000, problems, traffic })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const coffer = (...args: string[]) => cofferBeside(host, args, { COFFER_KEY_PASSPHRASE: PASSPHRASE })

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const open = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click()

async function choose(label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label }).click()
  await page.getByRole('option', { name: option }).click()
}

/** What is visible is also accessible: WCAG 2.2 AA by axe. */
async function axe(what: string): Promise<void> {
  assert.deepEqual(await axeFindings(page), [], what)
}

/** For looking at; only where a folder is named. */
async function shoot(name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

/** The only file of a kind of report with this ending: `sig`, `sig.der` … */
function reportFile(kind: string, ending: string): string {
  const root = join(place, 'evidence-reports')
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((one) => {
    const name = basename(one)
    return name.startsWith(`${kind}-`) && name.slice(name.indexOf('.') + 1) === ending
  })
  assert.equal(found.length, 1, `one ${kind} ${ending}: ${found.join(', ')}`)
  return join(root, found[0] ?? '')
}

test('without a storage the page offers to connect one', async () => {
  await open('Reports')
  await heading('There is no report yet').waitFor()
  await page.getByText('No storage is connected').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Connect a storage' }).waitFor()
  await axe('no storage')
})

test('a storage without reports offers the first one, and no control is claimed', async () => {
  cpSync(join(ROOT, 'assets/sample/archive'), place, { recursive: true })
  const yaml = `backend: filesystem\npath: ${JSON.stringify(place)}\n`
  const saved = await host.services.handlers['connections.save']({
    id: null,
    name: 'Compliance archive',
    kind: 'storage',
    yaml,
    secrets: {},
    purpose: null,
  } as never)
  connectionId = saved.id
  await page.reload()
  await heading('There is no report yet').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'New monthly report' }).waitFor()
  await open('Controls')
  await heading('No report speaks of any control yet').waitFor()
  await page.getByText('0 of 7 with fresh evidence').first().waitFor()
  await axe('no reports')
})

test('without a key a report can be made, and is said not to be signed', async () => {
  await page.getByRole('main').getByRole('link', { name: 'Make a monthly report' }).click()
  await page.getByText('You have no key that can sign.').waitFor()
  await shoot('new-without-key')
  await choose('Month', /^September 2026$/)
  await button('Make without a signature').click()
  await heading('The report is made. Nobody has signed it').waitFor()
  // no run began in that month: nothing of it has passed, and nobody read the archive in full
  await page.getByRole('status').getByText('not settled').waitFor()
  await page.getByText(/^No backup run began in 2026-09: /).waitFor()
  await page.getByText('Not deeply checked: neither this report nor a check of the month read every byte.').waitFor()
  await shoot('made-no-run')
  await page.getByRole('link', { name: 'Open the report' }).click()
  await heading('Nobody has signed this report').waitFor()
  assert.match((await page.getByRole('main').textContent()) ?? '', /can’t add a signature to a report that exists/)
  assert.equal(await page.getByRole('heading', { name: 'There is no timestamp' }).count(), 0)
  rmSync(join(place, 'evidence-reports'), { recursive: true })
})

test('a monthly report is made and signed with name, role and meaning', async () => {
  const made = coffer('keys', 'create', '--name', KEY, '--owner', 'Jane Doe', '--organisation', 'Example Bank')
  assert.equal(made.code, 0, made.err)
  await open('Reports')
  await page.getByRole('main').getByRole('link', { name: 'New monthly report' }).click()
  await heading('A month’s report').waitFor()
  await choose('Month', /^September 2026$/)
  const missing = page.getByText('Something above is still empty.')
  await missing.waitFor()
  assert.equal(await button('Make and sign').isDisabled(), true)
  await page.getByLabel('Printed name').fill('Jane Doe')
  await page.getByLabel('Role').fill('Compliance Officer')
  await page.getByRole('combobox', { name: 'What the signature means' }).fill('reviewed and approved')
  await page.keyboard.press('Escape')
  await page.getByRole('switch', { name: 'Read every record for it' }).click()
  await axe('form')
  await shoot('new')
  await button('Make and sign').click()
  await heading('The report is made, and signed by Jane Doe').waitFor()
  await page.getByText('Every byte of the archive was read for this report.').waitFor()
  await shoot('made')
  const report = JSON.parse(readFileSync(reportFile('monthly', 'json'), 'utf8'))
  assert.deepEqual(
    [report.coffer.operator.name, report.coffer.operator.role, report.coffer.operator.meaning],
    ['Jane Doe', 'Compliance Officer', 'reviewed and approved'],
  )
  assert.deepEqual([report.integrity.checksums_valid, report.validation.overall_result], [true, 'INDETERMINATE'])
})

test('it is opened: valid, by whom, since when, and its PDF is drawn', async () => {
  await page.getByRole('link', { name: 'Open the report' }).click()
  await heading('Unchanged since Jane Doe signed it').waitFor()
  const main = page.getByRole('main')
  await main.getByRole('heading', { name: 'Signature of the report’s data (JSON)' }).waitFor()
  await main.getByRole('heading', { name: 'Signature of the PDF' }).waitFor()
  await page.locator('canvas[data-drawn]').first().waitFor()
  const ink = await page
    .locator('canvas[data-drawn]')
    .first()
    .evaluate((canvas) => {
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, 600, 600) ?? { data: [] }
      let dark = 0
      for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 128) dark += 1
      return dark
    })
  assert.ok(ink > 500, `the first page has ${ink} dark pixels`)
  await axe('report')
  await shoot('report')
  await page.getByRole('tab', { name: 'In words' }).click()
  await main.getByText('Compliance Officer').waitFor()
  await main.getByText('Integrity of the archive').waitFor()
  await axe('report in words')
  await shoot('words')
})

test('the verdict is the one of the command line, and downloads are the stored bytes', async () => {
  const root = join(host.folder, 'public')
  assert.equal(coffer('keys', 'export-public', '--name', KEY, '--output', root).code, 0)
  const json = reportFile('monthly', 'json')
  const checked = coffer('verify', json, '--trust', join(root, `${KEY}-root.pem`))
  assert.equal(checked.code, 0, checked.out)
  const [download] = await Promise.all([page.waitForEvent('download'), button('Download data (JSON)').click()])
  assert.deepEqual(readFileSync(await download.path()), readFileSync(json))
  const [pdf] = await Promise.all([page.waitForEvent('download'), button('Download PDF').click()])
  assert.deepEqual(readFileSync(await pdf.path()), readFileSync(reportFile('monthly', 'pdf')))
})

test('the list shows it, newest first, and leads to it by keyboard', async () => {
  await open('Reports')
  await heading(/^One report, of /).waitFor()
  const table = page.getByRole('table', { name: 'Reports' })
  await table.getByText('sample-ledger').waitFor()
  await axe('list')
  await shoot('list')
  const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const name = /^Monthly report for (\p{L}+ \d{4})$/u
  const [, said] = name.exec((await table.getByRole('link', { name }).textContent()) ?? '') ?? []
  const { coffer: own } = JSON.parse(readFileSync(reportFile('monthly', 'json'), 'utf8'))
  assert.equal(said, month.format(Date.parse(own.monthly.month)))
  await table.getByRole('link', { name }).focus()
  await page.keyboard.press('Enter')
  await heading('Unchanged since Jane Doe signed it').waitFor()
})

test('the timestamp that the signature lacks is got from an authority', async () => {
  const tsa = await startTsa(join(host.folder, 'tsa'))
  try {
    await page.getByLabel('Address of a timestamp authority').fill('ftp://nowhere')
    await page.getByText('An address begins with https:// or http://').waitFor()
    assert.equal(await button('Get the timestamp').isDisabled(), true)
    await page.getByLabel('Address of a timestamp authority').fill(tsa.url)
    await button('Get the timestamp').click()
    await page.getByText('The timestamp lies beside the signature now').waitFor()
    assert.ok(existsSync(reportFile('monthly', 'sig.tst')))
    await page.getByRole('tab', { name: 'Files' }).click()
    await button(`Download ${reportFile('monthly', 'sig.tst').split('/').at(-1)}`).waitFor()
    await heading('Unchanged since Jane Doe signed it').waitFor()
    await axe('files')
    await shoot('files')
  } finally {
    await tsa.stop()
  }
})

test('controls: what the report supports, by which report, and how old that is', async () => {
  await open('Controls')
  await heading(/^\d+ of \d+ controls have evidence younger than 90 days$/).waitFor()
  const told = coffer('controls', '--path', place, '--trust', join(host.folder, 'public', `${KEY}-root.pem`), '--json')
  assert.equal(told.code, 0, told.err)
  const result = JSON.parse(told.out) as ControlsResult
  const all = result.frameworks.flatMap((one) => one.controls)
  const supported = all.filter((one) => one.state === 'supported')
  assert.ok(supported.length > 0)
  assert.ok(supported.every((one) => one.evidence?.signature === 'valid'))
  await heading(`${supported.length} of ${all.length} controls have evidence younger than 90 days`).waitFor()
  await axe('frameworks')
  await shoot('controls')
  await page.getByRole('link', { name: /21 CFR 11/ }).click()
  await heading(/^21 CFR 11: /).waitFor()
  const card = page.getByRole('article', { name: '11.50 Signature manifestations' })
  await card.getByText('signed by Jane Doe').first().waitFor()
  await card.getByText('less than a day old').first().waitFor()
  assert.doesNotMatch((await page.getByRole('main').textContent()) ?? '', /complian(t|ce with)/i)
  await axe('framework')
  await shoot('framework')
  await card.getByRole('link', { name: /^Monthly report of / }).click()
  await heading('Unchanged since Jane Doe signed it').waitFor()
  await page.goBack()
})

test('controls are exported for a spreadsheet and as data', async () => {
  const [csv] = await Promise.all([page.waitForEvent('download'), button('Export as CSV').click()])
  const lines = readFileSync(await csv.path(), 'utf8').split('\r\n')
  assert.equal(lines[0]?.split(',')[1], 'control')
  assert.equal(lines.length, 7 + 2)
  const [json] = await Promise.all([page.waitForEvent('download'), button('Export as JSON').click()])
  const data = JSON.parse(readFileSync(await json.path(), 'utf8'))
  assert.equal(data.frameworks[0].id, 'fda_21_cfr_11')
})

test('dark, narrow and German', async () => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 640, height: 900 })
  const address = reportFile('monthly', 'json').split('/').at(-1)?.replace('.json', '')
  await page.goto(`${host.origin}/#/reports/${connectionId}/${address}?language=de`)
  await page.reload()
  await page.locator('canvas[data-drawn]').first().waitFor()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`)
  await axe('report, dark and narrow')
  await shoot('report-dark-640')
  for (const [path, name] of [
    ['/reports', 'list'],
    ['/reports/new', 'new'],
    ['/controls', 'controls'],
    ['/controls/hipaa', 'framework'],
  ] as const) {
    await page.goto(`${host.origin}/#${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForTimeout(1_500)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(over <= 0, `${path} is ${over} pixels too wide`)
    await axe(`${path}, dark and narrow`)
    await shoot(`${name}-dark-640`)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${host.origin}/#/reports?language=en`)
  await page.reload()
  await heading(/^One report, of /).waitFor()
})

test('data that was changed is shown as changed, and counts for no control', async () => {
  const path = reportFile('monthly', 'json')
  const kept = readFileSync(path)
  writeFileSync(path, kept.toString('utf8').replace('Compliance Officer', 'Compliance Cfficer'))
  await page.goto(`${host.origin}/#/reports`)
  await page.getByRole('link', { name: /^Monthly report / }).click()
  await heading('Changed after it was signed').waitFor()
  await axe('changed')
  await shoot('changed')
  await open('Controls')
  await button('Read again').click()
  await heading('No report speaks of any control yet')
    .waitFor({ timeout: 20_000 })
    .catch(() => {})
  await heading('One report counts for nothing here').waitFor()
  await shoot('controls-refused')
  writeFileSync(path, kept)
})

test('a PDF that was changed is shown as changed, and still drawn', async () => {
  const path = reportFile('monthly', 'pdf')
  const kept = readFileSync(path)
  const forged = Buffer.from(
    kept.toString('latin1').replace('/Title (Open findings)', '/Title (None findings)'),
    'latin1',
  )
  assert.notDeepEqual(forged, kept)
  writeFileSync(path, forged)
  await page.goto(`${host.origin}/#/reports`)
  await page.getByRole('link', { name: /^Monthly report / }).click()
  await heading('Changed after it was signed').waitFor()
  await page.locator('canvas[data-drawn]').first().waitFor()
  writeFileSync(path, Buffer.concat([kept, Buffer.from('\n% something that nobody signed\n')]))
  await button('Verify now').click()
  await heading('The signature does not hold').waitFor()
  writeFileSync(path, kept)
  await button('Verify now').click()
  await heading('Unchanged since Jane Doe signed it').waitFor()
})

test('a report whose signature was taken away is no unsigned report', async () => {
  for (const ending of ['sig', 'sig.der', 'sig.tst']) rmSync(reportFile('monthly', ending))
  await button('Verify now').click()
  await heading('Its signature is missing').waitFor()
  await open('Reports')
  await heading('The report is not whole').waitFor()
  await page.locator('.pill', { hasText: 'not whole' }).first().waitFor()
})

test('the page met no error, and no secret reached it', () => {
  assert.deepEqual(problems, [])
  assert.ok(traffic.length > 10)
  assert.ok(!traffic.some((one) => one.includes(PASSPHRASE)))
})
