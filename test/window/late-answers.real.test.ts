import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page, Route } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { type TestHost, testHost } from './host.ts'

/** Pages whose answers are held back in a real Chromium: what somebody does meanwhile stands. Jobs are fakes. */

let host: TestHost
let browser: Browser
let page: Page
const fake = fakeRunJob(() => null)

before(async () => {
  host = await testHost(fake.run)
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
  page.setDefaultTimeout(60_000)
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

/** Holds back a call, or an upload, until it is let go. @param pick those that are held back */
async function holdBack(path: '/rpc' | '/upload', pick: (body: string) => boolean) {
  const held: Route[] = []
  let isOver = false
  const take = async (route: Route) => {
    if (!isOver && pick(route.request().postData() ?? '')) held.push(route)
    else await route.fallback()
  }
  await page.route(`${host.origin}${path}`, take)
  return {
    held,
    /** @param all those that come later too */
    release: async (all = true) => {
      isOver = all
      for (const route of held.splice(0)) await route.continue()
    },
  }
}
const callsOf = (method: string) => (body: string) => body.includes(`"method":"${method}"`)
const until = async (is: () => boolean) => {
  const end = Date.now() + 60_000
  while (!is()) {
    assert.ok(Date.now() < end, `not within a minute: ${is}`)
    await page.waitForTimeout(10)
  }
}

test('a choice in Settings is shown at once; those made faster than they are stored are all stored, in order', async () => {
  await page.goto(`${host.origin}/#/settings`)
  const themes = page.getByRole('radiogroup', { name: 'Theme' })
  const theme = (name: string) => themes.getByRole('radio', { name, exact: true })
  await theme('as the system').focus()
  const slow = await holdBack('/rpc', callsOf('settings.set'))
  for (const value of ['light', 'dark', 'contrast']) {
    await page.keyboard.press('ArrowRight')
    await until(() => slow.held.length === 1)
    // shown though nothing is stored yet; it is drawn a moment after the key
    await themes.locator(`input[value="${value}"]:checked`).waitFor()
  }
  assert.equal(await page.evaluate(() => document.documentElement.dataset.contrast), 'more')
  const stored: unknown[] = []
  for (let n = 0; n < 3; n++) {
    await until(() => slow.held.length === 1)
    stored.push(JSON.parse(slow.held[0]?.request().postData() ?? '').params)
    await slow.release(n === 2)
    assert.equal(await theme('high contrast').isChecked(), true)
  }
  assert.deepEqual(stored, [{ theme: 'light' }, { theme: 'dark' }, { theme: 'contrast' }])
  await page.reload()
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[value="contrast"]')?.checked)
})

test('one that can’t be stored is taken back, with the reason', async () => {
  const clock = page.getByRole('radio', { name: 'UTC' })
  const refused = {
    jsonrpc: '2.0',
    id: 0,
    error: { code: -32000, message: 'm', data: { code: 'STORAGE_FULL', message: 'full' } },
  }
  const slow = await holdBack('/rpc', callsOf('settings.set'))
  await clock.check()
  await until(() => slow.held.length === 1)
  await slow.held.pop()?.fulfill({ json: refused })
  await page.getByText('The choice was not kept').waitFor()
  assert.equal(await clock.isChecked(), false)
  await slow.release()
})

test('what was chosen and entered a moment ago is kept where the window is left before its turn came', async () => {
  const { handlers } = host.services
  await page.goto(`${host.origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill('M-77')
  await page.goto(`${host.origin}/#/settings`)
  let isFirst = true
  const slow = await holdBack('/rpc', (body) => {
    const held = isFirst && callsOf('settings.set')(body)
    if (held) isFirst = false
    return held
  })
  const radio = (group: string, label: string) =>
    page.getByRole('radiogroup', { name: group }).getByRole('radio', { name: label, exact: true }).check()
  await radio('Theme', 'dark')
  await until(() => slow.held.length === 1)
  await radio('Clock', 'UTC')
  await page.goto('about:blank')
  const stored = async () => {
    const { theme, clock } = await handlers['settings.get'](null)
    return `${theme} ${clock}`
  }
  for (const end = Date.now() + 20_000; (await stored()) !== 'dark utc'; await page.waitForTimeout(20)) {
    assert.ok(Date.now() < end, await stored())
  }
  assert.match(JSON.stringify(await handlers['drafts.list'](null)), /request/)
  await slow.release().catch(() => {})
  await handlers['settings.set']({ clock: 'local' })
})

test('a note whose answer comes after its page was left is not there twice; what was typed meanwhile stays', async () => {
  const data = { matter: 'M-1', title: '', custodian: '', requestedBy: '', askedOn: null, reason: '', due: null }
  const { id } = await host.services.handlers['requests.create']({ data, parent: null })
  const field = page.getByLabel('New note')
  await page.goto(`${host.origin}/#/requests/${id}`)
  await field.fill('They called.')
  const slow = await holdBack('/rpc', callsOf('requests.addNote'))
  await page.getByRole('button', { name: 'Add the note' }).click()
  await until(() => slow.held.length === 1)
  await page.getByRole('link', { name: 'Jobs' }).click()
  await field.waitFor({ state: 'detached' })
  const answered = page.waitForResponse((one) => callsOf('requests.addNote')(one.request().postData() ?? ''))
  await slow.release()
  await (await answered).finished()
  await page.goBack()
  await page.getByText('They called.').first().waitFor()
  await page.waitForFunction(() => document.querySelector('textarea')?.value === '')

  await field.fill('They called again.')
  const next = await holdBack('/rpc', callsOf('requests.addNote'))
  await page.getByRole('button', { name: 'Add the note' }).click()
  await until(() => next.held.length === 1)
  await field.fill('They called again. And wrote.')
  await next.release()
  await page.locator('p').getByText('They called again.', { exact: true }).waitFor()
  assert.equal(await field.inputValue(), 'They called again. And wrote.')
})

test('of two files that are given to Verify the last one counts, though the first is longer under way', async () => {
  await page.goto(`${host.origin}/#/verify`)
  for (const name of ['first.zip', 'second.zip']) writeFileSync(join(host.folder, name), name)
  const give = async (name: string) => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose files' }).click()
    await (await chooser).setFiles(join(host.folder, name))
  }
  let isFirst = true
  const slow = await holdBack('/upload', () => isFirst)
  await give('first.zip')
  await until(() => slow.held.length === 1)
  isFirst = false
  const asked = fake.requests.length
  await give('second.zip')
  await until(() => fake.requests.length > asked)
  await page.getByText('second.zip').first().waitFor()
  const released = page.waitForRequest((one) => callsOf('files.release')(one.postData() ?? ''))
  await slow.release()
  await released
  const verified = fake.requests.filter(({ kind }) => kind === 'verify')
  assert.deepEqual(
    verified.map((one) => one.kind === 'verify' && one.files.map((path) => path.split('/').at(-1))),
    [['second.zip']],
  )
})
