import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { runJob } from '../rig/run-job.ts'
import { fileHere, listOf, PACKAGE, type Publisher, publisher, serveSite, type TestSite } from '../update/support.ts'
import { axeFindings } from './axe.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { nothingSideways } from './page-checks.ts'
import { unmarkedTexts } from './unmarked.ts'

/** The card in Settings, from "off" to a checked package, against a publisher's web server with a real key. */

const { name: NAME } = fileHere() as { name: string }
let host: TestHost
let browser: Browser
let page: Page
let maker: Publisher
let site: TestSite
const problems: string[] = []

before(async () => {
  maker = publisher()
  maker.serve(listOf())
  site = await serveSite(maker.site)
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { locale: 'en-GB', limitMs: 30_000, problems })
  await page.goto(`${host.origin}/#/settings`)
})
after(async () => {
  await browser?.close()
  await host?.end()
  await site?.close()
})

const card = () => page.getByRole('region', { name: 'New versions' })
const button = (name: string | RegExp) => card().getByRole('button', { name })

async function accessible(): Promise<void> {
  assert.deepEqual([...(await axeFindings(page)), ...(await nothingSideways(page))], [])
}

test('off: it says that nobody is asked; set up by address and a compared fingerprint', async () => {
  await card().getByText('Updates are off. Coffer asks nobody for anything.').waitFor()
  await button('Set up …').click()
  await card().getByLabel('Address of the list of versions').fill(site.address)
  const chooser = page.waitForEvent('filechooser')
  await button('Choose the file').click()
  await (await chooser).setFiles(maker.publicKey)
  await card().getByText('ECDSA P-256').waitFor()
  assert.ok(await button('Switch on').isDisabled(), 'a key that nobody compared does not count')
  await card()
    .getByRole('checkbox', { name: /I have compared this fingerprint/ })
    .check()
  assert.equal(await card().getByRole('combobox', { name: 'Channel' }).inputValue(), 'stable')
  await card().getByLabel('Proxy').fill('http://joe:pr0xy-w0rd@proxy.example.com:8080')
  await accessible()
  await button('Switch on').click()
  // what would lie on the disk in clear text is not taken
  await card()
    .getByText(/without user name and password/)
    .waitFor()
  await card().getByLabel('Proxy').fill('http://proxy.example.com:8080')
  await button('Switch on').click()
  await card()
    .getByText(/Nobody has been asked yet/)
    .waitFor()
  assert.deepEqual(site.asked, [])
})

test('channel and proxy are changed without comparing the key anew', async () => {
  const settings = () => JSON.parse(readFileSync(join(host.folder, 'profile/updates/settings.json'), 'utf8'))
  assert.equal(settings().proxy, 'http://proxy.example.com:8080')
  await button('Change …').click()
  const channel = card().getByRole('combobox', { name: 'Channel' })
  await channel.fill('')
  await channel.click()
  await page.getByRole('option', { name: 'preview' }).click()
  await card().getByLabel('Proxy').fill('')
  await accessible()
  await button('Keep these settings').click()
  await card().getByText('preview', { exact: true }).waitFor()
  assert.deepEqual([settings().channel, settings().proxy], ['preview', undefined])
  await button('Look for updates').click()
  await card()
    .getByText(/Expected the list of the channel "preview"/)
    .waitFor()
  await button('Change …').click()
  await channel.fill('stable')
  await button('Keep these settings').click()
  await card().getByText('stable', { exact: true }).waitFor()
})

test('a look by hand finds a version, and one that was tampered with is refused', async () => {
  const list = readFileSync(join(maker.site, 'updates.json'))
  site.answer('updates.json', (_, response) => response.end(list.toString().replace('faster', 'slower')))
  await button('Look for updates').click()
  await card().getByText('The last look failed').waitFor()
  await card()
    .getByText(/not signed by the publisher's key/)
    .waitFor()
  assert.equal(
    await card()
      .getByText(/is there/)
      .count(),
    0,
    'never success and failure together',
  )
  site.answer('updates.json', null)
  await button('Look for updates').click()
  await card().getByText('Version 9.1.0 is there').waitFor()
  assert.equal(await card().getByText('The last look failed').count(), 0)
  await page
    .getByRole('link', { name: /Settings/ })
    .getByText('new version 9.1.0')
    .waitFor()
  assert.ok(!site.asked.includes(NAME), 'a look fetches no package')
})

test('a fetch is cancelled, and leaves nothing; the next one is what the list says, and can be taken', async () => {
  const fetched = join(host.folder, 'profile/updates/fetched')
  site.answer(NAME, (_, response) => {
    response.writeHead(200, { 'content-length': PACKAGE.length }).write(PACKAGE.subarray(0, 100_000))
  })
  await button(`Fetch ${NAME}`).click()
  await card().getByRole('progressbar').waitFor()
  await button(/^Cancel/).click()
  await card().getByText('The fetch was cancelled. Nothing of it was kept.').waitFor()
  site.answer(NAME, null)
  await button(`Fetch ${NAME}`).click()
  await card().getByText('Fetched and checked').waitFor()
  await card().getByText(join(fetched, NAME)).waitFor()
  await card().getByText(String(fileHere().sha256)).waitFor()
  await accessible()
  const download = page.waitForEvent('download')
  await button('Download').click()
  const path = (await (await download).path()) ?? ''
  assert.ok(readFileSync(path).equals(PACKAGE))
})

test('a login for the proxy is kept where passwords are, is not given back, and is forgotten when asked', async () => {
  const { handlers } = host.services
  const { key, address: before } = await handlers['updates.get'](null)
  assert.ok(key !== null && before !== null)
  const of = { address: 'https://updates.example.com/', proxy: 'http://proxy.example.com:8080' }
  const own = { pem: key.pem, keyId: key.keyId, channel: 'stable', daily: false }
  await handlers['updates.on']({ ...of, ...own })
  const given: string[] = []
  page.on('response', async (response) => {
    if (response.url().endsWith('/rpc')) given.push(await response.text().catch(() => ''))
  })
  await page.reload()
  await card().getByText('Login at the proxy').click()
  await card().getByLabel('User name').fill('joe')
  await card().getByLabel('Password', { exact: true }).fill('pr0xy-w0rd')
  await accessible()
  await button('Keep this login').click()
  await card().getByText('· until Coffer ends').waitFor()
  assert.equal(await card().getByLabel('User name').inputValue(), '')
  await button('Forget the login').click()
  await card().getByText('· none').waitFor()
  assert.ok(given.length > 0 && given.every((text) => !text.includes('pr0xy-w0rd')))
  await handlers['updates.on']({ ...own, address: before, proxy: 'system' })
})

test('every word of it stands in the locales, and German has room', async () => {
  await page.goto('about:blank')
  await page.goto(`${host.origin}/#/settings?language=en-XA`)
  await card()
    .or(page.getByRole('region', { name: /⟦/ }))
    .getByText('9.1.0')
    .first()
    .waitFor()
  assert.deepEqual(await unmarkedTexts(page), [])
  await page.setViewportSize({ width: 640, height: 400 })
  await page.goto('about:blank')
  await page.goto(`${host.origin}/#/settings?language=de`)
  await page.getByText('Version 9.1.0 ist da').waitFor()
  assert.deepEqual(await nothingSideways(page), [])
  await page.getByRole('button', { name: 'Ausschalten' }).click()
  await page.getByText('Die Suche nach Updates ist aus.').waitFor()
  assert.deepEqual(problems, [])
})
