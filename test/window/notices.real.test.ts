import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { CofferError, serializeError } from '../../src/contract/errors.ts'
import type { JobEvent } from '../../src/contract/jobs.ts'
import { launchChromium } from './chromium.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { type TestHost, testHost } from './host.ts'

/**
 * What a browser's window tells of by the system's notifications, by the real host in a real Chromium. Jobs are fakes, and
 * what the page hands to `Notification` is written down, since a headless browser shows none.
 */

declare global {
  interface Window {
    told: { title: string; body: string; tag: string; click(): void }[]
    asked: number
  }
}

let host: TestHost
let browser: Browser
let context: BrowserContext
let page: Page
let tellSchedules: (event: JobEvent) => void = () => {}
const lost = serializeError(new CofferError('STORAGE_UNREACHABLE', 'the storage does not answer'))
const fake = fakeRunJob((request) => (request.kind === 'validate' ? { state: 'failed', error: lost } : null))

before(async () => {
  host = await testHost((request, handlers = {}) => {
    if (request.kind === 'schedule' && request.request.action === 'run') {
      tellSchedules = (event) => handlers.onEvent?.(event)
    }
    return fake.run(request, handlers)
  })
  host.services.background.start()
  browser = await launchChromium()
  context = await browser.newContext({ locale: 'en-GB' })
  // as a browser is that was never asked: a headless one refuses at once
  await context.addInitScript(() => {
    window.told = []
    window.asked = 0
    const Fake = class {
      static permission = 'default'
      static async requestPermission() {
        window.asked += 1
        Fake.permission = 'granted'
        return Fake.permission
      }
      onclick: (() => void) | null = null
      constructor(title: string, { body = '', tag = '' }: NotificationOptions) {
        window.told.push({ title, body, tag, click: () => this.onclick?.() })
      }
      close() {}
    }
    Object.assign(window, { Notification: Fake })
    document.hasFocus = () => false
  })
  page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(host.address)
  await page.goto(`${host.origin}/#/settings`)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const told = () => page.evaluate(() => window.told.map(({ title, body }) => [title, body]))
const toldAgain = (count: number) => page.waitForFunction((n) => window.told.length >= n, count)
const check = (backupId: string) =>
  host.services.handlers['archives.validate']({ location: { path: 'archive' }, backupId, deep: false })
const tell = (about: 'failed' | 'overdue' | 'recovered', schedule: string, text: string) =>
  tellSchedules({
    type: 'log',
    jobId: 's',
    level: 'warn',
    message: text,
    details: { notice: { about, schedule, text } },
  })

test('nobody is asked before somebody clicks, and nothing is shown', async () => {
  await page.getByText('needs this browser’s leave').waitFor()
  await check('before-it-was-allowed')
  tell('failed', 'nightly', 'the backup failed')
  await page.waitForTimeout(500)
  assert.deepEqual([await told(), await page.evaluate(() => window.asked)], [[], 0])
})

test('allowed: a failed job and a schedule in trouble are told in words, and a click leads to the jobs', async () => {
  await page.getByRole('button', { name: 'Allow notifications' }).click()
  await page.getByText('This browser shows it as a notification').waitFor()
  assert.equal(await page.evaluate(() => window.asked), 1)
  await check('ledger')
  await toldAgain(1)
  tell('overdue', 'nightly', 'no good backup of "nightly" for 26 hours')
  await toldAgain(2)
  assert.deepEqual(await told(), [
    ['Failed: Check of archive “ledger”', 'The storage does not answer.'],
    ['“nightly” has had no good run for too long', 'No good backup of "nightly" for 26 hours.'],
  ])
  await page.evaluate(() => window.told[0]?.click())
  await page.waitForURL(`${host.origin}/#/jobs`)
})

test('what Settings switch off is not told, nor is a job to who looks at the window', async () => {
  const { handlers } = host.services
  const notifications = { failures: true, overdue: false, finished: false }
  await handlers['settings.set']({ notifications })
  tell('overdue', 'nightly', 'late again')
  await page.evaluate(() => {
    document.hasFocus = () => true
  })
  await check('seen')
  await page.waitForTimeout(500)
  assert.equal((await told()).length, 2)
  tell('recovered', 'nightly', '"nightly" is well again')
  await toldAgain(3)
  assert.equal((await told())[2]?.[0], 'The schedule “nightly” is well again')
})
