import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext } from 'playwright-core'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import { type ExtractionSpec, emptySpec } from '../../src/contract/requests/spec.ts'
import { ID, makeArchive, orders } from '../extract/support.ts'
import { CASE, filterTest } from '../requests/support.ts'
import { runJob } from '../rig/run-job.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { accessible } from './requests-support.ts'

/** Every page of requests in each look: nothing that axe objects to, nothing wider than the window. */

let host: TestHost
let browser: Browser
let session: Awaited<ReturnType<BrowserContext['storageState']>>
let id: string

before(async () => {
  host = await testHost(runJob, {
    PATH: process.env.PATH ?? '',
    COFFER_KEY_STORE: 'file',
    COFFER_KEY_PASSPHRASE: 'a passphrase of this test',
  })
  const archive = join(host.folder, 'archive')
  mkdirSync(archive)
  await makeArchive(archive, {
    orders: [[orders(0, 40), orders(40, 60)], [orders(7_000, 100)]],
    audit: [[orders(0, 9)]],
  })
  const { handlers } = host.services
  const client = new Client({
    invoke: (name, input) => answer(handlers, name, structuredClone(input)),
    subscribe: () => () => {},
  })
  await client.call('requests.makeSigner', { owner: 'Jane Doe', organisation: 'Example Bank' })
  const data = { ...CASE, matter: 'REG-2026-014', due: '2026-01-01', askedOn: '2025-12-01' }
  id = (await client.call('requests.create', { data, parent: null })).id
  const spec: ExtractionSpec = {
    ...emptySpec('UTC'),
    location: { path: archive },
    backupId: ID,
    key: 'jane-doe',
    filter: {
      type: 'group',
      id: 'all',
      mode: 'all',
      parts: [
        filterTest({ place: '$.customer_id', is: 'in', texts: ['C1', 'C2'] }),
        { type: 'group', id: 'any', mode: 'any', parts: [filterTest({ on: 'key', is: 'prefix', text: 'order' })] },
      ],
    },
    mask: [{ id: 'm', on: 'json', place: '$.iban', how: 'keep_last', text: '***', characters: 4 }],
  }
  await client.call('requests.keep', { id, spec })
  await client.call('requests.addNote', { id, text: 'The supervisor called: CSV is enough.' })
  await client.call('requests.extract', { id, spec })
  for (;;) {
    const { packages } = await client.call('requests.get', { id })
    if (packages[0]?.outcome !== 'running') break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await client.call('requests.verify', { id, file: 'REG-2026-014.zip' })
  browser = await launchChromium()
  const page = await browser.newPage()
  await page.goto(host.address)
  await page.getByRole('heading').first().waitFor()
  session = await page.context().storageState()
})
after(async () => {
  await browser?.close()
  await host?.end()
})

/** The steps behind the first, by what shows that they are drawn. */
const DRAWN = ['.grid-body .grid-row', '.timeline svg .bar', '.record-view', '.record-view', '.plain-list li']

for (const { name, ...look } of [
  { name: 'light', viewport: { width: 1280, height: 800 }, locale: 'en-GB' },
  { name: 'dark', viewport: { width: 1280, height: 800 }, locale: 'en-GB', colorScheme: 'dark' as const },
  { name: 'narrow', viewport: { width: 640, height: 400 }, locale: 'en-GB' },
  { name: 'german', viewport: { width: 1280, height: 800 }, locale: 'de-DE' },
]) {
  test(`every page, ${name}`, async () => {
    const context = await browser.newContext({ ...look, storageState: session, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    // the same pages as in light, but for their colours
    const only = name === 'dark' ? 'colours' : undefined
    const open = async (address: string, ready: string) => {
      await page.goto(`${host.origin}/#${address}`)
      await page.locator(ready).first().waitFor()
    }
    await open('/requests', '.grid-body .grid-row')
    await accessible(page, `${name}-list`, only)
    await open('/requests/new', '.form-grid')
    await accessible(page, `${name}-step-0`, only)
    await open(`/requests/${id}`, '.package-answer')
    await page.locator('.grid-body .grid-row').first().waitFor()
    await accessible(page, `${name}-case`, only)
    await open(`/requests/${id}/edit`, '.wizard-steps li')
    for (const [at, ready] of DRAWN.entries()) {
      const link = page
        .locator('.wizard-steps li')
        .nth(at + 1)
        .locator('button')
      if ((await link.count()) > 0) await link.click()
      await page.locator(ready).first().waitFor()
      await accessible(page, `${name}-step-${at + 1}`, only)
    }
    await context.close()
  })
}
