import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { ID, makeArchive, orders } from '../extract/support.ts'
import { unpacked } from '../extract/unpack.ts'
import { runJob } from '../rig/run-job.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { shot } from './requests-support.ts'

/** What goes wrong when a request is answered, and what the window says of it. */

const PER_SEGMENT = 2_000
const SEGMENTS = 60
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  for (const name of ['small', 'damaged', 'large']) mkdirSync(join(host.folder, name))
  const segments = [orders(0, 50), orders(50, 50)]
  await makeArchive(join(host.folder, 'small'), { orders: [segments] })
  await makeArchive(join(host.folder, 'damaged'), { orders: [segments] })
  damage(join(host.folder, 'damaged', ID, 'topics/orders/partition=0'))
  await makeArchive(join(host.folder, 'large'), {
    orders: [Array.from({ length: SEGMENTS }, (_, at) => orders(at * PER_SEGMENT, PER_SEGMENT))],
  })
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  page.setDefaultTimeout(90_000)
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

/** One byte in the middle of the first segment. */
function damage(folder: string): void {
  const [first] = readdirSync(folder)
    .filter((name) => name.includes('.bin'))
    .sort()
  assert.ok(first !== undefined)
  const bytes = readFileSync(join(folder, first))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  writeFileSync(join(folder, first), bytes)
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const next = () => page.getByRole('button', { name: /^Next: / }).click()
const packageOf = (matter: string) => join(host.folder, 'profile/requests', matter, 'packages', `${matter}.zip`)

/** A new request on one of the archives, at its window. */
async function begin(matter: string, archive: string): Promise<void> {
  await page.goto(`${host.origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill(matter)
  await next()
  await page.getByLabel('Folder or s3:// address').fill(archive)
  await button('Open').click()
  await page.getByRole('radio', { name: ID }).check()
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await next()
  await page.getByRole('slider', { name: 'From' }).waitFor()
}

test('a folder that is none says so, and what to do', async () => {
  await page.goto(`${host.origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill('LOST')
  await next()
  await page.getByLabel('Folder or s3:// address').fill('no/such/folder')
  await button('Open').click()
  await page.getByText('ARCHIVE_MISSING').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Next: / }).isDisabled(), true)
})

test('an empty window is said, and its package proves that nothing was found', async () => {
  await begin('EMPTY', 'small')
  const from = page.getByLabel('From', { exact: true }).nth(1)
  await from.fill('01.01.2020')
  await page.keyboard.press('Tab')
  await page.getByText('“01.01.2020” is not written as a date and time are here').waitFor()
  assert.equal(await from.inputValue(), '01.01.2020', 'what is wrong is not cleared')
  assert.equal(await from.getAttribute('aria-invalid'), 'true')
  assert.equal(await page.getByRole('button', { name: /^Next: / }).isDisabled(), true)
  await shot(page, 'trouble-time')
  await from.fill('2020-01-01 00:00')
  await page.getByLabel('To', { exact: true }).nth(1).fill('2019-01-01 00:00')
  await page.getByText('The window ends before it begins.').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Next: / }).isDisabled(), true)
  await page.getByLabel('To', { exact: true }).nth(1).fill('2020-12-31 23:59:59.999')
  await page.getByText(/No record of these streams lies in this window/).waitFor()
  await next()
  await page.getByText('Nothing matches: 0 records were read').waitFor()
  await next()
  await next()
  await page.getByText('No record lies in this window. The package will prove that nothing was found.').waitFor()
  await button('Make the package without a signature').click()
  await page.getByText('Nothing was found, and the package proves it').waitFor()
  await page.getByText(/not signed$/).waitFor()
  await shot(page, 'trouble-nothing')
  await button('Verify now').click()
  await page.getByText('This package is whole, but nobody signed it').waitFor()
  await page.getByText('whole, not signed').waitFor()
  const files = await unpacked(packageOf('EMPTY'))
  assert.equal(files.get('records/records.ndjson')?.length, 0)
})

test('a wrong path is told, and neither looked for nor gone on with', async () => {
  await begin('PATH', 'small')
  await next()
  await button('Add a condition').click()
  const path = page.getByLabel('Field (JSON path)')
  await path.fill('customer_id')
  await page.getByRole('alert').getByText('expected a JSON path that begins with "$"').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Next: / }).isDisabled(), true)
  await page.getByRole('heading', { name: 'Records of the window' }).waitFor()
  await path.fill('$.no.such')
  await page.getByRole('textbox', { name: 'Value' }).fill('x')
  await page.getByText('Nothing matches: 100 records were read').waitFor()
})

test('a damaged archive is told at each step, and in the package', async () => {
  await begin('DAMAGED', 'damaged')
  await page.getByText('1 segment could not be read: the archive is damaged there.').waitFor()
  await next()
  await page.getByText(/^1 segment could not be read\. The package would say so/).waitFor()
  await page.getByText('50 records in what could be read: 50 records').waitFor()
  await shot(page, 'trouble-damaged')
  await next()
  await next()
  await button('Make the package without a signature').click()
  await page.getByText('1 segment of the archive could not be read: the package is not complete').waitFor()
  await shot(page, 'trouble-damaged-package')
})

test('an extraction that is stopped is kept, gone on with, and whole in the end', async () => {
  await begin('STOPPED', 'large')
  await next()
  await next()
  await next()
  await page.getByText(/At most 120,000 records/).waitFor()
  await button('Make the package without a signature').click()
  await button('Stop').click()
  await page.getByText('What was done is kept: it can be gone on with.').waitFor()
  await shot(page, 'trouble-stopped')
  assert.throws(() => readFileSync(packageOf('STOPPED')), { code: 'ENOENT' })
  await button('Go on').click()
  await page.getByText('120,000 records, each with its proof').waitFor({ timeout: 120_000 })
  const lines = String((await unpacked(packageOf('STOPPED'))).get('records/records.ndjson'))
    .trimEnd()
    .split('\n')
  const offsets = lines.map((line) => (JSON.parse(line) as { offset: number }).offset)
  assert.deepEqual(
    offsets,
    Array.from({ length: PER_SEGMENT * SEGMENTS }, (_, at) => at),
  )
})

test('what was stopped can be discarded', async () => {
  await begin('GONE', 'large')
  await next()
  await next()
  await next()
  await button('Make the package without a signature').click()
  await button('Stop').click()
  await button('Discard').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
  await page.getByText('No package yet').waitFor()
  assert.deepEqual(readdirSync(join(host.folder, 'profile/requests/GONE/packages')), [])
})
